"""Nothing is kept longer than the practice says, kind by kind, and nothing goes before. Ring: postgres."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from reception.clock import Clock
from reception.database.connection import Database
from reception.database.load import load_practice
from reception.dialogue.state import State, Who
from reception.kept import pack
from reception.messaging.incoming import leave_to_staff
from reception.practice import Practice
from reception.practice_file import parse_practice
from reception.recordings import Recordings
from reception.retention import KINDS, Retention
from reception.settings import ROOT
from reception.worker import work
from tests.conftest import NOW, PRACTICE_YAML
from tests.privacy.kept import everything
from tests.privacy.test_erasure import conversation, live_through

pytestmark = pytest.mark.postgres

DAYS = 90
#: Kind → the words that go with it, and the tables in which something goes.
GOES = {
    "conversations": (["Zita-meant"], {"conversations", "messages", "corrections", "calls"}),
    "requests": (["Zita-medicine", "Zita-note"], {"requests", "request_notes"}),
    "appointments": ([], {"appointments"}),
    "texts": (["Zita-body"], {"outbox"}),
    "patients": (["Zita-name", "Zita-Kasse", "Zita-words", "Zita-note"], {"patients", "guardians"}),
}


class Tapes(Recordings):
    """Recordings at a carrier that can be reached, or not."""

    def __init__(self) -> None:
        super().__init__(None)
        self.deleted: set[str] = set()
        self.away = False

    async def delete(self, kept: Iterable[str]) -> bool:
        if not self.away:
            self.deleted.update(kept)
        return not self.away


async def set_days(database: Database, *kinds: str) -> None:
    kept = ", ".join(f"{kind}: {DAYS}" for kind in kinds)
    file = parse_practice(f"{PRACTICE_YAML}\nprivacy: {{retention_days: {{{kept}}}}}\n", "practice.yaml")
    async with database.transaction() as store:
        await load_practice(store, file)


def retention(database: Database, days: float, tapes: Recordings | None = None) -> Retention:
    """Forgetting as it is so many days later, by the desk's clock and the real one."""
    later = timedelta(days=days)
    return Retention(database, Clock(NOW + later), tapes or Tapes(), real=lambda: datetime.now(UTC) + later)


@pytest.fixture
async def lived(database: Database, practice: Practice) -> UUID:
    """Zita's data, all of it done with: written today, her appointments are 30 days ago and tomorrow."""
    async with database.transaction() as store:
        patient = await live_through(store, practice, "Zita", "+12125550177", 0)
        guardian = await store.add_patient(practice.id, "Olga-name", None)
        await store.add_guardian(practice.id, guardian.id, patient.id)
        for change in (
            "UPDATE requests SET status = 'done', done_at = created_at",
            "UPDATE outbox SET status = 'delivered'",
        ):
            await store._connection.execute(text(change))
        tape = {"recording": "RE1", "call": "Zita"}
        called = await store.conversation_by_call("Zita")
        assert called is not None
        await store.audit(practice.id, called.id, "recorded", "call", None, tape)
    return patient.id


def test_every_kind_is_tried() -> None:
    assert set(GOES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_goes_when_its_days_are_over_and_not_before(
    kind: str, database: Database, practice: Practice, lived: UUID
) -> None:
    words, tables = GOES[kind]
    await set_days(database, kind)
    before = await everything(database)
    assert await retention(database, DAYS - 40).round() == {}
    assert await everything(database) == before
    counts = await retention(database, DAYS + 3).round()
    assert counts[kind] > 0
    after = await everything(database)
    assert [word for word in words if word in "".join(after.values())] == []
    assert {name for name in tables if "Zita" in after[name] or str(lived) in after[name]} == set()
    assert after["audit_log"].startswith(before["audit_log"].splitlines()[0])  # which always stays
    if kind != "patients":
        assert "Zita-name" in after["patients"]


async def test_without_days_nothing_is_forgotten(database: Database, practice: Practice, lived: UUID) -> None:
    before = await everything(database)
    assert await retention(database, 10_000).round() == {}
    assert await everything(database) == before


async def test_what_is_not_done_stays(database: Database, practice: Practice, lived: UUID) -> None:
    async with database.transaction() as store:
        for change in (
            "UPDATE requests SET status = 'open', done_at = NULL",
            "UPDATE outbox SET status = 'queued'",
        ):
            await store._connection.execute(text(change))
    await set_days(database, *KINDS)
    await retention(database, 400).round()
    after = await everything(database)
    assert "Zita-medicine" in after["requests"] and "Zita-note" in after["request_notes"]
    assert "Zita-name" in after["patients"]  # whose request is open


async def test_what_only_a_number_tells_of_stays_until_done(
    database: Database, practice: Practice, lived: UUID
) -> None:
    async with database.transaction() as store:
        await leave_to_staff(store, practice, "+12125550177", "Zita-rash", ROOT / "prompts")
    await set_days(database, "patients")
    await retention(database, 400).round()
    kept = await everything(database)
    assert "Zita-rash" in kept["requests"] and "Zita-name" in kept["patients"]
    async with database.transaction() as store:
        await store._connection.execute(text("UPDATE requests SET status = 'done', done_at = created_at"))
    await retention(database, 400).round()
    after = await everything(database)
    assert "Zita" not in after["requests"] and "Zita-name" not in after["patients"]


async def test_who_was_in_touch_lately_stays(database: Database, practice: Practice, lived: UUID) -> None:
    async with database.transaction() as store:
        talk = await conversation(store, practice.id, State())
        state = pack(State(who=Who(str(lived))))
        await store.save_conversation(talk, state=state, status="open", outcome=None)
        change = f"UPDATE conversations SET updated_at = updated_at + interval '390 days' WHERE id = '{talk}'"
        await store._connection.execute(text(change))
    await set_days(database, *KINDS)
    await retention(database, 400).round()
    after = await everything(database)
    assert "Zita-name" in after["patients"] and "Olga-name" not in after["patients"]
    assert str(talk) in after["conversations"] and after["messages"] == ""


async def test_a_recording_goes_at_the_carrier_before_the_row_that_tells_of_it(
    database: Database, practice: Practice, lived: UUID
) -> None:
    tapes = Tapes()
    tapes.away = True
    await set_days(database, "conversations", "requests")
    assert await retention(database, 400, tapes).round() == {}
    assert "Zita-words" in (await everything(database))["messages"]
    tapes.away = False
    assert set(await retention(database, 400, tapes).round()) == {"conversations", "requests"}
    assert tapes.deleted == {"RE1", "https://carrier.example/Zita"}


async def test_the_worker_does_it(database: Database, practice: Practice, lived: UUID) -> None:
    await set_days(database, "conversations")
    working = asyncio.create_task(work(database, retention=retention(database, 400), interval=0.05))
    async with asyncio.timeout(30):
        while "Zita" in (await everything(database))["messages"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_guesses_are_kept_for_a_day(database: Database, practice: Practice, lived: UUID) -> None:
    assert await retention(database, 0).round() == {}
    async with database.transaction() as store:
        await store._connection.execute(
            text("UPDATE identification_failures SET at = at - interval '25 hours'")
        )
    assert await retention(database, 0).round() == {"guesses": 1}
    assert (await everything(database))["identification_failures"] == ""
