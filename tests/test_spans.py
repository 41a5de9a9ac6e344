"""Unit ring: days, weeks and months of a practice, and which part of the one before compares."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from reception.spans import By, Span

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("by", "first", "after_last", "before"),
    [
        ("day", date(2026, 3, 11), date(2026, 3, 12), date(2026, 3, 10)),
        ("week", date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 2)),
        ("month", date(2026, 3, 1), date(2026, 4, 1), date(2026, 2, 1)),
    ],
)
def test_a_span_lies_around_a_day(by: By, first: date, after_last: date, before: date) -> None:
    span = Span.around(by, date(2026, 3, 11), NEW_YORK)
    assert (span.first, span.after_last, span.before.first) == (first, after_last, before)
    assert span.before.following == span


def test_midnights_are_those_of_the_practice_also_when_clocks_change() -> None:
    sunday = Span.around("day", date(2026, 3, 8), NEW_YORK)  # of 23 hours
    assert (sunday.end.timestamp() - sunday.start.timestamp()) / 3600 == 23
    assert len(list(sunday.parts())) == 24
    assert len(list(Span.around("month", date(2026, 2, 3), NEW_YORK).parts())) == 28


def test_what_goes_on_is_compared_to_as_much_of_the_span_before() -> None:
    week = Span.around("week", date(2026, 3, 11), NEW_YORK)
    now = datetime(2026, 3, 11, 10, 30, tzinfo=NEW_YORK)
    assert week.before.as_far_as(week, now) == datetime(2026, 3, 4, 10, 30, tzinfo=NEW_YORK)
    over = datetime(2026, 3, 20, tzinfo=NEW_YORK)
    assert week.before.as_far_as(week, over) == week.before.end
    march = Span.around("month", date(2026, 3, 31), NEW_YORK)
    late = datetime(2026, 3, 31, 9, tzinfo=NEW_YORK)
    assert march.before.as_far_as(march, late) == march.before.end  # February has no 31st
