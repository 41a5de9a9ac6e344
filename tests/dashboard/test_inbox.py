"""Postgres ring: the inbox, where staff work through what patients want done."""

from __future__ import annotations

from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from reception.database.connection import Database
from reception.database.export import export
from reception.database.records import NewMessage
from reception.database.tables import OutboxRow
from reception.practice import Practice
from tests.dashboard.conftest import Browser, LogIn

pytestmark = pytest.mark.postgres


async def file(
    database: Database,
    practice: Practice,
    kind: str = "prescription",
    priority: str = "routine",
    conversation: UUID | None = None,
    named: str = "",
    **details: str,
) -> UUID:
    """A request of Mary Jones, or of nobody in particular."""
    async with database.transaction() as store:
        patients = await store.patients(practice.id, name=named) if named else []
        return await store.file_request(
            practice.id, kind, details, priority, patients[0].id if patients else None, conversation
        )


async def version_of(database: Database, request_id: UUID) -> str:
    async with database.transaction() as store:
        query = text("SELECT version FROM requests WHERE id = :id")
        return str(await store._connection.scalar(query, {"id": request_id}))


async def audited(database: Database, entity_id: UUID) -> list[str]:
    async with database.transaction() as store:
        query = text(
            "SELECT action FROM audit_log WHERE entity_id = :id AND NOT staff_id IS NULL ORDER BY id"
        )
        return list(await store._connection.scalars(query, {"id": entity_id}))


@pytest.fixture
async def maria(log_in: LogIn) -> Browser:
    return await log_in("Maria Keller")


async def test_the_most_pressing_stands_first_and_nothing_of_others(
    maria: Browser, database: Database, practice: Practice
) -> None:
    for priority in ("routine", "urgent", "routine", "emergency"):
        await file(database, practice, priority=priority, medication=f"med-{priority}")
    page = (await maria.get("/staff/inbox")).text
    order = [page.index(f"med-{priority}") for priority in ("emergency", "urgent", "routine")]
    assert order == sorted(order) and page.count("med-routine") == 2
    assert "4 waiting" not in page and '<span class="count">4' in page


async def test_a_request_is_shown_with_its_details_patient_and_conversation(
    maria: Browser, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    async with database.transaction() as store:
        await store.add_messages(conversation_id, [NewMessage("patient", "my <b>pills</b> are out")])
    request = await file(
        database,
        practice,
        conversation=conversation_id,
        named="Mary Jones",
        medication="lisinopril",
        dose="10 mg",
    )
    page = (await maria.get(f"/staff/inbox/{request}")).text
    assert "Prescription · Mary Jones" in page and "Mar 3, 1980" in page
    assert "lisinopril" in page and "10 mg" in page
    assert "my &lt;b&gt;pills&lt;/b&gt; are out" in page
    assert await audited(database, request) == ["viewed"]


async def test_done_goes_on_to_the_next_and_can_be_taken_back(
    maria: Browser, database: Database, practice: Practice
) -> None:
    first, second = [await file(database, practice, medication=name) for name in ("one", "two")]
    stands_on = {"hx_request": "true", "hx_current_url": f"http://desk.example/staff/inbox/{first}"}
    answer = await maria.post(f"/staff/inbox/{first}/done", {"version": "1"}, **stands_on)
    assert answer.headers["hx-redirect"] == f"/staff/inbox/{second}?done={first}"
    page = (await maria.get(answer.headers["hx-redirect"])).text
    assert f"/staff/inbox/{first}/reopen" in page
    async with database.transaction(snapshot=True) as store:
        assert [one["status"] for one in (await export(store))["requests"]] == ["done", "open"]
    await maria.post(f"/staff/inbox/{first}/reopen")
    assert "one" in (await maria.get("/staff/inbox/list")).text
    assert await audited(database, first) == ["done", "reopened"]


async def test_the_last_one_done_leads_to_an_empty_inbox(
    maria: Browser, database: Database, practice: Practice
) -> None:
    only = await file(database, practice)
    answer = await maria.post(f"/staff/inbox/{only}/done", {"version": "1"}, hx_request="true")
    assert answer.headers["hx-redirect"] == f"/staff/inbox?done={only}"
    assert "All done" in (await maria.get("/staff/inbox")).text
    assert "Maria Keller" in (await maria.get(f"/staff/inbox/{only}")).text


async def test_of_two_who_do_the_same_the_second_learns_it(
    maria: Browser, log_in: LogIn, database: Database, practice: Practice
) -> None:
    tom = await log_in("Tom Berg")
    request = await file(database, practice)
    await maria.post(f"/staff/inbox/{request}/done", {"version": "1"})
    late = await tom.post(f"/staff/inbox/{request}/done", {"version": "1"}, hx_request="true")
    assert late.status_code == 409 and "Maria Keller has marked this as done" in late.headers["hx-trigger"]


async def test_a_request_is_given_to_somebody_and_found_under_mine(
    maria: Browser, log_in: LogIn, database: Database, practice: Practice
) -> None:
    tom = await log_in("Tom Berg")
    request = await file(database, practice, medication="lisinopril")
    assert "lisinopril" not in (await tom.get("/staff/inbox/list?show=mine")).text
    given = {"version": "1", "to": str(tom.account.id)}
    page = await maria.post(f"/staff/inbox/{request}/assign", given, hx_request="true")
    assert "Tom Berg has it" in page.text
    assert "lisinopril" in (await tom.get("/staff/inbox/list?show=mine")).text
    stale = await maria.post(f"/staff/inbox/{request}/assign", {"version": "1", "to": ""}, hx_request="true")
    assert stale.status_code == 409 and "Tom Berg has it" in stale.headers["hx-trigger"]
    stranger = {"version": await version_of(database, request), "to": str(uuid4())}
    assert (
        await maria.post(f"/staff/inbox/{request}/assign", stranger, hx_request="true")
    ).status_code == 422


async def test_notes_are_for_colleagues(maria: Browser, database: Database, practice: Practice) -> None:
    request = await file(database, practice)
    page = await maria.post(
        f"/staff/inbox/{request}/note", {"text": "called, <i>no</i> answer"}, hx_request="true"
    )
    assert "called, &lt;i&gt;no&lt;/i&gt; answer" in page.text and "Maria Keller" in page.text
    assert await audited(database, request) == ["noted", "viewed"]


async def test_a_chat_that_goes_on_is_answered_in_the_chat(
    maria: Browser, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    request = await file(database, practice, kind="staff", conversation=conversation_id, words="a person")
    said = {"text": "This is Maria.", "client_id": str(uuid4())}
    page = await maria.post(f"/staff/inbox/{request}/reply", said, hx_request="true")
    assert "This is Maria." in page.text
    async with database.transaction() as store:
        roles = [one.role for one in await store.messages(conversation_id)]
    assert roles[-1] == "staff"


async def test_without_a_conversation_the_reply_is_texted_once(
    maria: Browser, database: Database, practice: Practice
) -> None:
    request = await file(database, practice, named="Mary Jones", medication="lisinopril")
    said = {"text": "It is ready.", "client_id": str(uuid4())}
    for _ in range(2):
        await maria.post(f"/staff/inbox/{request}/reply", said, hx_request="true")
    async with database.transaction() as store:
        texts = (await store._connection.execute(select(OutboxRow.recipient, OutboxRow.body))).all()
    assert [tuple(one) for one in texts] == [("+12125550111", "It is ready.")]


async def test_search_finds_names_and_words(maria: Browser, database: Database, practice: Practice) -> None:
    await file(database, practice, named="Mary Jones", medication="lisinopril")
    await file(database, practice, kind="billing", topic="100% wrong_bill")
    for words, found, missed in (
        ("mary", "lisinopril", "wrong_bill"),
        ("LISIN", "lisinopril", "wrong_bill"),
        ("100% wrong_", "wrong_bill", "lisinopril"),
    ):
        sent_on = (await maria.post("/staff/inbox/search", {"q": words})).headers["location"]
        assert words not in unquote(sent_on)  # addresses are written down by proxies and browsers
        page = (await maria.get(sent_on)).text
        assert found in page and missed not in page
    assert "Nothing found" in (await maria.get("/staff/inbox/list?kind=referral")).text


async def test_a_long_list_comes_in_pages(maria: Browser, database: Database, practice: Practice) -> None:
    for number in range(60):
        await file(database, practice, medication=f"med-{number:02}")
    first = (await maria.get("/staff/inbox/list")).text
    assert "med-49" in first and "med-50" not in first
    more = first.split('href="/staff/inbox?after=')[1].split('"')[0]
    second = (await maria.get(f"/staff/inbox/list?after={more}")).text
    assert "med-50" in second and "med-59" in second and "med-49" not in second


async def test_viewers_look_only_and_other_practices_see_nothing(
    log_in: LogIn, database: Database, practice: Practice
) -> None:
    request = await file(database, practice)
    viewer = await log_in("Vera Look", "viewer")
    assert 'data-shortcut="e"' not in (await viewer.get(f"/staff/inbox/{request}")).text
    assert (await viewer.post(f"/staff/inbox/{request}/done", {"version": "1"})).status_code == 403
    assert (await viewer.get(f"/staff/inbox/{uuid4()}")).status_code == 404


async def test_what_was_meant_is_kept_and_must_be_words_of_the_message(
    maria: Browser, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    frame = {"intent": "inform", "slots": {}, "values": {}, "confidence": 0.4}
    async with database.transaction() as store:
        said = await store.add_messages(
            conversation_id,
            [NewMessage("desk", "Which day?", "date"), NewMessage("patient", "make it Monday", frame=frame)],
        )
    path = f"/staff/messages/{said[1].id}/meant"
    page = (await maria.get(path)).text
    assert "Which day?" in page and "make it Monday" in page
    wrong = await maria.post(path, {"intent": "inform", "date": "Tuesday"})
    assert wrong.status_code == 422 and "date" in wrong.text
    kept = await maria.post(path, {"intent": "ask_alternatives", "date": "Monday"})
    assert kept.headers["location"] == f"/staff/now/{conversation_id}"
    async with database.transaction() as store:
        (correction,) = await store.corrections(practice.id)
    assert (correction.intent, dict(correction.slots)) == ("ask_alternatives", {"date": "Monday"})
    assert 'value="Monday"' in (await maria.get(path)).text
