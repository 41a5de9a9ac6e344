"""Fences between practices: whatever a query says, it sees the rows of the practice named. Ring: postgres."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from reception.clock import Clock
from reception.database.connection import Database
from reception.database.fence import Unfenced, enter, everywhere, named, of_practice, unnamed
from reception.database.load import load_practice
from reception.database.roles import ROLES
from reception.database.store import Store
from reception.database.tables import Table
from reception.errors import MisconfiguredError
from reception.messaging.reminders import Reminders
from reception.practice import Practice
from reception.practice_file import parse_practice
from reception.settings import ROOT
from tests.conftest import NOW, PRACTICE_YAML

#: Tables whose rows are no practice's, and what they have of policies.
NOBODYS, EVERY = ("request_counts",), (True, ["every_practice"])

pytestmark = pytest.mark.postgres


@pytest.fixture
async def neighbour(database: Database, practice: Practice) -> Practice:
    """Another practice in the same installation, with patients and appointments like the first one's."""
    file = parse_practice(PRACTICE_YAML.replace("Harbor Clinic", "Other Clinic"), "practice.yaml")
    async with database.transaction() as store:
        return (await load_practice(store, file)).practice


async def test_every_table_has_its_policies(database: Database) -> None:
    fenced = """
        SELECT relname, relrowsecurity, ARRAY(
            SELECT polname::text FROM pg_policy WHERE polrelid = pg_class.oid ORDER BY polname
        ) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    """
    async with database.look_up() as store:
        found = {name: (on, names) for name, on, names in await store._connection.execute(text(fenced))}
    both = (True, ["every_practice", "own_practice"])
    wanted = {table.name: both for table in Table.metadata.sorted_tables} | dict.fromkeys(NOBODYS, EVERY)
    lacking = {name for name, policies in wanted.items() if found[name] != policies}
    assert not lacking, f"call reception.database.roles.fence in the migration that makes {lacking}"
    assert found.keys() - wanted.keys() == {"alembic_version"}


async def test_a_query_that_forgets_the_practice_sees_nothing_of_another(
    database: Database, practice: Practice, neighbour: Practice, conversation_id: UUID
) -> None:
    async with database.look_up() as store:
        assert len(await store.all_appointments()) == 2
    for one, conversations in ((practice, 1), (neighbour, 0)):
        with of_practice(one.id):
            async with database.transaction() as store:
                assert len(await store.all_appointments()) == 1
                assert len(await store.all_conversations()) == conversations
                assert await store.practices() == [one]
                for table in Table.metadata.sorted_tables:
                    if table.name in NOBODYS:
                        continue
                    column = table.c["id" if table.name == "practices" else "practice_id"]
                    seen = set(await store._connection.scalars(select(column).distinct()))
                    assert seen <= {one.id}, table.name


async def test_a_worker_writes_for_one_practice_at_a_time(
    database: Database, practice: Practice, neighbour: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    fences: list[tuple[object, UUID]] = []
    queue = Store.queue_text

    async def queue_text(store: Store, practice_id: UUID, **text: Any) -> UUID | None:
        fences.append((named(), practice_id))
        return await queue(store, practice_id, **text)

    monkeypatch.setattr(Store, "queue_text", queue_text)
    for name in ("Harbor Clinic", "Other Clinic"):
        file = PRACTICE_YAML.replace("Harbor Clinic", name) + "\nreminders: {hours_before: [24]}\n"
        async with database.transaction() as store:
            await load_practice(store, parse_practice(file, "practice.yaml"))
    with everywhere():
        await Reminders(database, Clock(NOW), ROOT / "prompts").round()
    assert sorted(fences) == sorted((one.id, one.id) for one in (practice, neighbour))


async def test_nothing_of_another_practice_is_changed(
    database: Database, practice: Practice, neighbour: Practice, conversation_id: UUID
) -> None:
    with of_practice(neighbour.id):
        async with database.transaction() as store:
            await store.close_conversation(conversation_id)
            await store.drop_holds(conversation_id)
            changed = await store._connection.execute(text("UPDATE patients SET email = 'x'"))
            assert changed.rowcount == 2
            gone = await store._connection.execute(text("DELETE FROM appointments"))
            assert gone.rowcount == 1
        with pytest.raises(MisconfiguredError, match="neither"):
            async with database.transaction() as store:
                await store.add_patient(practice.id, "Somebody", None)
    with of_practice(practice.id):
        async with database.transaction() as store:
            conversation = await store.conversation(conversation_id)
            assert conversation is not None and conversation.status == "open"
            assert {one.email for one in await store.patients(practice.id)} == {"", "peter@example.org"}


async def test_without_a_practice_there_is_no_transaction(database: Database, practice: Practice) -> None:
    with unnamed():
        for begun in (database.transaction(), database.glance()):
            with pytest.raises(Unfenced):
                async with begun:
                    pass
        with pytest.raises(Unfenced):
            await database.run(lambda store: store.practice())
        enter(practice.id)
        async with database.transaction() as store:
            assert await store.practice() == practice


async def test_a_request_belongs_to_one_practice_and_so_do_the_tasks_it_starts(database: Database) -> None:
    first, second = uuid4(), uuid4()

    async def enters() -> None:
        enter(first)

    with unnamed():
        await asyncio.create_task(enters())
        enter(first)
        with pytest.raises(Unfenced):
            enter(second)
    with everywhere():
        enter(first)
        async with database.transaction() as store:
            role = await store._connection.scalar(text("SELECT current_user::text"))
    assert role == "reception_across"


async def test_a_role_that_names_no_practice_sees_and_writes_nothing(
    database: Database, practice: Practice
) -> None:
    with of_practice(practice.id):
        async with database.transaction() as store:
            await store._connection.execute(text("SET LOCAL reception.practice = ''"))
            assert await store.patients(practice.id) == []
            assert await store.practices() == []


async def test_the_roles_own_nothing_and_cannot_look_past_the_policies(database: Database) -> None:
    query = """
        SELECT rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole OR rolcreatedb
            OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
        FROM pg_roles WHERE rolname = ANY (:roles)
    """
    async with database.look_up() as store:
        assert list(await store._connection.scalars(text(query), {"roles": list(ROLES)})) == [False, False]
    with of_practice(uuid4()):
        async with database.transaction() as store:
            with pytest.raises(Exception, match="permission denied"):
                await store._connection.execute(text("UPDATE alembic_version SET version_num = '1'"))


async def test_a_look_up_changes_nothing(database: Database, practice: Practice) -> None:
    with pytest.raises(Exception, match=r"25006|read-only"):
        async with database.look_up() as store:
            await store.add_patient(practice.id, "Somebody", None)


async def test_rows_of_the_version_before_find_their_practice(
    database: Database, practice: Practice, conversation_id: UUID
) -> None:
    """A rolling update: the older service inserts without the new column, as the owner of the tables."""
    old = """
        INSERT INTO messages (id, conversation_id, sequence, role, text, options)
        VALUES (gen_random_uuid(), :conversation, 1, 'desk', 'Hello', '[]')
    """
    async with database.transaction() as store:
        await store._connection.execute(text("RESET ROLE"))
        await store._connection.execute(text(old), {"conversation": conversation_id})
    with of_practice(practice.id):
        async with database.transaction() as store:
            assert [one.text for one in await store.messages(conversation_id)] == ["Hello"]
