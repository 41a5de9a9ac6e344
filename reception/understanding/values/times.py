"""Turns the words for a time ("half past three", "after two", "late afternoon") into `Hours`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from reception.dialogue.meaning import Hours
from reception.understanding.values.clock_items import DAY, NOON, Clock, Item, Length, MinutePast, Part, Word
from reception.understanding.values.clock_words import items
from reception.understanding.values.language import Language
from reception.understanding.values.words import canonical, tokens

_HALVES = {"morning": (0, NOON), "afternoon": (NOON, DAY), "evening": (NOON, DAY), "pm": (NOON, DAY)}
_EARLY_HOURS = range(1, 7)  # a bare one to six is afternoon


@dataclass(frozen=True)
class DayScene:
    """What the words of a time hang on, in minutes: the times named before, the parts of day, and now."""

    offered: tuple[int, ...] = ()
    parts: frozenset[str] = frozenset()
    now: int = NOON


def read_hours(text: str, scene: DayScene, language: Language) -> Hours | None:
    """The time a span names, or None when it can't be told."""
    typed = any(mark.isdecimal() for mark in text)
    read = _Wish(items(canonical(text, language.times, language), typed=typed), scene).read()
    if read is None and language.misheard_hour.search(text):  # "too thirty"
        hour = language.misheard_hour.sub(lambda heard: language.homophones[heard[0].lower()], text)
        return read_hours(hour, scene, language)
    return read


def times_named(text: str, language: Language, *, now: int = NOON) -> DayScene:
    """The clock times and parts of the day a sentence of the desk names, in order and each once."""
    found = items(canonical(text, language.times, language, forgiving=False))
    parts = frozenset(item.name for item in found if isinstance(item, Part) and item.name in _HALVES)
    scene = DayScene(parts=parts, now=now)
    clocks = [item for item in found if isinstance(item, Clock) and not item.bare]
    return DayScene(tuple(dict.fromkeys(_minutes(clock, scene, ()) for clock in clocks)), parts, now)


def says_today(text: str, language: Language) -> bool:
    """Whether the words for a time mean today's ("tonight", "this evening")."""
    said = f" {' '.join(tokens(text))} "
    return any(f" {phrase} " in said for phrase in language.this_day)


def _minutes(clock: Clock, scene: DayScene, parts: tuple[str, ...]) -> int:
    """Minutes after midnight of a clock time: its half of the day by the words, the desk, or custom."""
    if clock.sure:
        return clock.minutes
    face = clock.minutes % NOON
    if parts:
        return face if _HALVES[parts[0]][1] == NOON else face + NOON
    same_face = [minutes for minutes in scene.offered if minutes % NOON == face]
    if len(same_face) == 1:
        return same_face[0]
    usual = face + NOON if face // 60 in (0, *_EARLY_HOURS) else face
    if not same_face and len(scene.parts) == 1:
        (part,) = scene.parts
        return face if _HALVES[part][1] == NOON else face + NOON
    other = (usual + NOON) % DAY
    if len(scene.offered) > 1 and not same_face:
        low, high = min(scene.offered), max(scene.offered)
        if not low <= usual <= high and low <= other <= high:
            return other
    return usual


class _Wish:
    """Reads the items from left to right and gathers bounds and times."""

    def __init__(self, found: list[Item], scene: DayScene) -> None:
        self._scene = scene
        self._parts = tuple(item.name for item in found if isinstance(item, Part) and item.name in _HALVES)
        has_clock = any(isinstance(item, Clock) for item in found)
        # "Three in the afternoon" is three o'clock: the part only says which half of the day.
        self._items = [item for item in found if not (has_clock and isinstance(item, Part))]
        self._at = 0
        self._first: int | None = None
        self._last: int | None = None
        self._ranges: list[tuple[int | None, int | None]] = []
        self._said = False

    def read(self) -> Hours | None:
        while self._at < len(self._items):
            item = self._items[self._at]
            if isinstance(item, Word):
                self._at += 1
                self._word(item.text)
            else:
                self._time(item)
        return self._result()

    def _peek(self, ahead: int = 0) -> Item | None:
        return self._items[self._at + ahead] if self._at + ahead < len(self._items) else None

    def _next_word(self, *texts: str) -> bool:
        item = self._peek()
        if isinstance(item, Word) and item.text in texts:
            self._at += 1
            return True
        return False

    def _operand(self) -> tuple[int | None, int | None] | None:
        """The time or part of day at hand, taken."""
        self._next_word("about")
        item = self._peek()
        if item is None or isinstance(item, Word):
            return None
        self._at += 1
        if isinstance(item, Clock):
            minutes = _minutes(item, self._scene, self._parts)
            return minutes, minutes
        if isinstance(item, Part):
            return item.first, item.last
        if isinstance(item, MinutePast):
            fitting = [minutes for minutes in self._scene.offered if minutes % 60 == item.minute]
            return (fitting[0], fitting[0]) if len(fitting) == 1 else None
        return self._moved(item)

    def _moved(self, length: Length) -> tuple[int, int] | None:
        """ "An hour later" from the times offered, "in two hours" from now."""
        offered = self._scene.offered
        if self._next_word("earlier", "before"):
            found = min(offered) - length.minutes if offered else -1
        elif self._next_word("later", "after"):
            found = max(offered) + length.minutes if offered else -1
        else:
            found = self._scene.now + length.minutes
        return (found, found) if 0 <= found < DAY else None

    def _word(self, word: str) -> None:
        if word == "any":
            self._said = True
        elif word in ("earlier", "later") and self._scene.offered:
            offered = self._scene.offered
            self._bounded(first=max(offered)) if word == "later" else self._bounded(last=min(offered))
        elif word == "not":
            self._exclude()
        elif word in ("from", "between"):
            item = self._peek()
            start = self._operand()
            if start and self._next_word("to", "until", "and", "-"):
                self._range(item, start)
            elif start:
                self._bounded(first=start[0])
        elif word in ("before", "after", "until", "by", "to"):
            span = self._operand()
            if self._next_word("or"):  # "after four or five": the wider of the two
                self._operand()
            if span:
                self._bounded(first=span[1]) if word == "after" else self._bounded(
                    last=span[0] if word == "before" else span[1]
                )

    def _exclude(self) -> None:
        span = self._operand()
        if not span:
            return
        first, last = span
        if first == last:
            self._said = False
        elif first == 0 or first is None:
            self._bounded(first=last)
        else:
            self._bounded(last=first)

    def _range(self, item: Item | None, start: tuple[int | None, int | None]) -> None:
        """From one time to the next; the halves of the day are chosen so that the end comes later."""
        following = self._peek()
        end = self._operand()
        first, last = start[0], end[1] if end else None
        if (
            isinstance(item, Clock)
            and isinstance(following, Clock)
            and first is not None
            and last is not None
        ):
            if following.half and not item.sure:
                like_end = item.minutes % NOON + (NOON if following.half == "pm" else 0)
                first = like_end if like_end < last else first
            if last <= first and not following.sure and last + NOON < DAY:
                last += NOON
            if last <= first and not item.sure and first >= NOON:
                first -= NOON
        if first is not None and last is not None and last < first:
            self._said = False
            return
        self._ranges.append((first, last))

    def _time(self, item: Item) -> None:
        span = self._operand()
        if span is None:
            return
        if self._next_word("to", "until", "-"):
            self._range(item, span)
        elif self._next_word("onwards") or (isinstance(item, Clock) and self._next_word("after")):
            self._bounded(first=span[0])
        elif self._next_word("upto"):
            self._bounded(last=span[1])
        else:
            self._ranges.append(span)

    def _bounded(self, first: int | None = None, last: int | None = None) -> None:
        self._said = True
        if first is not None:
            self._first = max(first, self._first if self._first is not None else first)
        if last is not None:
            self._last = min(last, self._last if self._last is not None else last)

    def _result(self) -> Hours | None:
        if self._ranges:
            firsts = [first for first, _ in self._ranges]
            lasts = [last for _, last in self._ranges]
            self._bounded(
                None if None in firsts else min(one for one in firsts if one is not None),
                None if None in lasts else max(one for one in lasts if one is not None),
            )
        if not self._said:
            return None
        if self._first is not None and self._last is not None and self._first > self._last:
            return None
        return Hours(_time(self._first), _time(self._last))


def _time(minutes: int | None) -> time | None:
    return None if minutes is None else time(minutes // 60 % 24, minutes % 60)
