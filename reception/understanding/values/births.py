"""Reads birth dates as they are said, typed or keyed in: "oh three oh three eighty", "3/3/80"."""

from __future__ import annotations

import re
from datetime import date

from reception.understanding.values.calendar_days import real_date
from reception.understanding.values.day_items import MONTHS
from reception.understanding.values.language import Language
from reception.understanding.values.words import canonical

OLDEST = 125  # years; nobody is older
_MON = "|".join(MONTHS)
_DAY_OF_MONTH_NUMBER = re.compile(r"(\d{1,2})(?:th)? (?:day )?of (?:the )?(\d{1,2})(?:th)?(?: month)?(?!\S)")

#: An ordinal that is no day of a month is a year, heard with its ending ("September 30th, 74th").
_NO_DAY = re.compile(r"(?<!\S)(3[2-9]|[4-9]\d)th(?!\S)")
#: What "July fourteenth" is heard as, and no day either.
_TEENS = {str(10 * number): str(10 + number) for number in range(4, 10)}


def read_birth_date(text: str, today: date, language: Language, *, month_first: bool = True) -> date | None:
    """The birth date a span names, or None when it names none, an impossible or a future one.

    A year of two digits is the latest that does not lie in the future. Where both orders of day and month
    are possible `month_first` decides.
    """
    words = canonical(text, language.dates, language)
    words = _NO_DAY.sub(r"\1", words)
    months = re.findall(rf"(?<!\S)(?:{_MON})(?!\S)", words)
    if months:
        return _with_month(words, MONTHS.index(months[0]) + 1, today) if len(set(months)) == 1 else None
    said = _DAY_OF_MONTH_NUMBER.search(words)  # "the 12th of the 4th": the day comes first, wherever one is
    if said:
        words, month_first = words.replace(said[0], f"{said[1]} / {said[2]} /"), False
    numbers = [number.removesuffix("th") for number in re.findall(r"(?<!\S)\d+(?:th)?(?!\S)", words)]
    return _numeric(_joined_years(numbers), today, month_first)


def _year(digits: str, today: date) -> int | None:
    if not digits.isdecimal():
        return None  # two day numbers and no year
    if len(digits) == 4:
        return int(digits)
    if len(digits) == 2:
        return int(digits) + (2000 if 2000 + int(digits) <= today.year else 1900)
    return None


def _birth(year: str, month: int, day: int, today: date) -> date | None:
    number = _year(year, today)
    found = real_date(number, month, day) if number else None
    if found and found > today and len(year) == 2:
        found = real_date(found.year - 100, month, day)
    return found if found and today.year - OLDEST <= found.year and found <= today else None


def _with_month(words: str, month: int, today: date) -> date | None:
    """A month by name: the ordinal, else the number beside the month, is the day; the rest is the year."""
    tokens = [token for token in words.split() if token in MONTHS or re.fullmatch(r"\d+(?:th)?", token)]
    at = next(place for place, token in enumerate(tokens) if token in MONTHS)
    ordinals = [place for place, token in enumerate(tokens) if token.endswith("th")]
    before, after = tokens[:at], tokens[at + 1 :]
    if ordinals:
        day = tokens[ordinals[0]]
        rest = [token for place, token in enumerate(tokens) if place != ordinals[0]]
    elif before and _is_day(before[-1]) and not (len(before) > 1 and len(after) == 1 and _is_day(after[0])):
        day, rest = before[-1], before[:-1] + after
    elif after and _is_day(after[0]):
        day, rest = after[0], before + after[1:]
    elif len(after) > 1 and after[0] in _TEENS:
        day, rest = _TEENS[after[0]], before + after[1:]
    else:
        return None
    rest = [token for token in rest if token not in MONTHS]  # a month said twice
    year = "".join(rest)
    if len(rest) == 2 and rest[0] == "2000" and len(rest[1]) <= 2:  # "two thousand oh five"
        year = f"20{rest[1]:>02}"
    number = int(day.removesuffix("th"))
    return _birth(year, month, number, today)


def _is_day(token: str) -> bool:
    return len(token) <= 2 and token.isdecimal() and 1 <= int(token) <= 31


def _joined_years(numbers: list[str]) -> list[str]:
    """ "19 88" at the end, or at the start, is one year when day and month stand beside it."""
    if len(numbers) == 4 and numbers[2] in ("18", "19", "20") and len(numbers[3]) == 2:
        return [*numbers[:2], numbers[2] + numbers[3]]
    if len(numbers) == 4 and numbers[0] in ("19", "20") and len(numbers[1]) == 2:
        return [numbers[0] + numbers[1], *numbers[2:]]
    if len(numbers) == 4 and numbers[2] == "2000":
        return [*numbers[:2], f"20{numbers[3]:>02}"]
    return numbers


def _splits(digits: str) -> list[tuple[str, str, str]]:
    """Ways to cut a run of digits into two short numbers and a year."""
    if len(digits) in (6, 8):
        return [(digits[:2], digits[2:4], digits[4:])]
    if len(digits) in (5, 7):
        return [(digits[:1], digits[1:3], digits[3:]), (digits[:2], digits[2:3], digits[3:])]
    if len(digits) == 4:
        return [(digits[:1], digits[1:2], digits[2:])]
    return []


def _numeric(numbers: list[str], today: date, month_first: bool) -> date | None:
    """Three numbers, or all digits in a row, in the order the region usually has, else in another."""
    if len(numbers) == 3 and len(numbers[0]) == 4:
        year, one, two = numbers
        return _birth(year, int(one), int(two), today) or _birth(year, int(two), int(one), today)
    if len(numbers) == 3 and all(len(number) <= 2 for number in numbers[:2]) and len(numbers[2]) in (2, 4):
        return _ordered(numbers[0], numbers[1], numbers[2], today, month_first)
    digits = "".join(numbers)
    if len(digits) == 4 and len(numbers) < 3:
        return None
    found = [_ordered(one, two, year, today, month_first) for one, two, year in _splits(digits)]
    real = {one for one in found if one}
    if len(digits) == 8 and not real:
        return _birth(digits[:4], int(digits[4:6]), int(digits[6:]), today)
    return real.pop() if len(real) == 1 else None


def _ordered(one: str, two: str, year: str, today: date, month_first: bool) -> date | None:
    first, second = int(one), int(two)
    month, day = (first, second) if month_first else (second, first)
    return _birth(year, month, day, today) or _birth(year, day, month, today)
