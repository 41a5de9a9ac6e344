"""What the words of a date can name: days, weeks, weekdays, lengths, and the words that join them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reception.understanding.values.calendar_days import add_months, shift

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Span:
    """Known days, both ends included. `frame` marks a week or month that weekdays beside it belong to."""

    first: date
    last: date
    frame: bool = False
    yearless: bool = False  # a month and day without a year: may be read as another year's


@dataclass(frozen=True)
class Weekday:
    """A single weekday (0 is Monday); `which` is "", "next", "this", "last", "that" or "following"."""

    day: int
    which: str = ""
    weeks: int = 0  # "Tuesday week" is one more


@dataclass(frozen=True)
class Weekdays:
    """Weekdays in general: "Mondays", "weekdays"."""

    days: frozenset[int]


@dataclass(frozen=True)
class DayOfMonth:
    """ "The 24th"; `weekday` when it was said with it."""

    day: int
    weekday: int | None = None


@dataclass(frozen=True)
class Offset:
    """A number of days or months: "two weeks"; `vague` days may be added ("a few days")."""

    days: int = 0
    months: int = 0
    vague: int = 0

    def from_day(self, start: date, sign: int = 1) -> date:
        return shift(add_months(start, sign * self.months), sign * self.days)


@dataclass(frozen=True)
class Either:
    """Two days of which one is meant: the weekday and the number said don't fit each other."""

    one: date
    other: date


@dataclass(frozen=True)
class Word:
    """A word that joins the others."""

    text: str


Item = Span | Weekday | Weekdays | DayOfMonth | Offset | Either | Word


@dataclass(frozen=True)
class Scene:
    """What the words of a date hang on."""

    today: date
    month_first: bool = True
    anchors: tuple[date, ...] = ()  # days the desk (or the patient) named before
    existing: bool = False  # the day of an appointment there already is
    nearest: bool = False  # days gone by are as likely as days to come (a sick note, a result)
    strict: bool = False  # read the desk's sentences: nothing doubtful
