"""Which appointments new settings of a practice would contradict, and how. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reception.database.records import Appointment
from reception.practice import Practice
from reception.scheduling.calendar import bookable, minutes_between

Why = Literal["practitioner", "appointment_type", "type", "length", "closed", "hours", "grid"]
#: What is said of when somebody may book, which is nothing to those who have booked.
_PASSED = frozenset({"past", "lead", "horizon"})


@dataclass(frozen=True)
class Contradiction:
    """An appointment that could not be booked like that under the new settings.

    "practitioner" or "appointment_type": they are gone; "type": the practitioner no
    longer offers it; "length": it takes another time now; "closed", "hours", "grid": as in `bookable`.
    The appointment stays as it is; whoever changes the settings decides what becomes of it.
    """

    appointment: Appointment
    why: Why


def contradictions(
    practice: Practice, appointments: Iterable[Appointment], now: datetime
) -> Iterator[Contradiction]:
    """Those among a practice's future appointments, in their order, that its new settings contradict."""
    for one in appointments:
        why = _contradiction(practice, one, now)
        if why is not None:
            yield Contradiction(one, why)


def _contradiction(practice: Practice, one: Appointment, now: datetime) -> Why | None:
    # By id: somebody who is only called by another name keeps their appointments.
    practitioner = next((each for each in practice.practitioners if each.id == one.practitioner_id), None)
    kind = next((each for each in practice.appointment_types if each.id == one.appointment_type_id), None)
    if practitioner is None:
        return "practitioner"
    if kind is None:
        return "appointment_type"
    why = bookable(practice, kind, practitioner, one.start, now)
    if why is not None and why not in _PASSED:
        return why  # type: ignore[return-value] # bookable names no others
    return "length" if minutes_between(one.start, one.end) != kind.minutes else None
