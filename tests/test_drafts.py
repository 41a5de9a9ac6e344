"""Settings as draft, version and trial copy. Ring: postgres."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from reception.database.connection import Database
from reception.database.export import export
from reception.database.load import load_practice
from reception.drafts import TRIAL_PATIENTS, Changed, Drafts
from reception.errors import Invalid, NotFound
from reception.practice import Practice
from reception.practice_file import PracticeFile

pytestmark = pytest.mark.postgres

STAFF = uuid4()


@pytest.fixture
def settings(practice_file: PracticeFile) -> dict[str, Any]:
    """The practice's settings, to be changed at will."""
    return copy.deepcopy(practice_file.settings())


async def save(database: Database, practice: Practice, settings: dict[str, Any]) -> list[str]:
    async with database.transaction() as store:
        wrong = await Drafts(store, practice.id, STAFF).save(settings)
    return [".".join(map(str, one.path)) for one in wrong]


async def publish(database: Database, practice: Practice) -> int:
    async with database.transaction() as store:
        return await Drafts(store, practice.id, STAFF).publish("longer hours")


async def test_a_draft_holds_only_once_it_is_published(
    database: Database, practice: Practice, settings: dict[str, Any]
) -> None:
    settings["practice"]["address"] = "1 New Road"
    assert await save(database, practice, settings) == []
    async with database.transaction() as store:
        assert (await store.practice()) == practice
    assert await publish(database, practice) == 2
    async with database.transaction() as store:
        now = await store.practice()
        assert now is not None and now.address == "1 New Road"
        latest, first = await store.versions(practice.id)
        assert (latest.staff_id, latest.note, first.staff_id) == (STAFF, "longer hours", None)
        assert await store.draft(practice.id) is None


async def test_a_wrong_draft_is_kept_marked_and_can_not_be_published(
    database: Database, practice: Practice, settings: dict[str, Any]
) -> None:
    settings["opening_hours"]["mon"] = ["9 to 5"]
    settings["practitioners"][1]["name"] = settings["practitioners"][0]["name"]
    settings["appointment_types"][0]["practitioners"] = ["Dr. Nobody"]
    assert await save(database, practice, settings) == [
        "opening_hours.mon.0",
        "practitioners.1.name",
        "appointment_types.0.practitioners.0",
    ]
    with pytest.raises(Invalid, match="3 of the settings"):
        await publish(database, practice)
    async with database.transaction() as store:
        draft = await store.draft(practice.id)
        assert draft is not None and draft.settings["opening_hours"]["mon"] == ["9 to 5"]
        assert await store.practice() == practice


async def test_two_who_change_settings_do_not_undo_each_other(
    database: Database, practice: Practice, settings: dict[str, Any]
) -> None:
    await save(database, practice, settings)
    async with database.transaction() as store:
        await store.update_practice(practice, settings, settings, uuid4(), "somebody else")
    with pytest.raises(Changed, match="begin anew"):
        await publish(database, practice)


async def test_an_earlier_version_can_hold_again(
    database: Database, practice: Practice, settings: dict[str, Any]
) -> None:
    settings["practice"]["name"] = "Another Name"
    await save(database, practice, settings)
    await publish(database, practice)
    async with database.transaction() as store:
        assert await Drafts(store, practice.id, STAFF).undo(1) == 3
        assert await store.practice() == practice
        with pytest.raises(NotFound):
            await Drafts(store, practice.id, STAFF).undo(9)


async def test_the_switch_works_at_once_and_a_draft_goes_on(
    database: Database, practice: Practice, settings: dict[str, Any]
) -> None:
    settings["practice"]["address"] = "1 New Road"
    await save(database, practice, settings)
    async with database.transaction() as store:
        await Drafts(store, practice.id, STAFF).answer("off")
    async with database.transaction() as store:
        now = await store.practice()
        assert now is not None and (now.answering, now.address) == ("off", "")
    await publish(database, practice)
    async with database.transaction() as store:
        now = await store.practice()
        assert now is not None and (now.answering, now.address) == ("off", "1 New Road")


async def test_appointments_that_a_draft_contradicts_are_shown_before_it_holds(
    database: Database, practice: Practice, settings: dict[str, Any], now: datetime
) -> None:
    # Mary Jones has a check-up of 30 minutes with Dr. Anna Weber on Tuesday at ten.
    for change, why in (
        ({"closures": [{"from": "2026-06-16"}]}, "closed"),
        ({"opening_hours": {"tue": ["12:00-18:00"]}}, "hours"),
        ({"appointment_types": [{"name": "Check-up", "minutes": 20}]}, "length"),
        ({"appointment_types": [{"name": "Long visit", "minutes": 60}]}, "appointment_type"),
        ({"practitioners": [{"name": "Dr. Luis Ortega"}]}, "practitioner"),
    ):
        await save(database, practice, {**settings, **change})
        async with database.transaction() as store:
            (found,) = await Drafts(store, practice.id, STAFF).contradicted(now)
        assert (found.why, found.appointment.patient is not None) == (why, True)
    await save(database, practice, settings)
    async with database.transaction() as store:
        assert await Drafts(store, practice.id, STAFF).contradicted(now) == []


async def test_a_draft_is_tried_on_a_copy_that_touches_nothing(
    database: Database, practice: Practice, settings: dict[str, Any], now: datetime
) -> None:
    settings["practice"]["address"] = "1 New Road"
    await save(database, practice, settings)
    async with database.transaction(snapshot=True) as store:
        before = await export(store)
    for _ in range(2):  # trying again begins with an empty calendar
        async with database.transaction() as store:
            copied = await Drafts(store, practice.id, STAFF).trial(now.date())
            assert (copied.address, copied.name) == ("1 New Road", practice.name)
            assert await store.booked_after(copied.id, now) == []
            patient = (await store.patients(copied.id, name=TRIAL_PATIENTS[0].name))[0]
            await store.create_conversation(copied.id, "chat", "en", "hash", "caller", {})
            await store.file_request(copied.id, "message", {}, "routine", patient.id, None)
            doctor, kind = copied.practitioners[0], copied.appointment_types[0]
            end = now.replace(hour=now.hour + 1)
            assert await store.add_appointment(copied.id, doctor.id, kind.id, now, end, patient_id=patient.id)
            text = {"to": "+12125550123", "body": "Hello", "kind": "reply", "key": "a"}
            assert await store.queue_text(copied.id, **text) is None
    async with database.transaction(snapshot=True) as store:
        assert await export(store) == before
        assert await store.practice() == practice
        assert await store.practices() == [practice]
        assert await store.practice_by_phone(practice.phone) == practice
        assert await store.practice(copied.slug) is not None


async def test_loading_the_file_again_is_a_version_only_when_it_changes_something(
    database: Database, practice: Practice, practice_file: PracticeFile
) -> None:
    async with database.transaction() as store:
        await load_practice(store, practice_file)
        assert [one.number for one in await store.versions(practice.id)] == [1]
