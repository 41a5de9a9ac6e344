"""Unit ring: birth dates as they are said, typed and keyed in."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reception.understanding.values.births import read_birth_date
from reception.understanding.values.english import ENGLISH
from reception.understanding.values.language import words

TODAY = date(2026, 6, 12)
MONTHS = words("January February March April May June July August September October November December")
ONES = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
TENS = words("zero ten twenty thirty forty fifty sixty seventy eighty ninety")
ORDINALS = words(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)


def read(text: str, *, month_first: bool = True) -> date | None:
    return read_birth_date(text, TODAY, ENGLISH, month_first=month_first)


@pytest.mark.parametrize(
    ("text", "year", "month", "day"),
    [
        ("March 3rd 1980", 1980, 3, 3),
        ("3/3/80", 1980, 3, 3),
        ("third of march nineteen eighty", 1980, 3, 3),
        ("oh three oh three eighty", 1980, 3, 3),
        ("03031980", 1980, 3, 3),
        ("030380", 1980, 3, 3),
        ("1980-03-03", 1980, 3, 3),
        ("the 12th of april eighty eight", 1988, 4, 12),
        ("04 12 1988", 1988, 4, 12),
        ("four twelve eighty eight", 1988, 4, 12),
        ("zero four one two one nine eight eight", 1988, 4, 12),
        ("19880412", 1988, 4, 12),
        ("4121988", 1988, 4, 12),
        ("12-Apr-1988", 1988, 4, 12),
        ("12 april '88", 1988, 4, 12),
        ("nineteen eighty eight april twelfth", 1988, 4, 12),
        ("april twenty two nineteen eighty", 1980, 4, 22),
        ("january twenty one two thousand", 2000, 1, 21),
        ("january thirty two thousand", 2000, 1, 30),
        ("may two two thousand one", 2001, 5, 2),
        ("june first two thousand and five", 2005, 6, 1),
        ("june first twenty oh one", 2001, 6, 1),
        ("May 5th twenty ten", 2010, 5, 5),
        ("25/12/1999", 1999, 12, 25),
        ("the third of the fourth eighty", 1980, 4, 3),
        ("Septmeber 9 1977", 1977, 9, 9),
        ("September 30th, 74th", 1974, 9, 30),
        ("July 40, 2009", 2009, 7, 14),
        ("November 90, 1958", 1958, 11, 19),
        ("born on February 29, 1992", 1992, 2, 29),
    ],
)
def test_a_birth_date(text: str, year: int, month: int, day: int) -> None:
    assert read(text) == date(year, month, day)


@pytest.mark.parametrize(
    "text",
    [
        "February 29 1991",
        "feb 30 1980",
        "13/25/1980",
        "August 5th",
        "1988",
        "0412",
        "",
        "June 13 2026",
        "5/5/1850",
    ],
)
def test_impossible_future_and_partial_dates_have_no_value(text: str) -> None:
    assert read(text) is None


def test_a_year_of_two_digits_is_never_in_the_future() -> None:
    assert read("6/12/26") == date(2026, 6, 12)
    assert read("6/13/26") == date(1926, 6, 13)


def test_the_region_decides_between_month_and_day() -> None:
    assert read("04/12/1988", month_first=False) == date(1988, 12, 4)


def two_digits(number: int) -> str:
    if number < 20:
        return ONES[number]
    return TENS[number // 10] + (f" {ONES[number % 10]}" if number % 10 else "")


def ordinal(number: int) -> str:
    if number <= 20:
        return ORDINALS[number]
    return "thirtieth" if number == 30 else f"{TENS[number // 10]} {ORDINALS[number % 10]}"


def year_said(year: int) -> str:
    if 2000 <= year < 2010:
        return "two thousand" + (f" and {ONES[year % 10]}" if year % 10 else "")
    ending = year % 100
    return f"{two_digits(year // 100)} " + (
        "hundred" if ending == 0 else f"oh {ONES[ending]}" if ending < 10 else two_digits(ending)
    )


def ways_to_say(day: date) -> list[str]:
    month, said = MONTHS[day.month - 1], year_said(day.year)
    short = f"{day.year % 100:02}"
    ways = [
        f"{month} {day.day}, {day.year}",
        f"{day.day} {month} {day.year}",
        f"{month.lower()} {ordinal(day.day)} {said}",
        f"the {ordinal(day.day)} of {month.lower()} {said}",
        f"{month.lower()} {two_digits(day.day)} {said}",
        f"{day.month}/{day.day}/{day.year}",
        f"{day.month:02}-{day.day:02}-{day.year}",
        f"{day.month:02}{day.day:02}{day.year}",
        " ".join("oh" if digit == "0" else ONES[int(digit)] for digit in f"{day:%m%d%Y}"),
        day.isoformat(),
    ]
    if day.year > 1926:
        ways += [f"{day.month}/{day.day}/{short}", f"{month} {day.day} {short}"]
    return ways


@settings(max_examples=120, derandomize=True, database=None, deadline=None)
@given(st.dates(date(1910, 1, 1), date(2025, 12, 31)))
def test_every_way_of_saying_a_birth_date_means_it(day: date) -> None:
    for said in ways_to_say(day):
        assert read(said) == day, said
