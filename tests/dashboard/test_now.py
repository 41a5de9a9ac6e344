"""Postgres ring: Now shows what goes on, to those who may see it, and words are only words."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from reception.database.connection import Database
from reception.database.load import load_practice
from reception.database.records import NewMessage
from reception.practice import Practice
from reception.practice_file import parse_practice
from tests.conftest import PRACTICE_YAML
from tests.dashboard.conftest import LogIn

pytestmark = pytest.mark.postgres

EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>'
FRAME = {"intent": "book_appointment", "slots": {"reason": EVIL}, "values": {}, "confidence": 0.42}


async def test_script_in_names_and_words_is_text(
    log_in: LogIn, database: Database, practice: Practice
) -> None:
    maria = await log_in(EVIL)
    async with database.transaction() as store:
        state = {"claims": {"name": EVIL}}
        talk = await store.create_conversation(practice.id, "chat", "en", "hash", "caller", state)
        await store.add_messages(talk.id, [NewMessage("patient", EVIL, frame=FRAME)])
        await store.file_request(practice.id, "emergency", {"words": EVIL}, "emergency", None, talk.id)
    page = (await maria.get(f"/staff/now/{talk.id}")).text
    assert page.count("&lt;script&gt;alert(") >= 5
    assert "<script>" not in page and "<img" not in page
    assert "42 %" in page and "Wants an appointment" in page


async def test_another_practices_conversations_are_not_there(
    log_in: LogIn, database: Database, practice: Practice
) -> None:
    maria = await log_in()
    hill = parse_practice(PRACTICE_YAML.replace("Harbor", "Hill"), "hill.yaml")
    async with database.transaction() as store:
        other = (await load_practice(store, hill)).practice
        theirs = await store.create_conversation(other.id, "chat", "en", "hash", "caller", {})
        await store.add_messages(theirs.id, [NewMessage("patient", "Our own secret")])
        alarm = await store.file_request(other.id, "emergency", {"words": "Help"}, "emergency", None, None)
    assert "Our own secret" not in (await maria.get("/staff/now")).text
    for path in (f"/staff/now/{theirs.id}", f"/staff/now/{theirs.id}/talk"):
        assert (await maria.get(path)).status_code == 404
    for path in (f"/staff/now/{theirs.id}/take", f"/staff/alarms/{alarm}/seen"):
        assert (await maria.post(path)).status_code == 404


@pytest.mark.parametrize("action", ["take", "back", "say", "transfer"])
async def test_a_viewer_looks_only(
    log_in: LogIn, database: Database, conversation_id: UUID, action: str
) -> None:
    vera = await log_in("Vera Viewer", "viewer")
    assert (await vera.get(f"/staff/now/{conversation_id}")).status_code == 200
    form = {"text": "Hello", "client_id": str(uuid4())}
    assert (await vera.post(f"/staff/now/{conversation_id}/{action}", form)).status_code == 403
    async with database.transaction() as store:
        assert await store.messages(conversation_id) == []


async def test_looking_is_noted_once(
    log_in: LogIn, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    maria = await log_in()
    for _ in range(3):
        await maria.get(f"/staff/now/{conversation_id}/talk", x_live="1")
    async with database.transaction() as store:
        trail = await store.audit_trail(practice.id, conversation_id)
    assert [(one.action, one.staff_id) for one in trail] == [("viewed", maria.account.id)]


@pytest.mark.parametrize(("text", "sentence"), [("   ", "blank"), ("x" * 2001, "at most 2000")])
async def test_words_that_cannot_be_sent_are_refused_in_a_sentence(
    log_in: LogIn, database: Database, conversation_id: UUID, text: str, sentence: str
) -> None:
    maria = await log_in()
    form = {"text": text, "client_id": str(uuid4())}
    refused = await maria.post(f"/staff/now/{conversation_id}/say", form, hx_request="true")
    assert refused.status_code == 422
    assert sentence in refused.headers["hx-trigger"] and refused.headers["hx-reswap"] == "none"
    async with database.transaction() as store:
        assert await store.messages(conversation_id) == []


async def test_an_alarm_is_seen_once_by_one(log_in: LogIn, database: Database, practice: Practice) -> None:
    maria, jo = await log_in(), await log_in("Jo Brandt")
    async with database.transaction() as store:
        alarm = await store.file_request(practice.id, "emergency", {"words": "Help"}, "emergency", None, None)
    assert "Help" in (await jo.get("/staff/alarms")).text
    for somebody in (maria, jo):
        assert "Help" not in (await somebody.post(f"/staff/alarms/{alarm}/seen")).text
    async with database.transaction() as store:
        trail = await store.audit_trail(practice.id)
    assert [one.staff_id for one in trail if one.action == "alarm_seen"] == [maria.account.id]


async def test_filters_count_and_choose(log_in: LogIn, database: Database, practice: Practice) -> None:
    maria = await log_in()
    async with database.transaction() as store:
        for number, status in enumerate(("open", "handed_over", "closed")):
            talk = await store.create_conversation(practice.id, "chat", "en", f"h{number}", "caller", {})
            await store.add_messages(talk.id, [NewMessage("patient", f"I am {status}")])
            await store.save_conversation(talk.id, state={}, status=status, outcome=None)
    everything = (await maria.get("/staff/now")).text
    assert "I am open" in everything and "I am handed_over" in everything and "I am closed" not in everything
    waiting = (await maria.get("/staff/now/list?show=waiting")).text
    assert "I am open" not in waiting and "I am handed_over" in waiting
    assert (await maria.get("/staff/now/list?show=nonsense")).status_code == 200
