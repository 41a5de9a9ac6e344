"""Postgres ring: during upgrades and troubles the database's check says in one line what is wrong."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg.errors import UndefinedTable
from sqlalchemy.exc import OperationalError

from reception.database import connection
from reception.database.connection import Database, newer
from reception.database.trouble import translated
from reception.errors import ReceptionError, Unavailable
from reception.settings import ROOT
from tests.channels.conftest import Serve
from tests.channels.conftest import make_app as make_app
from tests.channels.conftest import model as model
from tests.channels.conftest import practice_path as practice_path
from tests.channels.conftest import serve as serve
from tests.conftest import Server

pytestmark = pytest.mark.postgres


async def test_a_newer_schema_is_fine_and_is_left_alone(server: Server) -> None:
    name = server.create()
    database = await Database.open(server.url(name), Path())
    await database.migrate()
    server.do("UPDATE alembic_version SET version_num = '9999'", name)
    await database.check()
    await database.migrate()
    server.do("UPDATE alembic_version SET version_num = '0001'", name)
    with pytest.raises(Unavailable, match="reception migrate"):
        await database.check()
    await database.close()
    server.drop(name)


def test_versions_are_compared_as_numbers() -> None:
    assert newer("0010", "0009") and not newer("0009", "0010")
    assert not newer("somebody else's", "0009") and not newer(None, "0009")


async def test_an_old_server_and_a_clock_that_is_off_are_named(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "OLDEST_SERVER", 99)
    with pytest.raises(Unavailable, match="version 99 or later"):
        await database.check()
    monkeypatch.undo()

    class Late(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - timedelta(hours=1)

    monkeypatch.setattr(connection, "datetime", Late)
    with pytest.raises(Unavailable, match="clocks of the database and this machine differ by 3600 s"):
        await database.check()


class DiskFull(Exception):
    sqlstate = "53100"


async def test_a_full_disk_is_named_and_remembered(database: Database) -> None:
    error = OperationalError("", {}, DiskFull())
    assert "disk is full" in str(translated(error))
    with pytest.raises(Unavailable, match="disk is full"):
        async with database.transaction():
            raise error
    with pytest.raises(Unavailable, match="disk is full"):
        await database.check()


async def test_a_service_that_must_not_migrate_waits_for_whoever_does(serve: Serve, server: Server) -> None:
    name = server.create()
    async with serve(database_url=server.url(name), migrate=False) as client:
        waiting = await client.get("/health/ready")
        assert (waiting.status_code, "reception migrate" in waiting.text) == (503, True)
    server.drop(name)


BROKEN = """
from alembic import op

revision, down_revision = "9999", "{head}"


def upgrade() -> None:
    op.execute("CREATE TABLE half_way (id int)")
    op.execute("ALTER TABLE practices ADD COLUMN half_way int")
    op.execute("SELECT 1 / 0")
"""


async def test_a_migration_that_fails_half_way_leaves_all_as_it_was(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = server.create()
    database = await Database.open(server.url(name), Path())
    await database.migrate()
    scripts = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", scripts, ignore=shutil.ignore_patterns("__pycache__"))
    head = connection.ScriptDirectory.from_config(connection._config()).get_current_head()
    (scripts / "versions" / "9999_broken.py").write_text(BROKEN.format(head=head))
    with monkeypatch.context() as next_version:
        config = connection._config()
        config.set_main_option("script_location", str(scripts))
        next_version.setattr(connection, "_config", lambda: config)
        with pytest.raises(ReceptionError, match="22012"):  # division by zero
            await database.migrate()
    await database.check()  # the version before goes on
    async with database.transaction() as store:
        assert await store.schema_version() == head
    with pytest.raises(UndefinedTable):
        server.do("SELECT * FROM half_way", name)
    await database.close()
    server.drop(name)
