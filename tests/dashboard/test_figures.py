"""Postgres ring: the figures page counts what happened, in the practice's zone, and nothing of others."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from reception.dashboard.figures import count
from reception.database.connection import Database
from reception.database.records import NewMessage
from reception.database.store import Store
from reception.database.store.figures import Mistaken, Pace, Stretch, WaitingFigures
from reception.dialogue.meaning import Intent
from reception.practice import Practice
from tests.conftest import ZONE
from tests.dashboard.conftest import LogIn
from tests.dashboard.weeks import fill

pytestmark = pytest.mark.postgres

WEEK = (datetime(2026, 6, 15, tzinfo=ZONE), datetime(2026, 6, 22, tzinfo=ZONE))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=ZONE)


async def talk(
    store: Store,
    practice: Practice,
    when: datetime,
    intent: str,
    *,
    channel: str = "phone",
    outcome: str | None = None,
    why: str = "",
    took: int = 300,
) -> tuple[UUID, UUID]:
    """A conversation of one turn; its id, and that of the patient's message."""
    made = await store.create_conversation(practice.id, channel, "en", "", "", {})
    frame = {"intent": intent, "slots": {}, "values": {}, "confidence": 1}
    said = await store.add_messages(
        made.id,
        [
            NewMessage("desk", "Hello"),
            NewMessage("patient", "words", frame=frame),
            NewMessage("desk", "An answer", took_ms=took),
        ],
    )
    await store.save_conversation(made.id, state={}, status="closed", outcome=outcome, handed_over_for=why)
    query = text("UPDATE conversations SET created_at = :when WHERE id = :id")
    await store._connection.execute(query, {"when": when, "id": made.id})
    return made.id, said[1].id


@pytest.fixture
async def counted(database: Database, practice: Practice) -> Any:
    """A week with five conversations, one before and one after it."""
    async with database.transaction() as store:
        await talk(store, practice, at(15, 9), "book_appointment", outcome="booked", took=100)
        await talk(store, practice, at(15, 23, 30), "practice_question", channel="chat", took=400)
        inbox, _ = await talk(store, practice, at(16, 9), "request_prescription", took=200)
        await store.file_request(practice.id, "prescription", {}, "routine", None, inbox)
        _, wrong = await talk(store, practice, at(17, 9), "medical_question", took=300)
        await store.correct(practice.id, wrong, Intent.BOOK, {}, None)
        await talk(
            store, practice, at(17, 10), "speak_to_staff", outcome="handed_over", why="asked", took=900
        )
        await talk(store, practice, at(14, 23, 59), "book_appointment", outcome="booked")
        await talk(store, practice, at(22, 0), "book_appointment", outcome="booked")
        return await count(store, Stretch(practice.id, *WEEK, str(ZONE)), "day")


async def test_conversations_count_when_they_began_by_the_practices_clocks(counted: Any) -> None:
    days = {(one.at.day, one.channel): one.count for one in counted.talks}
    assert days == {(15, "phone"): 1, (15, "chat"): 1, (16, "phone"): 1, (17, "phone"): 2}
    assert counted.weekdays == {(0, 9): 1, (0, 23): 1, (1, 9): 1, (2, 9): 1, (2, 10): 1}


async def test_who_resolved_them_and_why_staff_were_needed(counted: Any) -> None:
    assert {(one.who, one.outcome): one.count for one in counted.endings} == {
        ("desk", "booked"): 1,
        ("desk", "practice_question"): 1,
        ("inbox", ""): 1,
        ("staff", ""): 1,
        ("nobody", ""): 1,
    }
    assert counted.handed_over == {"asked": 1}
    assert counted.hours_saved == pytest.approx((4 + 2 + 2) / 60)
    own = replace(counted, minutes={"booked": 10})  # as the practice itself reckons
    assert own.hours_saved == pytest.approx((10 + 2 + 2) / 60)


async def test_what_was_corrected_counts_as_it_was_meant(counted: Any) -> None:
    assert counted.reasons == {
        "book_appointment": 2,
        "practice_question": 1,
        "request_prescription": 1,
        "speak_to_staff": 1,
    }
    assert (counted.turns, counted.corrected) == (5, 1)
    assert counted.mistaken == [Mistaken("medical_question", "book_appointment", 1)]


async def test_how_long_answers_took_by_channel(counted: Any) -> None:
    chat, phone = counted.pace
    assert chat == Pace(None, "chat", 400, 400, 1)
    assert (phone.channel, phone.half, round(phone.most), phone.answers) == ("phone", 250, 810, 4)


async def test_no_shows_waiting_list_and_texts(database: Database, practice: Practice) -> None:
    async with database.transaction() as store:
        await fill_small(store, practice)
        found = await count(store, Stretch(practice.id, *WEEK, str(ZONE)), "day")
    assert found.attendance == {"completed": 3, "no_show": 1, "booked": 1}
    assert found.no_shows == 0.25
    assert found.waiting == WaitingFigures(joined=2, filled=1, taken_off=0, offered=1, answered=1)
    assert (found.texts_with(("sent", "delivered")), found.texts_with(("failed",))) == (1, 1)


async def fill_small(store: Store, practice: Practice) -> None:
    """Appointments, a waiting list and texts of the week."""
    doctor, kind = practice.practitioners[1], practice.appointment_types[0]
    mary = (await store.patients(practice.id, name="Mary Jones"))[0]
    for hour, status in ((9, "completed"), (10, "completed"), (11, "completed"), (13, "no_show")):
        booked = await store.add_appointment(
            practice.id, doctor.id, kind.id, at(17, hour), at(17, hour, 30),
            patient_id=mary.id, reason="", booked_by=None, conversation_id=None, appointment_id=uuid4(),
        )  # fmt: skip
        assert booked
        await store.set_appointment_status(booked, status)
    waits = [
        await store.file_request(practice.id, "waitlist", {}, "routine", mary.id, None) for _ in range(2)
    ]
    await store.close_request(waits[0])
    answered, _ = await talk(store, practice, at(17, 8), "affirm", channel="sms")
    for key, kind_of, conversation in (("a", "waitlist", answered), ("b", "booked", None)):
        await store.queue_text(
            practice.id, to="+12125550111", body="", kind=kind_of, key=key, conversation_id=conversation
        )
    for statement in (
        "UPDATE requests SET created_at = :when",
        "UPDATE requests SET done_at = :when WHERE status = 'done'",
        "UPDATE outbox SET created_at = :when, status = CASE key WHEN 'a' THEN 'delivered' ELSE 'failed' END",
    ):
        await store._connection.execute(text(statement), {"when": at(17, 12)})


async def test_the_page_shows_a_week_and_each_table_can_be_downloaded(
    log_in: LogIn, database: Database, practice: Practice
) -> None:
    await fill(database, practice.id, at(19, 15), days=14, many=140)
    viewer = await log_in("Vera Look", "viewer")
    page = (await viewer.get("/staff/figures?by=week&of=2026-06-17")).text
    assert "Jun 15 - 21, 2026" in page and "Compared with the week before." in page
    assert page.count("<article") == 12
    sheet = await viewer.get("/staff/figures/conversations.csv?by=week&of=2026-06-17")
    assert sheet.headers["content-disposition"] == (
        'attachment; filename="conversations-week-2026-06-15.csv"'
    )
    rows = list(csv.reader(io.StringIO(sheet.text)))
    assert rows[0] == ["Day", "Calls", "Chats", "Texts", "Before"] and len(rows) == 8
    for key in ("saved", "latency", "texts", "hours", "reasons"):
        assert (await viewer.get(f"/staff/figures/{key}.csv?by=month&of=2026-06-17")).status_code == 200
    assert (await viewer.get("/staff/figures/patients.csv")).status_code == 404


async def test_what_runs_is_compared_to_as_much_and_nonsense_is_today(log_in: LogIn) -> None:
    maria = await log_in()
    for asked in ("", "?by=year&of=yesterday", "?of=9999-12-31"):
        page = (await maria.get(f"/staff/figures{asked}")).text
        assert "Compared with the week before up to the same hour." in page
        assert 'data-shortcut="n"' not in page


async def test_another_practices_conversations_are_not_counted(
    database: Database, practice: Practice, counted: Any
) -> None:
    async with database.transaction() as store:
        found = await count(store, Stretch(uuid4(), *WEEK, str(ZONE)), "day")
    assert not found.talks and not found.reasons and not found.texts and found.turns == 0
