"""Sends what is due in the outbox, each text once, and tells staff of those that did not arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from reception.clock import Clock
from reception.database.connection import Database
from reception.database.fence import of_practice
from reception.database.records import OutgoingText
from reception.database.store import Store
from reception.messaging import metrics
from reception.messaging.recovery import UNKNOWN_AFTER, found_among
from reception.messaging.text_words import text_words_of
from reception.messaging.twilio_api import PATIENCE, NotSent, TwilioApi, Unsure

log = structlog.get_logger()

#: Seconds before a text that could not be sent is tried again; after the last it has failed.
BACK_OFF = (30.0, 120.0, 600.0, 1800.0, 7200.0)
#: Texts at once.
BATCH = 4
#: Seconds after which a text that is still `sending` has lost its worker.
SETTLE = 60.0
#: Codes after which a number gets no more texts: it wrote STOP to the carrier, or it is no mobile phone.
OPTED_OUT = frozenset({21610})
NO_TEXTS = frozenset({21211, 21214, 21614, 30006})
UNREACHABLE = frozenset({30003, 30005})
#: Where the carrier reports what became of a text.
RECEIPTS = "/twilio/sms-status"


class Delivery:
    """The worker's hands for text messages; several in several processes do not get in each other's way."""

    def __init__(
        self,
        database: Database,
        api: TwilioApi,
        clock: Clock,
        prompts_dir: Path,
        public_url: str = "",
        settle: float = SETTLE,
    ) -> None:
        """Without a `public_url` nobody hears whether a text arrived."""
        self._database = database
        self._api = api
        self._clock = clock
        self._prompts_dir = prompts_dir
        self._receipts = f"{public_url.rstrip('/')}{RECEIPTS}" if public_url else ""
        self._settle = settle

    async def round(self) -> None:
        """Sends everything that is due, and looks up what nobody noted. Unavailable without a database."""
        async with self._database.transaction() as store:
            zones = await store.time_zones()
        for zone in zones:
            while texts := await self._claim(zone):
                await self._send_all(texts)
        await self._look_up()

    async def _claim(self, zone: str) -> list[OutgoingText]:
        now = self._clock.now(ZoneInfo(zone))
        async with self._database.transaction() as store:
            if outdated := await store.withdraw_outdated_texts(zone, now):
                log.info("texts_outdated", count=outdated)
            return await store.claim_texts(zone, now, BATCH)

    async def _send_all(self, texts: list[OutgoingText]) -> None:
        """Sends several at once; told to stop, it still notes those under way."""
        sending = [asyncio.create_task(self._send(text)) for text in texts]
        try:
            await asyncio.wait(sending)
        except asyncio.CancelledError:
            await asyncio.wait(sending, timeout=PATIENCE)
            raise
        for task in sending:
            task.result()

    async def _send(self, text: OutgoingText) -> None:
        with of_practice(text.practice_id):
            await self._send_one(text)

    async def _send_one(self, text: OutgoingText) -> None:
        callback = f"{self._receipts}?text={text.id}" if self._receipts else ""
        try:
            carried = await self._api.send(text.sender, text.recipient, text.body, callback)
        except NotSent as error:
            await self._not_sent(text, error)
        except Unsure:
            log.warning("text_unsure", text=str(text.id))
        else:
            async with self._database.transaction() as store:
                await store.note_text(text.id, "sent", sid=carried.sid)
            metrics.SENT.labels(text.kind).inc()

    async def _not_sent(self, text: OutgoingText, error: NotSent) -> None:
        last = text.attempts > len(BACK_OFF)
        log.warning("text_not_sent", text=str(text.id), code=error.code, attempt=text.attempts)
        async with self._database.transaction() as store:
            if error.retryable and not last:
                await store.requeue_text(text.id, BACK_OFF[text.attempts - 1], error.code)
                return
            await text_failed(store, self._prompts_dir, text.id, error.code, away=error.retryable)

    async def _look_up(self) -> None:
        """Asks the carrier about texts whose worker died, or whose answer never came."""
        async with self._database.transaction() as store:
            unsure = await store.claim_unsure_texts(self._settle, self._settle, BATCH)
        for text in unsure:
            with of_practice(text.practice_id):
                await self._look_up_one(text)

    async def _look_up_one(self, text: OutgoingText) -> None:
        try:
            carried = await self._api.sent_to(text.recipient, text.sender)
        except NotSent:
            carried = None
        async with self._database.transaction() as store:
            known = await store.known_sids([one.sid for one in carried or ()])
            found = found_among(text, carried, known)
            match found:
                case "wait":
                    if await store.sending_for(text.id) > UNKNOWN_AFTER:
                        await self._unknown(store, text)
                case "unknown":
                    await self._unknown(store, text)
                case "not_sent":
                    await store.requeue_text(text.id, 0)
                case _:
                    await store.note_text(text.id, "sent", sid=found.sid)
        log.info("text_looked_up", text=str(text.id), found=getattr(found, "sid", found))

    async def _unknown(self, store: Store, text: OutgoingText) -> None:
        noted = await store.note_unknown_text(text.id)
        if noted is None:
            return
        metrics.FAILED.labels(text.kind).inc()
        await _tell_staff(store, self._prompts_dir, noted, "unknown")


async def text_failed(
    store: Store,
    prompts_dir: Path,
    text_id: UUID,
    code: int | None,
    *,
    sid: str | None = None,
    away: bool = False,
) -> None:
    """Notes that a text did not arrive, and files it for staff; nothing when it is known already.

    A number that wants or gets no texts is marked, so that nothing is sent to it in vain.
    """
    text = await store.note_text(text_id, "failed", sid=sid, error_code=code)
    if text is None:
        return
    metrics.FAILED.labels(text.kind).inc()
    if code in OPTED_OUT:
        await store.opt_out(text.practice_id, text.recipient, "carrier")
    if code in NO_TEXTS:
        await store.opt_out(text.practice_id, text.recipient, "no_texts")
    await _tell_staff(store, prompts_dir, text, "failed", why_failed(code, away=away))


async def _tell_staff(
    store: Store, prompts_dir: Path, text: OutgoingText, key: str, reason: Mapping[str, str] | None = None
) -> None:
    practice = await store.practice_by_id(text.practice_id)
    assert practice is not None  # a text's practice can't be deleted: a foreign key keeps it
    words = text_words_of(prompts_dir, practice)
    values = {"number": text.recipient, "kind": words.kind(text.kind)}
    if reason is not None:
        values["why"] = words.say(**reason)
    details = {"words": words.say(key, **values)}
    request = await store.file_request(
        text.practice_id, "staff", details, "routine", text.patient_id, text.conversation_id
    )
    await store.tell_of_text(text.id, request)


def why_failed(code: int | None, *, away: bool) -> dict[str, str]:
    """Key and values of the sentence that says why a text did not arrive."""
    if code in OPTED_OUT:
        return {"key": "why_stop"}
    if code in NO_TEXTS:
        return {"key": "why_no_texts"}
    if code in UNREACHABLE:
        return {"key": "why_unreachable"}
    return {"key": "why_away"} if away else {"key": "why_refused", "code": str(code or "-")}
