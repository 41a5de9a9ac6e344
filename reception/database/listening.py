"""Hears what other processes, and our own, change in the database: one connection, opened again when lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn
from uuid import UUID

import psycopg
import structlog

from reception.database.records import Change

log = structlog.get_logger()

CHANNEL = "reception_changes"
#: Seconds until a lost connection is tried again, and between two proofs that it still stands.
RETRY = 1.0
PROOF = 20.0

OnChange = Callable[[Change], None]


async def listen(url: str, on_change: OnChange, on_gap: Callable[[], None]) -> NoReturn:
    """Runs until cancelled. `on_gap` is told each time the connection stands (again): what happened before
    was not heard.
    """
    lost = False
    while True:
        try:
            await _hear(url, on_change, on_gap)
        except psycopg.Error as error:
            if not lost:  # said once, not every second
                log.warning("listening_lost", error=type(error).__name__)
            lost = True
        else:
            lost = False
        await asyncio.sleep(RETRY)


async def _hear(url: str, on_change: OnChange, on_gap: Callable[[], None]) -> None:
    async with await _connected(url) as connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        on_gap()
        while True:
            async for notification in connection.notifies(timeout=PROOF):
                _tell(notification.payload, on_change)
            await connection.execute("SELECT 1")


async def _connected(url: str) -> psycopg.AsyncConnection[Any]:
    """A connection; whoever is cancelled meanwhile leaves none behind, half made."""
    connecting = asyncio.ensure_future(
        psycopg.AsyncConnection.connect(
            url,
            autocommit=True,
            application_name="reception-listens",
            connect_timeout=3,
            tcp_user_timeout=10_000,
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
        )
    )
    try:
        return await asyncio.shield(connecting)
    except asyncio.CancelledError:
        with suppress(psycopg.Error):
            await (await connecting).close()
        raise


def _tell(payload: str, on_change: OnChange) -> None:
    told = json.loads(payload)
    conversation = told["conversation"]
    belongs_to = UUID(conversation) if conversation else None
    on_change(Change(UUID(told["practice"]), told["kind"], UUID(told["id"]), belongs_to))
