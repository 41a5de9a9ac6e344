"""What a speech recogniser may make of an utterance: words misheard, lost and added at a given error rate.

The frame that is wanted follows the words that were heard: a slot is what became of its words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from random import Random

import jellyfish
from rapidfuzz.distance import JaroWinkler, Levenshtein

from reception.dialogue.meaning import Slot
from reception.evaluation.cases import Case

#: Of a hundred errors: words taken for another, words lost, words added (a choice, not a measurement).
SUBSTITUTED, LOST, ADDED = 65, 25, 10
_FILLERS = ("uh", "um", "the", "a", "and", "so")
_WORD = re.compile(r"\S+")
_CORE = re.compile(r"\w(?:.*\w)?")


class Recogniser:
    """Mishears words as others of a vocabulary that sound like them."""

    def __init__(self, utterances: Iterable[str], *, seed: int = 1, words: int | None = None) -> None:
        """`utterances` give the words that it knows: all of them, or the `words` that are said most."""
        cores = (_CORE.search(word) for text in utterances for word in text.split())
        said = Counter(core[0].lower() for core in cores if core)
        self._words = sorted(word for word, _ in said.most_common(words))
        self._seed = seed
        self._alike: dict[str, list[str]] = {}

    @cached_property
    def _sounds(self) -> list[str]:
        return [jellyfish.metaphone(word) for word in self._words]

    def hear(self, case: Case, rate: float) -> Case:
        """The case as it is heard with `rate` (0 to 1) errors a word; its values are left out.

        The same case, rate and seed give the same. What would lose all of its words stays as it was said.
        """
        rng = Random(f"{self._seed} {rate} {case.desk} {case.patient}")
        text, slots = "", {}
        blank = False  # whether a blank is due before the next word
        for said, slot in segments(case):
            words, added = self.mishear(said, rate, rng)
            heard = f"{words} {added}".strip()
            if text.endswith("."):
                heard = heard.removeprefix(".")  # "Dr. Weiss." that lost its name ends in one stop
            text += (" " if text and heard and (blank or said[:1].isspace()) else "") + heard
            blank = said[-1:].isspace() or (blank and not heard)
            if slot is not None and words:
                slots[slot] = words
        if not text:
            return replace(case, values={})
        return replace(
            case, patient=text, slots={slot: slots[slot] for slot in Slot if slot in slots}, values={}
        )

    def mishear(self, words: str, rate: float, rng: Random) -> tuple[str, str]:
        """The words with `rate` errors each, and what was added after the last one: no part of a slot."""
        heard: list[str] = []
        added = ""
        for word in _WORD.findall(words):
            one, after = self._one(word, rate, rng)
            heard += [part for part in (added, one) if part]
            added = after
        return " ".join(heard), added

    def _one(self, word: str, rate: float, rng: Random) -> tuple[str, str]:
        core = _CORE.search(word)
        if rng.random() >= rate or not core:  # a sign alone is silent
            return word, ""
        kind = rng.random() * (SUBSTITUTED + LOST + ADDED)
        if kind < SUBSTITUTED:
            after = word[core.end() :]
            if "." in core[0]:
                after = after.removeprefix(".")  # the stop of "p.m." is none of what is heard
            return word[: core.start()] + rng.choice(self._like(core[0])) + after, ""
        return (word, rng.choice(_FILLERS)) if kind >= SUBSTITUTED + LOST else ("", "")

    def _like(self, word: str) -> list[str]:
        """The three words that sound and look most like it."""
        word = word.lower()
        if word not in self._alike:
            sound = jellyfish.metaphone(word)
            likeness = [
                Levenshtein.normalized_similarity(sound, other_sound) + JaroWinkler.similarity(word, other)
                for other, other_sound in zip(self._words, self._sounds, strict=True)
            ]
            order = sorted(range(len(likeness)), key=lambda index: -likeness[index])
            self._alike[word] = [self._words[index] for index in order if self._words[index] != word][:3]
        return self._alike[word] or [word]


def segments(case: Case) -> Sequence[tuple[str, Slot | None]]:
    """The utterance in order, cut where slots begin and end."""
    places = sorted((_find(words, case.patient), words, slot) for slot, words in case.slots.items())
    parts: list[tuple[str, Slot | None]] = []
    end = 0
    for start, words, slot in places:
        if start < end:  # inside another slot: what becomes of it can't be told
            continue
        parts += [(case.patient[end:start], None), (words, slot)]
        end = start + len(words)
    return [*parts, (case.patient[end:], None)]


def _find(words: str, text: str) -> int:
    found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text)
    return found.start() if found else text.index(words)
