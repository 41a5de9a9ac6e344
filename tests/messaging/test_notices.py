"""Patients get a text of what was booked, moved or cancelled, on whatever channel. Ring: postgres."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy import text as sql

from reception.app import in_process
from reception.clock import Clock
from reception.database.connection import Database
from reception.database.load import load_practice
from reception.database.records import Appointment
from reception.database.tables import OutboxRow
from reception.messaging.notices import Notices
from reception.messaging.reminders import Reminders
from reception.practice import Practice
from reception.practice_file import parse_practice
from reception.scheduling.booking import Booking
from reception.scheduling.calendar import OpenSlot
from reception.settings import ROOT, Settings
from tests.channels.fakes import ScriptedModel
from tests.channels.test_chat import Talk, begin
from tests.conftest import NOW, PRACTICE_YAML, ZONE
from tests.messaging.conftest import ACCOUNT, TOKEN

pytestmark = pytest.mark.postgres

MARY = "+12125550111"
PUBLIC = "https://desk.example"
YAML = PRACTICE_YAML.replace("name: Harbor Clinic", "name: Harbor Clinic, address: 12 Pier Road") + (
    "reminders: {hours_before: [24, 2]}\n"
)
PROMPTS = ROOT / "prompts"


@pytest.fixture
async def practice(database: Database) -> Practice:
    """The small practice with an address, which reminds a day and two hours before."""
    async with database.transaction() as store:
        return (await load_practice(store, parse_practice(YAML, "practice.yaml"))).practice


@pytest.fixture
async def desk(database_url: str, practice: Practice, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service that sends texts, whose worker is elsewhere."""
    settings = Settings(
        database_url=database_url,
        data_dir=tmp_path / "data",
        now=NOW,
        rate_limit=0,
        worker=False,
        public_url=PUBLIC,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr(TOKEN),
    )
    async with in_process(settings, ScriptedModel()) as client:
        yield client


async def outbox(database: Database, *, queued: bool = True) -> list[tuple[str, str, str]]:
    """Kind, recipient and words of each text, in order."""
    query = select(OutboxRow.kind, OutboxRow.recipient, OutboxRow.body).order_by(OutboxRow.created_at)
    if queued:
        query = query.where(OutboxRow.status == "queued")
    async with database.transaction() as store:
        return [(kind, to, body) for kind, to, body in await store._connection.execute(query)]


async def marys(database: Database) -> Appointment:
    async with database.transaction() as store:
        return (await store.all_appointments())[0]


async def say_all(talk: Talk, *lines: str) -> str:
    """The desk's last words."""
    answer: dict[str, list[dict[str, str]]] = {}
    for line in lines:
        answer = await talk.say(line)
    return answer["messages"][-1]["text"]


async def test_a_cancellation_is_confirmed_by_text(desk: httpx.AsyncClient, database: Database) -> None:
    talk = await begin(desk)
    await say_all(talk, "I want to cancel my appointment", "Mary Jones", "March 3, 1980", "yes")
    assert await outbox(database) == [
        (
            "cancelled",
            MARY,
            "Harbor Clinic: your appointment on Tue, Jun 16, 10:00 AM with Dr. Anna Weber is cancelled.",
        )
    ]


async def test_a_booking_is_confirmed_with_address_and_a_link_to_its_calendar_file(
    desk: httpx.AsyncClient, database: Database
) -> None:
    talk = await begin(desk)
    lines = ("I'd like a check-up on Tuesday", "the first one", "Mary Jones", "March 3, 1980", "yes")
    await say_all(talk, *lines)
    [(kind, recipient, body)] = await outbox(database)
    assert (kind, recipient) == ("booked", MARY)
    start, _, link = body.rpartition(" ")
    assert start.startswith("Harbor Clinic: your appointment with Dr. ") and start.endswith(" 12 Pier Road.")
    assert len(body) <= 160

    file = (await desk.get(link.removeprefix(PUBLIC))).text
    assert "DTSTART:20260616T" in file and "LOCATION:12 Pier Road" in file
    assert "Check-up" not in file and "Mary" not in file  # neither why nor who
    assert (await desk.get("/appointments/nobody-knows-this.ics")).status_code == 404
    assert (await desk.get(link.removeprefix(PUBLIC).removesuffix(".ics"))).status_code == 404


async def test_no_text_speaks_of_the_reason(database: Database, practice: Practice) -> None:
    appointment = await marys(database)
    assert appointment.reason == "knee"
    notices = Notices(PROMPTS, PUBLIC)
    async with database.transaction() as store:
        await notices.booked(store, practice, appointment)
        await notices.moved(store, practice, appointment)
        await notices.cancelled(store, practice, appointment)
    await Reminders(database, Clock(NOW), PROMPTS).round()
    bodies = [body for _, _, body in await outbox(database)]
    assert len(bodies) == 5  # two of them reminders
    assert not [body for body in bodies if "knee" in body or "Check-up" in body]


async def test_a_landline_gets_no_text(database: Database, practice: Practice) -> None:
    appointment = await marys(database)
    async with database.transaction() as store:
        await store._connection.execute(sql("UPDATE patients SET phone = '+493012345678'"))
    async with database.transaction() as store:
        [appointment] = await store.all_appointments()
        await Notices(PROMPTS).booked(store, practice, appointment)
    assert await outbox(database) == []


async def test_reminders_come_at_the_practices_hours_and_not_for_hours_that_have_passed(
    database: Database, practice: Practice
) -> None:
    """The appointment is tomorrow at ten: the day before is an hour ahead at nine, and past at eleven."""
    await Reminders(database, Clock(NOW), PROMPTS).round()
    await Reminders(database, Clock(NOW), PROMPTS).round()
    assert await due(database) == [NOW + timedelta(hours=1), NOW + timedelta(hours=23)]
    async with database.transaction() as store:
        await store._connection.execute(sql("DELETE FROM outbox"))
    await Reminders(database, Clock(NOW + timedelta(hours=2)), PROMPTS).round()
    assert await due(database) == [NOW + timedelta(hours=23)]


async def due(database: Database) -> list[datetime]:
    async with database.transaction() as store:
        found = await store._connection.scalars(sql("SELECT due_at FROM outbox ORDER BY due_at"))
        return [each.astimezone(ZONE) for each in found]


async def claimed(database: Database, now: datetime) -> list[str]:
    """The bodies of the texts a worker would send at that time."""
    async with database.transaction() as store:
        await store.withdraw_outdated_texts(ZONE.key, now)
        return [one.body for one in await store.claim_texts(ZONE.key, now, 10)]


async def test_a_moved_appointment_reminds_of_its_new_time_only(
    database: Database, practice: Practice
) -> None:
    reminders = Reminders(database, Clock(NOW), PROMPTS)
    await reminders.round()
    appointment = await marys(database)
    doctor, kind = practice.practitioners[0], practice.appointment_types[0]
    start = appointment.start + timedelta(days=1)
    async with database.transaction() as store:
        conversation = await store.create_conversation(practice.id, "chat", "en", "hash", "caller", {})
        slot = OpenSlot(doctor, kind, start, start + timedelta(minutes=30))
        await Booking(store, practice, NOW).move(appointment.id, slot, conversation.id)
    await reminders.round()
    assert await claimed(database, NOW + timedelta(hours=24)) == []
    [first] = await claimed(database, NOW + timedelta(hours=25))
    assert "Wed, Jun 17, 10:00 AM" in first


async def test_a_cancelled_appointment_reminds_nobody(database: Database, practice: Practice) -> None:
    await Reminders(database, Clock(NOW), PROMPTS).round()
    appointment = await marys(database)
    async with database.transaction() as store:
        await Booking(store, practice, NOW).cancel(appointment.id)
    assert await claimed(database, NOW + timedelta(hours=24)) == []


async def test_a_text_of_staff_that_waits_does_not_follow_what_the_desk_did_since(
    desk: httpx.AsyncClient, database: Database, practice: Practice
) -> None:
    async with database.transaction() as store:
        [appointment] = await store.all_appointments()
        await Notices(PROMPTS).moved(store, practice, appointment, due_at=NOW + timedelta(minutes=1))
    talk = await begin(desk)
    await say_all(talk, "I want to cancel my appointment", "Mary Jones", "March 3, 1980", "yes")
    [now] = await claimed(database, NOW)
    assert "is cancelled" in now
    assert await claimed(database, NOW + timedelta(minutes=1)) == []


@pytest.mark.parametrize("since", ["moved", "cancelled", "cancelled by their own text", "away"])
async def test_a_text_that_is_tried_again_does_not_follow_a_newer_one(
    database: Database, practice: Practice, since: str
) -> None:
    """A patient who cancels by text reads the answer: no text of the outbox tells them."""
    notices, appointment = Notices(PROMPTS), await marys(database)
    async with database.transaction() as store:
        await notices.booked(store, practice, appointment)
        [booked] = await store.claim_texts(ZONE.key, NOW, 10)
    async with database.transaction() as store:
        if since == "moved":
            await notices.moved(store, practice, appointment)
        elif since == "away":
            offer = {"to": MARY, "body": "Another time?", "kind": "absence", "key": "absence:1"}
            await store.queue_text(practice.id, appointment_id=appointment.id, **offer)
        else:
            await Booking(store, practice, NOW).cancel(appointment.id)
        if since == "cancelled":
            await notices.cancelled(store, practice, appointment)
    newer = await claimed(database, NOW)
    assert len(newer) == (since != "cancelled by their own text") and booked.body not in newer
    async with database.transaction() as store:
        await store.requeue_text(booked.id, 0)
    assert await claimed(database, NOW) == []


async def test_a_text_that_is_tried_again_leaves_while_it_holds(
    database: Database, practice: Practice
) -> None:
    """A reminder that was written since says the same, and a text of another appointment nothing of it."""
    notices, appointment = Notices(PROMPTS), await marys(database)
    start = appointment.start + timedelta(days=1)
    assert appointment.patient is not None
    async with database.transaction() as store:
        await notices.booked(store, practice, appointment)
        [booked] = await store.claim_texts(ZONE.key, NOW, 10)
        await store.requeue_text(booked.id, 0)
        other = await store.add_appointment(
            practice.id, appointment.practitioner_id, appointment.appointment_type_id,
            start, start + timedelta(minutes=30), patient_id=appointment.patient.id,
        )  # fmt: skip
        assert other is not None
        await notices.moved(store, practice, replace(appointment, id=other, start=start))
    await Reminders(database, Clock(NOW), PROMPTS).round()
    assert booked.body in await claimed(database, NOW)


async def test_without_an_account_nothing_is_queued(
    database: Database, database_url: str, practice: Practice, tmp_path: Path
) -> None:
    settings = Settings(
        database_url=database_url, data_dir=tmp_path / "data", now=NOW, rate_limit=0, worker=False
    )
    async with in_process(settings, ScriptedModel()) as client:
        talk = await begin(client)
        await say_all(talk, "I want to cancel my appointment", "Mary Jones", "March 3, 1980", "yes")
    assert await outbox(database, queued=False) == []
