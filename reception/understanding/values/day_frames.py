"""Puts weekdays into the week or month they were said with: "Tuesday or Thursday next week"."""

from __future__ import annotations

from itertools import pairwise

from reception.understanding.values.calendar_days import shift, week_span
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
from reception.understanding.values.patterns import Impossible

OPERANDS = Span | Weekday | DayOfMonth | Offset | Either
LISTING = ("or", "and", ",")
_WEEKS = {"weekof": 0, "weekpast": 1, "weekprior": -1}


def weeks_of(found: list[Item], scene: Scene) -> list[Item]:
    """ "The week of the 15th" and "the week after July 4th" as that whole week."""
    out: list[Item] = []
    for item in found:
        last = out[-1] if out else None
        if isinstance(last, Word) and last.text in _WEEKS and isinstance(item, OPERANDS):
            day = resolve(item, scene)
            if isinstance(day, Span):
                out[-1] = Span(*week_span(day.first, _WEEKS[last.text]), frame=True)
                continue
        out.append(item)
    return out


def in_frame(found: list[Item], scene: Scene) -> list[Item]:
    """Weekdays said with one week or month as days of it: "Tuesday or Thursday next week"."""
    frames = [item for item in found if isinstance(item, Span) and item.frame]
    whole_weeks = [item for item in found if isinstance(item, Offset) and item.days and item.days % 7 == 0]
    weekdays = [item for item in found if isinstance(item, Weekday) and not item.weeks]
    if not frames and len(whole_weeks) == 1 and weekdays and not _measured_from(found):
        frames = [Span(*week_span(shift(scene.today, whole_weeks[0].days), 0), frame=True)]
        found = [frames[0] if item is whole_weeks[0] else item for item in found]
    if len(frames) != 1:
        return found
    ruled_out = _ruled_out(found)
    placed = [item if at in ruled_out else _placed(item, frames[0], scene) for at, item in enumerate(found)]
    if all(new is old or isinstance(new, Weekdays) for new, old in zip(placed, found, strict=True)):
        return placed
    return [item for item in placed if item is not frames[0]]


def _ruled_out(found: list[Item]) -> set[int]:
    """The places of the weekdays a "not" goes for."""
    places: set[int] = set()
    negated = False
    for at, item in enumerate(found):
        if isinstance(item, Word):
            negated = item.text == "not" or (negated and item.text in LISTING)
        elif not isinstance(item, Weekday | Weekdays):
            negated = False
        elif negated:
            places.add(at)
    return places


def _measured_from(found: list[Item]) -> bool:
    """Whether a length is counted from a day: "two weeks from Tuesday", "Tuesday, a week later"."""
    words = {"after", "from", "before", "later", "earlier", "starting"}
    return any(
        isinstance(one, Offset) and isinstance(two, Word) and two.text in words
        for one, two in pairwise(found)
    )


def _placed(item: Item, frame: Span, scene: Scene) -> Item:
    """A weekday or a day number as a day of the frame; anything else as it is."""
    if item == Word("sameday") and scene.anchors and (frame.last - frame.first).days < 7:
        day = shift(week_span(frame.first, 0)[0], scene.anchors[-1].weekday())
        day = shift(day, 7) if day == scene.anchors[-1] else day
        return Span(day, day)
    if isinstance(item, Weekday) and not item.weeks and item.which in ("", "this", "that", "following"):
        if (frame.last - frame.first).days >= 7:
            return Weekdays(frozenset({item.day}))
        day = shift(week_span(frame.first, 0)[0], item.day)
        return Span(day, day)
    if isinstance(item, DayOfMonth) and (frame.last - frame.first).days >= 7 and item.weekday is None:
        if item.day > frame.last.day:
            raise Impossible
        return Span(day := frame.last.replace(day=item.day), day)
    return item
