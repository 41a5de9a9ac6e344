"""Scores what the desk understood of sentences that it heard instead of read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rapidfuzz import fuzz

from reception.dialogue.meaning import Frame, Slot, value_to_json
from reception.evaluation.cases import VALUED, Case
from reception.evaluation.speech.misheard import Misheard, errors, misheard, words
from reception.evaluation.understanding import mean, share
from reception.identity import alike
from reception.understanding.interpret import language_of
from reception.understanding.values.names import read_name

_ARTICLES = frozenset({"a", "an", "the", "my"})
#: Likeness, of 100, from which words count as the same.
_SAME_WORDS = 90


@dataclass(frozen=True)
class Heard:
    """One sentence: what was wanted of it, the words that arrived, and what the desk made of them."""

    case: Case
    words: str
    frame: Frame

    @property
    def intent_right(self) -> bool:
        return self.frame.intent == self.case.intent

    @cached_property
    def slots(self) -> Mapping[Slot, bool]:
        """For each slot wanted whether the desk knows what it holds, however it is spelled."""
        return {slot: self._known(slot, span) for slot, span in self.case.slots.items()}

    @property
    def right(self) -> bool:
        """The intent and all slots; a slot too many is none that matters here."""
        return self.intent_right and all(self.slots.values())

    @property
    def misheard(self) -> list[Misheard]:
        return misheard(self.case, self.words)

    def _known(self, slot: Slot, span: str) -> bool:
        found = self.frame.slots.get(slot, "")
        if slot in VALUED and slot in self.case.values:
            return bool(self._value(slot) == self.case.values[slot])
        if slot == Slot.PATIENT_NAME:
            return same_person(found, span)
        return alike_words(found, span)

    def _value(self, slot: Slot) -> Any:
        value = self.frame.values.get(slot)
        return None if value is None else value_to_json(value)


@dataclass(frozen=True)
class Pass:
    """All sentences under one condition: said by a voice (empty: read as text), with hints or without."""

    voice: str
    hinted: bool
    heard: Sequence[Heard]
    seconds: float = 0.0  # of the sentences' sound

    @property
    def name(self) -> str:
        if not self.voice:
            return "clean text"
        return self.voice if self.hinted else f"{self.voice}, without hints"

    @property
    def intent_accuracy(self) -> float:
        return mean(one.intent_right for one in self.heard)

    @property
    def slot_accuracy(self) -> float:
        """The share of slots wanted that the desk knows afterwards."""
        return mean(right for one in self.heard for right in one.slots.values())

    @property
    def frame_accuracy(self) -> float:
        return mean(one.right for one in self.heard)

    @property
    def word_error_rate(self) -> float:
        """Words taken for others, lost or added, as a share of those said."""
        counts = [errors(one.case.patient, one.words) for one in self.heard]
        return share(sum(wrong for wrong, _ in counts), sum(said for _, said in counts))

    @property
    def by_slot(self) -> dict[Slot, tuple[int, int]]:
        """Each slot wanted anywhere: how often it is known, and how often it was wanted."""
        checks = [check for one in self.heard for check in one.slots.items()]
        return {
            slot: (sum(right for where, right in checks if where == slot), len(marks))
            for slot in Slot
            if (marks := [right for where, right in checks if where == slot])
        }

    @property
    def by_group(self) -> dict[str, float]:
        """The share of right intents in each group."""
        groups = sorted({one.case.group for one in self.heard})
        return {
            group: mean(one.intent_right for one in self.heard if one.case.group == group) for group in groups
        }


def same_person(found: str, wanted: str) -> bool:
    """Whether a name as heard still leads to the patient: the same, or close enough to be read back."""
    ours, theirs = (read_name(name, language_of("en")) for name in (found, wanted))
    return bool(ours) and alike(ours, theirs) != "different"


def alike_words(found: str, wanted: str) -> bool:
    """Whether words that have no value are the same, but for a letter: "migraine" for "migraines"."""
    return fuzz.ratio(bare(found), bare(wanted)) >= _SAME_WORDS


def bare(span: str) -> str:
    """A span without articles and blanks, for slots that have no value."""
    return "".join(word for word in words(span) if word not in _ARTICLES)
