"""The background worker: does what is due, again and again, until it is told to stop."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import structlog
from prometheus_client import Counter, Gauge, Histogram

from reception.database.connection import Database
from reception.database.fence import everywhere
from reception.database.store.outbox import QUEUED
from reception.errors import ReceptionError
from reception.logging import where
from reception.messaging.texts import Texts
from reception.reencrypting import encrypt_plain
from reception.retention import EVERY, Retention

log = structlog.get_logger()

HOLDS = Gauge("reception_holds", "Times that are held for conversations, as of the worker's last round")

ROUNDS = Counter("reception_worker_rounds_total", "Rounds of the worker by how they ended", ["outcome"])
ROUND_SECONDS = Histogram(
    "reception_worker_round_seconds",
    "How long a round of the worker took",
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 2, 5, 15, 60, 300),
)
LAST_ROUND = Gauge("reception_worker_last_round_seconds", "When the last round was done, since the epoch")
HOLDS_SWEPT = Counter("reception_worker_holds_swept_total", "Expired holds that were removed")

#: Seconds between two rounds; a text that is due at once wakes the worker before that. Expired holds free
#: their time at once, and sweeping only tidies up.
INTERVAL = 15.0


async def work(
    database: Database,
    texts: Texts | None = None,
    interval: float = INTERVAL,
    retention: Retention | None = None,
) -> None:
    """Runs rounds until cancelled; while the database is away it waits and goes on.

    Any number of workers may run, in one process or many. Without `texts` none are sent, which is said
    once. With `retention` what was kept long enough is forgotten, once an hour.
    """
    if texts is None:
        log.warning("texts_off", reason="RECEPTION_TWILIO_ACCOUNT_SID and RECEPTION_TWILIO_AUTH_TOKEN")
    woken = asyncio.Event()
    listening = asyncio.create_task(database.wake(QUEUED, woken))
    trouble, encrypted, forgets_at = "", False, 0.0
    try:
        while True:
            woken.clear()
            began, outcome = time.monotonic(), "failed"
            try:
                with everywhere():
                    if not encrypted:  # what an earlier version wrote
                        rows, encrypted = await encrypt_plain(database), True
                        if rows:
                            log.info("rows_encrypted", count=rows)
                    await one_round(database, texts)
                    if retention is not None and time.monotonic() >= forgets_at:
                        await retention.round()
                        forgets_at = time.monotonic() + EVERY
                trouble, outcome = "", "done"
                LAST_ROUND.set_to_current_time()
            except ReceptionError as error:
                outcome = "waited"
                if str(error) != trouble:  # said once, not every round
                    trouble = str(error)
                    log.warning("worker_waits", reason=trouble)
            except Exception as error:  # a round that fails must not be the last one
                log.error("worker_failed", error=type(error).__name__, where=where(error))
            ROUNDS.labels(outcome).inc()
            ROUND_SECONDS.observe(time.monotonic() - began)
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), interval)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def one_round(database: Database, texts: Texts | None = None) -> int:
    """Does everything that is due now; returns how many expired holds were removed."""
    async with database.transaction() as store:
        swept = await store.sweep_expired_holds(offered=texts is None)  # else the next is asked first
        HOLDS.set(await store.live_holds())
        await store.sweep_sessions()
        await store.sweep_request_counts()
        withdrawn = 0 if texts is not None else await store.withdraw_all_texts()
        if texts is None:
            await store.call_who_waits()
    HOLDS_SWEPT.inc(swept)
    if swept:
        log.info("holds_swept", count=swept)
    if withdrawn:
        log.warning("texts_withdrawn", count=withdrawn, reason="texts are off")
    if texts is not None:
        await texts.round()
    return swept
