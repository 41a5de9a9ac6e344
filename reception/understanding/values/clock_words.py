"""Reads the words of a time span from left to right: clock times, parts of the day, and what joins them."""

from __future__ import annotations

import re
from dataclasses import replace

from reception.understanding.values.clock_items import DAY, NOON, Clock, Item, Length, MinutePast, Part, Word
from reception.understanding.values.language import words
from reception.understanding.values.patterns import Patterns

PARTS = {
    "morning": Part(0, NOON, "morning"),
    "am": Part(0, NOON, "morning"),
    "afternoon": Part(NOON, 17 * 60, "afternoon"),
    "pm": Part(NOON, None, "pm"),
    "evening": Part(17 * 60, None, "evening"),
    "lunchtime": Part(NOON, 14 * 60, "lunchtime"),
    "daytime": Part(8 * 60, 17 * 60),
    "dayend": Part(16 * 60, None, "afternoon"),
    "firsthour": Part(0, 10 * 60, "morning"),
}
_SHADES = {
    ("early", "morning"): Part(0, 10 * 60, "morning"),
    ("mid", "morning"): Part(9 * 60, 11 * 60, "morning"),
    ("late", "morning"): Part(10 * 60, NOON, "morning"),
    ("early", "afternoon"): Part(NOON, 14 * 60, "afternoon"),
    ("mid", "afternoon"): Part(14 * 60, 16 * 60, "afternoon"),
    ("late", "afternoon"): Part(15 * 60, 17 * 60, "afternoon"),
    ("early", "evening"): Part(17 * 60, 19 * 60, "evening"),
    ("mid", "evening"): Part(18 * 60, 20 * 60, "evening"),
    ("late", "evening"): Part(19 * 60, None, "evening"),
}
_EVENTS = {  # what "before" and "after" it mean, in minutes
    "work": (9 * 60, 17 * 60),
    "school": (8 * 60 + 30, 15 * 60),
    "lunch": (NOON, 13 * 60),
}
_JOINING = "before|after|from|to|until|by|between|and|or|not|onwards|upto|later|earlier|any|about|,|-"
_LEADS = frozenset(words("at about before after from to until between or and ,"))
_TRAILS = frozenset(
    words(
        "or and , to until - with on in for at today tomorrow which is would then does do if this next the "
        "instead"
    )
)
_BEFORE_ONE = frozenset(words("morning afternoon evening later earlier early late am pm oclock noon the"))
_HALF = r"(?: (?P<half>am|pm))?"
_SAID_RANGE = re.compile(r"(?<=from 5 )to(?= \d)|(?<=from 10 )to(?= \d)")
_TYPED_RANGE = re.compile(
    _SAID_RANGE.pattern + r"|(?<=\b10 )to(?= (?:11|12|1|2|3|4|noon)\b)|(?<=\b5 )to(?= [6-9]\b)"
)
_SIDES = "past|after|to|of|before|until"
_OCLOCK = "(?: oclock)?"
_NAMED = r"(?P<hour>\d\d?|noon|midnight)"
_TIMES: Patterns[None, Item] = Patterns()
_FRACTIONS = {"quarter": 15, "half": 30}
_DATE = (
    r"(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*) \d{1,2}(?:th)?(?: , \d{4})?",
    r"\d{1,3} (?:day|days|week|weeks|month|months)",
    r"\d{4} - \d\d - \d\d|\d{1,2} / \d{1,2}(?: / \d{2,4})?|\d{1,2} - \d{1,2} - \d{4}",
)


def items(text: str, *, typed: bool = False) -> list[Item]:
    """The items of a span in the readers' words; words without a meaning for the clock are left out.

    `typed` says that numbers came as digits: "10 to 2" is then a range, "ten to two" a clock time.
    """
    text = (_TYPED_RANGE if typed else _SAID_RANGE).sub("until", text)
    return _TIMES.items(text, None, forgiving=True)


def _clock(hour: int, minute: int, half: str | None, *, written: str = "") -> Item | None:
    """A clock time, or None when no clock shows it; `written` is the hour as typed: "05" is before noon."""
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    if half and 1 <= hour <= 12:
        return Clock((hour % 12 + (12 if half == "pm" else 0)) * 60 + minute, half, True)
    if hour == 24:
        return Clock(0, sure=True)
    if hour == 0 or hour > 12 or (written.startswith("0") and len(written) == 2):
        return Clock(hour * 60 + minute, sure=True)
    return Clock(hour * 60 + minute)


@_TIMES.reads(*_DATE)
def _date(match: re.Match[str], _: None) -> None:
    """A day among the words says nothing about the clock."""


@_TIMES.reads(
    rf"(?P<hour>\d\d?) [:.h] (?P<minute>\d\d)(?: : \d\d)?{_HALF}",
    rf"(?P<hour>\d\d?) (?P<minute>0\d|[1-5]\d){_HALF}(?: (?:hour))?",
)
def _hour_minute(match: re.Match[str], _: None) -> Item | None:
    written = match["hour"] if ":" in match[0] or match["hour"].startswith("0") else ""
    return _clock(int(match["hour"]), int(match["minute"]), match["half"], written=written)


@_TIMES.reads(
    rf"(?P<hour>\d?\d)(?P<minute>\d\d){_HALF}(?: (?:hour|h))?",
)
def _run_together(match: re.Match[str], _: None) -> Item | None:
    return _clock(int(match["hour"]), int(match["minute"]), match["half"], written=match["hour"])


@_TIMES.reads(
    rf"(?:(?P<count>\d\d?) minute|(?P<name>quarter)) (?P<side>{_SIDES}) {_NAMED}(?! [:.] ){_HALF}{_OCLOCK}",
    rf"(?P<name>)(?P<count>5|10|20|25) (?P<side>past|to|of) {_NAMED}(?! [:.] )(?! oclock){_HALF}",
    rf"(?P<count>)(?P<name>half) (?P<side>past)? ?{_NAMED}{_HALF}(?: oclock)?",
)
def _beside_hour(match: re.Match[str], _: None) -> Item | None:
    count = int(match["count"]) if match["count"] else _FRACTIONS[match["name"]]
    named = {"noon": 12, "midnight": 0}.get(match["hour"])
    hour = named if named is not None else int(match["hour"])
    half = match["half"] or ("pm" if named == 12 else None)
    if match["side"] in ("past", "after", None):
        return _clock(hour, count, half)
    if hour == 0:
        return Clock(DAY - count, sure=True)
    base = _clock(hour, 0, half)
    if not isinstance(base, Clock):
        return None
    if base.sure:
        return Clock((base.minutes - count) % DAY, base.half, True)
    return Clock((base.minutes - count) if hour > 1 else NOON + 60 - count)


@_TIMES.reads(
    r"(?:the )?(?:(quarter|half) past|(quarter|half)|(?:the )?(\d\d) past)",
)
def _minute_past(match: re.Match[str], _: None) -> Item | None:
    name = match[1] or match[2]
    return MinutePast(_FRACTIONS[name] if name else int(match[3]))


@_TIMES.reads(
    r"(?P<hour>1[3-9]|2[0-3]|0\d) hour(?! (?:later|earlier|after|before))",
)
def _full_hours(match: re.Match[str], _: None) -> Item | None:
    """ "16 hours" is a clock time, "two hours" a length."""
    return _clock(int(match["hour"]), 0, None, written=match["hour"])


@_TIMES.reads(
    r"in (\d{1,3}) (minute|hour)|(\d{1,3}) (minute|hour)",
)
def _length(match: re.Match[str], _: None) -> Item | None:
    return Length(int(match[1] or match[3]) * (60 if (match[2] or match[4]) == "hour" else 1))


@_TIMES.reads(
    "noon|midnight",
)
def _noon(match: re.Match[str], _: None) -> Item:
    return Clock(NOON if match[0] == "noon" else 0, sure=True)


@_TIMES.reads(
    r"(before|after) (work|school|lunch)",
)
def _beside_event(match: re.Match[str], _: None) -> Item:
    until, since = _EVENTS[match[2]]
    return Part(None, until) if match[1] == "before" else Part(since, None)


@_TIMES.reads(
    r"(early|mid|late)(?: -)?(?: in)?(?: the)? (morning|afternoon|evening|am|pm)",
)
def _shade(match: re.Match[str], _: None) -> Item:
    return _SHADES[match[1], {"am": "morning", "pm": "afternoon"}.get(match[2], match[2])]


@_TIMES.reads(
    "early|late",
)
def _early(match: re.Match[str], _: None) -> Item:
    return Part(0, 10 * 60, "morning") if match[0] == "early" else Part(16 * 60, None, "afternoon")


@_TIMES.reads(
    "|".join(PARTS),
)
def _part(match: re.Match[str], _: None) -> Item:
    return PARTS[match[0]]


@_TIMES.reads(
    rf"(?P<hour>\d\d?)(?: (?:oclock|h|hundred|hour))?{_HALF}(?: oclock)?",
)
def _hour(match: re.Match[str], _: None) -> Item | None:
    clock = _clock(int(match["hour"]), 0, match["half"], written=match["hour"])
    before = match.string[: match.start()].split()[-1:]
    after = match.string[match.end() :].split()[:1]
    beside = _LEADS.issuperset(before or [""]) and _TRAILS.issuperset(after)
    bare = match[0] == match["hour"] and not beside
    if match[0] == "1" and before and (before[0][0].isdecimal() or before[0] in _BEFORE_ONE):
        return None  # "the 9:15 one", "the later one"
    return replace(clock, bare=True) if bare and isinstance(clock, Clock) else clock


@_TIMES.reads(
    _JOINING,
)
def _word(match: re.Match[str], _: None) -> Item:
    return Word(match[0])
