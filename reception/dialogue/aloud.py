"""Puts a written sentence so that a voice reads it as a person would: numbers, times, short forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import phonenumbers

from reception.errors import MisconfiguredError

_INTERNATIONAL = re.compile(r"\+\d{7,15}(?!\d)")


class Aloud:
    """The rules of one language; without any, sentences stay as they are written."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        """`digits`: patterns of numbers said digit by digit; `words`: pattern → what is said for it.

        MisconfiguredError when a pattern is none.
        """
        try:
            self._digits = [re.compile(pattern) for pattern in rules.get("digits", ())]
            self._words = [(re.compile(pattern), said) for pattern, said in rules.get("words", {}).items()]
        except re.error as error:
            raise MisconfiguredError(f"aloud: {error.pattern!r} is no pattern ({error.msg})") from error

    def put(self, sentence: str) -> str:
        """The sentence for the ear."""
        if self._digits:
            sentence = _INTERNATIONAL.sub(lambda number: _national(number[0]), sentence)
        for pattern in self._digits:
            sentence = pattern.sub(lambda number: one_by_one(number[0]), sentence)
        for pattern, said in self._words:
            sentence = pattern.sub(said, sentence)
        return sentence


def one_by_one(number: str) -> str:
    """The digits apart, and their groups parted by commas: "(202) 555-0140" is "2 0 2, 5 5 5, 0 1 4 0"."""
    return ", ".join(" ".join(group) for group in re.findall(r"\d+", number))


def _national(number: str) -> str:
    """A number in E.164 as it is written in its own country; as it is when it is no number of any."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
