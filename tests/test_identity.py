"""Comparing what a caller says with who is on file (ring: unit)."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from reception.database.records import Patient
from reception.dialogue.state import Claims
from reception.identity import alike, duplicate, identification, near, ward
from reception.practice import BookingRules

BORN = date(1988, 4, 12)


@pytest.mark.parametrize(
    ("said", "on_file", "how"),
    [
        ("Maya Chen", "Maya Chen", "same"),
        ("chen maya", "Maya Chen", "same"),
        ("Jose Garcia", "José García", "same"),
        ("Maya Chen", "Maya Lin Chen", "same"),
        ("Anne-Marie Smith", "Anne Marie Smith", "same"),
        ("Maya Chan", "Maya Chen", "close"),
        ("Mya Chen", "Maya Chen", "close"),
        ("Catherine Schmidt", "Katherine Schmitt", "close"),
        ("Maya", "Maya Chen", "different"),
        ("Thomas Okafor", "Maya Chen", "different"),
        ("Mark Chen", "Maya Chen", "different"),
        ("", "Maya Chen", "different"),
    ],
)
def test_names(said: str, on_file: str, how: str) -> None:
    assert alike(said, on_file) == how


def patient(name: str, born: date = BORN, phone: str = "") -> Patient:
    return Patient(uuid4(), name, born, phone)


def who(
    name: str, *patients: Patient, rules: BookingRules | None = None, phone: str = "", caller: str = ""
) -> str:
    return identification(Claims(name, BORN), phone, patients, rules or BookingRules(), caller).kind


def test_name_and_birth_date_identify() -> None:
    assert who("Maya Chen", patient("Maya Chen")) == "match"


def test_the_right_name_with_another_birth_date_does_not() -> None:
    assert who("Maya Chen", patient("Maya Chen", date(1988, 4, 13))) == "none"


def test_a_close_name_is_only_near() -> None:
    assert who("Maya Chan", patient("Maya Chen")) == "near"


def test_two_who_fit_alike_can_not_be_told_apart() -> None:
    assert who("Maya Chen", patient("Maya Chen"), patient("Maya Chen")) == "none"


def test_the_phone_counts_where_the_practice_identifies_by_it() -> None:
    rules = BookingRules(identify_by=("patient_name", "phone"))
    on_file = patient("Maya Chen", phone="+12025550201")
    assert who("Maya Chen", on_file, rules=rules, phone="+12025550201") == "match"
    assert who("Maya Chen", on_file, rules=rules, phone="+12025550299") == "none"
    assert who("Maya Chan", on_file, rules=rules, phone="+12025550201") == "none"


def test_a_family_shares_a_phone_but_not_a_name() -> None:
    rules = BookingRules(identify_by=("phone",))
    maya = patient("Maya Chen", phone="+12025550111")
    assert who("Maya Chen", maya, rules=rules, phone="+12025550111") == "match"
    assert who("", maya, rules=rules, phone="+12025550111") == "match"
    assert who("Lily Chen", maya, rules=rules, phone="+12025550111") == "none"
    assert (
        who("Maya", maya, patient("Lily Chen", phone="+12025550111"), rules=rules, phone="+12025550111")
        == "match"
    )


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Leo", True),
        ("leo chen", True),
        ("Leonard", False),
        ("Chen", False),  # several may be called so
        ("Mia Chen", False),
        ("", False),
    ],
)
def test_a_ward_is_found_by_a_first_name_among_the_guardians_own(said: str, found: bool) -> None:
    leo = Patient(uuid4(), "Leo Chen", date(2019, 5, 6), "", "", "")
    assert (ward(said, [leo]).patient_id == str(leo.id)) is found


def test_two_wards_of_one_name_are_not_told_apart() -> None:
    both = [Patient(uuid4(), name, BORN, "", "", "") for name in ("Leo Chen", "Leo Lin")]
    assert ward("Leo", both).kind == "none"
    assert ward("Leo Lin", both).patient_id == str(both[1].id)


@pytest.mark.parametrize(
    ("said", "on_file", "is_near"),
    [
        ("1988-04-13", "1988-04-12", True),  # a digit
        ("1998-04-12", "1988-04-12", True),
        ("1988-12-04", "1988-04-12", True),  # day and month
        ("1988-04-21", "1988-04-12", True),  # two digits side by side
        ("1988-04-12", "1988-04-12", False),
        ("1988-05-13", "1988-04-12", False),
        ("1979-04-12", "1988-04-12", False),
    ],
)
def test_near_birth_dates(said: str, on_file: str, is_near: bool) -> None:
    assert near(date.fromisoformat(said), date.fromisoformat(on_file)) is is_near


def test_a_near_birth_date_with_name_and_number_was_probably_misheard_and_identifies_nobody() -> None:
    on_file = patient("Maya Chen", date(1988, 4, 13), "+12025550201")
    found = identification(Claims("Maya Chen", BORN), "", [on_file], BookingRules(), "+12025550201")
    assert found.kind == "misheard"
    assert found.patient_id is None
    assert who("Maya Chan", on_file, caller="+12025550201") == "misheard"
    assert who("Maya Chen", on_file, caller="+12025550299") == "none"
    assert who("Maya Chen", on_file, phone="+12025550201") == "none"  # anybody may say a number
    assert who("Lily Chen", on_file, caller="+12025550201") == "none"


@pytest.mark.parametrize(
    ("name", "born", "phone", "double"),
    [
        ("Maya Chen", date(1950, 1, 1), "", True),
        ("Maya Chan", BORN, "", True),
        ("Maya Chan", date(1988, 4, 13), "", True),
        ("Maya Chan", date(1950, 1, 1), "+12025550201", True),
        ("Maya Chan", date(1950, 1, 1), "", False),
        ("Lily Chen", BORN, "+12025550201", False),
    ],
)
def test_possible_duplicates(name: str, born: date, phone: str, double: bool) -> None:
    assert duplicate(Claims(name, born, phone), patient("Maya Chen", BORN, "+12025550201")) is double
