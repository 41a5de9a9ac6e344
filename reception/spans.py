"""A day, a week or a month of a practice, in its own zone, with the one before it: pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

By = Literal["day", "week", "month"]
#: What a span is cut into.
Unit = Literal["hour", "day"]


@dataclass(frozen=True)
class Span:
    """The `by` that begins on `first`; weeks begin on Mondays."""

    by: By
    first: date
    zone: ZoneInfo

    @classmethod
    def around(cls, by: By, day: date, zone: ZoneInfo) -> Span:
        """The day, week or month that `day` lies in."""
        if by == "week":
            day -= timedelta(days=day.weekday())
        return cls(by, day.replace(day=1) if by == "month" else day, zone)

    @property
    def after_last(self) -> date:
        """The first day that is no longer in it."""
        if self.by == "month":
            return (self.first + timedelta(days=31)).replace(day=1)
        return self.first + timedelta(days=7 if self.by == "week" else 1)

    @property
    def start(self) -> datetime:
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        """Aware, and not in it."""
        return self._midnight(self.after_last)

    @property
    def before(self) -> Span:
        return Span.around(self.by, self.first - timedelta(days=1), self.zone)

    @property
    def following(self) -> Span:
        return Span(self.by, self.after_last, self.zone)

    @property
    def unit(self) -> Unit:
        return "hour" if self.by == "day" else "day"

    def parts(self) -> Iterator[datetime]:
        """The beginnings of its hours or days, by the practice's clocks, without a zone."""
        if self.unit == "hour":
            yield from (datetime.combine(self.first, time(hour)) for hour in range(24))
            return
        for day in range((self.after_last - self.first).days):
            yield datetime.combine(self.first + timedelta(days=day), time())

    def so_far(self, now: datetime) -> datetime:
        """Where it ends, or as far as it has come."""
        return min(self.end, max(self.start, now))

    def as_far_as(self, other: Span, now: datetime) -> datetime:
        """The end of the part of this one that compares to `other` by now, by the clocks."""
        if now >= other.end:
            return self.end
        gone = other.so_far(now).astimezone(self.zone).replace(tzinfo=None) - datetime.combine(
            other.first, time()
        )
        here = datetime.combine(self.first, time()) + gone
        return min(self.end, here.replace(tzinfo=self.zone))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)
