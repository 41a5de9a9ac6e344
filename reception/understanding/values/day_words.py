"""Reads the words of a date span from left to right: days, weekdays, and what joins them."""

from __future__ import annotations

import re

from reception.understanding.values.calendar_days import real_date, shift
from reception.understanding.values.day_items import (
    MONTHS,
    WEEKDAYS,
    DayOfMonth,
    Either,
    Item,
    Scene,
    Span,
    Weekday,
    Weekdays,
    Word,
)
from reception.understanding.values.patterns import Impossible, Patterns
from reception.understanding.values.period_words import PARTS_OF_MONTHS, PERIODS

_DATES: Patterns[Scene, Item] = Patterns()
_DAYS: Patterns[Scene, Item] = Patterns()
_REST: Patterns[Scene, Item] = Patterns()

_WD = "|".join(WEEKDAYS)
_MON = "|".join(MONTHS)
_YEAR = r"(?:(?: ,)? (?P<year>(?:19|20)\d\d|20 \d\d))?"
_NOT_CLOCK = r"(?! (?::|am\b|pm\b|oclock\b|h\b|(?:day|week|month|year)\b))"
_LED = rf"(?:(?P<wd>{_WD}) (?:, )?)?(?:the )?"
_JOINING = (
    "soonest|any|sameday|before|after|from|starting|to|until|by|since|between|and|or|not|onwards|upto|"
    "later|earlier|weekof|weekpast|weekprior|,|-"
)
_WEEK_AFTER = re.compile(rf"week(after|before) (?=(?:the )?\d|(?:the )?(?:{_WD}|{_MON})\b|to(?:day|morrow))")
_WEEK_AFTER_NEXT = re.compile(r"(?:not )?(?:the )?next week (?:, )?(?:not )?weekafter\b")
_WEEK_ON = re.compile(rf"(?<=\d )week (?:on )?(?=(?:{_WD}|today|tomorrow)\b)")


def items(words: str, scene: Scene) -> list[Item]:
    """The items of a span in the readers' words, unknown words left out.

    Raises Impossible for days there are not, except in the desk's sentences, where they are left out.
    """
    words = _WEEK_AFTER.sub(lambda match: "weekpast " if match[1] == "after" else "weekprior ", words)
    words = _WEEK_AFTER_NEXT.sub("week after next", words)
    words = _WEEK_ON.sub("week from ", words).replace("soonest 1 day after", "soonest after")
    return _ALL.items(words, scene, forgiving=scene.strict)


def _yearless(month: int, day: int, scene: Scene) -> Span:
    """The month and day as it comes next, today included, or nearest for something that exists already."""
    year = scene.today.year
    years = (real_date(year + more, month, day) for more in range(9))  # leap days are up to 8 years apart
    best = next((one for one in years if one and one >= scene.today), None)
    if best is None:
        raise Impossible
    if scene.existing or scene.nearest:
        before = (real_date(year - less, month, day) for less in range(9))
        gone = next((one for one in before if one and one <= scene.today), None)
        if gone and scene.today - gone < best - scene.today:
            best = gone
    return Span(best, best, yearless=True)


def _dated(month: int, day: int, year: str | None, scene: Scene) -> Span:
    if not year:
        return _yearless(month, day, scene)
    number = int(year.replace(" ", ""))
    found = real_date(number + 2000 if number < 100 else number, month, day)
    if not found:
        raise Impossible
    return Span(found, found)


def _with_weekday(span: Span, name: str | None, scene: Scene) -> Item:
    """The day, unless the weekday said with it is another one: then both, for asking back."""
    day = span.first
    if not name or scene.strict or day.weekday() == WEEKDAYS.index(name):
        return span
    other = shift(day, (WEEKDAYS.index(name) - day.weekday() + 3) % 7 - 3)
    return Either(other, day) if other < day else Either(day, other)


@_DATES.reads(
    r"at \d{1,2}(?: (?:: )?\d\d)?(?: (?:am|pm|oclock))?",
    r"\d{1,2} : \d\d(?: (?:am|pm))?",
    r"\d{1,2} (?:am|pm|oclock)",
)
def _clock(match: re.Match[str], scene: Scene) -> None:
    """A clock time among the date's words says nothing about the day."""


@_DATES.reads(
    r"(\d{4}) ([-/.]) (\d{1,2}) \2 (\d{1,2})",
)
def _iso(match: re.Match[str], scene: Scene) -> Item:
    return _dated(int(match[3]), int(match[4]), match[1], scene)


@_DATES.reads(
    r"(\d{1,2}) ([-/.]) (\d{1,2}) \2 (\d{4}|\d\d)|(\d{1,2}) [/.] (\d{1,2})",
)
def _numeric(match: re.Match[str], scene: Scene) -> Item:
    one, two = int(match[1] or match[5]), int(match[3] or match[6])
    month, day = (one, two) if scene.month_first else (two, one)
    if month > 12:
        month, day = day, month
    return _dated(month, day, match[4], scene)


@_DATES.reads(
    rf"{_LED}(?P<mon>{_MON}) (?:the )?(?P<day>\d{{1,2}})(?:th)?(?! :){_YEAR}",
    rf"{_LED}(?P<day>\d{{1,2}})(?:th)? (?:day )?(?:of )?(?P<mon>{_MON}){_YEAR}",
)
def _month_day(match: re.Match[str], scene: Scene) -> Item:
    span = _dated(MONTHS.index(match["mon"]) + 1, int(match["day"]), match["year"], scene)
    return _with_weekday(span, match["wd"], scene)


@_DAYS.reads(
    rf"(?P<wd>{_WD}) (?:, )?(?:on )?(?:the )?(?P<day>\d{{1,2}})th",
    rf"(?P<wd>{_WD}) (?:, )?(?:the )(?P<day>\d{{1,2}}){_NOT_CLOCK}",
    rf"(?P<wd>{_WD}) (?P<day>\d{{1,2}}){_NOT_CLOCK}(?! \d)",
)
def _weekday_day(match: re.Match[str], scene: Scene) -> Item | None:
    if scene.strict and not match[0].endswith("th"):
        return Weekday(WEEKDAYS.index(match["wd"]))
    return DayOfMonth(int(match["day"]), WEEKDAYS.index(match["wd"]))


@_DAYS.reads(
    "(today|tomorrow|overmorrow|yesterday|ereyesterday)( week)?",
)
def _near_day(match: re.Match[str], scene: Scene) -> Item:
    ahead = {"tomorrow": 1, "overmorrow": 2, "yesterday": -1, "ereyesterday": -2}.get(match[1], 0)
    day = shift(scene.today, ahead + (7 if match[2] else 0))
    return Span(day, day)


@_DAYS.reads(
    rf"(?:the )?({_WD}) (week|after next|in 1 week|2 week)(?! (?:after|of))",
)
def _weekday_week(match: re.Match[str], scene: Scene) -> Item:
    return Weekday(WEEKDAYS.index(match[1]), weeks=2 if match[2] == "2 week" else 1)


@_DAYS.reads(
    rf"(?:every|any) ({_WD}|weekend)|(weekdays)",
)
def _weekdays(match: re.Match[str], scene: Scene) -> Item:
    if match[2]:
        return Weekdays(frozenset(range(5)))
    return Weekdays(frozenset({5, 6}) if match[1] == "weekend" else frozenset({WEEKDAYS.index(match[1])}))


@_DAYS.reads(
    rf"(?:the )?(?:(next|this|last|that|following) )?({_WD})",
)
def _weekday(match: re.Match[str], scene: Scene) -> Item:
    return Weekday(WEEKDAYS.index(match[2]), match[1] or "")


@_REST.reads(
    rf"(?:the )?(\d{{1,2}})th|the (\d{{1,2}}){_NOT_CLOCK}|(\d{{1,2}}){_NOT_CLOCK}",
)
def _day_of_month(match: re.Match[str], scene: Scene) -> Item | None:
    day = int(match[1] or match[2] or match[3])
    if scene.strict and not (match[1] and day > 3):
        return None
    if not 1 <= day <= 31:
        raise Impossible
    return DayOfMonth(day)


@_REST.reads(
    _JOINING,
)
def _word(match: re.Match[str], scene: Scene) -> Item:
    return Word(match[0])


_ALL = _DATES.then(PARTS_OF_MONTHS).then(_DAYS).then(PERIODS).then(_REST)
