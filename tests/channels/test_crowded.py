"""Postgres ring: more is asked for than a desk can do: people learn it early, and it recovers by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from reception.carrier.signing import Signer
from reception.database.connection import Database
from reception.inference.language_model import Completion, Listener, Request
from reception.service import Service
from tests.channels.conftest import NUMBER, TOKEN, TRANSFER, MakeApp
from tests.channels.fakes import ScriptedModel
from tests.serving import on_a_port

pytestmark = pytest.mark.postgres


class SlowModel(ScriptedModel):
    """Answers nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.go.set()

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        if request.max_tokens:
            await self.go.wait()
        return await super().complete(request, listener)


@pytest.fixture
def model() -> SlowModel:
    return SlowModel()


@dataclass
class Small:
    """A desk that takes one turn at once, and lets two wait."""

    service: Service
    http: httpx.AsyncClient

    async def post(self, path: str, **more: Any) -> httpx.Response:
        return await self.http.post(path, **more)


@pytest.fixture
async def small(make_app: MakeApp) -> AsyncIterator[Small]:
    app = make_app(turns_at_once=1)
    async with on_a_port(app) as url, httpx.AsyncClient(base_url=url, timeout=20) as http:
        yield Small(app.state.service, http)


async def begun(client: Small) -> tuple[str, dict[str, str]]:
    started = (await client.post("/api/chat/conversations", json={})).json()
    return f"/api/chat/conversations/{started['id']}/messages", {
        "Authorization": f"Bearer {started['token']}"
    }


@asynccontextmanager
async def full(client: Small, model: SlowModel) -> AsyncIterator[None]:
    """One turn under way and two in line, until the block ends: then all of them are answered."""
    talks = [await begun(client) for _ in range(3)]
    model.go.clear()
    turns = [
        asyncio.create_task(client.post(path, json={"text": "hello"}, headers=headers))
        for path, headers in talks
    ]
    while not client.service.admission.full:  # noqa: ASYNC110  # nobody tells when somebody joins the line
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        model.go.set()
        answers = await asyncio.gather(*turns)
    assert [one.status_code for one in answers] == [201, 201, 201]


async def post(client: Small, path: str, **more: str) -> str:
    """A webhook of Twilio's about one call."""
    form = {"CallSid": "CA1", "AccountSid": f"AC{'0' * 32}", "From": "+12125550111", "To": NUMBER} | more
    answer = await client.post(
        path, data=form, headers=Signer(str(client.http.base_url).rstrip("/"), TOKEN).headers(path, form)
    )
    assert answer.status_code < 300, answer.text
    return answer.text


async def test_a_chat_waits_in_line_or_is_told_when_to_try_again(small: Small, model: SlowModel) -> None:
    path, headers = await begun(small)
    message = {"text": "hello", "client_id": "00000000-0000-0000-0000-000000000001"}
    async with full(small, model):
        refused = await small.post(path, json=message, headers=headers)
        assert refused.status_code == 503 and int(refused.headers["Retry-After"]) >= 1
        assert refused.json()["retryable"] and "emergency" in refused.json()["detail"]
        outside = await small.post("/api/chat/conversations", json={})
        assert outside.status_code == 503 and "Retry-After" in outside.headers
    assert (await small.post(path, json=message, headers=headers)).status_code == 201
    assert (await small.post("/api/chat/conversations", json={})).status_code == 201


async def test_an_emergency_is_answered_whatever_goes_on(small: Small, model: SlowModel) -> None:
    path, headers = await begun(small)
    async with full(small, model):
        answer = await small.post(path, json={"text": "I have crushing chest pain"}, headers=headers)
        assert "911" in answer.json()["messages"][0]["text"]
        assert "911" in await post(small, "/twilio/crowded", SpeechResult="my father can't breathe")


async def test_a_call_gets_keys_a_callback_and_the_desk_once_there_is_time(
    small: Small, model: SlowModel, database: Database
) -> None:
    async with full(small, model):
        menu = await post(small, "/twilio/voice")
        assert "very many people" in menu and "/twilio/crowded" in menu and "<Connect" not in menu
        assert "press 0" in menu
        assert TRANSFER in await post(small, "/twilio/crowded", Digits="0")
        assert "call you back" in await post(small, "/twilio/crowded", Digits="1")
        assert "very many people" in await post(small, "/twilio/crowded?silences=0")
        assert "<Hangup" in await post(small, "/twilio/crowded?silences=2")
        assert "very many people" in await post(small, "/twilio/crowded", SpeechResult="when are you open")
    async with database.transaction() as store:
        practice = await store.practice()
        assert practice is not None
        assert len(await store.open_requests(practice.id, "staff")) == 1
    again = await post(small, "/twilio/crowded", SpeechResult="when are you open", CallSid="CA2")
    assert "hours" in again
    assert "<Connect" in await post(small, "/twilio/voice", CallSid="CA3")


async def test_a_relay_that_finds_no_time_leaves_the_keys(small: Small) -> None:
    await post(small, "/twilio/voice")
    document = await post(small, "/twilio/after-relay", HandoffData='{"reason": "crowded"}')
    assert "very many people" in document
