"""Plain arithmetic with days, weeks and months that never overflows."""

from __future__ import annotations

import calendar
from datetime import date


def real_date(year: int, month: int, day: int) -> date | None:
    """The date, or None when there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def shift(day: date, days: int) -> date:
    """`day` moved by whole days, held between the first and the last date there are."""
    ordinal = min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(ordinal)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it is shorter."""
    index = min(max(day.year * 12 + day.month - 1 + months, 12), 9999 * 12 + 11)
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_span(day: date, ahead: int) -> tuple[date, date]:
    """First and last day of the month `ahead` months from the one `day` lies in."""
    first = add_months(day.replace(day=1), ahead)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def week_span(day: date, ahead: int) -> tuple[date, date]:
    """Monday and Sunday of the week `ahead` weeks from the one `day` lies in."""
    monday = shift(day, 7 * ahead - day.weekday())
    return monday, shift(monday, 6)


def weekend_span(day: date, ahead: int) -> tuple[date, date]:
    """Saturday and Sunday of the week `ahead` weeks from the one `day` lies in."""
    monday, sunday = week_span(day, ahead)
    return shift(monday, 5), sunday


def next_weekday(after: date, weekday: int) -> date:
    """The first such weekday (0 is Monday) later than `after`."""
    return shift(after, (weekday - after.weekday() - 1) % 7 + 1)


def nth_weekday(first: date, last: date, weekday: int, count: int) -> date | None:
    """The `count`th such weekday within the days, -1 for the last; None when there are not so many."""
    one = shift(first, (weekday - first.weekday()) % 7)
    found = shift(last, -((last.weekday() - weekday) % 7)) if count < 0 else shift(one, 7 * (count - 1))
    return found if first <= found <= last and count else None


def part_of(first: date, last: date, part: str) -> tuple[date, date]:
    """The early, middle or late part of a week or a month; other words leave it whole."""
    whole_week = (last - first).days < 7
    if part in ("early", "earlier"):
        return first, min(shift(first, 2 if whole_week else 9), last)
    if part == "mid":
        monday = shift(last, -6) if whole_week else first
        return (shift(monday, 1), shift(monday, 3)) if whole_week else (shift(first, 10), shift(first, 19))
    if part == "late":
        start = shift(last, -3) if whole_week else first.replace(day=21)
        return max(start, first), shift(last, -2) if whole_week and first <= shift(last, -2) else last
    return first, last
