"""Booking: finds free times, holds, confirms, moves and cancels, each safe to repeat.

Whoever takes a time first locks the practitioner's calendar, so that waiting replaces deadlocks; the
exclusion constraint of the database has the last word, and losing against it is `SlotTaken`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from reception.database.records import Appointment
from reception.database.store import Store
from reception.errors import Invalid, NotFound, SlotTaken
from reception.practice import AppointmentType, Practice, Practitioner
from reception.scheduling.calendar import OpenSlot, open_slots

TAKEN = "This time is no longer free"


class Booking:
    """The calendar of one practice within one transaction; `now` is the desk's clock, perhaps pinned.

    SlotTaken undoes only its own step: the transaction goes on, with what was held before.
    """

    def __init__(self, store: Store, practice: Practice, now: datetime) -> None:
        self._store = store
        self._practice = practice
        self._now = now

    async def free(
        self,
        appointment_type: AppointmentType,
        practitioners: Sequence[Practitioner],
        first: date,
        last: date,
        conversation_id: UUID | None = None,
        *,
        moving: UUID | None = None,
    ) -> list[OpenSlot]:
        """Bookable slots from day to day (both included), soonest first.

        What other conversations hold counts as taken, what this one holds does not, and neither does the
        appointment that is being moved.
        """
        if last < first:
            return []
        zone = self._practice.time_zone
        busy = await self._store.busy(
            [one.id for one in practitioners],
            datetime.combine(first, time(), zone),
            datetime.combine(last + timedelta(days=1), time(), zone),
            conversation_id=conversation_id,
            moving=moving,
        )
        return list(open_slots(self._practice, appointment_type, practitioners, first, last, busy, self._now))

    async def hold(self, slot: OpenSlot, conversation_id: UUID, *, moving: UUID | None = None) -> UUID:
        """Keeps the slot for the practice's `hold_minutes`, in place of what the conversation held before.

        When an appointment is `moving` to a time that overlaps its own, only the rest needs holding; the
        id is then that of the rest, or the appointment's where nothing is left.
        """
        stretches = [(slot.start, slot.end)]
        if moving is not None:
            stretches = self._beside(slot, await self._appointment(moving))
        await self._store.lock_calendars([slot.practitioner.id])
        held = moving
        async with self._store.savepoint():
            await self._store.drop_holds(conversation_id)
            for start, end in stretches:
                await self._store.drop_expired_holds(slot.practitioner.id, start, end)
                held = await self._store.add_hold(
                    self._practice.id,
                    slot.practitioner.id,
                    slot.appointment_type.id,
                    start,
                    end,
                    conversation_id=conversation_id,
                    minutes=self._practice.booking.hold_minutes,
                )
                if held is None:
                    raise SlotTaken(TAKEN)
        if held is None:
            raise SlotTaken(TAKEN)
        return held

    async def release(self, conversation_id: UUID) -> None:
        """Gives up whatever the conversation holds."""
        await self._store.drop_holds(conversation_id)

    async def confirm(
        self,
        hold_id: UUID,
        slot: OpenSlot,
        patient_id: UUID,
        *,
        reason: str,
        booked_by: str | None,
        conversation_id: UUID,
    ) -> Appointment:
        """Makes the hold an appointment of the same id; one that expired is taken again if still free."""
        await self._store.lock_calendars([slot.practitioner.id])
        where = (slot.practitioner.id, slot.appointment_type.id, slot.start, slot.end)
        known = await self._store.appointment(self._practice.id, hold_id, lock=True)
        if known is not None and known.status == "booked" and _is(known, slot, patient_id):
            return known  # said twice
        booked = await self._store.book_hold(
            hold_id,
            *where,
            conversation_id=conversation_id,
            patient_id=patient_id,
            reason=reason,
            booked_by=booked_by,
        )
        if not booked:
            async with self._store.savepoint():
                await self._store.drop_holds(conversation_id)
                await self._store.drop_expired_holds(slot.practitioner.id, slot.start, slot.end)
                added = await self._store.add_appointment(
                    self._practice.id,
                    *where,
                    patient_id=patient_id,
                    reason=reason,
                    booked_by=booked_by,
                    conversation_id=conversation_id,
                    appointment_id=hold_id,
                )
                if added is None:
                    raise SlotTaken(TAKEN)
        await self._audit("book", hold_id, conversation_id, {"start": slot.start.isoformat()})
        return await self._appointment(hold_id)

    async def move(self, appointment_id: UUID, slot: OpenSlot, conversation_id: UUID) -> Appointment:
        """Gives the appointment another time, under the same id; the old time is free at the same moment.

        Drops what the conversation holds. Invalid for an appointment that is not booked any more.
        """
        await self._store.lock_calendars([slot.practitioner.id])
        old = await self._appointment(appointment_id, lock=True)
        if old.status != "booked":
            raise Invalid("This appointment can no longer be moved")
        if _is(old, slot):
            await self._store.drop_holds(conversation_id)
            return old
        moved = await self._store.move_appointment(
            appointment_id,
            slot.practitioner.id,
            slot.appointment_type.id,
            slot.start,
            slot.end,
            conversation_id=conversation_id,
        )
        if not moved:
            raise SlotTaken(TAKEN)
        details = {"old_start": old.start.isoformat(), "start": slot.start.isoformat()}
        await self._audit("move", appointment_id, conversation_id, details)
        return await self._appointment(appointment_id)

    async def cancel(self, appointment_id: UUID, conversation_id: UUID | None = None) -> Appointment:
        """Cancels the appointment; once cancelled it stays so. Invalid for one that already took place."""
        old = await self._appointment(appointment_id, lock=True)
        if old.status == "cancelled":
            return old
        if old.status != "booked":
            raise Invalid("This appointment can no longer be cancelled")
        await self._store.set_appointment_status(appointment_id, "cancelled")
        await self._audit("cancel", appointment_id, conversation_id, {"start": old.start.isoformat()})
        return await self._appointment(appointment_id)

    async def upcoming(self, patient_id: UUID) -> list[Appointment]:
        """The patient's booked appointments from now on, soonest first."""
        return await self._store.upcoming(self._practice.id, patient_id, self._now)

    async def _appointment(self, appointment_id: UUID, *, lock: bool = False) -> Appointment:
        found = await self._store.appointment(self._practice.id, appointment_id, lock=lock)
        if found is None:
            raise NotFound("No such appointment")
        return found

    async def _audit(
        self, action: str, appointment_id: UUID, conversation_id: UUID | None, details: dict[str, str]
    ) -> None:
        await self._store.audit(
            self._practice.id, conversation_id, action, "appointment", appointment_id, details
        )

    @staticmethod
    def _beside(slot: OpenSlot, own: Appointment) -> list[tuple[datetime, datetime]]:
        """The parts of the slot that the appointment does not occupy itself."""
        if own.practitioner_id != slot.practitioner.id or own.status != "booked":
            return [(slot.start, slot.end)]
        # In UTC, because times of one zone are compared by their wall clocks, which jump twice a year.
        start, end, own_start, own_end = (
            one.astimezone(UTC) for one in (slot.start, slot.end, own.start, own.end)
        )
        before, after = (start, min(end, own_start)), (max(start, own_end), end)
        return [(start, end) for start, end in (before, after) if start < end]


def _is(appointment: Appointment, slot: OpenSlot, patient_id: UUID | None = None) -> bool:
    """Whether the appointment is this slot (and this patient's, where one is given)."""
    return (
        (appointment.practitioner_id, appointment.appointment_type_id)
        == (slot.practitioner.id, slot.appointment_type.id)
        and (appointment.start.timestamp(), appointment.end.timestamp())
        == (slot.start.timestamp(), slot.end.timestamp())
        and (patient_id is None or (appointment.patient is not None and appointment.patient.id == patient_id))
    )
