"""What a caller who spoke over the desk has heard of its words, and what their answer then means. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reception.dialogue.meaning import Frame, Intent, Slot
from reception.dialogue.state import About, Expects, State

#: A yes is one to what was heard: from this part of a question on, it counts for the whole.
ENOUGH = 0.7
_BINDING = frozenset({About.BOOKING, About.MOVE, About.CANCEL, About.IDENTITY, About.REQUEST})
_CHOOSING = frozenset({Expects.SLOT, Expects.APPOINTMENT, Expects.DATE})
_EDGE = re.compile(r"^\W+|\W+$")


def heard_part(said: str, spoken: str) -> str | None:
    """The beginning of `said` that was heard when speech ended with `spoken`; None when that tells nothing.

    `spoken` may begin with other words, such as a filler, and its last word may be half a word.
    """
    words = list(re.finditer(r"\S+", said))
    heard = [_plain(word) for word in spoken.split()]
    if not heard:
        return ""
    plain = [_plain(word[0]) for word in words]
    for start in range(len(heard)):
        rest = heard[start:]
        if rest[:-1] != plain[: len(rest) - 1] or len(rest) > len(plain):
            continue
        if rest[-1] == plain[len(rest) - 1]:
            return said[: words[len(rest) - 1].end()]
        if len(rest) > 1 and plain[len(rest) - 1].startswith(rest[-1]):
            return said[: words[len(rest) - 2].end()]
    return None


def options_heard(heard: str, marks: Sequence[str]) -> int:
    """How many options were heard, each told by its mark (its time or day), in the order they were said."""
    place = 0
    for count, mark in enumerate(marks):
        found = re.compile(rf"(?<!\w){re.escape(mark)}(?!\w)").search(heard, place)
        if found is None:
            return count
        place = found.end()
    return len(marks)


def as_heard(frame: Frame, state: State) -> Frame:
    """The frame; or the wish to hear it all, where it answers what was not heard.

    "The second one" after the first was heard picks nothing, nor is a yes to half a question one.
    """
    if state.heard is None:
        return frame
    index = frame.values.get(Slot.CHOICE)
    if isinstance(index, int) and state.expects in _CHOOSING and not 0 <= index < state.options_heard:
        return Frame(Intent.REPEAT)
    agrees = frame.intent is Intent.AFFIRM and state.expects is Expects.CONFIRMATION
    if agrees and state.about in _BINDING and len(state.heard) < ENOUGH * len(state.said):
        return Frame(Intent.REPEAT)
    return frame


def _plain(word: str) -> str:
    return _EDGE.sub("", word).casefold()
