"""Notices a second wish in one utterance: "a refill of my lisinopril, and can I also move my appointment".

The model gives one frame, so each half is understood by itself. Where to cut is told by a few words that such
a second half begins with, and by the classifiers that guess frames: they cost a fraction of a millisecond,
and the model is asked twice only where both halves are surely wishes, and not the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reception.dialogue.meaning import SURE, Also, Frame, Intent, Slot
from reception.understanding.guess import Guesser
from reception.understanding.listening import sayings as sayings_of
from reception.understanding.phrases import Sayings

#: What may be the first or the second of two wishes. A message is none: its words may speak of anything.
_APPOINTMENTS = frozenset({Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL, Intent.CHECK})
_REQUESTS = frozenset(
    {Intent.PRESCRIPTION, Intent.REFERRAL, Intent.SICK_NOTE, Intent.TEST_RESULTS, Intent.BILLING}
)
_TASKS = _APPOINTMENTS | _REQUESTS
_WISHES = _TASKS | {Intent.PRACTICE_QUESTION}
#: What a second wish may be said beside when something else was asked: "yes, and I also need a refill".
_ANSWERS = frozenset({Intent.AFFIRM, Intent.DENY, Intent.INFORM})
#: How sure the guess about each half must be: where the words say "also", and where they don't.
_SAID_SO, _NOT_SAID = 0.65, 0.8
#: A half of fewer words is none.
_SHORTEST = 3
#: More words than these tell a story; to read it in halves too would take too long.
_LONGEST = 40
#: After these any words may be the answer, whatever they sound like.
_FREE = frozenset({"reason", "message", "callback", "dose", "test", "topic", "insurance"})
_NOTHING_ASKED = frozenset({None, "request", "anything_else"})


@dataclass(frozen=True)
class Halves:
    """An utterance of two wishes, in two; `answers` where the first only answers what was asked."""

    first: str
    second: str
    answers: bool = False


def halves(heard: str, desk: str, expects: str | None, guesser: Guesser, language: str) -> Halves | None:
    """Where the utterance is cut in two wishes, if it is to be."""
    if expects in _FREE:
        return None
    if len(heard.split()) > _LONGEST:
        return None
    sayings = sayings_of(language)
    announced = sayings.announced.search(heard) is not None
    for first, second in _cuts(heard, sayings):
        also = announced or sayings.also.search(second) is not None
        if expects not in _NOTHING_ASKED:
            two = also and _beside_an_answer(second, desk, guesser)
        else:
            two = _two_wishes(first, second, desk, guesser, also=also)
        if two:
            return Halves(first, second, answers=expects not in _NOTHING_ASKED)
    return None


def may_be_second(frame: Frame) -> bool:
    """Whether this, as it was understood, is a wish of its own."""
    return frame.confidence >= SURE and frame.intent in _WISHES


def together(cut: Halves, first: Frame, second: Frame, language: str) -> tuple[Frame, str] | None:
    """The frame of both halves as they were understood, and the words of its main one.

    None where they are no two wishes after all.
    """
    if first.confidence < SURE or not may_be_second(second):
        return None
    if first.intent not in (_ANSWERS if cut.answers else _WISHES):
        return None
    question = Intent.PRACTICE_QUESTION
    if first.intent is second.intent and first.intent is not question:
        return None
    relatives = sayings_of(language).for_another
    another = any(relatives.search(half.casefold()) for half in (cut.first, cut.second))
    if first.intent is question and second.intent is not question:  # what is asked is answered on the way
        return replace(second, also=Also(first, cut.first, another)), cut.second
    another = another or Slot.PATIENT_NAME in second.slots
    return replace(first, also=Also(second, cut.second, another)), cut.first


def _cuts(heard: str, sayings: Sayings) -> Iterator[tuple[str, str]]:
    for place in sayings.second.finditer(heard):
        yield heard[: place.start()], heard[place.end() :]


def _two_wishes(first: str, second: str, desk: str, guesser: Guesser, *, also: bool) -> bool:
    if min(len(first.split()), len(second.split())) < _SHORTEST:
        return False
    least = _SAID_SO if also else _NOT_SAID
    (one, sure), (other, as_sure) = guesser.intent(desk, first), guesser.intent(desk, second)
    if min(sure, as_sure) < least or not {one, other} <= _WISHES:
        return False
    if one is other:
        return one is Intent.PRACTICE_QUESTION
    return also or not {one, other} <= _APPOINTMENTS  # "I have an appointment, and I need to move it"


def _beside_an_answer(second: str, desk: str, guesser: Guesser) -> bool:
    """While an appointment is talked about, only a request is surely another matter."""
    intent, sure = guesser.intent("", second)
    return len(second.split()) >= _SHORTEST and intent in _REQUESTS and sure >= _NOT_SAID
