"""Puts one phrase's details into another: what is to be learned is the words around a detail."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random

from fine_tune.phrasebook import Phrase, Piece
from reception.dialogue.meaning import Intent, Slot
from reception.dialogue.safety import is_emergency

#: The share of the marked details that become another phrase's.
SHARE = 0.4
#: By how many words the other one may be longer or shorter.
LONGER = 2
# A day is said in the same way whatever is wished; a reason, a kind of visit or a subject is not.
_IN_EVERY_INTENT = frozenset(
    {Slot.PRACTITIONER, Slot.PATIENT_NAME, Slot.INSURANCE, Slot.MEDICATION}
    | {Slot.DATE, Slot.TIME, Slot.OLD_DATE, Slot.OLD_TIME}
)
# Letters and figures, which no words around them explain.
_LEFT = frozenset({Slot.DATE_OF_BIRTH, Slot.PHONE, Slot.EMAIL})

_Place = tuple[Slot, Intent | None, str]


class Exchange:
    """The details of all phrases, by slot and by what stands before them."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        found: dict[_Place, dict[str, None]] = defaultdict(dict)
        for phrase in phrases:
            for _, place, words in _details(phrase):
                found[place][words] = None
        self._found = {place: list(details) for place, details in found.items()}

    def draw(self, phrase: Phrase, rng: Random) -> Phrase:
        """The phrase with some of its details exchanged for what others say in such a place."""
        pieces = list(phrase.pieces)
        for at, place, words in _details(phrase):
            if rng.random() < SHARE:
                other = rng.choice(self._found.get(place, [words]))
                if abs(len(other.split()) - len(words.split())) <= LONGER:
                    pieces[at] = Piece(other, place[0])
        drawn = replace(phrase, pieces=tuple(pieces))
        # "a checkup for the [chest pain] of last year" is none; "I have [chest pain]" would be.
        return phrase if drawn != phrase and is_emergency(drawn.words) else drawn


def _details(phrase: Phrase) -> Iterator[tuple[int, _Place, str]]:
    """Each detail that is written out: which piece it is, the place it stands in, its words."""
    before: list[str] = []
    for at, piece in enumerate(phrase.pieces):
        if piece.text and piece.slot is not None and piece.slot not in _LEFT:
            if piece.slot in _IN_EVERY_INTENT:
                yield at, (piece.slot, None, " ".join(before[-1:])), piece.text
            else:
                yield at, (piece.slot, phrase.intent, " ".join(before[-2:])), piece.text
        before += [piece.draw] if piece.draw else re.findall(r"[\w']+[^\w\s]*", piece.text.lower())
