"""The connection: migrations, recovery, retries, and errors that give nothing away. Ring: postgres."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from reception.database.connection import Database
from reception.database.store import Store
from reception.database.tables import Table
from reception.errors import Contended, MisconfiguredError, ReceptionError, Unavailable
from reception.practice import Practice
from tests.conftest import Server

pytestmark = pytest.mark.postgres

NOBODY_LISTENS = "postgresql://reception:secret-word@127.0.0.1:1/reception"


async def test_several_may_migrate_at_once(server: Server) -> None:
    name = server.create()
    databases = [await Database.open(server.url(name), Path()) for _ in range(3)]
    try:
        with pytest.raises(Unavailable, match="reception migrate"):
            await databases[0].check()
        await asyncio.gather(*(database.migrate() for database in databases))
        await databases[0].migrate()
        await databases[0].check()
    finally:
        for database in databases:
            await database.close()
        server.drop(name)


async def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return compare_metadata(context, Table.metadata)

    async with database.transaction() as store:
        assert await store._connection.run_sync(differences) == []


async def test_the_first_migration_can_be_undone(server: Server) -> None:
    name = server.create()
    database = await Database.open(server.url(name), Path())
    try:
        await database.migrate()
        await database.migrate(to="base")
        await database.migrate()
        await database.check()
    finally:
        await database.close()
        server.drop(name)


async def test_away_is_unavailable_and_says_nothing_secret() -> None:
    database = await Database.open(NOBODY_LISTENS, Path())
    try:
        with pytest.raises(Unavailable) as caught:
            async with database.transaction() as store:
                await store.practice()
        assert str(caught.value) == "The database can't be reached"
        with pytest.raises(Unavailable):
            await database.check()
        with pytest.raises(Unavailable):
            await database.run(lambda store: store.practice())
        with pytest.raises(Unavailable):
            await database.migrate()
    finally:
        await database.close()


async def test_lost_connections_are_replaced_without_help(database: Database, practice: Practice) -> None:
    with pytest.raises(Unavailable):
        async with database.transaction() as store:
            await _cut_all_connections(store)
            await store.practice()
    async with database.transaction() as store:
        assert await store.practice() == practice


async def _cut_all_connections(store: Store) -> None:
    url = store._connection.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.parametrize("url", ["mysql://somewhere/db", "no url, secret-word"])
async def test_a_wrong_url_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(MisconfiguredError, match="RECEPTION_DATABASE_URL") as caught:
        await Database.open(url, Path())
    assert "secret-word" not in str(caught.value)


async def test_an_error_undoes_the_transaction_and_names_no_value(
    database: Database, practice: Practice
) -> None:
    with pytest.raises(ReceptionError) as caught:
        async with database.transaction() as store:
            await store.add_patient(practice.id, "Ann Secret", None)
            await store.file_request(practice.id, "message", {}, "whenever", None, None)
    assert str(caught.value) == "The database refused a change (23514, requests_priority_known)"
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    async with database.transaction() as store:
        assert await store.patients(practice.id, name="Ann Secret") == []


async def test_a_deadlock_is_tried_again_until_both_are_through(
    database: Database, practice: Practice
) -> None:
    async with database.transaction() as store:
        ids = [(await store.add_patient(practice.id, name, None)).id for name in ("Ann", "Bob")]
    both_began = asyncio.Barrier(2)
    attempts = 0

    async def touch(store: Store, first: UUID, second: UUID) -> None:
        nonlocal attempts
        attempts += 1
        await store.update_patient_contact(first, phone="+12125550122")
        if attempts <= 2:
            await both_began.wait()
        await store.update_patient_contact(second, phone="+12125550122")

    await asyncio.gather(
        database.run(lambda store: touch(store, ids[0], ids[1])),
        database.run(lambda store: touch(store, ids[1], ids[0])),
    )
    assert attempts == 3


async def test_a_database_that_is_busy_is_not_called_away(database: Database, practice: Practice) -> None:
    async with database.transaction() as store:
        patient = await store.add_patient(practice.id, "Ann", None)
    hurried = {"lock_timeout": "SELECT 1", "statement_timeout": "SELECT pg_sleep(5)"}
    async with database.transaction() as holder:
        await holder.update_patient_contact(patient.id, phone="+12125550122")
        for setting, slow in hurried.items():
            with pytest.raises(Contended, match="busy and nothing was changed") as caught:
                async with database.transaction() as store:
                    await store._connection.execute(text(f"SET LOCAL {setting} = 50"))
                    await store._connection.execute(text(slow))
                    await store.update_patient_contact(patient.id, phone="+12125550133")
            assert (caught.value.status, caught.value.retry_after, caught.value.retryable) == (503, 2, True)


async def test_who_loses_each_time_is_told_that_it_is_busy(database: Database, practice: Practice) -> None:
    async def lose(store: Store) -> None:
        await store._connection.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))

    with pytest.raises(Contended):
        await database.run(lose)


async def test_a_snapshot_sees_one_moment_and_changes_nothing(database: Database, practice: Practice) -> None:
    async with database.transaction(snapshot=True) as before:
        seen = len(await before.patients(practice.id))
        async with database.transaction() as store:
            await store.add_patient(practice.id, "Ann", None)
        assert len(await before.patients(practice.id)) == seen
    with pytest.raises(ReceptionError):
        async with database.transaction(snapshot=True) as store:
            await store.add_patient(practice.id, "Bob", None)


async def test_without_the_right_to_create_the_extension_the_error_says_what_to_do(server: Server) -> None:
    name, role = server.create(), f"plain_{uuid4().hex[:8]}"
    server.do(f"CREATE ROLE {role} LOGIN PASSWORD 'plain'")
    server.do(f"GRANT CREATE ON SCHEMA public TO {role}", name)
    plain = psycopg.conninfo.conninfo_to_dict(server.url(name))
    database = await Database.open(
        f"postgresql://{role}:plain@{plain['host']}:{plain['port']}/{name}", Path()
    )
    try:
        with pytest.raises(MisconfiguredError, match="CREATE EXTENSION btree_gist"):
            await database.migrate()
    finally:
        await database.close()
        server.drop(name)
        server.do(f"DROP ROLE {role}")


async def test_settings_of_the_session_keep_anything_from_hanging(database: Database) -> None:
    async with database.transaction() as store:
        for setting in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            assert await store._connection.scalar(text(f"SHOW {setting}")) != "0"
