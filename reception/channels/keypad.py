"""Keys pressed on a phone, turned into the words they stand for. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date

from reception.channels.phone_words import PhoneWords

#: What is typed digit by digit, and how many digits complete it.
TYPED = {"date_of_birth": 8, "phone": 10}
#: Numbers dialled with an international prefix are longer, and end with `#`.
_TYPED_AT_MOST = 15
#: Questions to which 1 is a yes and 2 a no.
_YES_NO = frozenset({"confirmation", "anything_else"})


class Keypad:
    """Collects the keys of one call."""

    def __init__(self, words: PhoneWords) -> None:
        self._words = words
        self._digits = ""

    @property
    def begun(self) -> bool:
        """Whether half a number has been typed."""
        return bool(self._digits)

    def clear(self) -> None:
        """Forgets half a number: the caller speaks after all."""
        self._digits = ""

    def type(self, keys: str, expects: str | None, options: Sequence[Mapping[str, Any]]) -> str | None:
        """Several keys at once, which nobody will add to; None when they stand for nothing."""
        self.clear()
        for key in f"{keys}#":
            said = self.press(key, expects, options)
            if said is not None:
                self.clear()
                return said
        return None

    def press(self, key: str, expects: str | None, options: Sequence[Mapping[str, Any]]) -> str | None:
        """The words that a key, after those before it, stands for; None while more are needed.

        A birth date (month, day, year) and a phone number are typed in full, `#` ends them early and `*`
        begins again. Else a digit picks an option, 1 and 2 mean yes and no. Where nothing has been typed, `*`
        is a repetition, and 0 a person: followed by `#` where a number is expected, which may begin with it.
        """
        if expects in TYPED and (self.begun or key not in ("*", "#")):
            return self._typed(key, expects)
        self.clear()
        if key == "*":
            return self._words.say("key_repeat")
        if key == "0":
            return self._words.say("key_person")
        if key.isdigit() and 0 < int(key) <= len(options):
            return str(options[int(key) - 1]["text"])
        if expects in _YES_NO and key in ("1", "2"):
            return self._words.say("key_yes" if key == "1" else "key_no")
        return None

    def _typed(self, key: str, expects: str) -> str | None:
        if key == "*":
            self.clear()
            return None
        if key.isdigit() and len(key) == 1:
            self._digits += key
        longest = TYPED[expects] if not self._digits.startswith("00") else _TYPED_AT_MOST
        if not self._digits or (key != "#" and len(self._digits) < longest):
            return None
        digits = self._digits
        self.clear()
        if digits == "0":
            return self._words.say("key_person")
        if expects == "date_of_birth":
            born = birth_date(digits)
            return format_date(born, "long", self._words.language) if born else digits
        return digits


def birth_date(digits: str) -> date | None:
    """Eight digits as a date: month, day, year; else day, month, year; else year, month, day."""
    if len(digits) != 8:
        return None
    month_first = digits[4:], digits[:2], digits[2:4]
    day_first = digits[4:], digits[2:4], digits[:2]
    year_first = digits[:4], digits[4:6], digits[6:]
    for year, month, day in (month_first, day_first, year_first):
        try:
            found = date(int(year), int(month), int(day))
        except ValueError:
            continue
        if found.year >= 1900:
            return found
    return None
