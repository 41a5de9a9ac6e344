"""When an appointment may start: hours, grid, closures, lead, horizon. Pure: now and who is busy come in.

All arithmetic is done in UTC, because two local times of one zone are compared by their wall clocks, which
lie when the clocks change. A local time that a change skips never starts an appointment; of one that comes
twice, the first does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reception.practice import AppointmentType, Hours, Practice, Practitioner

Stretch = tuple[datetime, datetime]

#: Practitioner id → the stretches of aware time that are taken, start included, end not.
Busy = Mapping[UUID, Sequence[Stretch]]


@dataclass(frozen=True)
class OpenSlot:
    """A time that can be booked; `start` and `end` are aware, in the practice's zone."""

    practitioner: Practitioner
    appointment_type: AppointmentType
    start: datetime
    end: datetime


def local_instant(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant (UTC) of a naive local time, the first of two; None when the clocks skip it."""
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall else None


def after_minutes(start: datetime, minutes: float) -> datetime:
    """So many real minutes after an aware time; a wall clock may seem to have gone otherwise."""
    return (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)


def minutes_between(start: datetime, end: datetime) -> float:
    """The real minutes from one aware time to another."""
    return (end.astimezone(UTC) - start.astimezone(UTC)) / timedelta(minutes=1)


def last_bookable_day(practice: Practice, now: datetime) -> date:
    """The last local day on which an appointment may start."""
    return now.astimezone(practice.time_zone).date() + timedelta(days=practice.booking.horizon_days)


def open_slots(
    practice: Practice,
    appointment_type: AppointmentType,
    practitioners: Iterable[Practitioner],
    first: date,
    last: date,
    busy: Busy,
    now: datetime,
) -> Iterator[OpenSlot]:
    """Every start from `first` to `last` (local days, included) that the rules allow and nobody has taken.

    Chronological; at the same time in the practice's order of practitioners. Who does not offer the type
    yields nothing.
    """
    wanted = {one.id for one in practitioners} & set(appointment_type.practitioners)
    diaries = [
        (one, _merged(_in_utc(busy.get(one.id, ())))) for one in practice.practitioners if one.id in wanted
    ]
    length = timedelta(minutes=appointment_type.minutes)
    earliest = _earliest(practice, now)
    day = max(first, earliest.astimezone(practice.time_zone).date())
    last = min(last, last_bookable_day(practice, now))
    while day <= last:
        found: list[OpenSlot] = []
        for practitioner, taken in diaries:
            hours = _hours(practice, practitioner, day)
            for wall in _starts(practice, practitioner, day):
                start = local_instant(wall, practice.time_zone)
                if start is None or start < earliest:
                    continue
                if _within(hours, start, start + length) and not _touches(taken, start, start + length):
                    found.append(_slot(practice, practitioner, appointment_type, start))
        yield from sorted(found, key=lambda slot: slot.start.astimezone(UTC))
        day += timedelta(days=1)


def bookable(
    practice: Practice,
    appointment_type: AppointmentType,
    practitioner: Practitioner,
    start: datetime,
    now: datetime,
) -> str | None:
    """None when an aware `start` obeys the rules (who is busy apart), else what is wrong with it.

    "type": the practitioner does not offer it; "past", "lead", "horizon": too early or too late a start;
    "closed": a closure, or a weekday without opening hours; "hours": not wholly within the hours; "grid":
    not one of the times at which appointments start.
    """
    start = start.astimezone(UTC)
    local = start.astimezone(practice.time_zone)
    day, wall = local.date(), local.replace(tzinfo=None, fold=0)
    end = start + timedelta(minutes=appointment_type.minutes)
    if practitioner.id not in appointment_type.practitioners:
        return "type"
    if start < now.astimezone(UTC):
        return "past"
    if start < _earliest(practice, now):
        return "lead"
    if day > last_bookable_day(practice, now):
        return "horizon"
    if _closed(practice, day):
        return "closed"
    if not _within(_hours(practice, practitioner, day), start, end):
        return "hours"
    if wall not in _starts(practice, practitioner, day) or local_instant(wall, practice.time_zone) != start:
        return "grid"
    return None


def working_stretches(practice: Practice, practitioner: Practitioner, day: date) -> list[Stretch]:
    """When somebody can be booked on a local day, in UTC; listed slots are as long as their shortest type."""
    if _closed(practice, day):
        return []
    if practitioner.slots is not None:
        lengths = [one.minutes for one in practice.appointment_types if practitioner.id in one.practitioners]
        length = timedelta(minutes=min(lengths, default=practice.booking.grid_minutes))
        starts = (local_instant(wall, practice.time_zone) for wall in _starts(practice, practitioner, day))
        return _merged((start, start + length) for start in starts if start is not None)
    opening = _blocks(practice.opening_hours, day, practice.time_zone)
    return _common(opening, _blocks(_working_hours(practice, practitioner), day, practice.time_zone))


def _slot(
    practice: Practice, who: Practitioner, appointment_type: AppointmentType, start: datetime
) -> OpenSlot:
    end = start + timedelta(minutes=appointment_type.minutes)
    zone = practice.time_zone
    return OpenSlot(who, appointment_type, start.astimezone(zone), end.astimezone(zone))


def _earliest(practice: Practice, now: datetime) -> datetime:
    return now.astimezone(UTC) + timedelta(minutes=practice.booking.lead_minutes)


def _closed(practice: Practice, day: date) -> bool:
    without_hours = practice.opening_hours is not None and not practice.opening_hours.get(day.weekday())
    return without_hours or any(closure.first <= day <= closure.last for closure in practice.closures)


def _working_hours(practice: Practice, practitioner: Practitioner) -> Hours | None:
    """None where only listed slots count; who has neither hours nor slots works when the practice is open."""
    if practitioner.working_hours is None and practitioner.slots is None:
        return practice.opening_hours or {}
    return practitioner.working_hours


def _starts(practice: Practice, practitioner: Practitioner, day: date) -> Iterator[datetime]:
    """The naive local times of `day` at which an appointment may start, whatever its length."""
    if practitioner.slots is not None:
        yield from sorted({wall for wall in practitioner.slots if wall.date() == day})
        return
    step = timedelta(minutes=practice.booking.grid_minutes)
    for block in (_working_hours(practice, practitioner) or {}).get(day.weekday(), ()):
        wall, end = datetime.combine(day, block.start), datetime.combine(day, block.end)
        while wall < end:
            yield wall
            wall += step


def _hours(practice: Practice, practitioner: Practitioner, day: date) -> list[Stretch]:
    """Where an appointment that starts on `day` has to lie; with the next day, which it may run into."""
    stretches: list[Stretch] = []
    for each in (day, day + timedelta(days=1)):
        if not _closed(practice, each):
            opening = _blocks(practice.opening_hours, each, practice.time_zone)
            working = _blocks(_working_hours(practice, practitioner), each, practice.time_zone)
            stretches += _common(opening, working)
    return _merged(stretches)


def _blocks(hours: Hours | None, day: date, zone: ZoneInfo) -> list[Stretch]:
    """One day's blocks in UTC; without hours the whole day."""
    if hours is None:
        ends = [(datetime.combine(day, time()), datetime.combine(day + timedelta(days=1), time()))]
    else:
        ends = [
            (datetime.combine(day, block.start), datetime.combine(day, block.end))
            for block in hours.get(day.weekday(), ())
        ]
    return _merged(_in_utc((start.replace(tzinfo=zone), end.replace(tzinfo=zone)) for start, end in ends))


def _in_utc(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    return ((start.astimezone(UTC), end.astimezone(UTC)) for start, end in stretches)


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time as stretches in order that neither overlap nor touch."""
    merged: list[Stretch] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


def _common(some: Sequence[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    both = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return [(start, end) for start, end in both if start < end]


def _within(merged: Sequence[Stretch], start: datetime, end: datetime) -> bool:
    return any(first <= start and end <= last for first, last in merged)


def _touches(merged: Sequence[Stretch], start: datetime, end: datetime) -> bool:
    """Whether any of the stretches (in order, apart) overlaps the time from `start` to `end`."""
    place = bisect_right(merged, start, key=lambda stretch: stretch[1])
    return place < len(merged) and merged[place][0] < end
