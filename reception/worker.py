"""The background worker: does what is due, again and again, until it is told to stop."""

from __future__ import annotations

import asyncio

import structlog

from reception.database.connection import Database
from reception.errors import ReceptionError

log = structlog.get_logger()

#: Seconds between two rounds. Expired holds free their time at once; sweeping only tidies up.
INTERVAL = 15.0


async def work(database: Database, interval: float = INTERVAL) -> None:
    """Runs rounds until cancelled; while the database is away it waits and goes on."""
    trouble = ""
    while True:
        try:
            await one_round(database)
            trouble = ""
        except ReceptionError as error:
            if str(error) != trouble:  # said once, not every round
                trouble = str(error)
                log.warning("worker_waits", reason=trouble)
        await asyncio.sleep(interval)


async def one_round(database: Database) -> int:
    """Does everything that is due now; returns how many expired holds were removed."""
    async with database.transaction() as store:
        swept = await store.sweep_expired_holds()
    if swept:
        log.info("holds_swept", count=swept)
    return swept
