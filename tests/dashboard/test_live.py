"""Postgres ring: a page's WebSocket names what changed, to whoever is logged in and only then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from reception.database.connection import Database
from reception.database.records import NewMessage
from reception.practice import Practice
from reception.settings import Settings
from reception.staff.access import SESSION
from tests.applications import create_app
from tests.channels.fakes import ScriptedModel
from tests.conftest import NOW
from tests.serving import on_a_port
from tests.staff.access import person

pytestmark = pytest.mark.postgres


@pytest.fixture
async def url(database_url: str, practice: Practice, tmp_path: Path) -> AsyncIterator[str]:
    """A service on a port."""
    settings = Settings(database_url=database_url, data_dir=tmp_path, now=NOW, rate_limit=0, worker=False)
    async with on_a_port(create_app(settings, ScriptedModel())) as url:
        yield url


@asynccontextmanager
async def watching(url: str, session: str, **headers: str) -> AsyncIterator[ClientConnection]:
    sent = {"Cookie": f"{SESSION}={session}", **headers}
    address = f"{url.replace('http', 'ws', 1)}/staff/live"
    async with connect(address, additional_headers=sent, proxy=None) as socket:
        yield socket


async def told(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(await asyncio.wait_for(socket.recv(), 10)))


async def test_a_change_by_another_process_is_named(
    url: str, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    maria = await person(database, practice)
    async with watching(url, maria.session) as socket:
        assert await told(socket) == {"changes": None}
        async with database.transaction() as store:
            await store.add_messages(conversation_id, [NewMessage("patient", "A secret")])
        named: list[list[str]] = []
        while not any(kind == "messages" for kind, *_ in named):
            frame = await told(socket)
            assert "secret" not in json.dumps(frame)
            named += frame.get("changes") or []
        assert {one[2] for one in named} == {str(conversation_id)}


async def test_who_is_not_logged_in_is_told_so(url: str) -> None:
    async with watching(url, "nobody") as socket:
        with pytest.raises(ConnectionClosed) as ended:
            await told(socket)
    assert ended.value.rcvd is not None and ended.value.rcvd.code == 4401


async def test_the_feed_ends_with_the_session(
    url: str, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    maria = await person(database, practice)
    async with watching(url, maria.session) as socket:
        assert await told(socket) == {"changes": None}
        async with database.transaction() as store:
            await store.end_sessions(maria.account.id)
            await store.add_messages(conversation_id, [NewMessage("patient", "Hello")])
        with pytest.raises(ConnectionClosed) as ended:
            while True:  # that the conversation began may be told late; what is said from now on, never
                told_of = (await told(socket)).get("changes") or []
                assert "messages" not in {kind for kind, *_ in told_of}
    assert ended.value.rcvd is not None and ended.value.rcvd.code == 4401


async def test_another_website_may_not_listen(url: str, database: Database, practice: Practice) -> None:
    maria = await person(database, practice)
    with pytest.raises(InvalidStatus) as refused:
        async with watching(url, maria.session, Origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403
