"""Turns number words into digits: "twenty third" becomes "23th", "oh five" becomes "05"."""

from __future__ import annotations

import re

from reception.understanding.values.language import Language

ORDINAL_MARK = "th"  # the one ending of every ordinal, "1st" included
_TYPED_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_OPEN = {"tens", "hundred", "thousand"}


class _Reader:
    """Joins number words as they come; words that don't join start a new number."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.out: list[str] = []
        self._value = 0
        self.state = ""  # what the last number word was; empty when none is open

    def close(self) -> None:
        if self.state:
            self.out.append(str(self._value))
            self.state = ""

    def _begin(self, value: int, state: str) -> None:
        self.close()
        self._value, self.state = value, state

    def digit(self, value: int) -> None:
        if self.state == "zero":
            self.out.append(f"0{value}")
            self.state = ""
        elif self.state in _OPEN:
            self._value, self.state = self._value + value, "digit"
        else:
            self._begin(value, "digit")

    def teen(self, value: int) -> None:
        if self.state in ("hundred", "thousand"):
            self._value, self.state = self._value + value, "teen"
        else:
            self._begin(value, "teen")

    def ten(self, value: int) -> None:
        if self.state in ("hundred", "thousand"):
            self._value, self.state = self._value + value, "tens"
        else:
            self._begin(value, "tens")

    def zero(self) -> None:
        self._begin(0, "zero")

    def multiple(self, factor: int, word: str) -> None:
        if factor == 1000 and self.state == "digit" and self._value in (22, 32):
            self.out.append(str(self._value - 2))  # "January thirty, two thousand"
            self._value = 2
        if self.state in ("digit", "teen", "tens") and self._value < 100:
            self._value, self.state = self._value * factor, "hundred" if factor == 100 else "thousand"
        elif factor == 100 and not self.state and self.out and re.fullmatch(r"0\d", self.out[-1]):
            self.out[-1] += "00"  # "oh nine hundred"
        else:
            self.other(word)

    def ordinal(self, value: int) -> None:
        if self.state == "tens" and value < 10:
            value, self.state = self._value + value, ""
        self.close()
        self.out.append(f"{value}{ORDINAL_MARK}")

    def other(self, word: str) -> None:
        self.close()
        self.out.append(word)


def is_number(token: str, language: Language) -> bool:
    """Whether a token is digits or a number word (ordinals included, the doubtful "oh" not)."""
    return token[:1].isdecimal() or any(
        token in table for table in (language.digits, language.teens, language.tens, language.ordinals)
    )


def _joins(reader: _Reader, token: str, after: str, language: Language) -> bool:
    """Whether `token` only glues two number words together ("two thousand and six", "twenty-third")."""
    if token == language.joiner:
        return reader.state in ("hundred", "thousand") and is_number(after, language)
    if token == "-" and reader.state == "tens":
        return after in language.digits or language.ordinals.get(after, 10) < 10
    return False


def _is_zero(tokens: list[str], at: int, language: Language) -> bool:
    """Whether "oh" is a nought here: it stands beside a number; "zero" always is one."""
    if tokens[at] not in language.zeros:
        return False
    around = [tokens[at - 1]] if at else []
    around += tokens[at + 1 : at + 2]
    return len(tokens[at]) > 2 or any(is_number(one, language) or one in language.zeros for one in around)


def read_numbers(tokens: list[str], language: Language) -> list[str]:
    """The tokens with number words as digits; leading noughts stay, ordinals end in "th"."""
    reader = _Reader(language)
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        if _joins(reader, token, after, language):
            continue
        if len(token) <= 2 and token.isdecimal() and after in language.multiples:
            reader.digit(int(token))  # "2 thousand"
        elif token in language.digits:
            reader.digit(language.digits[token])
        elif token in language.teens:
            reader.teen(language.teens[token])
        elif token in language.tens:
            reader.ten(language.tens[token])
        elif token in language.multiples:
            reader.multiple(language.multiples[token], token)
        elif token in language.ordinals:
            reader.ordinal(language.ordinals[token])
        elif _is_zero(tokens, at, language):
            reader.zero()
        else:
            typed = _TYPED_ORDINAL.fullmatch(token)
            reader.other(typed.group(1) + ORDINAL_MARK if typed else token)
    reader.close()
    return reader.out


def read_digits(tokens: list[str], language: Language) -> list[str]:
    """Like `read_numbers`, with "double five" as "5 5": for phone numbers and the like."""
    spread: list[str] = []
    times = 1
    for token in tokens:
        if token in language.repeats:
            times = language.repeats[token]
            continue
        spread.extend([token] * times)
        times = 1
    return read_numbers(spread, language)
