"""Reads the words of a date span one after the other, each pattern with its reader."""

from __future__ import annotations

import re
from collections.abc import Callable
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
from reception.understanding.values.day_items import (
    MONTHS,
    WEEKDAYS,
    DayOfMonth,
    Either,
    Impossible,
    Item,
    Offset,
    Scene,
    Span,
    Weekday,
    Weekdays,
    Word,
)

_WD = "|".join(WEEKDAYS)
_MON = "|".join(MONTHS)
_YEAR = r"(?:(?: ,)? (?P<year>(?:19|20)\d\d|20 \d\d))?"
_NOT_CLOCK = r"(?! (?::|am\b|pm\b|oclock\b|h\b))"
_LED = rf"(?:(?P<wd>{_WD}) (?:, )?)?(?:the )?"
_CONNECTING = (
    "soonest any sameday before after from starting to until by since between and or not onwards upto "
    "later earlier weekof weekpast weekprior , -"
).split()
Reader = Callable[[re.Match[str], Scene], Item | None]
_READERS: list[tuple[re.Pattern[str], Reader]] = []


def _reads(pattern: str) -> Callable[[Reader], Reader]:
    """Registers a reader for a pattern of whole words; earlier readers come first."""

    def register(reader: Reader) -> Reader:
        _READERS.append((re.compile(rf"(?:{pattern})(?!\S)"), reader))
        return reader

    return register


_WEEK_AFTER = re.compile(rf"week(after|before) (?=(?:the )?\d|(?:the )?(?:{_WD}|{_MON})\b|to(?:day|morrow))")

_WEEK_ON = re.compile(rf"(?<=\d )week on (?=(?:{_WD})\b)")


def _read(words: str, at: int, scene: Scene) -> tuple[Item | None, int]:
    """The item at a place, None for a word without meaning here, and where the next one starts."""
    for pattern, reader in _READERS:
        match = pattern.match(words, at)
        if match:
            try:
                return reader(match, scene), match.end() + 1
            except Impossible:
                if not scene.strict:
                    raise
                return None, match.end() + 1
    blank = words.find(" ", at)
    return None, len(words) if blank < 0 else blank + 1


def items(words: str, scene: Scene) -> list[Item]:
    """The items of a span in the readers' words, unknown words left out.

    Raises Impossible for days there are not, except in the desk's sentences, where they are left out.
    """
    words = _WEEK_AFTER.sub(lambda match: "weekpast " if match[1] == "after" else "weekprior ", words)
    words = _WEEK_ON.sub("week from ", words).replace("soonest 1 day after", "soonest after")
    found: list[Item] = []
    at = 0
    while at < len(words):
        item, at = _read(words, at, scene)
        if item is not None:
            found.append(item)
    return found


def yearless(month: int, day: int, scene: Scene) -> Span:
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
        return yearless(month, day, scene)
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


@_reads(
    r"at \d{1,2}(?: (?:: )?\d\d)?(?: (?:am|pm|oclock))?|\d{1,2} : \d\d(?: (?:am|pm))?|\d{1,2} (?:am|pm|oclock)"
)
def _clock(match: re.Match[str], scene: Scene) -> None:
    """A clock time among the date's words says nothing about the day."""


@_reads(r"(\d{4}) ([-/.]) (\d{1,2}) \2 (\d{1,2})")
def _iso(match: re.Match[str], scene: Scene) -> Item:
    return _dated(int(match[3]), int(match[4]), match[1], scene)


@_reads(r"(\d{1,2}) ([-/.]) (\d{1,2}) \2 (\d{4}|\d\d)|(\d{1,2}) [/.] (\d{1,2})")
def _numeric(match: re.Match[str], scene: Scene) -> Item:
    one, two = int(match[1] or match[5]), int(match[3] or match[6])
    month, day = (one, two) if scene.month_first else (two, one)
    if month > 12:
        month, day = day, month
    return _dated(month, day, match[4], scene)


@_reads(rf"{_LED}(?P<mon>{_MON}) (?:the )?(?P<day>\d{{1,2}})(?:th)?(?! :){_YEAR}")
@_reads(rf"{_LED}(?P<day>\d{{1,2}})(?:th)? (?:day )?(?:of )?(?P<mon>{_MON}){_YEAR}")
def _month_day(match: re.Match[str], scene: Scene) -> Item:
    span = _dated(MONTHS.index(match["mon"]) + 1, int(match["day"]), match["year"], scene)
    return _with_weekday(span, match["wd"], scene)


@_reads(r"(?:the )?(\d{1,2})(?:th)? of (?:the )?(next|this|last)? ?month")
def _day_of_named_month(match: re.Match[str], scene: Scene) -> Item:
    first, _ = month_span(scene.today, {"next": 1, "last": -1}.get(match[2] or "", 0))
    found = real_date(first.year, first.month, int(match[1]))
    if not found:
        raise Impossible
    return Span(found, found)


def _month_of(text: str, scene: Scene) -> tuple[date, date]:
    """The month that "next month", "this month" or a month's name means."""
    if text in MONTHS:
        month = MONTHS.index(text) + 1
        ahead = month - scene.today.month
        return month_span(scene.today, ahead + 12 if ahead < 0 and not scene.nearest else ahead)
    return month_span(scene.today, {"next": 1, "last": -1}.get(text.split()[0], 0))


@_reads(rf"(?:the )?(\d|last|\dth) ({_WD}) (?:of|in) (?:the )?({_MON}|next month|this month|month)")
def _nth_weekday(match: re.Match[str], scene: Scene) -> Item:
    first, last = _month_of(match[3], scene)
    count = -1 if match[1] == "last" else int(match[1][0])
    found = nth_weekday(first, last, WEEKDAYS.index(match[2]), count)
    if not found:
        raise Impossible
    return Span(found, found)


@_reads(rf"(?:the )?(last|\dth) (?:weekof|week in) (?:the )?({_MON}|next month|this month|month)")
def _nth_week(match: re.Match[str], scene: Scene) -> Item:
    first, last = _month_of(match[2], scene)
    if match[1] == "last":
        return Span(shift(last, -6), last, frame=True)
    start = shift(first, 7 * (int(match[1][0]) - 1))
    if start > last:
        raise Impossible
    return Span(start, min(shift(start, 6), last), frame=True)


@_reads(rf"(?P<wd>{_WD}) (?:, )?(?:on )?(?:the )?(?P<day>\d{{1,2}})th")
@_reads(rf"(?P<wd>{_WD}) (?:, )?(?:the )(?P<day>\d{{1,2}}){_NOT_CLOCK}")
@_reads(rf"(?P<wd>{_WD}) (?P<day>\d{{1,2}}){_NOT_CLOCK}(?! \d)")
def _weekday_day(match: re.Match[str], scene: Scene) -> Item | None:
    if scene.strict and not match[0].endswith("th"):
        return Weekday(WEEKDAYS.index(match["wd"]))
    return DayOfMonth(int(match["day"]), WEEKDAYS.index(match["wd"]))


@_reads("today|tomorrow|overmorrow|yesterday|ereyesterday")
def _near_day(match: re.Match[str], scene: Scene) -> Item:
    ahead = {"tomorrow": 1, "overmorrow": 2, "yesterday": -1, "ereyesterday": -2}.get(match[0], 0)
    return Span(shift(scene.today, ahead), shift(scene.today, ahead))


@_reads(rf"(?:the )?({_WD}) (week|after next|in 1 week)(?! (?:after|of))")
def _weekday_week(match: re.Match[str], scene: Scene) -> Item:
    return Weekday(WEEKDAYS.index(match[1]), weeks=1)


@_reads(rf"(?:every|any) ({_WD}|weekend)|(weekdays)")
def _weekdays(match: re.Match[str], scene: Scene) -> Item:
    if match[2]:
        return Weekdays(frozenset(range(5)))
    return Weekdays(frozenset({5, 6}) if match[1] == "weekend" else frozenset({WEEKDAYS.index(match[1])}))


@_reads(rf"(?:the )?(?:(next|this|last|that|following) )?({_WD})")
def _weekday(match: re.Match[str], scene: Scene) -> Item:
    return Weekday(WEEKDAYS.index(match[2]), match[1] or "")


@_reads(
    r"(?:(early|mid|late|rest|later|earlier) )?(?:in )?(?:the )?(?:of )?(?:(this|next|last) )?(week)(?! (?:after|of|from))"
)
@_reads(r"(?:(early|mid|late|rest) )?(?:in )?(?:the )?(week after next|thatweek|weekafter|weekbefore)")
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
    return Span(first, last, frame=True)


@_reads(r"(?:the )?(?:(this|next|last) )?weekend(?: after next)?")
def _weekend(match: re.Match[str], scene: Scene) -> Item:
    weeks = {"next": 1, "last": -1}.get(match[1] or "", 0)
    if match[1] == "next" and scene.today.weekday() < 5:
        weeks = 0
    if match[0].endswith("after next"):
        weeks += 1
    first, last = weekend_span(scene.today, weeks)
    return Span(max(first, scene.today) if weeks >= 0 else first, last)


@_reads(
    rf"(?:(early|mid|late|rest|later) )?(?:- )?(?:in )?(?:the )?(?:of )?(this month|next month|last month|month after next|{_MON})(?: ((?:19|20)\d\d))?"
)
@_reads(r"(early|mid|late|rest|later) (?:in )?(?:the )?(?:of )?(month)")
def _month(match: re.Match[str], scene: Scene) -> Item:
    first, last = month_span(scene.today, 2) if match[2] == "month after next" else _month_of(match[2], scene)
    if match[2] in MONTHS and match.re.groups > 2 and match[3]:
        first, last = month_span(date(int(match[3]), first.month, 1), 0)
    first, last = part_of(first, last, match[1] or "")
    if first < scene.today <= last and not scene.nearest:
        first = scene.today
    return Span(first, last, frame=True)


_COUNT = r"(\d{1,3}|few)(?: -)? (day|week|month|year)"


def _offset(count: str, unit: str) -> Offset:
    number = 2 if count == "few" else int(count)
    vague = 3 if count == "few" else 0
    if unit in ("month", "year"):
        return Offset(months=number * (12 if unit == "year" else 1))
    return Offset(days=number * (7 if unit == "week" else 1), vague=vague * (7 if unit == "week" else 1))


@_reads(rf"(?:within|next)(?: the)?(?: next)? {_COUNT}")
def _coming_days(match: re.Match[str], scene: Scene) -> Item:
    offset = _offset(match[1], match[2])
    return Span(scene.today, shift(offset.from_day(scene.today), offset.vague), frame=True)


@_reads("within(?: the)?(?: next)? (week|month)")
def _coming_unit(match: re.Match[str], scene: Scene) -> Item:
    return Span(scene.today, _offset("1", match[1]).from_day(scene.today), frame=True)


@_reads(rf"last {_COUNT}")
def _past_days(match: re.Match[str], scene: Scene) -> Item:
    offset = _offset(match[1], match[2])
    return Span(shift(offset.from_day(scene.today, -1), 1 - offset.vague), scene.today)


@_reads(rf"{_COUNT} (?:ago|back)")
def _ago(match: re.Match[str], scene: Scene) -> Item:
    offset = _offset(match[1], match[2])
    found = offset.from_day(scene.today, -1)
    return Span(shift(found, -offset.vague), found)


@_reads(_COUNT)
def _length(match: re.Match[str], scene: Scene) -> Item:
    return _offset(match[1], match[2])


@_reads(rf"(?:the )?(\d{{1,2}})th|the (\d{{1,2}}){_NOT_CLOCK}|(\d{{1,2}}){_NOT_CLOCK}")
def _day_of_month(match: re.Match[str], scene: Scene) -> Item | None:
    day = int(match[1] or match[2] or match[3])
    if scene.strict and not (match[1] and day > 3):
        return None
    if not 1 <= day <= 31:
        raise Impossible
    return DayOfMonth(day)


@_reads("|".join(re.escape(word) for word in _CONNECTING))
def _word(match: re.Match[str], scene: Scene) -> Item:
    return Word(match[0])
