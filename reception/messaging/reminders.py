"""Plans reminders: each is a text that waits in the outbox until its hour has come."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from reception.clock import Clock
from reception.database.connection import Database
from reception.database.fence import of_practice
from reception.database.records import Appointment
from reception.database.store import Store
from reception.messaging.numbers import number_for_texts
from reception.messaging.text_words import text_words_of
from reception.practice import Practice

#: How long before its hour a reminder is put into the outbox.
AHEAD = timedelta(days=7)


class Reminders:
    """Every booked appointment gets the practice's reminders, wherever it was booked.

    A reminder whose hour had passed when the appointment was made, or moved, is not sent at all; one of an
    appointment that was moved or cancelled since is withdrawn when its hour comes (see store/sending.py).
    """

    def __init__(self, database: Database, clock: Clock, prompts_dir: Path) -> None:
        self._database = database
        self._clock = clock
        self._prompts_dir = prompts_dir

    async def round(self) -> None:
        """Plans what is not planned yet; again changes nothing."""
        async with self._database.transaction() as store:
            due = [one for one in await store.practices() if await self._unplanned(store, one)]
        for practice in due:
            with of_practice(practice.id):
                async with self._database.transaction() as store:
                    for appointment, hours in await self._unplanned(store, practice):
                        await self._remind(store, practice, appointment, hours)

    async def _unplanned(self, store: Store, practice: Practice) -> list[tuple[Appointment, float]]:
        """Appointments that have not got their reminder of so many hours before, and could yet."""
        now, found = self._clock.now(practice.time_zone), []
        for hours in practice.reminders_hours_before:
            first = now + timedelta(hours=hours)
            coming = await store.without_reminder(practice.id, first, first + AHEAD, hours)
            found += [(appointment, hours) for appointment in coming]
        return found

    async def _remind(self, store: Store, practice: Practice, appointment: Appointment, hours: float) -> None:
        to = number_for_texts(practice, appointment.patient)
        if appointment.patient is None or not to:
            return
        words = text_words_of(self._prompts_dir, practice)
        body = words.say(
            "reminder",
            practice=practice.name,
            practitioner=appointment.practitioner,
            when=words.when(appointment.start),
        )
        await store.queue_text(
            practice.id,
            to=to,
            body=body,
            kind="reminder",
            key=f"reminder:{appointment.id}:{int(appointment.start.timestamp())}:{hours:g}",
            appointment_id=appointment.id,
            due_at=appointment.start - timedelta(hours=hours),
            about={
                "patient": str(appointment.patient.id),
                "practitioner": appointment.practitioner,
                "appointment_type": appointment.appointment_type,
                "start": appointment.start.isoformat(),
            },
        )
