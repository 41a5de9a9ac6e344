"""Reads the words of a time span one after the other: clock times, parts of the day, and what joins them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

NOON, DAY = 12 * 60, 24 * 60


@dataclass(frozen=True)
class Clock:
    """A clock time in minutes; `half` is "am", "pm" or "" when the words leave it open, `sure` when they don't.

    `bare` is a number with nothing beside it that makes it a time.
    """

    minutes: int
    half: str = ""
    sure: bool = False
    bare: bool = False


@dataclass(frozen=True)
class Part:
    """A part of the day in minutes; an open end is None. `name` is the plain part it lies in."""

    first: int | None
    last: int | None
    name: str = ""


@dataclass(frozen=True)
class MinutePast:
    """ "Quarter past" with no hour: the hour is the desk's."""

    minute: int


@dataclass(frozen=True)
class Length:
    """Minutes: "half an hour"."""

    minutes: int


@dataclass(frozen=True)
class Word:
    """A word that joins the others."""

    text: str


Item = Clock | Part | MinutePast | Length | Word

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
    ("late", "evening"): Part(19 * 60, None, "evening"),
}
_EVENTS = {  # what "before" and "after" it mean, in minutes
    "work": (9 * 60, 17 * 60),
    "school": (8 * 60 + 30, 15 * 60),
    "lunch": (NOON, 13 * 60),
}
_CONNECTING = (
    "before after from to until by between and or not onwards upto later earlier any about , -".split()
)
_LEADS = frozenset("at about before after from to until between or and ,".split())
_TRAILS = frozenset(
    "or and , to until - with on in for at today tomorrow which is would then does do if this next the instead".split()
)
_HALF = r"(?: (?P<half>am|pm))?"
_SAID_RANGE = re.compile(r"(?<=from 5 )to(?= \d)|(?<=from 10 )to(?= \d)")
_TYPED_RANGE = re.compile(
    _SAID_RANGE.pattern + r"|(?<=\b10 )to(?= (?:11|12|1|2|3|4|noon)\b)|(?<=\b5 )to(?= [6-9]\b)"
)
Reader = Callable[[re.Match[str]], Item | None]
_READERS: list[tuple[re.Pattern[str], Reader]] = []


def _reads(pattern: str) -> Callable[[Reader], Reader]:
    """Registers a reader for a pattern of whole words; earlier readers come first."""

    def register(reader: Reader) -> Reader:
        _READERS.append((re.compile(rf"(?:{pattern})(?!\S)"), reader))
        return reader

    return register


def items(words: str, *, typed: bool = False) -> list[Item]:
    """The items of a span in the readers' words; words without a meaning for the clock are left out.

    `typed` says that numbers came as digits: "10 to 2" is then a range, "ten to two" a clock time.
    """
    words = (_TYPED_RANGE if typed else _SAID_RANGE).sub("until", words)
    found: list[Item] = []
    at = 0
    while at < len(words):
        for pattern, reader in _READERS:
            match = pattern.match(words, at)
            if match:
                item = reader(match)
                if item is not None:
                    found.append(item)
                at = match.end() + 1
                break
        else:
            blank = words.find(" ", at)
            at = len(words) if blank < 0 else blank + 1
    return found


def _clock(hour: int, minute: int, half: str | None, *, written: str = "") -> Item | None:
    """A clock time, or None when no clock shows it. `written` is the hour as typed: "05" is five in the morning."""
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    if half and 1 <= hour <= 12:
        return Clock((hour % 12 + (12 if half == "pm" else 0)) * 60 + minute, half, True)
    if hour == 24:
        return Clock(0, sure=True)
    if hour == 0 or hour > 12 or (written.startswith("0") and len(written) == 2):
        return Clock(hour * 60 + minute, sure=True)
    return Clock(hour * 60 + minute)


_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"


@_reads(
    rf"(?:(?:january|february|march|april|may|june|july|august|september|october|november|december|{_MONTH}) )\d{{1,2}}(?:th)?(?: , \d{{4}})?"
)
@_reads(
    r"\d{1,3} (?:day|days|week|weeks|month|months)|\d{4} - \d\d - \d\d|\d{1,2} / \d{1,2}(?: / \d{2,4})?|\d{1,2} - \d{1,2} - \d{4}"
)
def _date(match: re.Match[str]) -> None:
    """A day among the words says nothing about the clock."""


@_reads(rf"(?P<hour>\d\d?) [:.h] (?P<minute>\d\d)(?: : \d\d)?{_HALF}")
@_reads(rf"(?P<hour>\d\d?) (?P<minute>0\d|[1-5]\d){_HALF}(?: (?:hour))?")
def _hour_minute(match: re.Match[str]) -> Item | None:
    written = match["hour"] if ":" in match[0] or match["hour"].startswith("0") else ""
    return _clock(int(match["hour"]), int(match["minute"]), match["half"], written=written)


@_reads(rf"(?P<hour>\d?\d)(?P<minute>\d\d){_HALF}(?: (?:hour|h))?")
def _run_together(match: re.Match[str]) -> Item | None:
    return _clock(int(match["hour"]), int(match["minute"]), match["half"], written=match["hour"])


_FRACTIONS = {"quarter": 15, "half": 30}


@_reads(
    rf"(?:(?P<count>\d\d?) minute|(?P<name>quarter)) (?P<side>past|after|to|of|before|until) (?P<hour>\d\d?|noon|midnight)(?! [:.] ){_HALF}(?: oclock)?"
)
@_reads(
    rf"(?P<name>)(?P<count>5|10|20|25) (?P<side>past|to|of) (?P<hour>\d\d?|noon)(?! [:.] )(?! oclock){_HALF}"
)
@_reads(rf"(?P<count>)(?P<name>half) (?P<side>past)? ?(?P<hour>\d\d?|noon|midnight){_HALF}(?: oclock)?")
def _beside_hour(match: re.Match[str]) -> Item | None:
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


@_reads(r"(?:the )?(?:(quarter|half) past|(quarter|half)|(?:the )?(\d\d) past)")
def _minute_past(match: re.Match[str]) -> Item | None:
    name = match[1] or match[2]
    return MinutePast(_FRACTIONS[name] if name else int(match[3]))


@_reads(r"in (\d{1,3}) (minute|hour)|(\d{1,3}) (minute|hour)")
def _length(match: re.Match[str]) -> Item | None:
    return Length(int(match[1] or match[3]) * (60 if (match[2] or match[4]) == "hour" else 1))


@_reads("noon|midnight")
def _noon(match: re.Match[str]) -> Item:
    return Clock(NOON if match[0] == "noon" else 0, sure=True)


@_reads(r"(before|after) (work|school|lunch)")
def _beside_event(match: re.Match[str]) -> Item:
    until, since = _EVENTS[match[2]]
    return Part(None, until) if match[1] == "before" else Part(since, None)


@_reads(r"(early|mid|late)(?: -)?(?: in)?(?: the)? (morning|afternoon|evening|am|pm)")
def _shade(match: re.Match[str]) -> Item:
    return _SHADES[match[1], {"am": "morning", "pm": "afternoon"}.get(match[2], match[2])]


@_reads("early|late")
def _early(match: re.Match[str]) -> Item:
    return Part(0, 10 * 60, "morning") if match[0] == "early" else Part(16 * 60, None, "afternoon")


@_reads("|".join(PARTS))
def _part(match: re.Match[str]) -> Item:
    return PARTS[match[0]]


@_reads(rf"(?P<hour>\d\d?)(?: (?:oclock|h|hundred|hour))?{_HALF}(?: oclock)?")
def _hour(match: re.Match[str]) -> Item | None:
    clock = _clock(int(match["hour"]), 0, match["half"], written=match["hour"])
    before = match.string[: match.start()].split()[-1:]
    after = match.string[match.end() :].split()[:1]
    beside = _LEADS.issuperset(before or [""]) and _TRAILS.issuperset(after)
    bare = match[0] == match["hour"] and not beside
    return replace(clock, bare=True) if bare and isinstance(clock, Clock) else clock


@_reads("|".join(re.escape(word) for word in _CONNECTING))
def _word(match: re.Match[str]) -> Item:
    return Word(match[0])
