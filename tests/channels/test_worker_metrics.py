"""Postgres ring: the worker alone tells Prometheus how it does."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from reception.commands.serving import metrics_served
from reception.database.connection import Database
from reception.errors import Invalid
from reception.worker import work

pytestmark = pytest.mark.postgres


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def test_the_workers_rounds_are_counted_and_served(database: Database) -> None:
    port = free_port()
    with metrics_served("127.0.0.1", port):
        working = asyncio.create_task(work(database, interval=0.01))
        async with httpx.AsyncClient() as client:
            async with asyncio.timeout(20):
                while True:
                    page = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
                    if 'reception_worker_rounds_total{outcome="done"}' in page:
                        break
                    await asyncio.sleep(0.02)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        with pytest.raises(Invalid, match=str(port)), metrics_served("127.0.0.1", port):
            pass
    assert "reception_worker_last_round_seconds" in page
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/metrics")
