"""Plain answers to a text message of ours, as patterns: one set a language. Anything else the model reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TextCues:
    """Each must match the whole text, without signs at its end; case does not matter."""

    comes: re.Pattern[str]
    comes_not: re.Pattern[str]
    moves: re.Pattern[str]
    late: re.Pattern[str]  # anywhere in the text, unlike the others
    yes: re.Pattern[str]
    no: re.Pattern[str]


def _whole(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"{_BEFORE}(?:{'|'.join(alternatives)}){_AFTER}", re.IGNORECASE)


_BEFORE = r"(?:(?:hi|hello|hey|oh|sorry|i'?m sorry|thanks|thank you)[,.! ]+)*"
_AFTER = r"(?:[,.! ]+(?:sorry|i'?m sorry|thanks|thank you|thx|please))*[,.! ]*"
_YES = r"y(?:es|eah|ep|up)?|ok(?:ay)?|k|sure|of course|perfect|great|sounds good"
_I = r"(?:i|we)"
_CANNOT = r"(?:can'?t|can ?not|(?:won'?t|will not)(?: be able to)?|(?:am|are) unable to)"
_WHEN = r"(?: (?:today|tomorrow|then|this time|any ?more|after all))?"

ENGLISH = TextCues(
    comes=_whole(
        "c", "c to confirm", "confirm(?:ed|ing)?", "i confirm(?: it)?", _YES,
        rf"(?:(?:{_YES})[,.! ]+)?(?:{_I}(?:'?ll| will) (?:be there|come|make it|see you)"
        rf"|see (?:you|u|ya)(?: (?:then|there|tomorrow|tmrw|soon))?|{_I}(?:'?m| am|'?re| are) coming"
        rf"|{_I} can make it|will do|be there){_WHEN}",
    ),
    comes_not=_whole(
        "x", "x to cancel", "cancel(?: it| that| my appointment| the appointment)?(?: please)?",
        rf"(?:no[,.! ]+)?(?:{_I} )?{_CANNOT} (?:make it|come|be there|attend){_WHEN}",
        rf"(?:no[,.! ]+)?{_I}(?:'?m| am|'?re| are) not coming{_WHEN}",
        r"please cancel(?: it| my appointment| the appointment)?",
    ),
    moves=_whole("r", "r to move", "(?:move|reschedule)(?: it| my appointment| the appointment)?"),
    late=re.compile(
        r"\b(?:(?:running|be|bit|little|be there) late(?:r)?|(?:minutes?|mins?|min) late)\b", re.IGNORECASE
    ),
    yes=_whole(_YES, "i'?ll take it", "book it", "take it"),
    no=_whole("n", "no", "nope", "no thanks?", "no thank you", "not this one", "keep waiting"),
)  # fmt: skip
_CUES: Mapping[str, TextCues] = {"en": ENGLISH}


def text_cues(language: str) -> TextCues:
    """Those of a language ("en", "en-GB"); the English ones where there are none."""
    return _CUES.get(language[:2].lower(), ENGLISH)
