"""Unit: whether two times are the same, also in the hour that comes twice."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from reception.clock import same_moment

NEW_YORK = ZoneInfo("America/New_York")


def test_the_same_moment_told_in_two_zones() -> None:
    first = datetime(2026, 11, 1, 1, 0, tzinfo=NEW_YORK)
    assert same_moment(first, first.astimezone(UTC))
    assert same_moment(datetime(2026, 6, 1, 9, 0, tzinfo=NEW_YORK), datetime(2026, 6, 1, 13, 0, tzinfo=UTC))


def test_the_two_halves_of_the_hour_that_comes_twice_are_two_moments() -> None:
    first = datetime(2026, 11, 1, 1, 0, tzinfo=NEW_YORK)
    assert not same_moment(first, first.replace(fold=1))
