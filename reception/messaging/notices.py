"""Tells patients by text what was booked, moved or cancelled, in the transaction that does it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from reception.database.records import Appointment
from reception.database.store import Store
from reception.messaging.numbers import number_for_texts
from reception.messaging.text_words import TextWords, text_words_of
from reception.practice import Practice

#: Where an appointment's calendar file is, by what makes its address unguessable.
CALENDAR_PATH = "/appointments"


class Notices:
    """What is written into the outbox when an appointment changes; nothing about why the patient comes.

    With `due_at` (aware, by the desk's clock) a text waits until then, and can be unsaid meanwhile.
    """

    def __init__(self, prompts_dir: Path, public_url: str = "") -> None:
        """Without a `public_url` texts carry no link to the calendar file."""
        self._prompts_dir = prompts_dir
        self._public_url = public_url.rstrip("/")

    async def booked(
        self,
        store: Store,
        practice: Practice,
        appointment: Appointment,
        conversation_id: UUID | None = None,
        due_at: datetime | None = None,
    ) -> None:
        """Confirms a booking, once."""
        key = f"booked:{appointment.id}"
        await self._tell(store, practice, appointment, "booked", key, conversation_id, due_at)

    async def moved(
        self,
        store: Store,
        practice: Practice,
        appointment: Appointment,
        conversation_id: UUID | None = None,
        due_at: datetime | None = None,
    ) -> None:
        """Tells the new time; call it once for every move."""
        moves = await store.texts_about(appointment.id, "moved")
        key = f"moved:{appointment.id}:{moves}"
        await self._tell(store, practice, appointment, "moved", key, conversation_id, due_at)

    async def cancelled(
        self,
        store: Store,
        practice: Practice,
        appointment: Appointment,
        conversation_id: UUID | None = None,
        due_at: datetime | None = None,
    ) -> None:
        """Confirms that an appointment is cancelled, once (or once more, after it was booked again)."""
        moves = await store.texts_about(appointment.id, "moved")
        key = f"cancelled:{appointment.id}" + (f":{moves}" if moves else "")
        await self._tell(store, practice, appointment, "cancelled", key, conversation_id, due_at)

    async def _tell(
        self,
        store: Store,
        practice: Practice,
        appointment: Appointment,
        kind: str,
        key: str,
        conversation_id: UUID | None,
        due_at: datetime | None,
    ) -> None:
        to = number_for_texts(practice, appointment.patient)
        if not to:
            return
        words = text_words_of(self._prompts_dir, practice)
        values = {
            "practice": practice.name,
            "practitioner": appointment.practitioner,
            "when": words.when(appointment.start),
        }
        if kind != "cancelled":
            values |= await self._where(store, practice, appointment, words)
        await store.queue_text(
            practice.id,
            to=to,
            body=words.say(kind, **values),
            kind=kind,
            key=key,
            conversation_id=conversation_id,
            appointment_id=appointment.id,
            due_at=due_at,
        )

    async def _where(
        self, store: Store, practice: Practice, appointment: Appointment, words: TextWords
    ) -> dict[str, str]:
        """The address and the link, each as far as there is one."""
        where = words.say("where", address=practice.address) if practice.address else ""
        if not self._public_url:
            return {"where": where, "link": ""}
        token = await store.appointment_link(appointment.id)
        return {
            "where": where,
            "link": words.say("link", url=f"{self._public_url}{CALENDAR_PATH}/{token}.ics"),
        }
