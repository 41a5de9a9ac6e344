"""The connection to PostgreSQL: transactions, migrations, and its troubles put into our own errors."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from reception.data_keys import DataKeys, folder_keys, keys_of
from reception.database.embedded import EmbeddedServer
from reception.database.encrypted import use_keys
from reception.database.fence import EVERYWHERE, Where, named
from reception.database.listening import OnChange, listen
from reception.database.roles import ACROSS, ONE_PRACTICE, PRACTICE
from reception.database.store import Store
from reception.database.trouble import (
    AWAY,
    DISK_FULL,
    FULL,
    LOST,
    UNPREPARED,
    not_begun,
    sqlstate,
    translated,
)
from reception.database.waking import wake
from reception.errors import MisconfiguredError, Unavailable
from reception.settings import ROOT, Settings
from reception.stages import span

T = TypeVar("T")

ATTEMPTS = 3  # of a transaction that lost against another one
OLDEST_SERVER = 15
READ_ONLY = "SET TRANSACTION READ ONLY; "
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; "
#: Seconds that the database's clock may differ from ours: holds and sessions run on it.
MOST_DRIFT = 60.0
#: Seconds that a full disk is remembered: reading goes on working, so that nobody else would notice.
FULL_FOR = 30.0
MIGRATION_LOCK = 7_230_451  # any number, as long as all our versions use the same

CONNECT_ARGS: dict[str, Any] = {
    "application_name": "reception",
    "connect_timeout": 3,
    "tcp_user_timeout": 10_000,  # milliseconds until a peer that fell silent counts as gone
    # Nothing may hang: neither a wait for a lock, nor a statement, nor a transaction left open.
    "options": "-c lock_timeout=10s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s",
}


class Database:
    """One pool of connections. While PostgreSQL is away, every method raises Unavailable (static text)."""

    def __init__(
        self, url: URL, keys: DataKeys, server: EmbeddedServer | None = None, *, pool_size: int = 10
    ) -> None:
        self._server = server
        self._full_until = 0.0
        self._engine = create_async_engine(
            url,
            connect_args=CONNECT_ARGS,
            hide_parameters=True,  # a patient's words never reach a log
            isolation_level="AUTOCOMMIT",  # the driver sends no BEGIN: ours says more (see `_begun`)
            pool_size=pool_size,
            max_overflow=10,
            pool_timeout=10,
        )
        use_keys(self._engine, keys)
        #: Those that encrypt what patients say.
        self.keys = keys

    @classmethod
    async def of(cls, settings: Settings) -> Database:
        """The database of these settings."""
        keys = await asyncio.to_thread(keys_of, settings)
        return await cls.open(settings.database_url, settings.data_dir, keys)

    @classmethod
    async def open(
        cls, url: str, data_dir: Path, keys: DataKeys | None = None, *, pool_size: int = 10
    ) -> Database:
        """A pool for `url` (postgresql://…), or for the embedded server of `data_dir` when it is empty.

        Starts the embedded server where none runs. With a URL nothing is connected yet: see `check`.
        `keys` encrypt what patients say; without any it is the key of `data_dir`.
        """
        ring = await asyncio.to_thread(folder_keys, data_dir) if keys is None else keys
        if url:
            return cls(parse_url(url), ring, pool_size=pool_size)
        server = EmbeddedServer(data_dir)
        return cls(parse_url(await asyncio.to_thread(server.start)), ring, server, pool_size=pool_size)

    @asynccontextmanager
    async def transaction(self, *, snapshot: bool = False) -> AsyncIterator[Store]:
        """A store whose changes are committed at the end, or all undone by an error.

        It sees the rows of the practice that the task has named (see fence.py), and raises Unfenced where
        none was. With `snapshot` all queries see one moment of the database, and nothing may be changed.
        """
        async with self._translating(), self._store(named(), snapshot=snapshot) as store:
            yield store

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Store]:
        """A store like that of `transaction`, for reading only."""
        async with self._translating(), self._begun(READ_ONLY + _fenced(named())) as connection:
            yield Store(connection)

    @asynccontextmanager
    async def look_up(self) -> AsyncIterator[Store]:
        """A snapshot of every practice, to find out whose something is (or to write an export)."""
        async with self._translating(), self._store(EVERYWHERE, snapshot=True) as store:
            yield store

    async def run(self, work: Callable[[Store], Awaitable[T]]) -> T:
        """Does `work` in a transaction, again from the start when it lost against another one.

        `work` must leave nothing behind outside the database.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._store(named()) as store:
                    return await work(store)
            except SQLAlchemyError as error:
                self._note(error)
                if sqlstate(error) not in LOST or attempt == ATTEMPTS:
                    raise translated(error) from None
            await asyncio.sleep(random.uniform(0, 0.05 * attempt))
        raise Unavailable(AWAY)

    async def wake(self, channel: str, woken: asyncio.Event) -> NoReturn:
        """Sets the event whenever the channel is notified, until cancelled, on a connection of its own."""
        url = self._engine.url.set(drivername="postgresql")
        await wake(url.render_as_string(hide_password=False), channel, woken)

    async def listen(self, on_change: OnChange, on_gap: Callable[[], None]) -> NoReturn:
        """Hears of every change until cancelled (see listening.py), on a connection of its own."""
        url = self._engine.url.set(drivername="postgresql")
        await listen(url.render_as_string(hide_password=False), on_change, on_gap)

    async def migrate(self, to: str = "head") -> None:
        """Brings the schema to the newest version, or back to an older one; several may do so at once.

        This alone is done by the role of the URL itself, as the owner of the tables.
        """
        async with self._translating(), self._begun("SET LOCAL lock_timeout = 0") as connection:
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            await connection.run_sync(_migrate, to)
            await connection.commit()

    async def check(self) -> None:
        """Unavailable with one line when the database is away, full or too old, or its schema or clock is.

        A schema newer than ours is fine: while an upgrade runs, two versions share the database, and each
        migration leaves it usable for the version before. An embedded server that died is started again, on
        the same port, so that the pool finds it.
        """
        try:
            schema, clock, version = await self._state()
        except Unavailable:
            if self._server is None:
                raise
            await asyncio.to_thread(self._server.start)
            schema, clock, version = await self._state()
        if version // 10_000 < OLDEST_SERVER:
            raise Unavailable(
                f"The database is PostgreSQL {version // 10_000}: version {OLDEST_SERVER} or later is needed"
            )
        if schema != self._newest_version and not newer(schema, self._newest_version):
            raise Unavailable(UNPREPARED)
        drift = abs((clock - datetime.now(UTC)).total_seconds())
        if drift > MOST_DRIFT:
            raise Unavailable(
                f"The clocks of the database and this machine differ by {drift:.0f} s: set both"
            )
        if time.monotonic() < self._full_until:
            raise Unavailable(FULL)

    async def unfenced_role(self) -> bool:
        """Whether the role of the URL could look past the fences, if anything made it try."""
        async with self._translating(), self._begun(READ_ONLY) as connection:
            return await Store(connection).owns_tables()

    async def close(self) -> None:
        """Closes all connections, and stops the embedded server when nobody else uses it."""
        await self._engine.dispose()
        if self._server is not None:
            await asyncio.to_thread(self._server.stop)

    @asynccontextmanager
    async def _store(self, where: Where, *, snapshot: bool = False) -> AsyncIterator[Store]:
        with span("database"):
            async with self._begun((SNAPSHOT if snapshot else "") + _fenced(where)) as connection:
                yield Store(connection)
                await connection.commit()

    @asynccontextmanager
    async def _begun(self, settings: str) -> AsyncIterator[AsyncConnection]:
        """A connection with a transaction and its settings, begun in one trip; it is undone at the end.

        That trip also tells a connection that died in the pool, which is then replaced.
        """
        begin = f"BEGIN; {settings}"
        connection = await self._engine.connect()
        try:
            try:
                await connection.exec_driver_sql(begin)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise not_begun(error) from None
                await connection.close()
                connection = await self._engine.connect()
                await connection.exec_driver_sql(begin)
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def _translating(self) -> AsyncIterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            self._note(error)
            raise translated(error) from None  # the cause may quote values of a row

    async def _state(self) -> tuple[str | None, datetime, int]:
        """Read by the role of the URL itself: before the first migration there is no other."""
        async with self._translating(), self._begun(READ_ONLY) as connection:
            store = Store(connection)
            return await store.schema_version(), *await store.server()

    def _note(self, error: SQLAlchemyError) -> None:
        if sqlstate(error) == DISK_FULL:
            self._full_until = time.monotonic() + FULL_FOR

    @cached_property
    def _newest_version(self) -> str | None:
        return ScriptDirectory.from_config(_config()).get_current_head()


def parse_url(url: str) -> URL:
    """The URL with our driver in it. MisconfiguredError (which does not quote it) when it is none."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise MisconfiguredError("RECEPTION_DATABASE_URL is not a URL: postgresql://user@host/name") from None
    if parsed.drivername.split("+")[0] not in {"postgresql", "postgres"}:
        raise MisconfiguredError("RECEPTION_DATABASE_URL must begin with postgresql://")
    return parsed.set(drivername="postgresql+psycopg")


def _fenced(where: Where) -> str:
    """The statements that fence a transaction; an identifier can hold nothing but its hexadecimal digits."""
    if where is EVERYWHERE:
        return f"SET LOCAL ROLE {ACROSS}"
    return f"SET LOCAL ROLE {ONE_PRACTICE}; SET LOCAL {PRACTICE} = '{where}'"


def newer(found: str | None, newest: str | None) -> bool:
    """Whether a schema's version is from after our newest one; they are numbers."""
    return bool(found and newest and found.isdecimal() and int(found) > int(newest))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _migrate(connection: Connection, to: str) -> None:
    config = _config()
    if to == "head":  # Alembic's environment is one a process: services opened together need not share it
        now = MigrationContext.configure(connection).get_current_revision()
        newest = ScriptDirectory.from_config(config).get_current_head()
        if now == newest or newer(now, newest):
            return
    config.attributes["connection"] = connection
    (command.upgrade if to == "head" else command.downgrade)(config, to)
