"""Unit ring: patients' names, and whom and what of the practice they name."""

from __future__ import annotations

from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reception.practice import AppointmentType, Practice, Practitioner
from reception.understanding.values.english import ENGLISH
from reception.understanding.values.matching import find_appointment_type, find_practitioner, practitioners_of
from reception.understanding.values.names import read_name


def practitioner(name: str, specialty: str = "", *spoken_as: str) -> Practitioner:
    return Practitioner(uuid4(), name, spoken_as, specialty)


def kind(name: str, *spoken_as: str) -> AppointmentType:
    return AppointmentType(uuid4(), name, 15, spoken_as)


PRACTICE = Practice(
    uuid4(),
    "Lakeside Family Practice",
    "lakeside",
    ZoneInfo("America/New_York"),
    practitioners=(
        practitioner("Dr. Anna Weber", "general practice", "doctor weber"),
        practitioner("Dr. Samuel Okoye", "general practice", "sam okoye"),
        practitioner("Dr. Maria Lindqvist", "dermatology"),
        practitioner("Dr. Tom Weber", "cardiology"),
        practitioner("Nurse Grace Kim", "nursing"),
    ),
    appointment_types=(
        kind("Consultation", "see the doctor"),
        kind("New patient visit", "first visit", "register"),
        kind("Annual check-up", "physical", "check up"),
        kind("Vaccination", "flu shot", "jab"),
        kind("Blood test", "blood draw", "lab work"),
        kind("Skin check", "mole check"),
    ),
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("maya chen", "Maya Chen"),
        ("MAYA CHEN", "Maya Chen"),
        ("my name is Maya Chen", "Maya Chen"),
        ("Mrs. Priya Nair", "Priya Nair"),
        ("Chen, Maya", "Maya Chen"),
        ("last name Chen first name Maya", "Maya Chen"),
        ("first name Maya, last name Chen", "Maya Chen"),
        ("m a y a  c h e n", "Maya Chen"),
        ("M a y a C h e n", "Maya Chen"),
        ("Maya Chen, C H E N", "Maya Chen"),
        ("Maya Chan, C H E N", "Maya Chen"),
        ("Maya, M A Y A, Chen, C H E N", "Maya Chen"),
        ("chen spelled c-h-e-n", "Chen"),
        ("thomas o'brien", "Thomas O'Brien"),
        ("ronald mcdonald", "Ronald McDonald"),
        ("vincent van der berg", "Vincent van der Berg"),
        ("jean-luc picard", "Jean-Luc Picard"),
        ("DeShawn Williams", "DeShawn Williams"),
        ("my son leo chen", "Leo Chen"),
        ("", ""),
        ("!!!", ""),
    ],
)
def test_a_patients_name(text: str, name: str) -> None:
    assert read_name(text, ENGLISH) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dr okoye", "Dr. Samuel Okoye"),
        ("doctor okoya", "Dr. Samuel Okoye"),
        ("oh koye", "Dr. Samuel Okoye"),
        ("sam", "Dr. Samuel Okoye"),
        ("anna", "Dr. Anna Weber"),
        ("Dr. Anna Weber", "Dr. Anna Weber"),
        ("ana webber", "Dr. Anna Weber"),
        ("tom weber", "Dr. Tom Weber"),
        ("linquist", "Dr. Maria Lindqvist"),
        ("doctor lindqvist's", "Dr. Maria Lindqvist"),
        ("I'd like to see Dr. Okoye please", "Dr. Samuel Okoye"),
        ("the nurse", "Nurse Grace Kim"),
        ("dr weber", None),  # there are two
        ("dr anna okoye", None),
        ("doctor vapor", None),
        ("Dr. Smith", None),
        ("my usual doctor", None),
        ("any doctor", None),
        ("", None),
    ],
)
def test_a_practitioner(text: str, name: str | None) -> None:
    assert find_practitioner(text, PRACTICE, ENGLISH) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("flu shot", "Vaccination"),
        ("tetanus booster", "Vaccination"),
        ("vacination", "Vaccination"),
        ("a physical", "Annual check-up"),
        ("checkup", "Annual check-up"),
        ("routine check-up", "Annual check-up"),
        ("blood work", "Blood test"),
        ("labs", "Blood test"),
        ("first visit", "New patient visit"),
        ("new patient appointment", "New patient visit"),
        ("see the doctor", "Consultation"),
        ("skin cancer screening", "Skin check"),
        ("appointment", None),
        ("visit", None),
        ("check", None),
        ("teeth cleaning", None),
        ("", None),
    ],
)
def test_an_appointment_type(text: str, name: str | None) -> None:
    assert find_appointment_type(text, PRACTICE, ENGLISH) == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("dermatologist", ["Dr. Maria Lindqvist"]),
        ("skin doctor", ["Dr. Maria Lindqvist"]),
        ("dermotologist", ["Dr. Maria Lindqvist"]),
        ("heart doctor", ["Dr. Tom Weber"]),
        ("a GP", ["Dr. Anna Weber", "Dr. Samuel Okoye"]),
        ("family doctor", ["Dr. Anna Weber", "Dr. Samuel Okoye"]),
        ("orthopedist", []),
        ("banana", []),
    ],
)
def test_practitioners_of_a_specialty(text: str, names: list[str]) -> None:
    assert [one.name for one in practitioners_of(text, PRACTICE, ENGLISH)] == names


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_without_failing(text: str) -> None:
    read_name(text, ENGLISH)
    find_practitioner(text, PRACTICE, ENGLISH)
    find_appointment_type(text, PRACTICE, ENGLISH)
    practitioners_of(text, PRACTICE, ENGLISH)
