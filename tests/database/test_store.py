"""Conversations, patients, requests and protection as the store keeps them. Ring: postgres."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from reception.database.connection import Database
from reception.database.records import NewMessage
from reception.errors import NotFound, ReceptionError
from reception.practice import Practice

pytestmark = pytest.mark.postgres

BORN = date(1990, 1, 2)


async def test_a_practice_is_found_by_slug_number_id_or_as_the_only_one(
    database: Database, practice: Practice
) -> None:
    async with database.transaction() as store:
        assert await store.practice() == practice
        assert await store.practice("harbor-clinic") == practice
        assert await store.practice("elsewhere") is None
        assert await store.practice_by_id(practice.id) == practice
        assert await store.practice_by_phone("+1 (212) 555-0100") == practice
        assert await store.practice_by_phone("") is None


async def test_a_conversation_is_saved_and_counts_its_versions(
    database: Database, practice: Practice
) -> None:
    async with database.transaction() as store:
        opened = await store.create_conversation(
            practice.id, "phone", "en", "hash", "+12125550111", {"step": 1}, "CA1"
        )
    async with database.transaction() as store:
        assert await store.conversation(opened.id) == opened
        assert await store.conversation_by_call("CA1", lock=True) == opened
        assert await store.token_hash(opened.id) == (practice.id, "hash")
        version = await store.save_conversation(
            opened.id, state={"step": 2}, status="closed", outcome="booked"
        )
    async with database.transaction() as store:
        saved = await store.conversation(opened.id, lock=True)
        assert saved is not None and (saved.version, saved.state, saved.status) == (
            version,
            {"step": 2},
            "closed",
        )
        assert await store.conversation(uuid4()) is None
        assert await store.token_hash(uuid4()) is None
        with pytest.raises(NotFound):
            await store.save_conversation(uuid4(), state={}, status="open", outcome=None)


async def test_the_same_message_finds_the_same_answer(database: Database, conversation_id: UUID) -> None:
    options = [{"label": "10:00", "text": "ten", "value": {"start": "2026-06-16T10:00:00-04:00"}}]
    async with database.transaction() as store:
        await store.add_messages(conversation_id, [NewMessage("desk", "Hello", expects="request")])
        said = await store.add_messages(
            conversation_id,
            [
                NewMessage("patient", "An appointment", client_id="c1", frame={"intent": "book_appointment"}),
                NewMessage("desk", "With pleasure."),
                NewMessage("desk", "When?", expects="slot", options=options),
            ],
        )
    async with database.transaction() as store:
        assert await store.replies_to(conversation_id, "c1") == said[1:]
        assert await store.replies_to(conversation_id, "c2") is None
        everything = await store.messages(conversation_id)
        assert [one.text for one in everything] == ["Hello", "An appointment", "With pleasure.", "When?"]
        assert everything[-1].options == options
        assert everything[-1].at.tzinfo == ZoneInfo("America/New_York")
        assert set(everything[0].as_json()) == {"id", "role", "text", "at", "expects", "about", "options"}


async def test_an_answer_saved_later_is_linked_by_name(database: Database, conversation_id: UUID) -> None:
    async with database.transaction() as store:
        (asked,) = await store.add_messages(conversation_id, [NewMessage("patient", "Hello", client_id="c1")])
        assert await store.replies_to(conversation_id, "c1") == []
        late = await store.add_messages(
            conversation_id, [NewMessage("desk", "Good morning", reply_to=asked.id)]
        )
        assert await store.replies_to(conversation_id, "c1") == late
        with pytest.raises(NotFound):
            await store.add_messages(uuid4(), [NewMessage("desk", "Hello")])


async def test_no_message_is_taken_twice(database: Database, conversation_id: UUID) -> None:
    twice = [NewMessage("patient", "Hello", client_id="c1")] * 2
    with pytest.raises(ReceptionError, match="client_id_unique"):
        async with database.transaction() as store:
            await store.add_messages(conversation_id, twice)


async def test_patients_are_found_by_what_is_given(database: Database, practice: Practice) -> None:
    async with database.transaction() as store:
        ann = await store.add_patient(practice.id, "Ann Öz", BORN, "+12125550133", possible_duplicate=True)
        assert await store.patients(practice.id, name="ANN ÖZ") == [ann]
        assert await store.patients(practice.id, date_of_birth=BORN, phone="+12125550133") == [ann]
        assert await store.patients(practice.id, date_of_birth=BORN, phone="+12125550199") == []
        assert await store.patients(uuid4(), name="Ann Öz") == []
        assert await store.patient(practice.id, ann.id) == ann
        assert await store.patient(uuid4(), ann.id) is None


async def test_patients_are_found_by_names_that_look_or_sound_alike(
    database: Database, practice: Practice
) -> None:
    async with database.transaction() as store:
        maya = await store.add_patient(practice.id, "Katherine Núñez", BORN, "+12125550133")
        ming = await store.add_patient(practice.id, "李明", BORN)
        other = await store.add_patient(practice.id, "Robert Katz", date(1950, 1, 1))
        for said in ("catherine nunez", "Nunez Katharine", "Kathrin Nunjez", "Katerine Nunes"):
            assert await store.patients_like(practice.id, said) == [maya], said
        assert await store.patients_like(practice.id, "李明") == [ming]
        assert await store.patients_like(practice.id, "Agnes Nunez") == []  # each part counts
        found = await store.patients_like(practice.id, "Agnes Nunez", date_of_birth=BORN)
        assert found == [maya]  # or any, beside a birth date
        assert await store.patients_like(
            practice.id, "Cathrin Nunez", date_of_birth=date(1950, 1, 1), phone="+12125550133"
        ) == [maya]
        assert other not in await store.patients_like(practice.id, "Katherine", phone="+12125550133")


async def test_contact_details_fill_gaps_and_replace_nothing(database: Database, practice: Practice) -> None:
    async with database.transaction() as store:
        ann = await store.add_patient(practice.id, "Ann", BORN, "+12125550133")
        await store.update_patient_contact(ann.id, phone="+12125550199", email="ann@example.org")
        await store.update_patient_contact(ann.id)
        updated = await store.patient(practice.id, ann.id)
        assert updated is not None
        assert (updated.phone, updated.email, updated.insurance) == ("+12125550133", "ann@example.org", "")


async def test_requests_are_filed_and_completed(database: Database, practice: Practice) -> None:
    async with database.transaction() as store:
        ann = await store.add_patient(practice.id, "Ann", BORN)
        request_id = await store.file_request(practice.id, "message", {"text": "hi"}, "routine", None, None)
        await store.update_request(request_id, {"text": "hi", "callback": "noon"}, patient_id=ann.id)
        await store.update_request(request_id, {"text": "hello"}, priority="urgent")
        (request,) = await store.all_requests()
        assert (request.id, request.patient) == (request_id, ann)
        assert request.details == {"text": "hello", "callback": "noon"}
        assert (request.priority, request.status) == ("urgent", "open")
        with pytest.raises(NotFound):
            await store.update_request(uuid4(), {})
        await store.withdraw_request(request_id)
        assert await store.all_requests() == []


async def test_failures_count_per_caller_and_practice_until_forgiven(
    database: Database, practice: Practice, conversation_id: UUID
) -> None:
    hour = timedelta(hours=1)
    async with database.transaction() as store:
        for fingerprint in ("a", "a", "b"):
            await store.add_identification_failure(practice.id, "caller", conversation_id, fingerprint)
        assert await store.identification_failures(practice.id, "caller", hour) == 3
        assert await store.identification_failures(practice.id, "other", hour) == 0
        assert await store.identification_failures(practice.id, "caller", timedelta(0)) == 0
        await store.forgive_identification_failures(conversation_id, "a")
        assert await store.identification_failures(practice.id, "caller", hour) == 1


async def test_the_audit_log_keeps_identifiers(database: Database, practice: Practice) -> None:
    async with database.transaction() as store:
        await store.audit(practice.id, None, "cancel", "appointment", practice.id, {"start": "2026-06-16"})
        row = (await store._connection.execute(text("SELECT action, details FROM audit_log"))).one()
        assert tuple(row) == ("cancel", {"start": "2026-06-16"})


async def test_nothing_of_one_practice_can_point_into_another(database: Database, practice: Practice) -> None:
    async with database.transaction() as store:
        ann = await store.add_patient(practice.id, "Ann", BORN)
    with pytest.raises(ReceptionError, match="23503"):
        async with database.transaction() as store:
            await store.file_request(uuid4(), "message", {}, "routine", ann.id, None)
