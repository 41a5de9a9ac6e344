"""Reads the words for weeks, months, weekends and lengths of time among the words of a date."""

from __future__ import annotations

import re
from datetime import date

from reception.understanding.values.calendar_days import (
    month_span,
    nth_weekday,
    part_of,
    real_date,
    shift,
    week_span,
    weekend_span,
)
from reception.understanding.values.day_items import MONTHS, WEEKDAYS, Item, Offset, Scene, Span
from reception.understanding.values.patterns import Impossible, Patterns

#: Parts of a month, which have to be tried before single weekdays and days.
PARTS_OF_MONTHS: Patterns[Scene, Item] = Patterns()
PERIODS: Patterns[Scene, Item] = Patterns()

_WD = "|".join(WEEKDAYS)
_MON = "|".join(MONTHS)
_COUNT = r"(\d{1,3}|few)(?: -)? (day|week|month|year)"
_IN_MONTH = rf"(?:the )?({_MON}|next month|this month|month)"
_SHADE = r"(?:(early|mid|late|rest|later|earlier) )?(?:- )?(?:in )?(?:the )?(?:of )?"


def _month_of(text: str, scene: Scene) -> tuple[date, date]:
    """The month that "next month", "this month" or a month's name means."""
    if text in MONTHS:
        month = MONTHS.index(text) + 1
        ahead = month - scene.today.month
        return month_span(scene.today, ahead + 12 if ahead < 0 and not scene.nearest else ahead)
    return month_span(scene.today, {"next": 1, "last": -1}.get(text.split()[0], 0))


def _offset(count: str, unit: str) -> Offset:
    number = 2 if count == "few" else int(count)
    vague = 3 if count == "few" else 0
    if unit in ("month", "year"):
        return Offset(months=number * (12 if unit == "year" else 1))
    return Offset(days=number * (7 if unit == "week" else 1), vague=vague * (7 if unit == "week" else 1))


@PARTS_OF_MONTHS.reads(
    r"(?:the )?(\d{1,2})(?:th)? of (?:the )?(next|this|last)? ?month",
)
def _day_of_named_month(match: re.Match[str], scene: Scene) -> Item:
    first, _ = month_span(scene.today, {"next": 1, "last": -1}.get(match[2] or "", 0))
    found = real_date(first.year, first.month, int(match[1]))
    if not found:
        raise Impossible
    return Span(found, found)


@PARTS_OF_MONTHS.reads(
    rf"(?:the )?(\d|last|\dth) ({_WD}) (?:of|in) {_IN_MONTH}",
)
def _nth_weekday(match: re.Match[str], scene: Scene) -> Item:
    first, last = _month_of(match[3], scene)
    count = -1 if match[1] == "last" else int(match[1][0])
    found = nth_weekday(first, last, WEEKDAYS.index(match[2]), count)
    if not found:
        raise Impossible
    return Span(found, found)


@PARTS_OF_MONTHS.reads(
    rf"(?:the )?(last|\dth) (?:weekof|week in) {_IN_MONTH}",
)
def _nth_week(match: re.Match[str], scene: Scene) -> Item:
    first, last = _month_of(match[2], scene)
    if match[1] == "last":
        return Span(shift(last, -6), last, frame=True)
    start = shift(first, 7 * (int(match[1][0]) - 1))
    if start > last:
        raise Impossible
    return Span(start, min(shift(start, 6), last), frame=True)


@PERIODS.reads(
    _SHADE + r"(?:(this|next|last) )?week(?! (?:after|of|from))",
    _SHADE + r"(week after next|thatweek|weekafter|weekbefore)",
)
def _week(match: re.Match[str], scene: Scene) -> Item | None:
    which = match[2] or ""
    weeks = {"next": 1, "last": -1, "week after next": 2}.get(which, 0)
    start = scene.today
    if which in ("thatweek", "weekafter", "weekbefore"):
        start = max(scene.anchors) if scene.anchors else scene.today
        weeks = {"weekafter": 1, "weekbefore": -1}.get(which, 0)
    first, last = week_span(start, weeks)
    part = match[1] or ""
    if first <= scene.today <= last and not scene.nearest:
        rest = part in ("rest", "later")
        first = min(shift(scene.today, 1), last) if rest and part == "later" else scene.today
        part = "" if rest else part
    first, last = part_of(first, last, part)
    if part and last < scene.today and not scene.nearest:  # "midweek" said on a Friday
        first, last = shift(first, 7), shift(last, 7)
    return Span(first, last, frame=True)


@PERIODS.reads(
    r"(?:the )?(?:(this|next|last) )?weekend(?: after next)?",
)
def _weekend(match: re.Match[str], scene: Scene) -> Item:
    weeks = {"next": 1, "last": -1}.get(match[1] or "", 0)
    if match[1] == "next" and scene.today.weekday() < 5:
        weeks = 0
    if match[0].endswith("after next"):
        weeks += 1
    first, last = weekend_span(scene.today, weeks)
    return Span(max(first, scene.today) if weeks >= 0 else first, last)


@PERIODS.reads(
    rf"{_SHADE}(this month|next month|last month|month after next|{_MON})(?: ((?:19|20)\d\d))?",
    r"(early|mid|late|rest|later) (?:in )?(?:the )?(?:of )?(month)()",
)
def _month(match: re.Match[str], scene: Scene) -> Item:
    first, last = month_span(scene.today, 2) if match[2] == "month after next" else _month_of(match[2], scene)
    if match[2] in MONTHS and match[3]:
        first, last = month_span(date(int(match[3]), first.month, 1), 0)
    first, last = part_of(first, last, match[1] or "")
    if first < scene.today <= last and not scene.nearest:
        first = scene.today
    return Span(first, last, frame=True)


@PERIODS.reads(
    rf"(?:within|next)(?: the)?(?: next)? {_COUNT}",
)
def _coming_days(match: re.Match[str], scene: Scene) -> Item:
    offset = _offset(match[1], match[2])
    return Span(scene.today, shift(offset.from_day(scene.today), offset.vague), frame=True)


@PERIODS.reads(
    "within(?: the)?(?: next)? (week|month)",
)
def _coming_unit(match: re.Match[str], scene: Scene) -> Item:
    return Span(scene.today, _offset("1", match[1]).from_day(scene.today), frame=True)


@PERIODS.reads(
    rf"last {_COUNT}",
)
def _past_days(match: re.Match[str], scene: Scene) -> Item:
    offset = _offset(match[1], match[2])
    return Span(shift(offset.from_day(scene.today, -1), 1 - offset.vague), scene.today)


@PERIODS.reads(
    rf"{_COUNT} (?:ago|back)",
)
def _ago(match: re.Match[str], scene: Scene) -> Item:
    offset = _offset(match[1], match[2])
    found = offset.from_day(scene.today, -1)
    return Span(shift(found, -offset.vague), found)


@PERIODS.reads(
    r"(?:in )?(\d{1,3}) (?:-|or|to) (\d{1,3}) (day|week|month|year)(?! (?:from|after|before|later|ago))",
)
def _length_range(match: re.Match[str], scene: Scene) -> Item:
    """ "In two or three weeks"; of a sick note as many days from today."""
    least, most = _offset(match[1], match[3]), _offset(match[2], match[3])
    if scene.nearest:
        return Span(scene.today, shift(most.from_day(scene.today), -1))
    return Span(least.from_day(scene.today), most.from_day(scene.today))


@PERIODS.reads(
    _COUNT,
)
def _length(match: re.Match[str], scene: Scene) -> Item:
    return _offset(match[1], match[2])
