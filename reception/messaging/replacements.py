"""Offers patients another time by text, because the practitioner they were to see is away."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog

from reception.clock import Clock
from reception.database.connection import Database
from reception.database.fence import of_practice
from reception.database.records import AbsenceCase, Appointment
from reception.database.store import Store
from reception.messaging.notices import Notices
from reception.messaging.numbers import number_for_texts
from reception.messaging.offers import after_the_night
from reception.messaging.text_words import text_words
from reception.practice import Practice
from reception.scheduling.absence import KEPT, Absences
from reception.scheduling.by_hand import GRACE
from reception.scheduling.calendar import minutes_between

log = structlog.get_logger()


class ReplacementByText:
    """Writes to one patient; their answer is taken in reception/dialogue/texted.py."""

    def __init__(self, prompts_dir: Path, grace: timedelta = GRACE) -> None:
        """A text waits for `grace`, so that an absence noted by mistake can be taken back unheard."""
        self._prompts_dir = prompts_dir
        self._grace = grace

    async def __call__(
        self, store: Store, practice: Practice, case: AbsenceCase, hold: Appointment, now: datetime
    ) -> timedelta | None:
        """For how long (real time) to hold it for them; None when they can't be reached in time."""
        patient = case.appointment.patient
        to, asked = number_for_texts(practice, patient), after_the_night(now)
        until = min(asked + KEPT, hold.start - timedelta(minutes=practice.booking.lead_minutes))
        if patient is None or not to or until <= asked:
            return None
        words = text_words(self._prompts_dir, practice.languages[0])
        body = words.say(
            "absence",
            practice=practice.name,
            old_practitioner=case.appointment.practitioner,
            old_when=words.when(case.was),
            practitioner=hold.practitioner,
            when=words.when(hold.start),
        )
        due = asked + self._grace if asked == now else asked
        queued = await store.queue_text(
            practice.id,
            to=to,
            body=body,
            kind="absence",
            key=f"absence:{case.id}:{int(hold.start.timestamp())}",
            appointment_id=case.appointment.id,
            due_at=None if due == now else due,
            about={
                "patient": str(patient.id),
                "case": str(case.id),
                "practitioner": hold.practitioner,
                "appointment_type": hold.appointment_type,
                "start": hold.start.isoformat(),
            },
        )
        return None if queued is None else timedelta(minutes=minutes_between(now, until))


class Replacements:
    """The worker's hands for absences: one patient after the other, each in a transaction of their own."""

    def __init__(self, database: Database, clock: Clock, ask: ReplacementByText, notices: Notices) -> None:
        self._database = database
        self._clock = clock
        self._ask = ask
        self._notices = notices

    async def round(self) -> None:
        """Asks everybody who waits for it, and gives those who did not answer to staff."""
        while (practice_id := await self._whose_is_next()) is not None:
            with of_practice(practice_id):
                if not await self._ask_one():  # another worker was faster
                    break
        async with self._database.transaction() as store:
            practices = {practice_id for practice_id, *_ in await store.cases_unanswered()}
        for practice_id in practices:
            with of_practice(practice_id):
                await self._give_up(practice_id)

    async def _whose_is_next(self) -> UUID | None:
        async with self._database.transaction() as store:
            found = await store.case_to_ask()
        return None if found is None else found[0]

    async def _give_up(self, practice_id: UUID) -> None:
        async with self._database.transaction() as store:
            absences = await self._of(store, practice_id)
            for _, case_id, failed in await store.cases_unanswered():
                await absences.unanswered(case_id, failed=failed)
                log.info("replacement_unanswered", case=str(case_id))

    async def _ask_one(self) -> bool:
        async with self._database.transaction() as store:
            found = await store.case_to_ask()
            if found is None:
                return False
            practice_id, case_id = found
            await (await self._of(store, practice_id)).offer(case_id, self._ask)
        return True

    async def _of(self, store: Store, practice_id: UUID) -> Absences:
        practice = await store.practice_by_id(practice_id)
        assert practice is not None  # a case's practice can't be deleted
        return Absences(store, practice, self._clock.now(practice.time_zone), self._notices)
