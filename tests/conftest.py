"""Fixtures shared by all rings: an embedded PostgreSQL, an empty migrated database, a small practice.

`RECEPTION_TEST_DATABASE_URL` names another server to test on; its role must be allowed to create databases.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from argon2 import PasswordHasher
from sqlalchemy.engine import make_url

from reception.data_keys import DataKeys, new_key, parse_keys
from reception.database import connection
from reception.database.connection import Database
from reception.database.embedded import EmbeddedServer
from reception.database.fence import everywhere
from reception.database.load import load_practice
from reception.practice import Practice
from reception.practice_file import PracticeFile, parse_practice
from reception.staff import accounts, secrets
from tests import applications

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 6, 15, 9, 0, tzinfo=ZONE)  # a Monday

PRACTICE_YAML = """
practice: {name: Harbor Clinic, time_zone: America/New_York, phone: "+12125550100"}
opening_hours: {mon: ["08:00-18:00"], tue: ["08:00-18:00"], wed: ["08:00-18:00"]}
practitioners:
  - {name: Dr. Anna Weber, spoken_as: [dr weber]}
  - {name: Dr. Luis Ortega, spoken_as: [dr ortega]}
appointment_types:
  - {name: Check-up, minutes: 30}
  - {name: Long visit, minutes: 60}
patients:
  - {name: Mary Jones, date_of_birth: "1980-03-03", phone: "+12125550111"}
  - {name: Peter Adams, date_of_birth: "1975-12-01", email: peter@example.org}
appointments:
  - {patient: Mary Jones, practitioner: Dr. Anna Weber, appointment_type: Check-up,
     start: "2026-06-16T10:00", reason: knee}
"""


EMPTY_ALL_TABLES = """
DO $$ BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;  -- the audit log only grows, but for this
    EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY'
        FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    );
END $$
"""


@pytest.fixture(scope="session", autouse=True)
def one_key() -> Iterator[DataKeys]:
    """All tests, and the processes they start, encrypt with the same key, wherever their data folder is."""
    keys = new_key()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECEPTION_DATA_KEYS", keys)
        patch.setattr(connection, "folder_keys", lambda folder: parse_keys(keys))
        yield parse_keys(keys)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords are hashed with as little work as Argon2 allows, and nobody waits: tests guess none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(accounts, "LEAST_SECONDS", 0)
        yield


@pytest.fixture(scope="session", autouse=True)
def every_practice() -> Iterator[None]:
    """Tests look at every practice unless they name one; what they ask over HTTP names its own as ever."""
    with everywhere():
        yield


@pytest.fixture(autouse=True)
def applications_again() -> Iterator[None]:
    """What serves in this test serves in later ones too."""
    yield
    applications.take_back()


class Server:
    """A PostgreSQL server on which databases are made and dropped."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql")
        self._numbers = count(1)

    def url(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def create(self) -> str:
        """The name of a new database."""
        name = f"reception_test_{os.getpid()}_{next(self._numbers)}"
        self.do(f"CREATE DATABASE {name}")
        return name

    def drop(self, name: str) -> None:
        self.do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def do(self, statement: str, name: str | None = None) -> None:
        with psycopg.connect(
            self.url(name or self._url.database or "postgres"), autocommit=True
        ) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server, for tests that need databases of their own."""
    given = os.environ.get("RECEPTION_TEST_DATABASE_URL")
    if given:
        yield Server(given)
        return
    with tempfile.TemporaryDirectory(prefix="reception-", ignore_cleanup_errors=True) as folder:
        embedded = EmbeddedServer(Path(folder), durable=False)
        try:
            yield Server(embedded.start())
        finally:
            embedded.stop()


@pytest.fixture(scope="session")
def migrated(server: Server) -> Iterator[str]:
    """The name of the migrated database that tests use one after the other."""
    name = server.create()

    async def migrate() -> None:
        database = await Database.open(server.url(name), Path())
        await database.migrate()
        await database.close()

    asyncio.run(migrate())
    yield name
    server.drop(name)


@pytest.fixture
def database_url(server: Server, migrated: str) -> Iterator[str]:
    """The URL of a migrated database whose tables are empty."""
    yield server.url(migrated)
    server.do(EMPTY_ALL_TABLES, migrated)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database whose tables are empty."""
    database = await Database.open(database_url, Path(), pool_size=20)
    yield database
    await database.close()


@pytest.fixture
def practice_file() -> PracticeFile:
    """A small practice: two doctors, two types, two patients, one appointment."""
    return parse_practice(PRACTICE_YAML, "practice.yaml")


@pytest.fixture
async def practice(database: Database, practice_file: PracticeFile) -> Practice:
    """The small practice, loaded into `database`."""
    async with database.transaction() as store:
        return (await load_practice(store, practice_file)).practice


@pytest.fixture
def now() -> datetime:
    """Monday, 15 June 2026, nine o'clock at the practice."""
    return NOW


@pytest.fixture
async def conversation_id(database: Database, practice: Practice) -> UUID:
    """An open chat conversation of the practice."""
    async with database.transaction() as store:
        return (await store.create_conversation(practice.id, "chat", "en", "hash", "caller", {})).id
