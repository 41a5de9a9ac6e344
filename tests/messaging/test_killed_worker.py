"""A worker is killed between sending a text and noting it; the next one finds out. Ring: postgres."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from reception.carrier.rest import Carrier
from reception.channels.web_server import listen
from reception.clock import Clock
from reception.database.connection import Database
from reception.messaging.delivery import Delivery
from reception.messaging.twilio_api import TwilioApi
from reception.practice import Practice
from reception.settings import ROOT
from tests.conftest import NOW
from tests.messaging.conftest import ACCOUNT, TOKEN

pytestmark = pytest.mark.postgres

PATIENT = "+12125550111"


async def start_worker(database_url: str, carrier_url: str, tmp_path: Path) -> asyncio.subprocess.Process:
    """`reception worker` as a process of its own."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "RECEPTION_DATABASE_URL": database_url,
        "RECEPTION_DATA_DIR": str(tmp_path / "data"),
        "RECEPTION_TWILIO_ACCOUNT_SID": ACCOUNT,
        "RECEPTION_TWILIO_AUTH_TOKEN": TOKEN,
        "RECEPTION_TWILIO_API_URL": carrier_url,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "reception.cli", "worker", env=environment, cwd=tmp_path,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def kill(process: asyncio.subprocess.Process) -> None:
    process.kill()
    await process.wait()


async def queue(database: Database, practice: Practice) -> None:
    async with database.transaction() as store:
        await store.queue_text(practice.id, to=PATIENT, body="Hello", kind="booked", key="1")


async def statuses(database: Database) -> list[str]:
    async with database.transaction() as store:
        return list(await store._connection.scalars(sql("SELECT status FROM outbox")))


async def test_killed_after_the_carrier_took_it(
    database: Database,
    database_url: str,
    practice: Practice,
    carrier: Carrier,
    carrier_url: str,
    api: TwilioApi,
    tmp_path: Path,
) -> None:
    carrier.trouble, carrier.delay = "slow", 2.0  # it has the text, and keeps the worker waiting
    await queue(database, practice)
    worker = await start_worker(database_url, carrier_url, tmp_path)
    await until(lambda: taken(carrier))
    await kill(worker)
    assert await statuses(database) == ["sending"]

    carrier.trouble = ""
    await Delivery(database, api, Clock(NOW), ROOT / "prompts", settle=0.0).round()
    assert await statuses(database) == ["sent"]
    assert len(carrier.texts) == 1


async def test_killed_before_the_carrier_took_it(
    database: Database,
    database_url: str,
    practice: Practice,
    carrier: Carrier,
    api: TwilioApi,
    tmp_path: Path,
) -> None:
    connected = asyncio.Event()

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        connected.set()
        await reader.read()  # until the worker is gone
        writer.close()

    with listen("127.0.0.1", 0) as listening:
        async with await asyncio.start_server(swallow, sock=listening) as nobody:
            await queue(database, practice)
            url = f"http://127.0.0.1:{nobody.sockets[0].getsockname()[1]}"
            worker = await start_worker(database_url, url, tmp_path)
            await asyncio.wait_for(connected.wait(), 30)
            await kill(worker)
    assert await statuses(database) == ["sending"]

    delivery = Delivery(database, api, Clock(NOW), ROOT / "prompts", settle=0.0)
    await delivery.round()
    await delivery.round()
    assert await statuses(database) == ["sent"]
    assert [one.body for one in carrier.texts] == ["Hello"]


async def test_the_worker_sends_as_soon_as_something_is_queued(
    database: Database,
    database_url: str,
    practice: Practice,
    carrier: Carrier,
    carrier_url: str,
    tmp_path: Path,
) -> None:
    worker = await start_worker(database_url, carrier_url, tmp_path)
    try:
        await until(lambda: listening(database))
        await queue(database, practice)
        await until(lambda: sent(database))
    finally:
        await kill(worker)
    assert len(carrier.texts) == 1


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Waits for something to become true, for half a minute at most."""
    for _ in range(600):
        if await true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never became true")


async def taken(carrier: Carrier) -> bool:
    return bool(carrier.texts)


async def sent(database: Database) -> bool:
    return await statuses(database) == ["sent"]


async def listening(database: Database) -> bool:
    async with database.transaction() as store:
        found = sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'reception-worker'")
        return bool(await store._connection.scalar(found))
