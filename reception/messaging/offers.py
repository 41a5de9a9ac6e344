"""Offers a time that became free by text, to one who waits after the other until somebody takes it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import structlog

from reception.clock import Clock
from reception.database.connection import Database
from reception.database.fence import of_practice
from reception.database.records import Appointment, Request
from reception.database.store import Store
from reception.messaging.numbers import number_for_texts
from reception.messaging.text_words import text_words_of
from reception.practice import Practice
from reception.scheduling.calendar import minutes_between
from reception.scheduling.waiting import OFFER_MINUTES, WaitingList, offer_key

log = structlog.get_logger()

#: Nobody is asked by text at night, when they would sleep through their half hour.
MORNING, EVENING = time(8), time(21)


class OfferByText:
    """Asks one who waits whether they want a time; their answer is taken in reception/dialogue/texted.py."""

    def __init__(self, prompts_dir: Path) -> None:
        self._prompts_dir = prompts_dir

    async def __call__(
        self, store: Store, practice: Practice, request: Request, hold: Appointment, now: datetime
    ) -> float | None:
        """For how many real minutes the time is to be held for them.

        None when they have no number for texts or want none, and where the night is too long to wait.
        """
        to, asked = number_for_texts(practice, request.patient), after_the_night(now)
        until = asked + timedelta(minutes=OFFER_MINUTES)
        if request.patient is None or not to or until > hold.start:
            return None
        words = text_words_of(self._prompts_dir, practice)
        body = words.say(
            "offer",
            practice=practice.name,
            practitioner=hold.practitioner,
            when=words.when(hold.start),
            minutes=str(OFFER_MINUTES),
        )
        queued = await store.queue_text(
            practice.id,
            to=to,
            body=body,
            kind="waitlist",
            key=offer_key(request, hold),
            appointment_id=hold.id,
            due_at=None if asked == now else asked,
            about={
                "patient": str(request.patient.id),
                "request": str(request.id),
                "held": str(hold.id),
                "practitioner": hold.practitioner,
                "appointment_type": hold.appointment_type,
                "start": hold.start.isoformat(),
            },
        )
        return None if queued is None else minutes_between(now, until)


def after_the_night(now: datetime) -> datetime:
    """Now, or the next morning at an hour at which one may write to somebody; local time."""
    if MORNING <= now.time() < EVENING:
        return now
    day = now.date() + timedelta(days=1 if now.time() >= EVENING else 0)
    return datetime.combine(day, MORNING, now.tzinfo)


class LapsedOffers:
    """Asks the next one when nobody answered within the time, or the text did not arrive."""

    def __init__(self, database: Database, clock: Clock, ask: OfferByText) -> None:
        self._database = database
        self._clock = clock
        self._ask = ask

    async def round(self) -> None:
        """Passes on every offer that has lapsed. Unavailable while the database is away."""
        async with self._database.transaction() as store:
            practices = {practice_id for practice_id, _ in await store.lapsed_offers()}
        for practice_id in practices:
            with of_practice(practice_id):
                await self._pass_on(practice_id)

    async def _pass_on(self, practice_id: UUID) -> None:
        async with self._database.transaction() as store:
            practice = await store.practice_by_id(practice_id)
            assert practice is not None  # an appointment's practice can't be deleted
            for _, held in await store.lapsed_offers():
                now = self._clock.now(practice.time_zone)
                await WaitingList(store, practice, now, self._ask).pass_on(held)
                log.info("offer_lapsed", hold=str(held))
