"""Postgres ring: patients changed on screen: details by two at once, guardians, somebody new."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from sqlalchemy import text

from reception.database.connection import Database
from reception.database.load import load_practice
from reception.database.records import Patient
from reception.practice import Practice
from reception.practice_file import parse_practice
from tests.conftest import PRACTICE_YAML
from tests.dashboard.conftest import Browser, LogIn

pytestmark = pytest.mark.postgres

DETAILS = {
    "name": "Mary Jones",
    "date_of_birth": "1980-03-03",
    "phone": "+12125550111",
    "email": "",
    "insurance": "",
}


@pytest.fixture
async def maria(log_in: LogIn) -> Browser:
    return await log_in("Maria Keller")


async def on_file(database: Database, practice: Practice, name: str = "Mary Jones") -> Patient:
    async with database.transaction() as store:
        return (await store.patients(practice.id, name=name))[0]


async def audited(database: Database, entity_id: UUID) -> list[str]:
    async with database.transaction() as store:
        query = text("SELECT action || details::text FROM audit_log WHERE entity_id = :id ORDER BY id")
        return list(await store._connection.scalars(query, {"id": entity_id}))


async def test_details_are_saved_in_their_normal_form_and_the_log_holds_no_values(
    maria: Browser, database: Database, practice: Practice
) -> None:
    mary = await on_file(database, practice)
    assert 'value="1980-03-03"' in (await maria.get(f"/staff/patients/{mary.id}/edit")).text
    changed = DETAILS | {"phone": "(212) 555-0199", "email": "Mary@Example.org", "version": "1"}
    answer = await maria.post(f"/staff/patients/{mary.id}/edit", changed)
    assert answer.headers["location"] == f"/staff/patients/{mary.id}"
    after = await on_file(database, practice)
    assert (after.phone, after.email) == ("+12125550199", "mary@example.org")
    log = await audited(database, mary.id)
    assert 'changed{"fields": ["phone", "email"]}' in log and "0199" not in "".join(log)


async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    maria: Browser, database: Database, practice: Practice
) -> None:
    mary = await on_file(database, practice)
    for wrong, said in (
        ({"name": " "}, "Name"),
        ({"date_of_birth": "2999-01-01"}, "Birth date: expected a date of birth"),
        ({"phone": "12"}, "Phone: expected"),
        ({"email": "mary"}, "E-mail: expected"),
    ):
        typed = DETAILS | {"insurance": "Kept Health", "version": "1"} | wrong
        page = await maria.post(f"/staff/patients/{mary.id}/edit", typed)
        assert page.status_code == 422 and said in page.text and "Kept Health" in page.text
    assert await on_file(database, practice) == mary


async def test_of_two_who_change_one_patient_the_second_sees_both(
    maria: Browser, log_in: LogIn, database: Database, practice: Practice
) -> None:
    tom = await log_in("Tom Berg")
    mary = await on_file(database, practice)
    path = f"/staff/patients/{mary.id}/edit"
    await maria.post(path, DETAILS | {"insurance": "Aetna", "version": "1"})
    late = await tom.post(path, DETAILS | {"insurance": "Cigna", "version": "1"})
    assert late.status_code == 409 and "On file now: Aetna" in late.text and 'value="Cigna"' in late.text
    version = re.search(r'name="version" value="(\d+)"', late.text)
    assert version is not None
    await tom.post(path, DETAILS | {"insurance": "Cigna", "version": version[1]})
    assert (await on_file(database, practice)).insurance == "Cigna"


async def test_somebody_new_is_taken_on_unless_they_may_be_here_already(
    maria: Browser, database: Database, practice: Practice
) -> None:
    new = {"name": "Nora Lind", "date_of_birth": "2001-02-03", "phone": "", "email": "", "insurance": ""}
    answer = await maria.post("/staff/patients/new", new)
    nora = await on_file(database, practice, "Nora Lind")
    assert answer.headers["location"] == f"/staff/patients/{nora.id}"
    again = await maria.post("/staff/patients/new", new | {"name": "Nora Lindt"})
    assert "Here already?" in again.text and f"/staff/patients/{nora.id}" in again.text
    await maria.post("/staff/patients/new", new | {"name": "Nora Lindt", "anyway": "true"})
    twin = await on_file(database, practice, "Nora Lindt")
    assert "Possibly twice" in (await maria.get(f"/staff/patients/{twin.id}")).text


async def test_guardians_are_looked_up_added_and_removed(
    maria: Browser, database: Database, practice: Practice
) -> None:
    mary, peter = await on_file(database, practice), await on_file(database, practice, "Peter Adams")
    path = f"/staff/patients/{mary.id}/guardians"
    found = await maria.post(f"{path}/search", {"words": "peter"}, hx_request="true")
    assert "Peter Adams" in found.text and "Mary Jones</strong>" not in found.text
    await maria.post(path, {"guardian": str(peter.id)})
    async with database.transaction() as store:
        assert await store.wards(practice.id, peter.id) == [mary]
    assert "Peter Adams" in (await maria.get(f"/staff/patients/{mary.id}")).text
    assert "Mary Jones" in (await maria.get(f"/staff/patients/{peter.id}")).text
    assert (await maria.post(path, {"guardian": str(mary.id)})).status_code == 422
    await maria.post(f"{path}/{peter.id}/remove")
    async with database.transaction() as store:
        assert await store.wards(practice.id, peter.id) == []


async def test_viewers_look_only(log_in: LogIn, database: Database, practice: Practice) -> None:
    vera, mary = await log_in("Vera Look", "viewer"), await on_file(database, practice)
    page = (await vera.get(f"/staff/patients/{mary.id}")).text
    assert "Mary Jones" in page and "/edit" not in page and "/guardians" not in page
    for path in ("edit", "guardians", f"merge/{mary.id}"):
        assert (await vera.post(f"/staff/patients/{mary.id}/{path}", {})).status_code == 403


async def test_data_is_exported_as_a_file_without_the_name_in_its_name(
    maria: Browser, database: Database, practice: Practice
) -> None:
    mary = await on_file(database, practice)
    answer = await maria.get(f"/staff/patients/{mary.id}/export")
    assert answer.json()["patient"]["name"] == "Mary Jones" and answer.json()["appointments"]
    assert answer.headers["content-disposition"] == f'attachment; filename="patient-{mary.id}.json"'
    assert "exported{}" in await audited(database, mary.id)


async def test_admins_erase_by_typing_the_name(
    maria: Browser, log_in: LogIn, database: Database, practice: Practice
) -> None:
    mary, ada = await on_file(database, practice), await log_in("Ada Root", "admin")
    path = f"/staff/patients/{mary.id}/erase"
    assert (await maria.post(path, {"name": "Mary Jones"})).status_code == 403
    wrong = await ada.post(path, {"name": "Mary Joness"})
    assert wrong.status_code == 422 and "Nothing was erased" in wrong.text
    assert "With 1 appointment" in (await ada.post(path, {"name": " mary  jones"})).text
    assert (await ada.get(f"/staff/patients/{mary.id}")).status_code == 404
    assert (await audited(database, mary.id))[-1] == "erased{}"


async def test_no_page_reaches_a_patient_of_another_practice(
    log_in: LogIn, database: Database, practice: Practice
) -> None:
    other = parse_practice(PRACTICE_YAML.replace("Harbor Clinic", "Other Clinic"), "practice.yaml")
    async with database.transaction() as store:
        elsewhere = (await load_practice(store, other)).practice
        theirs, twin = await store.patients(elsewhere.id)
        before = await store.patients(elsewhere.id)
    mary, ada = await on_file(database, practice), await log_in("Ada Root", "admin")
    at = f"/staff/patients/{theirs.id}"
    merge = f"{at}/merge/{twin.id}", f"{at}/merge/{mary.id}", f"/staff/patients/{mary.id}/merge/{theirs.id}"
    for path in (
        at,
        *(f"{at}/{page}" for page in ("chart", "edit", "guardians", "twins", "export", "erase")),
        *merge,
    ):
        assert (await ada.get(path)).status_code == 404, path
    forms = {
        f"{at}/edit": DETAILS | {"version": "1"},
        f"{at}/guardians": {"guardian": str(mary.id)},
        f"/staff/patients/{mary.id}/guardians": {"guardian": str(theirs.id)},
        f"{at}/guardians/{twin.id}/remove": {},
        f"{at}/guardians/search": {"words": "peter"},
        f"{at}/twins/search": {"words": "peter"},
        f"{at}/apart/{twin.id}": {},
        f"{at}/erase": {"name": theirs.name},
        f"/staff/patients/merges/{theirs.id}/undo": {},
        **{path: {"kept_version": "1", "other_version": "1"} for path in merge},
    }
    for path, fields in forms.items():
        assert (await ada.post(path, fields)).status_code in (404, 409), path
    found = await ada.post("/staff/patients/search", {"words": "jones"}, hx_request="true")
    assert found.text.count("Mary Jones") == 1
    async with database.transaction() as store:
        assert await store.patients(elsewhere.id) == before
        assert await store.wards(elsewhere.id, mary.id) == []
