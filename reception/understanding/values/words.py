"""Splits a span into plain tokens and puts it into the readers' own words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import OSA

from reception.understanding.values.language import Language, Phrases
from reception.understanding.values.numbers import read_numbers

_DASHES = re.compile("[\u2010-\u2015\u2212]")
_MERIDIEM = re.compile(r"(?<![a-z])([ap])\s?\.\s?m\b\.?")
_POSSESSIVE = re.compile(r"(?<=[a-z])'s\b")
_TOKEN = re.compile(r"\d+(?:st|nd|rd|th)\b|\d+|[^\W\d_]+|[-/.:,&+#@_]")


def plain(text: str) -> str:
    """Lower case, compatibility forms unified, typographic dashes and apostrophes made plain."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'").replace("\u2018", "'")
    return _DASHES.sub("-", text)


def tokens(text: str) -> list[str]:
    """Words, numbers and the marks that can matter; apostrophes vanish, full stops stay between digits."""
    text = _MERIDIEM.sub(r"\1m ", plain(text))
    text = _POSSESSIVE.sub("", text).replace("'", "")
    found = _TOKEN.findall(text)
    return [
        token
        for at, token in enumerate(found)
        if token != "."
        or (0 < at < len(found) - 1 and found[at - 1].isdecimal() and found[at + 1].isdecimal())
    ]


@lru_cache(maxsize=4096)
def _corrected(word: str, language: Language) -> str:
    """The word that was probably meant, when one known word is close and this one is unknown."""
    if len(word) < 5 or word in language.vocabulary or not word.isalpha():
        return word
    allowed = 1 if len(word) < 7 else 2
    ranked = sorted((OSA.distance(word, known, score_cutoff=allowed), known) for known in language.forgiven)
    best, second = ranked[0], ranked[1]
    return best[1] if best[0] <= allowed and best[0] < second[0] else word


def _split_compound(token: str, language: Language) -> list[str]:
    """ "twentythird" as two words; anything else as it is."""
    for ten in language.tens:
        rest = token[len(ten) :]
        if (
            rest
            and token.startswith(ten)
            and (rest in language.digits or language.ordinals.get(rest, 10) < 10)
        ):
            return [ten, rest]
    return [token]


def canonical(text: str, phrases: Phrases, language: Language, *, forgiving: bool = True) -> str:
    """The span in the readers' words, a blank between tokens; misspellings are mended if `forgiving`."""
    found = tokens(text)
    if forgiving:
        found = [_corrected(token, language) for token in found]
    found = [part for token in found for part in _split_compound(token, language)]
    return " ".join(read_numbers(phrases.replace(found), language))
