"""The same words as another patient would get them across: typed in haste, or written by a recogniser."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

#: Words that people shorten when they type.
_SHORT = {
    "appointment": "appt", "please": "pls", "tomorrow": "tmrw", "thanks": "thx", "you": "u", "because": "bc",
    "doctor": "dr", "prescription": "rx",
}  # fmt: skip
#: How often a word is shortened, mistyped or preceded by a hesitation.
SHORTENED, MISTYPED, HESITATED = 0.5, 0.03, 0.08
_FILLERS = ("um", "uh", "er", "well")
#: Words in which a slip of the finger changes nothing that a scenario could want in the books.
_COMMON = frozenset({
    "would", "could", "should", "please", "about", "really", "there", "which", "other", "another", "maybe",
    "again", "thing", "need", "want", "like", "make", "have", "been", "think",
})  # fmt: skip
#: Signs that end a word or a sentence; those inside of numbers, times and addresses stay.
_SIGNS = re.compile(r"(?<!\b[ap]\.m)[.,!?;:]+(?=\s|$)")


def as_written(text: str, rng: Random) -> str:
    """The words as they stand."""
    return text


def typed(text: str, rng: Random) -> str:
    """Lower case, short forms, and a slip of the finger here and there; never in a name or a number."""
    words = [_hasty(word, rng) for word in text.split()]
    return " ".join(words)


def heard(text: str, rng: Random) -> str:
    """As a speech recogniser writes: lower case, no signs, hesitations."""
    words: list[str] = []
    for word in _SIGNS.sub("", text).lower().split():
        if words and rng.random() < HESITATED:
            words.append(rng.choice(_FILLERS))
        words.append(word)
    return " ".join(words) or text


def _hasty(word: str, rng: Random) -> str:
    bare = word.lower().strip(".,!?")
    if bare in _SHORT and rng.random() < SHORTENED:
        return _SHORT[bare]
    if word in _COMMON and rng.random() < MISTYPED * len(word):
        at = rng.randrange(1, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word.lower()


#: The styles of the seeds, in turn.
STYLES: tuple[Callable[[str, Random], str], ...] = (as_written, typed, heard, as_written)
