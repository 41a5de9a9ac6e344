"""Finds the day that a weekday, a day number or a length means on a given day."""

from __future__ import annotations

from datetime import date

from reception.understanding.values.calendar_days import add_months, next_weekday, real_date, shift
from reception.understanding.values.day_items import (
    DayOfMonth,
    Either,
    Item,
    Offset,
    Scene,
    Span,
    Weekday,
    Word,
)
from reception.understanding.values.patterns import Impossible


def resolve(
    item: Item,
    scene: Scene,
    *,
    after: date | None = None,
    before: date | None = None,
    past: bool = False,
    towards: date | None = None,
) -> Span | Either | None:
    """The days an item means; None for words and for weekdays in general.

    `after` is the start of a range or list it goes on from, `past` wants the latest day gone by (up to
    `before`), `towards` is a later day whose month it shares. Raises Impossible for days there are not.
    """
    if isinstance(item, Span):
        return _earlier_year(item, before or scene.today) if past and item.yearless else item
    if isinstance(item, Weekday):
        day = _weekday(item, scene, after, (before or scene.today) if past else None)
        return Span(day, day)
    if isinstance(item, DayOfMonth):
        return _day_of_month(item, scene, after, (before or scene.today) if past else None, towards)
    if isinstance(item, Offset):
        day = item.from_day(after or scene.today)
        return Span(day, shift(day, item.vague))
    if item == Word("sameday"):
        return Span(scene.anchors[-1], scene.anchors[-1]) if scene.anchors else None
    return item if isinstance(item, Either) else None


def _earlier_year(span: Span, latest: date) -> Span:
    """The same month and day in the latest year not after `latest`; leap days are up to 8 years apart."""
    day = span.first
    for year in range(latest.year, max(latest.year - 9, 0), -1):
        found = real_date(year, day.month, day.day)
        if found and found <= latest:
            return Span(found, found, yearless=True)
    return span


def _weekday(item: Weekday, scene: Scene, after: date | None, latest: date | None) -> date:
    if item.which == "last" or latest:
        reference = latest if latest and latest != scene.today else shift(scene.today, -1)
        return shift(reference, -((reference.weekday() - item.day) % 7))
    if after:
        return shift(next_weekday(after, item.day), 7 * item.weeks)
    if item.which == "following":
        return next_weekday(max(scene.anchors, default=scene.today), item.day)
    named = [day for day in scene.anchors if day.weekday() == item.day and day >= scene.today]
    if item.which in ("", "that") and named and not item.weeks:
        return min(named)
    return shift(next_weekday(scene.today, item.day), 7 * item.weeks)


def _months(start: date, day: int, step: int, count: int = 24) -> list[date]:
    """That day of the months from `start`'s on (or back), where they have it."""
    firsts = (add_months(start.replace(day=1), step * number) for number in range(count))
    return [found for first in firsts if (found := real_date(first.year, first.month, day))]


def _day_of_month(
    item: DayOfMonth, scene: Scene, after: date | None, latest: date | None, towards: date | None
) -> Span | Either:
    start = after or scene.today
    ahead = [day for day in _months(start, item.day, 1) if day >= start]
    back = [day for day in _months(latest or scene.today, item.day, -1) if day <= (latest or scene.today)]
    if not ahead or not back:
        raise Impossible
    if item.weekday is not None:
        return _fitting(item.weekday, ahead, back, scene)
    named = [day for day in scene.anchors if day.day == item.day]
    day = ahead[0]
    if latest:
        day = back[0]
    elif towards and not after and (shared := _months(towards, item.day, -1)):
        lent = next((one for one in shared if one <= towards), day)
        day = lent if lent >= scene.today or scene.nearest else day
    elif named and not after:
        day = min(named)
    elif scene.nearest and not after and scene.today - back[0] < ahead[0] - scene.today:
        day = back[0]
    return Span(day, day)


def _fitting(weekday: int, ahead: list[date], back: list[date], scene: Scene) -> Span | Either:
    """The nearest such day that is that weekday; where none is near, the two days that may be meant."""
    near = ahead[:2] if not scene.nearest else [*back[:1], *ahead[:2]]
    fitting = [day for day in near if day.weekday() == weekday]
    if fitting:
        return Span(fitting[0], fitting[0])
    by_name = shift(ahead[0], (weekday - ahead[0].weekday() + 3) % 7 - 3)
    if by_name <= scene.today:
        by_name = next_weekday(scene.today, weekday)
    one, other = sorted((by_name, ahead[0]))
    return Either(one, other)
