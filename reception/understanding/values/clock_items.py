"""What the words of a time can name: clock times, parts of the day, lengths, and the words that join them."""

from __future__ import annotations

from dataclasses import dataclass

NOON, DAY = 12 * 60, 24 * 60


@dataclass(frozen=True)
class Clock:
    """A clock time in minutes after midnight.

    `half` is "am" or "pm" where it was said; `sure` says that the words leave no choice of half; `bare` is
    a number with nothing beside it that makes it a time.
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
