"""Postgres ring: one person on file twice: found, compared, made one, made two again."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID

import pytest

from reception.database.connection import Database
from reception.database.load import load_practice
from reception.database.records import Patient
from reception.erasure import erase_patient
from reception.patients.merging import merge
from reception.practice import Practice
from reception.practice_file import parse_practice
from tests.conftest import NOW, PRACTICE_YAML
from tests.dashboard.conftest import Browser, LogIn

pytestmark = pytest.mark.postgres

BORN = date(1980, 3, 3)


@pytest.fixture
async def maria(log_in: LogIn) -> Browser:
    return await log_in("Maria Keller")


@pytest.fixture
async def pair(database: Database, practice: Practice) -> tuple[Patient, Patient]:
    """Mary Jones of the practice file, and the same person as the desk took her on."""
    async with database.transaction() as store:
        mary = (await store.patients(practice.id, name="Mary Jones"))[0]
        twin = await store.add_patient(
            practice.id, "Marie Jones", BORN, "+12125550199", "m@example.org", possible_duplicate=True
        )
        return mary, twin


async def filed(database: Database, practice: Practice, whose: UUID) -> UUID:
    async with database.transaction() as store:
        return await store.file_request(practice.id, "message", {"text": "hello"}, "routine", whose, None)


async def request_of(database: Database, practice: Practice, request: UUID) -> UUID:
    async with database.transaction() as store:
        item = await store.inbox_item(practice.id, request)
        assert item is not None and item.patient is not None
        return item.patient.id


async def chart(database: Database, practice: Practice, patient: UUID) -> Patient:
    async with database.transaction() as store:
        found = await store.chart(practice.id, patient)
        assert found is not None
        return found.patient


def versions(kept: int = 1, other: int = 1) -> dict[str, str]:
    return {"kept_version": str(kept), "other_version": str(other)}


async def test_pairs_are_listed_until_they_are_told_apart(
    maria: Browser, database: Database, practice: Practice, pair: tuple[Patient, Patient]
) -> None:
    mary, twin = pair
    async with database.transaction() as store:
        await store.add_patient(
            practice.id, "Peter Adams", date(1957, 12, 1)
        )  # 1975, with two digits swapped
        await store.add_patient(practice.id, "Paula Jones", date(2010, 1, 1), mary.phone)  # her daughter
        await store.add_patient(practice.id, "Carl Otto", BORN)
    page = (await maria.get("/staff/patients/duplicates")).text
    assert "Like names, same birth date" in page and "birth dates one slip apart" in page
    assert "Paula" not in page and "Carl" not in page
    await maria.post(f"/staff/patients/{twin.id}/apart/{mary.id}")
    page = (await maria.get("/staff/patients/duplicates")).text
    assert "Marie" not in page and "Peter Adams" in page


async def test_a_merge_brings_all_together_and_can_be_undone(
    maria: Browser, database: Database, practice: Practice, pair: tuple[Patient, Patient]
) -> None:
    mary, twin = pair
    asked = await filed(database, practice, twin.id)
    async with database.transaction() as store:
        peter = (await store.patients(practice.id, name="Peter Adams"))[0]
        await store.add_guardian(practice.id, peter.id, twin.id)
    path = f"/staff/patients/{mary.id}/merge/{twin.id}"
    page = (await maria.get(path)).text
    assert "Marie Jones" in page and "+12125550199" in page
    chosen = {"use_phone": "other", "use_email": "other", "use_name": "kept"}
    await maria.post(path, versions() | chosen)
    kept = await chart(database, practice, mary.id)
    assert (kept.name, kept.phone, kept.email) == ("Mary Jones", "+12125550199", "m@example.org")
    assert await request_of(database, practice, asked) == mary.id
    async with database.transaction() as store:
        assert await store.patients(practice.id, name="Marie Jones") == []
        assert await store.patient(practice.id, twin.id) == kept
        assert [one.id for one in await store.wards(practice.id, mary.id)] == [peter.id]
        (visit,) = await store.upcoming(
            practice.id, twin.id, NOW
        )  # a conversation that still has the old one
    later = await filed(database, practice, twin.id)
    assert await request_of(database, practice, later) == mary.id
    moved = await maria.get(f"/staff/patients/{twin.id}")
    assert moved.headers["location"] == f"/staff/patients/{mary.id}"

    async with database.transaction() as store:
        (merge,) = await store.merges_into(practice.id, mary.id)
        changed = Patient(mary.id, "Mary Jones", BORN, kept.phone, "new@example.org")
        assert await store.change_patient(practice.id, changed, 2)
    assert f"/staff/patients/merges/{merge.id}/undo" in (await maria.get(f"/staff/patients/{mary.id}")).text
    await maria.post(f"/staff/patients/merges/{merge.id}/undo")
    again = await chart(database, practice, mary.id)
    assert (again.phone, again.email) == ("+12125550111", "new@example.org")  # changed since: stays
    assert await chart(database, practice, twin.id) == twin
    assert await request_of(database, practice, asked) == twin.id
    assert await request_of(database, practice, later) == mary.id
    async with database.transaction() as store:
        assert await store.wards(practice.id, mary.id) == []
        assert [one.id for one in await store.wards(practice.id, twin.id)] == [peter.id]
        assert [one.id for one in await store.upcoming(practice.id, mary.id, NOW)] == [visit.id]
    assert (await maria.post(f"/staff/patients/merges/{merge.id}/undo")).status_code == 409


async def test_erasing_a_merged_patient_erases_both_records(
    maria: Browser, database: Database, practice: Practice, pair: tuple[Patient, Patient]
) -> None:
    mary, twin = pair
    await maria.post(f"/staff/patients/{twin.id}/merge/{mary.id}", versions())
    async with database.transaction() as store:
        await erase_patient(store, practice.id, twin.id)
    async with database.transaction() as store:
        assert await store.chart(practice.id, mary.id) is None
        left = await load_practice(store, parse_practice(PRACTICE_YAML, "practice.yaml"))
        assert await store.patients(practice.id, name="Mary Jones") == [] and left.patients.added == 0


async def test_of_two_who_merge_at_once_one_wins(
    maria: Browser, log_in: LogIn, database: Database, practice: Practice, pair: tuple[Patient, Patient]
) -> None:
    tom = await log_in("Tom Berg")
    mary, twin = pair
    answers = await asyncio.gather(
        maria.post(f"/staff/patients/{mary.id}/merge/{twin.id}", versions()),
        tom.post(f"/staff/patients/{twin.id}/merge/{mary.id}", versions()),
    )
    assert sorted(one.status_code for one in answers) == [303, 409]
    async with database.transaction() as store:
        left = await store.patients(practice.id, date_of_birth=BORN)
    assert len(left) == 1


async def test_a_merge_waits_for_what_is_being_filed(
    maria: Browser, database: Database, practice: Practice, pair: tuple[Patient, Patient]
) -> None:
    mary, twin = pair
    async with database.transaction() as store:
        request = await store.file_request(practice.id, "message", {"text": "hi"}, "routine", twin.id, None)
        work = database.run(lambda store: merge(store, maria.account, mary.id, twin.id, (1, 1)))
        merging = asyncio.create_task(work)
        done, _ = await asyncio.wait({merging}, timeout=0.5)
        assert not done
    await merging
    assert await request_of(database, practice, request) == mary.id


async def test_a_chain_of_merges_is_undone_from_its_end(
    maria: Browser, database: Database, practice: Practice, pair: tuple[Patient, Patient]
) -> None:
    mary, twin = pair
    async with database.transaction() as store:
        third = await store.add_patient(practice.id, "Mary T. Jones", BORN)
    await maria.post(f"/staff/patients/{twin.id}/merge/{third.id}", versions())
    await maria.post(f"/staff/patients/{mary.id}/merge/{twin.id}", versions(1, 2))
    request = await filed(database, practice, third.id)
    assert await request_of(database, practice, request) == mary.id
    async with database.transaction() as store:
        (first,) = await store.merges_into(practice.id, twin.id)
        (second,) = await store.merges_into(practice.id, mary.id)
    early = await maria.post(f"/staff/patients/merges/{first.id}/undo")
    assert early.status_code == 422 and "Undo that first" in early.text
    for one in (second, first):
        assert (await maria.post(f"/staff/patients/merges/{one.id}/undo")).status_code == 303
    async with database.transaction() as store:
        assert len(await store.patients(practice.id, date_of_birth=BORN)) == 3
