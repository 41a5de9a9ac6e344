"""Turns the words for days ("Tuesday week", "before the 9th", "any day but Friday") into `Days`."""

from __future__ import annotations

from datetime import date

from reception.dialogue.meaning import EVERY_WEEKDAY, Days
from reception.understanding.values.calendar_days import shift
from reception.understanding.values.day_frames import LISTING, OPERANDS, in_frame, weeks_of
from reception.understanding.values.day_items import (
    DayOfMonth,
    Either,
    Item,
    Offset,
    Scene,
    Span,
    Weekday,
    Weekdays,
    Word,
)
from reception.understanding.values.day_resolving import resolve
from reception.understanding.values.day_words import items
from reception.understanding.values.language import Language
from reception.understanding.values.patterns import Impossible
from reception.understanding.values.words import canonical


def read_days(text: str, scene: Scene, language: Language) -> Days | None:
    """The days a span names, or None when they can't be told or do not exist."""
    try:
        found = items(canonical(text, language.dates, language), scene)
        return _Wish(in_frame(weeks_of(found, scene), scene), scene).read()
    except Impossible:
        return None


def days_named(text: str, today: date, language: Language, *, month_first: bool = True) -> tuple[date, ...]:
    """The single days a sentence of the desk names, in order and each once."""
    scene = Scene(today, month_first=month_first, strict=True)
    named: dict[date, None] = {}
    for item in items(canonical(text, language.dates, language, forgiving=False), scene):
        if isinstance(item, Span | Weekday | DayOfMonth) and not getattr(item, "frame", False):
            try:
                span = resolve(item, scene)
            except Impossible:
                continue
            if isinstance(span, Span) and span.first == span.last:
                named[span.first] = None
    return tuple(named)


class _Wish:
    """Reads the items from left to right and gathers bounds, days and weekdays."""

    def __init__(self, found: list[Item], scene: Scene) -> None:
        self._items = found
        self._scene = scene
        self._at = 0
        self._first: date | None = None
        self._last: date | None = None
        self._spans: list[Span] = []
        self._general: set[int] = set()
        self._excluded: set[int] = set()
        self._said = False  # something that makes even open days a wish
        self._soonest = False
        self._either: tuple[date, date] | None = None

    def read(self) -> Days | None:
        while self._at < len(self._items):
            item = self._items[self._at]
            self._at += 1
            if isinstance(item, Word):
                self._word(item.text)
            elif isinstance(item, Weekdays):
                self._general |= item.days
            elif isinstance(item, Offset):
                self._length(item)
            elif len(self._items) == 1 and isinstance(item, Weekday) and self._is_todays(item):
                today = self._scene.today
                if self._scene.nearest:  # a sick note "for Friday", said on a Friday
                    self._spans.append(Span(today, today))
                else:
                    self._either = (today, shift(today, 7))
            else:
                self._at -= 1
                self._day(item)
        return self._result()

    # What comes next, without or with taking it.

    def _peek(self, ahead: int = 0) -> Item | None:
        return self._items[self._at + ahead] if self._at + ahead < len(self._items) else None

    def _next_word(self, *texts: str) -> bool:
        item = self._peek()
        if isinstance(item, Word) and item.text in texts:
            self._at += 1
            return True
        return False

    def _operand(self, *, after: date | None = None, past: bool = False) -> Span | None:
        """The day or days at hand, taken; None when a joining word or nothing comes."""
        item = self._peek()
        if not isinstance(item, OPERANDS) and item != Word("sameday"):
            return None
        self._at += 1
        if isinstance(item, Offset):
            measured = self._measured(item)
            if measured:
                return measured
        found = resolve(item, self._scene, after=after, past=past, towards=self._following_day())
        if isinstance(found, Either):
            self._either = (found.one, found.other)
            return None
        return found

    def _following_day(self) -> date | None:
        """The first day with a month further on: "the 16th or 17th of June" lends its month."""
        for item in self._items[self._at :]:
            if isinstance(item, Span):
                return item.first if item.first == item.last else None
        return None

    # The rules.

    def _word(self, word: str) -> None:
        if word == "soonest":
            self._soonest = self._said = True
        elif word == "any":
            self._said = True
        elif word == "sameday":
            self._spans += [Span(day, day) for day in self._scene.anchors[-1:]]
        elif word in ("earlier", "later"):
            self._relative(word)
        elif word == "not":
            self._exclude()
        elif word in ("from", "starting", "between"):
            self._from()
        elif word == "onwards" and not self._said:
            self._soonest = self._said = True
        elif word in ("before", "after", "since", "until", "by", "to"):
            self._bound(word)

    def _relative(self, word: str) -> None:
        anchors = self._scene.anchors
        if not anchors:
            self._soonest = self._said = self._said or word == "earlier"
        elif word == "later":
            self._bounded(first=shift(max(anchors), 1))
        else:
            self._bounded(last=shift(min(anchors), -1))

    def _bound(self, word: str) -> None:
        day = self._operand(past=word == "since", after=self._first)
        if day is None:
            return
        if word == "after":
            self._bounded(first=shift(day.last, 1))
        elif word == "before":
            self._bounded(last=shift(day.first, -1))
        elif word == "since":
            self._bounded(first=day.first)
        else:
            self._bounded(last=day.last)

    def _from(self) -> None:
        item = self._peek()
        start = self._operand()
        if start is None:
            return
        if self._next_word("to", "until", "and", "-"):
            self._range(item, start)
        elif isinstance(length := self._peek(), Offset):
            self._at += 1
            self._spans.append(Span(start.first, shift(length.from_day(start.first), -1)))
        else:
            self._bounded(first=start.first)

    def _range(self, item: Item | None, start: Span) -> None:
        """From `start` to the day at hand; a start after the end belongs to an earlier week or year."""
        if isinstance(item, Weekday) and not item.which and item.day == self._scene.today.weekday():
            start = Span(self._scene.today, self._scene.today)  # "Monday to Wednesday" said on a Monday
        end = self._operand(after=start.first)
        if end is None:
            self._bounded(first=start.first)
            return
        if end.last < start.first and item is not None and not isinstance(item, Word):
            earlier = resolve(item, self._scene, past=True, before=end.last)
            if isinstance(earlier, Span):
                start = earlier
        if end.last < start.first:
            raise Impossible
        self._spans.append(Span(start.first, end.last))

    def _measured(self, length: Offset) -> Span | None:
        """ "Two weeks from Tuesday", "the day before": a length and what it is counted from."""
        if self._next_word("starting"):
            start = self._operand()
            return Span(start.first, shift(length.from_day(start.first), -1)) if start else None
        following = self._peek()
        if not isinstance(following, Word) or following.text not in (
            "after",
            "from",
            "before",
            "later",
            "earlier",
        ):
            return None
        self._at += 1
        sign = -1 if following.text in ("before", "earlier") else 1
        base = self._operand()
        anchors = self._scene.anchors
        if base is None and not anchors:
            raise Impossible  # "the day before" with nothing it could be before
        start_day = (
            (base.last if sign > 0 else base.first) if base else max(anchors) if sign > 0 else min(anchors)
        )
        day = length.from_day(start_day, sign)
        return Span(day, day)

    def _length(self, length: Offset) -> None:
        found = self._measured(length)
        if found is None:
            today = self._scene.today
            end = length.from_day(today)
            if self._scene.nearest:  # "three days" of a sick note count from today
                found = Span(today, shift(end, length.vague - 1))
            else:
                found = Span(end, shift(end, length.vague))
        self._spans.append(found)
        self._said = True

    def _exclude(self) -> None:
        """ "Any day but Monday or Friday", "not this week"."""
        while True:
            item = self._peek()
            if isinstance(item, Weekday | Weekdays):
                self._excluded |= {item.day} if isinstance(item, Weekday) else item.days
            elif isinstance(item, Span) and (item.frame or item.first <= shift(self._scene.today, 1)):
                self._bounded(first=shift(item.last, 1))
            elif not isinstance(item, Span | DayOfMonth):
                return
            self._at += 1
            self._said = True
            if not isinstance(self._peek(1), Weekday | Weekdays) or not self._next_word(*LISTING):
                return

    def _day(self, item: Item) -> None:
        start = self._operand(after=self._spans[-1].first if self._continues(item) else None)
        if start is None:
            return
        if self._next_word("to", "until", "-"):
            self._range(item, start)
        elif self._next_word("onwards"):
            self._bounded(first=start.first)
        elif self._next_word("upto"):
            self._bounded(last=start.last)
        else:
            self._spans.append(start)
        self._said = True

    def _continues(self, item: Item) -> bool:
        """Whether a day number goes on from the day before it: "June 29th or the 3rd"."""
        return isinstance(item, DayOfMonth) and bool(self._spans)

    def _is_todays(self, weekday: Weekday) -> bool:
        today = self._scene.today
        return (
            weekday.day == today.weekday()
            and weekday.which in ("", "this")
            and not weekday.weeks
            and not any(day.weekday() == weekday.day and day >= today for day in self._scene.anchors)
        )

    def _bounded(self, first: date | None = None, last: date | None = None) -> None:
        self._said = True
        if first is not None:
            self._first = max(first, self._first or first)
        if last is not None:
            self._last = min(last, self._last or last)

    def _result(self) -> Days | None:
        if self._either and not self._spans:
            return Days(either=self._either)
        if not (self._said or self._spans or self._general):
            return None
        if self._spans:
            self._bounded(min(one.first for one in self._spans), max(one.last for one in self._spans))
        if self._first and self._last and self._first > self._last:
            return None
        weekdays = frozenset(self._general) or EVERY_WEEKDAY
        if not self._general and len(self._spans) > 1 and all(one.first == one.last for one in self._spans):
            weekdays = frozenset(one.first.weekday() for one in self._spans)
        return Days(self._first, self._last, weekdays - self._excluded, self._soonest)
