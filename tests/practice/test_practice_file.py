"""Unit ring: what a practice file may say, what it becomes, and how a bad one is refused."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from pathlib import Path

import pytest

from reception.errors import PracticeFileError
from reception.practice import Block, Closure
from reception.practice_file import (
    PracticeFile,
    entity_id,
    parse_practice,
    practice_from_json,
    read_practice_file,
)

DEMO = Path(__file__).parents[2] / "reception" / "demo_practice.yaml"
TODAY = date(2026, 6, 15)

PRACTICE = """\
practice: { name: Hill Practice, time_zone: America/New_York, phone: "+12025550100" }
"""
PEOPLE = """\
practitioners:
  - { name: Dr. Ada Moss, working_hours: { mon: ["08:00-12:00"] } }
  - { name: Dr. Ben Roth, slots: [] }
appointment_types:
  - { name: Consultation, minutes: 15 }
"""
SMALL = PRACTICE + PEOPLE
PATIENTS = """\
patients:
  - { name: Jo Lane, date_of_birth: 1980-01-02, phone: (202) 555-0123 }
  - { name: Sam Poe, date_of_birth: 1990-01-02 }
  - { name: Sam Poe, date_of_birth: 2001-01-02 }
"""


def parse(text: str) -> PracticeFile:
    return parse_practice(text, "practice.yaml", TODAY)


def refusal(text: str) -> list[str]:
    """The lines below the heading."""
    with pytest.raises(PracticeFileError) as caught:
        parse(text)
    heading, *lines = str(caught.value).splitlines()
    assert heading == "practice.yaml: refused, nothing was changed"
    return [line.strip() for line in lines]


def appointment(patient: str, start: str = "2026-06-16T09:00", more: str = "") -> str:
    who = "practitioner: Dr. Ada Moss, appointment_type: Consultation"
    return f'  - {{ patient: {patient}, {who}, start: "{start}"{more} }}\n'


def test_the_smallest_file_gets_the_defaults() -> None:
    practice = parse(SMALL).to_practice()
    assert (practice.slug, practice.answering, practice.emergency_number) == ("hill-practice", "on", "911")
    assert practice.opening_hours is None and practice.languages == ("en",)
    rules = practice.booking
    assert (rules.lead_minutes, rules.horizon_days, rules.grid_minutes, rules.hold_minutes) == (60, 90, 15, 5)
    assert rules.identify_by == ("patient_name", "date_of_birth") and not rules.collect_email
    moss, roth = practice.practitioners
    assert moss.working_hours == {0: (Block(time(8), time(12)),)} and moss.slots is None
    assert roth.slots == () and roth.working_hours is None
    assert practice.appointment_types[0].practitioners == (moss.id, roth.id)


def test_every_section_is_taken_over() -> None:
    text = (
        SMALL.replace("slots: []", 'slots: ["2026-06-16T09:00", 2026-06-15T10:30]')
        .replace("minutes: 15", "minutes: 15, practitioners: [Dr. Ben Roth], new_patients: false")
        .replace(
            '"+12025550100"', "+1 202 555-0100, answering: after_hours, origins: [HTTPS://Hill.example/]"
        )
    )
    text += """\
opening_hours: { sat: ["13:00-14:00", "8:00 - 12:00"] }
closures: [ { from: 2026-07-03, reason: Holiday }, { from: 2026-12-24, to: 2026-12-26 } ]
booking: { hold_minutes: 0.5, identify_by: [phone], collect_email: yes }
reminders: { hours_before: [48, 1.5] }
privacy: { notice_url: https://hill.example/privacy, record_calls: on, retention_days: { conversations: 30 } }
answers: [ { topic: fees, question: How much?, answer: "  Twenty\\n dollars. " } ]
"""
    practice = parse(text).to_practice()
    assert practice.phone == "+12025550100" and practice.answering == "after_hours"
    assert practice.origins == ("https://hill.example",)
    assert practice.practitioners[1].slots == (datetime(2026, 6, 15, 10, 30), datetime(2026, 6, 16, 9))
    assert practice.appointment_types[0].practitioners == (practice.practitioners[1].id,)
    assert not practice.appointment_types[0].new_patients
    assert practice.opening_hours == {5: (Block(time(8), time(12)), Block(time(13), time(14)))}
    one_day = Closure(date(2026, 7, 3), date(2026, 7, 3), "Holiday")
    assert practice.closures == (one_day, Closure(date(2026, 12, 24), date(2026, 12, 26)))
    assert practice.booking.hold_minutes == 0.5 and practice.booking.collect_email
    assert practice.booking.identify_by == ("phone",)
    assert practice.reminders_hours_before == (48, 1.5)
    assert practice.record_calls and practice.retention_days == {"conversations": 30}
    assert practice.answers[0].answer == "Twenty dollars."


def test_without_own_hours_or_slots_the_opening_hours_count() -> None:
    text = SMALL.replace(", slots: []", "") + 'opening_hours: { tue: ["09:00-10:00"] }\n'
    practice = parse(text).to_practice()
    assert practice.practitioners[1].working_hours == practice.opening_hours


def test_ids_hang_on_slug_and_name_alone() -> None:
    first, second = parse(SMALL), parse(SMALL.replace("minutes: 15", "minutes: 30, spoken_as: [talk]"))
    assert first.to_practice().id == second.to_practice().id == entity_id("hill-practice", "practice")
    assert first.to_practice().appointment_types[0].id == second.to_practice().appointment_types[0].id
    other = parse(SMALL.replace("name: Hill Practice", "name: Hill Practice, slug: hill"))
    assert other.to_practice().practitioners[0].id != first.to_practice().practitioners[0].id


@pytest.mark.parametrize("text", [SMALL, DEMO.read_text(encoding="utf-8")])
def test_settings_survive_json(text: str) -> None:
    file = parse(text)
    assert practice_from_json(json.loads(json.dumps(file.settings()))) == file.to_practice()


def test_patients_and_appointments_are_typed() -> None:
    text = SMALL + PATIENTS + "appointments:\n" + appointment("Jo Lane")
    text += appointment("Sam Poe", "2020-02-29 03:10", ", date_of_birth: 2001-01-02, reason: cough")
    file = parse(text)
    assert file.patients[0].phone == "+12025550123"  # a national number, in the practice's country
    ours, past = file.appointments
    assert ours.start == datetime(2026, 6, 16, 9) and past.start == datetime(2020, 2, 29, 3, 10)
    assert file.patient_of(past) == file.patients[2] and past.reason == "cough"
    assert [one.line for one in (*file.patients, ours, past)] == [8, 9, 10, 12, 13]
    assert len({file.patient_id(one) for one in file.patients}) == 3
    assert file.appointment_id(ours) == parse(text).appointment_id(ours) != file.appointment_id(past)


def test_every_problem_is_listed_with_its_line() -> None:
    text = """\
practice:
  name: Hill Practice
  phone: 555
  time_zone: America/Springfield
opening_hours:
  mon: ["8-"]
  Tue: ["08:00-12:00"]
practitioners:
  - { name: Dr. Ada Moss, slots: [2026-06-16] }
appointment_types:
  - name: Consultation
    minutes: 0
    practitioners: [Dr. Ada Mos]
booking: { lead_minutes: soon, identify_by: [shoe_size] }
"""
    assert refusal(text) == [
        'line 3: practice.phone: expected a phone number with its country code, like +12025550100, got "555"',
        'line 4: practice.time_zone: expected a time zone like America/New_York, got "America/Springfield"',
        'line 6: opening_hours.mon[0]: expected HH:MM-HH:MM with the end after the start, got "8-"',
        "line 7: opening_hours.Tue: unknown key, expected one of mon, tue, wed, thu, fri, sat, sun",
        'line 9: practitioners[0].slots[0]: expected a local time as YYYY-MM-DDTHH:MM, got "2026-06-16"',
        'line 12: appointment_types[0].minutes: expected at least 1, got "0"',
        'line 14: booking.lead_minutes: expected a whole number, got "soon"',
        "line 14: booking.identify_by[0]: expected 'patient_name', 'date_of_birth' or 'phone', "
        'got "shoe_size"',
    ]


def test_entries_that_are_right_are_checked_beside_wrong_ones() -> None:
    text = PRACTICE.replace("America/New_York", "Nowhere") + PEOPLE.replace(
        "minutes: 15", "minutes: 15, practitioners: [Dr. Ada Mos]"
    )
    zone, name = refusal(text)
    assert zone.startswith("line 1: practice.time_zone: expected a time zone")
    assert name == (
        "line 6: appointment_types[0].practitioners[0]: expected a practitioner's name, "
        'got "Dr. Ada Mos" (did you mean Dr. Ada Moss?)'
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("name: Hill Practice, ", ""), "line 1: practice.name: required, but missing"),
        (("Hill Practice", "“!”"), "line 1: practice.slug: required, but missing"),
        (("Hill Practice", "H, slug: Hill"), "line 1: practice.slug: expected lower-case letters and digits"),
        (("Hill Practice", "H, answering: true"), "line 1: practice.answering: expected 'on', 'off' or"),
        (("Hill Practice", "H, origins: ['*']"), "line 1: practice.origins[0]: expected an origin"),
        (("Hill Practice", "H, origins: https://a.example"), "line 1: practice.origins: expected a list"),
        (("Hill Practice", "H, languages: [English]"), "line 1: practice.languages[0]: expected a language"),
        (("Hill Practice", '"H\\0"'), "line 1: practice.name: expected a text"),
        (("Hill Practice", "[Hill]"), "line 1: practice.name: expected one value"),
        (("Hill Practice", "H, colour: red"), "line 1: practice.colour: unknown key, expected one of name,"),
        (("Ben Roth, slots: []", "Ben Roth"), "line 4: practitioners[1]: expected working_hours or slots"),
        (("slots: []", "slots:"), "line 4: practitioners[1].slots: expected a list"),
        (("slots: []", "slots: [2026-03-08T02:30]"), "line 4: practitioners[1].slots[0]: no such time in"),
        (("Dr. Ben Roth", "dr. ada moss"), "line 4: practitioners[1].name: is here twice, first on line 3"),
        (("minutes: 15", "minutes: 7.5"), "line 6: appointment_types[0].minutes: expected a whole number"),
        (
            ("minutes: 15", "minutes: 15, practitioners: []"),
            "line 6: appointment_types[0].practitioners: exp",
        ),
        (
            ('"08:00-12:00"', '"08:00-12:00", "11:45-13:00"'),
            "line 3: practitioners[0].working_hours.mon: expected blocks that don't overlap, "
            "but 08:00-12:00 and 11:45-13:00 do",
        ),
        (('"08:00-12:00"', '"12:00-12:00"'), "line 3: practitioners[0].working_hours.mon[0]: expected HH:MM"),
        (('"08:00-12:00"', '"08:00-24:00"'), "line 3: practitioners[0].working_hours.mon[0]: expected HH:MM"),
    ],
)
def test_one_thing_wrong(change: tuple[str, str], problem: str) -> None:
    (line,) = refusal(SMALL.replace(*change))
    assert line.startswith(problem)


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        (
            "closures: [ { from: 2026-07-03, to: 2026-07-02 } ]",
            "line 7: closures[0]: expected the day in `to`",
        ),
        ("closures: [ { from: 2026-02-30 } ]", "line 7: closures[0].from: expected a date as YYYY-MM-DD"),
        ("closures: [ { from: 20260703 } ]", "line 7: closures[0].from: expected a date as YYYY-MM-DD"),
        ("booking: { hold_minutes: 0 }", "line 7: booking.hold_minutes: expected more than 0"),
        ("booking: { hold_minutes: .nan }", "line 7: booking.hold_minutes: expected a number"),
        ("booking: { identify_by: [] }", "line 7: booking.identify_by: expected at least one"),
        ("booking: { identify_by: [phone, phone] }", "line 7: booking: expected each detail"),
        ("booking: { grid_minutes: 0 }", "line 7: booking.grid_minutes: expected at least 1"),
        ("reminders: { hours_before: [-1] }", "line 7: reminders.hours_before[0]: expected more than 0"),
        (
            "privacy: { retention_days: { chats: 0 } }",
            "line 7: privacy.retention_days.chats: expected at least",
        ),
        (
            "privacy: { retention_days: { 'Cha ts': 9 } }",
            "line 7: privacy.retention_days.Cha ts: expected a k",
        ),
        ("privacy: { record_calls: maybe }", "line 7: privacy.record_calls: expected true or false"),
        ("answers: [ { topic: fees } ]", "line 7: answers[0].answer: required, but missing"),
        (
            "booking:\n  lead_minutes: 5\n  lead_minutes: 6",
            'line 9: key "lead_minutes" is here twice, first on',
        ),
        ("booking:\n\tlead_minutes: 5", "line 8: expected spaces, got a tab"),
        ("answers: [ { topic: a, answer: b: c } ]", "line 7: not YAML: "),
        ("answers: &a [ *a ]", "line 7: an alias that contains itself"),
        ("? [a]\n: b", "line 7: expected a plain word as key"),
        ("---\npractice: again", "line 7: not YAML: "),
        ("answers: \x07", "line 7: a control character, expected plain text"),
        ("opening: {}", "line 7: opening: unknown key, expected one of practice, opening_hours, closures"),
    ],
)
def test_one_section_wrong(section: str, problem: str) -> None:
    (line,) = refusal(SMALL + section + "\n")
    assert line.startswith(problem)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (
            appointment("Jo Lame"),
            "line 12: appointments[0].patient: expected the name of one of the patients",
        ),
        (appointment("Sam Poe"), "line 12: appointments[0]: expected date_of_birth too"),
        (
            appointment("Jo Lane", more=", date_of_birth: 1999-01-01"),
            "line 12: appointments[0].date_of_birth: expected the patient's date of birth",
        ),
        (
            appointment("Jo Lane").replace("Moss", "Mess"),
            "line 12: appointments[0].practitioner: expected a practitioner's name (did you mean",
        ),
        (
            appointment("Jo Lane").replace("Consultation", "Surgery"),
            "line 12: appointments[0].appointment_type: expected an appointment type's name",
        ),
        (
            appointment("Jo Lane", "2026-03-08T02:30"),
            "line 12: appointments[0].start: no such time in America",
        ),
        (
            appointment("Jo Lane") + appointment("Jo Lane", "2026-06-16T09:14"),
            "line 13: appointments[1]: overlaps the appointment on line 12",
        ),
    ],
)
def test_appointments_name_what_the_file_knows(rows: str, problem: str) -> None:
    (line,) = refusal(SMALL + PATIENTS + "appointments:\n" + rows)
    assert line.startswith(problem)


def test_appointments_may_follow_each_other_without_a_gap() -> None:
    rows = appointment("Jo Lane", "2026-06-16T09:15") + appointment("Jo Lane", "2026-06-16T09:00")
    assert len(parse(SMALL + PATIENTS + "appointments:\n" + rows).appointments) == 2


def test_what_patients_lines_say_is_not_repeated() -> None:
    text = (
        SMALL + PATIENTS + "  - { name: Zed Quark, date_of_birth: 2026-06-16, phone: 4711, email: quark }\n"
    )
    lines = refusal(text + "  - { name: Jo Lane, date_of_birth: 1980-01-02 }\n")
    assert lines == [
        "line 11: patients[3].date_of_birth: expected a date of birth since 1900 and not in the future",
        "line 11: patients[3].phone: expected a phone number with its country code, like +12025550100",
        "line 11: patients[3].email: expected an e-mail address",
        "line 12: patients[4].name: is here twice, first on line 8",
    ]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "- a\n- b\n", "hello"])
def test_a_file_that_is_no_mapping(text: str) -> None:
    assert refusal(text) == ["line 1: expected a mapping with practice, practitioners and appointment_types"]


def test_the_required_sections() -> None:
    assert refusal("booking: {}") == [
        "line 1: practice: required, but missing",
        "line 1: practitioners: required, but missing",
        "line 1: appointment_types: required, but missing",
    ]


def test_hostile_nesting_is_refused() -> None:
    for depth in (50, 200_000):
        assert refusal("[" * depth) == refusal("- " * depth) == ["not YAML: nested too deeply"]
    layers = "\n".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]"
        for a, b in zip("abcdefg", "bcdefgh", strict=True)
    )
    assert refusal("a: &a [x, x]\n" + layers) == ["not YAML: too many values"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(PracticeFileError, match=r"can't be read: No such file"):
        read_practice_file(tmp_path / "none.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("practice:\n  name: Praxis Müller\n".encode("latin-1"))
    with pytest.raises(PracticeFileError, match="line 2: not UTF-8"):
        read_practice_file(latin)
    marked = tmp_path / "marked.yaml"
    marked.write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert read_practice_file(marked, TODAY).practice.name == "Hill Practice"


def test_the_demo_practice() -> None:
    file = read_practice_file(DEMO)
    practice = file.to_practice()
    assert "Dr. Anna Weber" in practice.practitioner_by_name
    assert practice.type_by_name["New patient visit"].new_patients
    assert (len(practice.practitioners), len(practice.appointment_types), len(file.patients)) == (4, 7, 8)
    assert all(one.practitioners for one in practice.appointment_types)


@pytest.mark.parametrize("guardian", ["Nobody Here", "Tim Poe", "Sam Poe"])
def test_a_guardian_is_exactly_one_other_patient_of_the_file(guardian: str) -> None:
    sams = "{name: Sam Poe, date_of_birth: 1970-01-01}, {name: Sam Poe, date_of_birth: 1980-01-01}"
    (line,) = refusal(f"{SMALL}patients: [{sams}, {{name: Tim Poe, guardians: [{guardian}]}}]\n")
    assert "expected the name of exactly one other patient in this file" in line
