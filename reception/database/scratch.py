"""Throw-away databases: a server of their own, and a fresh migrated database for each conversation played."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from reception.database.connection import Database
from reception.database.embedded import EmbeddedServer


class Scratch:
    """Hands out databases on a server that lives only as long as `scratch_server`."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = make_url(url).set(drivername="postgresql")
        self._numbers = count(1)
        self.folder = folder

    async def fresh(self, template: str | None = None) -> str:
        """The URL of a new database, a copy of the named one where given."""
        name = f"scratch_{next(self._numbers)}"
        copied = f" TEMPLATE {make_url(template).database}" if template else ""
        await asyncio.to_thread(self._do, f"CREATE DATABASE {name}{copied}")
        return self._url.set(database=name).render_as_string(hide_password=False)

    async def drop(self, url: str) -> None:
        """Removes a database that nobody uses any more."""
        await asyncio.to_thread(self._do, f"DROP DATABASE {make_url(url).database}")

    async def migrated(self) -> str:
        """The URL of a new database with the current schema."""
        url = await self.fresh()
        database = await Database.open(url, self.folder)
        await database.migrate()
        await database.close()
        return url

    def _do(self, statement: str) -> None:
        with psycopg.connect(self._url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(statement)


@asynccontextmanager
async def scratch_server() -> AsyncIterator[Scratch]:
    """A PostgreSQL server in a temporary folder, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="reception-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedServer(Path(folder), durable=False)
        url = await asyncio.to_thread(server.start)
        try:
            yield Scratch(url, Path(folder))
        finally:
            await asyncio.to_thread(server.stop)
