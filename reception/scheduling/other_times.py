"""Times that suit those whose appointment can't take place: within the rules, likest their own first."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from reception.database.records import Absence, AbsenceCase
from reception.database.store import Store
from reception.practice import AppointmentType, Practice, Practitioner
from reception.scheduling.booking import Booking
from reception.scheduling.calendar import OpenSlot, last_bookable_day

#: Days that are searched first, before all that can be booked.
NEAR = 14


class OtherTimes:
    """Looks for times within one transaction; `now` is the practice's clock."""

    def __init__(self, store: Store, practice: Practice, now: datetime) -> None:
        self._store = store
        self._practice = practice
        self._now = now

    async def free(self, case: AbsenceCase, most: int, *, soonest: datetime) -> list[OpenSlot]:
        """Times within the rules for a case, likest its own first: the first days on which there are any."""
        absence = await self._store.absence(self._practice.id, case.absence_id)
        kind = self.kind(case)
        if absence is None or kind is None:
            return []
        doctors = self._doctors(absence, kind, case)
        booking = Booking(self._store, self._practice, self._now)
        first, horizon = soonest.date(), last_bookable_day(self._practice, self._now)
        for last in (min(first + timedelta(days=NEAR), horizon), horizon):
            open_slots = await booking.free(kind, doctors, first, last)
            days: dict[date, list[OpenSlot]] = {}
            for one in open_slots:
                if one.start.timestamp() >= soonest.timestamp():
                    days.setdefault(one.start.date(), []).append(one)
            if days:
                own = absence.practitioner_id
                found = [min(each, key=lambda one: _unlike(case, one, own)) for each in days.values()]
                return found[:most]
        return []

    def kind(self, case: AbsenceCase) -> AppointmentType | None:
        """The case's kind of appointment; None where the practice no longer has it."""
        return self._practice.type_by_name.get(case.appointment.appointment_type)

    def _doctors(self, absence: Absence, kind: AppointmentType, case: AbsenceCase) -> list[Practitioner]:
        """Who may see them instead: whoever does this kind of visit and takes their insurance."""
        insurance = (case.appointment.patient.insurance if case.appointment.patient else "").casefold()

        def may(one: Practitioner) -> bool:
            if one.id == absence.practitioner_id:
                return True
            taken = {each.casefold() for each in one.insurances}
            return absence.with_others and (not taken or not insurance or insurance in taken)

        return [one for one in self._practice.practitioners if one.id in kind.practitioners and may(one)]


def _unlike(case: AbsenceCase, slot: OpenSlot, own: UUID) -> tuple[float, bool]:
    """How far the time of day is from the one they had; their own doctor first where that is the same."""
    minutes = abs((slot.start.hour - case.was.hour) * 60 + slot.start.minute - case.was.minute)
    return minutes, slot.practitioner.id != own
