"""An empty database with its schema, at rest: made once, and each installation of a test copies it."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

from reception.data_keys import new_key, parse_keys
from reception.database.connection import Database
from reception.database.embedded import EmbeddedServer
from tests.history.books import COMMIT_TIMES, note_all_changes

FOLDER = "postgres"


def server_in(folder: Path) -> EmbeddedServer:
    """The server of an installation, which remembers when everything was committed."""
    return EmbeddedServer(folder / FOLDER, durable=True, more=COMMIT_TIMES)


def made_ready(url: str, folder: Path) -> None:
    """Brings a fresh database to the schema, and lets it note all changes."""

    async def migrate() -> None:
        database = await Database.open(url, folder, parse_keys(new_key()))
        await database.migrate()
        await database.close()

    asyncio.run(migrate())
    note_all_changes(url)


def make_ground(folder: Path) -> Path:
    """Makes one at rest; returns the folder, for `copied`."""
    server = server_in(folder)
    made_ready(server.start(), folder)
    server.stop()
    return folder


def copied(ground: Path, folder: Path) -> None:
    """The beginnings of an installation in another folder; whoever owns the files keeps them."""
    subprocess.run(["cp", "-a", str(ground / FOLDER), str(folder / FOLDER)], check=True)
    (folder / FOLDER / "postgres" / "port").unlink()
