"""Postgres ring: the chat's WebSocket sends what is said, and only to whom it belongs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from reception.database.connection import Database
from reception.database.records import NewMessage
from tests.channels.test_chat import Talk, begin

pytestmark = pytest.mark.postgres


@asynccontextmanager
async def watching(talk: Talk, origin: str = "") -> AsyncIterator[ClientConnection]:
    """A WebSocket on which the first, empty frame has come."""
    async with connect(url_of(talk), origin=Origin(origin) if origin else None) as socket:
        await socket.send(talk.started["token"])
        assert await news_of(socket) == {"messages": [], "status": "open"}
        yield socket


def url_of(talk: Talk) -> str:
    return f"{str(talk.client.base_url).replace('http', 'ws', 1).rstrip('/')}{talk.path}/events"


async def news_of(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(await asyncio.wait_for(socket.recv(), 5)))


async def test_what_is_said_arrives_until_the_conversation_closes(live: httpx.AsyncClient) -> None:
    talk = await begin(live)
    async with watching(talk) as socket:
        answer = await talk.say("hello")
        news = await news_of(socket)
        assert [one["role"] for one in news["messages"]] == ["patient", "desk"]
        assert news["messages"][1:] == answer["messages"]
        await talk.say("bye")
        assert (await news_of(socket))["status"] == "closed"
        with pytest.raises(ConnectionClosed) as ended:
            await news_of(socket)
        assert ended.value.rcvd is not None and ended.value.rcvd.code == 1000


async def test_a_staff_members_reply_arrives_from_another_process(
    live: httpx.AsyncClient, database: Database
) -> None:
    talk = await begin(live)
    async with watching(talk) as socket:
        async with database.transaction() as store:
            await store.add_messages(UUID(talk.started["id"]), [NewMessage("staff", "Good morning!")])
        news = await news_of(socket)
        assert [(one["role"], one["text"]) for one in news["messages"]] == [("staff", "Good morning!")]


@pytest.mark.parametrize("origin", ["", "https://harbor.example"])
async def test_our_own_page_and_the_practices_may_watch(live: httpx.AsyncClient, origin: str) -> None:
    async with watching(await begin(live), origin or str(live.base_url).rstrip("/")):
        pass


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "https://harbor.example.evil", "null"])
async def test_other_pages_may_not(live: httpx.AsyncClient, origin: str) -> None:
    talk = await begin(live)
    with pytest.raises(InvalidStatus) as refused:
        async with watching(talk, origin):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("token", ["wrong", "", "é" * 500])
async def test_a_wrong_token_is_shown_the_door(live: httpx.AsyncClient, token: str) -> None:
    talk = await begin(live)
    async with connect(url_of(talk)) as socket:
        await socket.send(token)
        with pytest.raises(ConnectionClosed) as ended:
            await news_of(socket)
    assert ended.value.rcvd is not None and ended.value.rcvd.code == 1008
