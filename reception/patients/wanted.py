"""Whom somebody looks for, read from what they type: parts of a name, a birth date, a number, an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from reception.understanding.interpret import language_of, month_first
from reception.understanding.values.births import read_birth_date

#: So many digits of a number find somebody, counted from its end.
FEWEST_DIGITS = 4
LONGEST = 100
_DATE = re.compile(
    r"(?<![\d+])(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{8}|"
    r"\d{1,2}(?:st|nd|rd|th)?\.? +[^\W\d_]{3,9}\.?,? +\d{4}|"
    r"[^\W\d_]{3,9}\.? +\d{1,2}(?:st|nd|rd|th)?,? +\d{4})"
    r"(?!\d)"
)
_NUMBER = re.compile(r"\+?\(?\d[\d\s()./-]*")


@dataclass(frozen=True)
class Wanted:
    """What is known of somebody. `parts` of the name are in lower case, `digits` end their number."""

    parts: tuple[str, ...] = ()
    born: date | None = None
    digits: str = ""
    email: str = ""

    def ends(self, phone: str) -> bool:
        """Whether the number (E.164) ends in the digits; a leading zero is only dialled within a country."""
        within = self.digits.lstrip("0")
        return phone.endswith(self.digits) or (len(within) >= FEWEST_DIGITS and phone.endswith(within))

    @property
    def anybody(self) -> bool:
        """Whether nothing is known that anybody could be found by."""
        return self == Wanted()


def wanted(text: str, today: date, zone: str) -> Wanted:
    """What `text` says, in any order: "jones 3/3/1980", "0111", "mary@example.org".

    Eight digits in a row are a birth date and the end of a number; the store looks for either.
    """
    left = " ".join(text.split())[:LONGEST]
    left, email = _email(left)
    left, born, eight = _born(left, today, zone)
    left, digits = _digits(left)
    parts = tuple(part for part in re.split(r"[\s,;]+", left.lower()) if any(map(str.isalpha, part)))
    return Wanted(parts, born, digits or eight, email)


def _email(text: str) -> tuple[str, str]:
    found = next((word for word in text.split() if "@" in word), "")
    return text.replace(found, " ") if found else text, found.strip("<>,;").lower()


def _born(text: str, today: date, zone: str) -> tuple[str, date | None, str]:
    """The text without a birth date, that date, and its digits where it could be a number as well."""
    for found in _DATE.finditer(text):
        dotted = "." in found[0] and found[0].replace(".", "").isdecimal()  # 3.12.1980 is in December
        born = read_birth_date(
            found[0], today, language_of("en"), month_first=month_first(zone) and not dotted
        )
        if born is not None:
            digits = found[0] if found[0].isdecimal() else ""
            return text.replace(found[0], " ", 1), born, digits
    return text, None, ""


def _digits(text: str) -> tuple[str, str]:
    """The text without a number's digits, and those."""
    for found in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if len(digits) >= FEWEST_DIGITS:
            return text.replace(found[0], " ", 1), digits
    return text, ""
