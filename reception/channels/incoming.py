"""Makes text from outside fit to be kept, and refuses what says nothing."""

from __future__ import annotations

import unicodedata

from reception.errors import Invalid
from reception.turn import MAX_TEXT

#: Characters that show nothing although Unicode calls them letters or symbols.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def readable(text: str) -> str:
    """The text without control characters. Invalid when it is blank or longer than 2,000 characters."""
    if len(text) > MAX_TEXT:
        raise Invalid(f"The text is too long; please use at most {MAX_TEXT} characters.")
    kept = "".join(map(_storable, text)).strip()
    if not any(_visible(each) for each in kept):
        raise Invalid("The text is blank; please write something.")
    return kept


def _storable(character: str) -> str:
    """Neither PostgreSQL nor UTF-8 can hold zero bytes and halves of surrogate pairs."""
    if character in "\n\t":
        return character
    return "" if unicodedata.category(character) in ("Cc", "Cs") else character


def _visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZC" and character not in _BLANK
