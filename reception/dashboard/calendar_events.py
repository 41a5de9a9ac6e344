"""The calendar as its page draws it: appointments, holds, blocked and closed time as JSON. Pure.

Times are the practice's wall clock without an offset, so that a browser in another zone shows them unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from reception.database.records import Appointment, TimeBlock
from reception.practice import Practice, Practitioner
from reception.scheduling.calendar import working_stretches

Event = dict[str, Any]


def wall(at: datetime) -> str:
    """An aware local time as the page draws it."""
    return f"{at:%Y-%m-%dT%H:%M}"


def appointment_event(one: Appointment, *, movable: bool) -> Event:
    """An appointment, or a hold of a conversation that is going on."""
    held = one.status == "held"
    return {
        "id": str(one.id),
        "kind": "hold" if held else "appointment",
        "resource": str(one.practitioner_id),
        "start": wall(one.start),
        "end": wall(one.end),
        "title": one.patient.name if one.patient else _held_for(one),
        "type": one.appointment_type,
        "status": "arrived" if one.arrived_at and one.status == "booked" else one.status,
        "confirmed": one.confirmed_at is not None,
        "seen": one.start.isoformat(),
        "movable": movable and one.status == "booked",
    }


def _held_for(one: Appointment) -> str:
    return "Being booked" if one.conversation_id else "Offered by text"


def block_event(one: TimeBlock) -> Event:
    """Time that staff keep from being booked."""
    return {
        "id": str(one.id),
        "kind": "block",
        "resource": str(one.practitioner_id),
        "start": wall(one.start),
        "end": wall(one.end),
        "title": one.reason or "Blocked",
        "type": "",
        "status": "blocked",
        "movable": False,
    }


def closed_events(practice: Practice, first: date, last: date) -> Iterator[Event]:
    """What is outside of everybody's hours, from one local day to another (both included)."""
    for practitioner in practice.practitioners:
        for ahead in range((last - first).days + 1):
            yield from _closed_on(practice, practitioner, first + timedelta(days=ahead))


def closure_of(practice: Practice, day: date) -> str | None:
    """Why the practice is closed on a day; None where it is no closure."""
    return next((one.reason or "Closed" for one in practice.closures if one.first <= day <= one.last), None)


def hidden_weekdays(practice: Practice, monday: date) -> list[int]:
    """Weekdays (0 is Sunday, as browsers count) on which nobody works in an ordinary week.

    Where somebody has listed times only, any day may be one of theirs.
    """
    if any(one.slots is not None for one in practice.practitioners):
        return []
    hours = [one.working_hours or practice.opening_hours or {} for one in practice.practitioners]
    opening = practice.opening_hours
    free = [
        day
        for day in range(7)
        if not any(each.get(day) for each in hours) or (opening is not None and not opening.get(day))
    ]
    return [(day + 1) % 7 for day in free] if len(free) < 7 else []


def hours_shown(practice: Practice) -> tuple[int, int]:
    """First and last hour (0 to 24) of an ordinary day, with an hour of air before and after."""
    hours = [practice.opening_hours or {}, *(one.working_hours or {} for one in practice.practitioners)]
    blocks = [block for each in hours for day in each.values() for block in day]
    if not blocks:
        return 7, 19
    first = min(block.start for block in blocks).hour
    last = max(block.end.hour + (1 if block.end.minute else 0) or 24 for block in blocks)
    return max(first - 1, 0), min(last + 1, 24)


def _closed_on(practice: Practice, practitioner: Practitioner, day: date) -> Iterator[Event]:
    zone = practice.time_zone
    begin = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    reason = closure_of(practice, day)
    for start, until in _gaps(working_stretches(practice, practitioner, day), begin, end):
        yield {
            "id": f"{practitioner.id}:{int(start.timestamp())}",
            "kind": "closed",
            "resource": str(practitioner.id),
            "start": wall(start.astimezone(zone)),
            "end": wall(until.astimezone(zone)),
            "title": reason or "",
            "type": "",
            "status": "closure" if reason else "off",
            "movable": False,
        }


def _gaps(
    taken: Iterable[tuple[datetime, datetime]], begin: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    at = begin
    for start, until in taken:
        if at < start:
            yield at, start
        at = max(at, until)
    if at < end:
        yield at, end
