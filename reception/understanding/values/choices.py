"""Reads which of several offers is meant: "the second one", "number three", "the later one"."""

from __future__ import annotations

from reception.understanding.values.language import Language
from reception.understanding.values.words import canonical

_FILLING = frozenset({"the", "that", "please", "then", "thanks", ",", "-"})


def read_choice(text: str, offered: int, language: Language) -> int | None:
    """The 0-based index, -1 for the last; None when it can't be told.

    `offered` counts the offers, 0 if unknown.
    """
    words = [word for word in canonical(text, language.choices, language).split() if word not in _FILLING]
    if "unclear" in words:
        return None
    for at, word in enumerate(words):
        if word == "last":
            return -1
        if word in ("first", "any"):
            return 0
        if word == "middle":
            return 1 if offered == 3 else None
        number = word.removesuffix("th")
        if number.isdecimal() and (number != word or len(words) == 1 or words[at - 1 : at] == ["number"]):
            return _index(int(number))
        if word == "number" and at + 1 < len(words):
            letter = words[at + 1]
            if len(letter) == 1 and "a" <= letter <= "h":
                return ord(letter) - ord("a")
    if len(words) == 1 and len(words[0]) == 1 and "a" <= words[0] <= "h":
        return ord(words[0]) - ord("a")
    return None


def _index(number: int) -> int | None:
    return number - 1 if 1 <= number <= 20 else None
