"""Wakes a worker when something was put into the database for it; a lost connection only makes it slower."""

from __future__ import annotations

import asyncio
from typing import NoReturn

import psycopg

#: Seconds until a lost connection is tried again, and between two proofs that it still stands.
RETRY = 5.0
PROOF = 20.0


async def wake(url: str, channel: str, woken: asyncio.Event) -> NoReturn:
    """Sets the event whenever somebody notifies the channel, and when the connection stands (again)."""
    while True:
        try:
            await _hear(url, channel, woken)
        except psycopg.Error:
            await asyncio.sleep(RETRY)  # whoever waits looks for itself now and then


async def _hear(url: str, channel: str, woken: asyncio.Event) -> None:
    connecting = psycopg.AsyncConnection.connect(
        url, autocommit=True, application_name="reception-worker", connect_timeout=3, tcp_user_timeout=10_000
    )
    async with await connecting as connection:
        await connection.execute(f"LISTEN {channel}")
        woken.set()
        while True:
            async for _ in connection.notifies(timeout=PROOF):
                woken.set()
            await connection.execute("SELECT 1")
