"""Which of the free times to offer: few, near the wish, and spread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from reception.dialogue.meaning import Days, Hours
from reception.dialogue.state import Offer

FEW = 3
APART = timedelta(minutes=30)


def within(hours: Hours | None, start: datetime) -> bool:
    """Whether a start lies in the wished part of the day; only an exact clock time includes its end."""
    if hours is None:
        return True
    clock = start.time().replace(tzinfo=None)
    if hours.exact:
        return clock == hours.first
    return (hours.first is None or clock >= hours.first) and (hours.last is None or clock < hours.last)


def matching(
    offers: Iterable[Offer], days: Days | None, hours: Hours | None, practitioner: str | None = None
) -> list[Offer]:
    """The offers that fit all that was said."""
    return [
        one
        for one in offers
        if (days is None or days.allows(one.start.date()))
        and within(hours, one.start)
        and practitioner in (None, one.practitioner)
    ]


def distance(hours: Hours | None, start: datetime) -> float:
    """Minutes between a start and the wished part of the day; 0 inside it."""
    if hours is None or within(hours, start):
        return 0
    ends = [_minutes(end) for end in (hours.first, hours.last) if end is not None]
    return min((abs(_minutes(start.time()) - end) for end in ends), default=0)


def pick(free: Sequence[Offer], hours: Hours | None = None, *, soonest: bool = False) -> tuple[Offer, ...]:
    """At most three of the free times, in order: one per start, nearest to the wished hour, spread.

    Over several days the first good time of each; within one day the first, the middle and the last,
    unless a clock time or the soonest was asked for.
    """
    starts: dict[datetime, Offer] = {}
    for one in free:
        starts.setdefault(one.start, one)
    each = sorted(starts.values(), key=lambda one: one.start)
    if soonest:
        return _apart(each)
    by_day: dict[object, list[Offer]] = {}
    for one in each:
        by_day.setdefault(one.start.date(), []).append(one)
    if len(by_day) > 1:
        best = [min(day, key=lambda one: distance(hours, one.start)) for day in by_day.values()]
        if hours is not None and hours.exact:  # a day on which the very hour is free goes first
            best.sort(key=lambda one: (distance(hours, one.start) > 0, one.start))
        few = best[:FEW]
        if len(few) < FEW:
            few += [one for one in each if one not in few][: FEW - len(few)]
        return tuple(sorted(few, key=lambda one: one.start))
    if hours is not None and hours.exact:
        near = sorted(each, key=lambda one: distance(hours, one.start))[:FEW]
        return tuple(sorted(near, key=lambda one: one.start))
    if len(each) <= FEW:
        return tuple(each)
    return (each[0], each[len(each) // 2], each[-1])


def _apart(each: Sequence[Offer]) -> tuple[Offer, ...]:
    chosen: list[Offer] = []
    for one in each:
        if not chosen or one.start - chosen[-1].start >= APART:
            chosen.append(one)
        if len(chosen) == FEW:
            break
    return tuple(chosen)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
