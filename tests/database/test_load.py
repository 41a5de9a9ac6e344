"""Loading: repeating changes nothing, later changes stay, nothing is removed. Ring: postgres (and unit)."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from reception.csv_import import read_appointments_csv, read_patients_csv
from reception.database.connection import Database
from reception.database.export import export
from reception.database.load import (
    LoadReport,
    import_appointments,
    import_patients,
    load_practice,
    merged_settings,
)
from reception.database.records import Appointment, Patient
from reception.practice import Practice
from reception.practice_file import parse_practice
from tests.conftest import PRACTICE_YAML

needs_postgres = pytest.mark.postgres


def test_only_what_the_file_says_anew_is_merged() -> None:
    before = {"practice": {"phone": "1", "answering": "on"}, "closures": []}
    now = {"practice": {"phone": "1", "answering": "off"}, "closures": ["by staff"]}
    new = {"practice": {"phone": "2", "answering": "on"}, "closures": []}
    assert merged_settings(now, before, new) == {
        "practice": {"phone": "2", "answering": "off"},
        "closures": ["by staff"],
    }


def test_keys_that_the_file_drops_or_gains_follow_it() -> None:
    assert merged_settings({"a": 1, "staff": 2}, {"a": 1}, {"b": 3}) == {"staff": 2, "b": 3}


async def load(database: Database, yaml: str = PRACTICE_YAML) -> LoadReport:
    async with database.transaction() as store:
        return await load_practice(store, parse_practice(yaml, "practice.yaml"))


async def on_file(database: Database) -> tuple[list[Patient], list[Appointment]]:
    async with database.transaction() as store:
        practice = await store.practice()
        assert practice is not None
        return await store.patients(practice.id), await store.all_appointments()


async def do(database: Database, statement: str) -> None:
    async with database.transaction() as store:
        await store._connection.execute(text(statement))


@needs_postgres
async def test_loading_twice_changes_nothing(database: Database) -> None:
    first = await load(database)
    async with database.transaction(snapshot=True) as store:
        exported = await export(store)
    again = await load(database)
    assert (first.settings, first.patients.added, first.appointments.added) == ("added", 2, 1)
    assert (again.settings, again.patients.unchanged, again.appointments.unchanged) == ("unchanged", 2, 1)
    assert again.practice == first.practice == parse_practice(PRACTICE_YAML, "").to_practice()
    async with database.transaction(snapshot=True) as store:
        assert await export(store) == exported


@needs_postgres
async def test_guardians_of_the_file_may_speak_for_their_wards(database: Database) -> None:
    child = "\n  - { name: Tim Jones, date_of_birth: 2019-05-06, guardians: [Mary Jones] }"
    head, patients = PRACTICE_YAML.split("\npatients:", 1)
    yaml = f"{head}\npatients:{child}{patients}"
    for _ in range(2):
        await load(database, yaml)
    async with database.transaction() as store:
        practice = await store.practice()
        assert practice is not None
        mary = (await store.patients(practice.id, name="Mary Jones"))[0]
        tim = (await store.patients(practice.id, name="Tim Jones"))[0]
        assert await store.wards(practice.id, mary.id) == [tim]
        assert await store.wards(practice.id, tim.id) == []


@needs_postgres
async def test_two_may_load_at_once(database: Database) -> None:
    reports = await asyncio.gather(load(database), load(database))
    assert sorted(report.patients.added for report in reports) == [0, 2]
    patients, appointments = await on_file(database)
    assert (len(patients), len(appointments)) == (2, 1)


@needs_postgres
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE appointments SET status = 'cancelled'",
        "UPDATE appointments SET during = '[2026-06-17 14:00+00, 2026-06-17 14:30+00)'",
        "UPDATE patients SET phone = '+12125550199'",
        "UPDATE patients SET name = name || ' Smith'",
        "UPDATE practices SET settings = jsonb_set(settings, '{practice,answering}', '\"off\"')",
    ],
)
async def test_a_later_change_is_not_undone(database: Database, change: str) -> None:
    await load(database)
    await do(database, change)
    async with database.transaction() as store:
        changed = (await export(store), await store.practice())
    report = await load(database)
    assert (report.settings, report.patients.changed, report.appointments.added) == ("unchanged", 0, 0)
    async with database.transaction() as store:
        assert (await export(store), await store.practice()) == changed


@needs_postgres
async def test_a_changed_file_updates_and_removes_nothing(database: Database) -> None:
    await load(database)
    await do(
        database, "UPDATE practices SET settings = jsonb_set(settings, '{practice,answering}', '\"off\"')"
    )
    changed = PRACTICE_YAML.replace("+12125550111", "+12125550177").replace("minutes: 60", "minutes: 45")
    head, _ = changed.split("appointments:\n")
    report = await load(database, head)
    assert (report.settings, report.patients.changed) == ("changed", 1)
    assert report.practice.type_by_name["Long visit"].minutes == 45
    assert report.practice.answering == "off"
    patients, appointments = await on_file(database)
    assert {patient.phone for patient in patients} == {"+12125550177", ""}
    assert len(appointments) == 1


@needs_postgres
async def test_whoever_the_desk_took_on_is_not_taken_on_twice(database: Database) -> None:
    head, patients_and_more = PRACTICE_YAML.split("patients:\n")
    practice = (await load(database, head)).practice
    born = parse_practice(PRACTICE_YAML, "").patients[0].date_of_birth
    async with database.transaction() as store:
        await store.add_patient(practice.id, "mary jones", born, "+12125550155")
    report = await load(database, f"{head}patients:\n{patients_and_more}")
    assert report.patients.added == 1
    patients, appointments = await on_file(database)
    assert {patient.name for patient in patients} == {"mary jones", "Peter Adams"}
    assert appointments[0].patient is not None and appointments[0].patient.phone == "+12125550155"


@needs_postgres
async def test_an_appointment_whose_time_is_taken_is_reported_and_the_rest_goes_on(
    database: Database,
) -> None:
    await load(database)
    visit = "  - {patient: Peter Adams, practitioner: Dr. Anna Weber, appointment_type: Check-up, "
    more = "".join(
        (PRACTICE_YAML, visit, 'start: "2026-06-17T10:00"}\n', visit, 'start: "2026-06-17T11:00"}\n')
    )
    await do(
        database,
        "UPDATE appointments SET during = '[2026-06-17 14:00+00, 2026-06-17 14:30+00)'",
    )
    report = await load(database, more)
    assert (report.appointments.unchanged, report.appointments.added) == (1, 1)
    (refused,) = report.appointments.refused
    assert "taken" in refused.reason and refused.line == more.count("\n") - 1


@needs_postgres
async def test_csv_files_are_taken_over_once(database: Database, practice: Practice) -> None:
    patients, _ = read_patients_csv(
        "name,date_of_birth,phone\nAnn Lee,1990-01-02,+12125550133\nMary Jones,1980-03-03,\n"
        "Ann Lee,1991-01-02,\n",
        practice,
    )
    appointments, _ = read_appointments_csv(
        "patient,date_of_birth,practitioner,appointment_type,start\n"
        "Mary Jones,,Dr. Luis Ortega,Check-up,2026-06-16T10:00\n"
        "Ann Lee,1990-01-02,Dr. Luis Ortega,Check-up,2026-06-16T11:00\n"
        "Ann Lee,,Dr. Luis Ortega,Check-up,2026-06-16T12:00\n"
        "Nobody,,Dr. Luis Ortega,Check-up,2026-06-16T13:00\n"
        "Mary Jones,,Dr. Anna Weber,Check-up,2026-06-16T10:15\n",
        practice,
    )
    for added in (2, 0):
        async with database.transaction() as store:
            people = await import_patients(store, practice.id, patients)
            calendar = await import_appointments(store, practice.id, appointments)
        assert (people.added, people.changed, calendar.added) == (added, 0, added)
        assert [(one.line, one.reason.split()[0]) for one in calendar.refused] == [
            (4, "patient:"),
            (5, "patient:"),
            (6, "the"),
        ]
