"""Unit ring: whom somebody looks for, from what they type, and how alike two records are."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from reception.database.records import Patient
from reception.patients.alike import likeness
from reception.patients.wanted import Wanted, wanted

TODAY = date(2026, 6, 15)
MARCH = date(1980, 3, 4)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Jones, Mary", Wanted(("jones", "mary"))),
        ("o'brien", Wanted(("o'brien",))),
        ("jones 3/4/1980", Wanted(("jones",), MARCH)),
        ("Mary 4.3.1980", Wanted(("mary",), MARCH)),  # dots: the day comes first
        ("1980-03-04", Wanted((), MARCH)),
        ("march 4 1980 jones", Wanted(("jones",), MARCH)),
        ("4th mar 1980", Wanted((), MARCH)),
        ("03041980", Wanted((), MARCH, "03041980")),  # a birth date, or a number's end
        ("0111", Wanted((), None, "0111")),
        ("jones +1 (212) 555-0111", Wanted(("jones",), None, "12125550111")),
        ("Mary@Example.org", Wanted((), None, "", "mary@example.org")),
        ("2/30/1980", Wanted((), None, "2301980")),  # no such day: digits of a number, perhaps
        ("007", Wanted()),
        (" %_ ", Wanted()),
    ],
)
def test_what_is_typed_is_read_in_any_order(typed: str, meant: Wanted) -> None:
    assert wanted(typed, TODAY, "America/New_York") == meant


def test_elsewhere_the_day_comes_first() -> None:
    assert wanted("4/3/1980", TODAY, "Europe/Berlin").born == MARCH


def test_a_leading_zero_is_only_dialled_within_a_country() -> None:
    assert wanted("0171 2345678", TODAY, "Europe/Berlin").ends("+491712345678")
    assert not wanted("0111", TODAY, "America/New_York").ends("+12125551111")


def of(name: str, born: date | None = MARCH, phone: str = "", email: str = "") -> Patient:
    return Patient(uuid4(), name, born, phone, email)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (of("Mary Jones"), of("Mary Jones"), "Same name, same birth date"),
        (of("Mary Jones", phone="+1"), of("Marie Jones", phone="+1"),
         "Like names, same birth date and number"),
        (of("Mary Jones"), of("mary jones", date(1980, 4, 3)), "Same name, birth dates one slip apart"),
        (of("Mary Jones"), of("Mary Jones", None), "Same name, a birth date is missing"),
        (of("Mary Jones", email="m@x.org"), of("Mary Smith", email="m@x.org"),
         "Same first name, birth date and e-mail"),
        (of("John Hill", phone="+1"), of("John Hill", date(1950, 1, 9), "+1"), "Same name, same number"),
        (of("Mary Jones", phone="+1"), of("Leo Jones", date(2015, 5, 5), "+1"), None),  # mother and son
        (of("Mary Jones", phone="+1"), of("Anna Jones", phone="+1"), None),  # twins by birth
        (of("John Smith"), of("John Smith", date(1951, 7, 22)), None),  # namesakes
    ],
)  # fmt: skip
def test_two_records_are_alike_for_a_reason(one: Patient, other: Patient, why: str | None) -> None:
    found = likeness(one, other)
    assert (found.why if found else None) == why
