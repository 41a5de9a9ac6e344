"""The inference server and its client, joined without a socket. Ring: unit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from reception.errors import Busy, Invalid, MisconfiguredError, ModelMissing, ReceptionError, Unavailable
from reception.inference.client import RemoteModel
from reception.inference.factory import build_language_model
from reception.inference.language_model import Completion
from reception.inference.server import create_server
from reception.settings import Settings

KEY = SecretStr("a-key-for-tests")


class FakeModel:
    """Echoes what it is asked, or fails with `error`; remembers being cancelled."""

    def __init__(self, error: ReceptionError | None = None) -> None:
        self.error = error
        self.cancelled = False

    async def complete(
        self, prompt: str, grammar: str, *, max_tokens: int, draft: str = "", priority: int = 1
    ) -> Completion:
        await self.ready()
        if prompt == "wait":
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                self.cancelled = True
                raise
        return Completion(f"{prompt}|{grammar}|{draft}|{priority}", 0.75, max_tokens - 1, 12.5)

    async def ready(self) -> None:
        if self.error:
            raise self.error

    async def close(self) -> None:
        return None


@asynccontextmanager
async def served(model: FakeModel, key: SecretStr = KEY, sent: SecretStr = KEY) -> AsyncIterator[RemoteModel]:
    transport = httpx.ASGITransport(create_server(model, "desk-135m", key))
    client = RemoteModel("http://inference", sent, transport=transport)
    yield client
    await client.close()


async def test_a_completion_crosses_unchanged() -> None:
    async with served(FakeModel()) as client:
        done = await client.complete("hello", "start: /x/", max_tokens=9, draft="words", priority=0)
        assert done == Completion("hello|start: /x/|words|0", 0.75, 8, 12.5)
        await client.ready()


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (Busy("full", 7), Busy),
        (Invalid("no"), Invalid),
        (Unavailable("gone"), Unavailable),
        (ModelMissing("run `reception model pull`"), Unavailable),
    ],
)
async def test_errors_keep_their_kind(error: ReceptionError, seen: type[ReceptionError]) -> None:
    async with served(FakeModel(error)) as client:
        with pytest.raises(seen) as caught:
            await client.complete("hello", "", max_tokens=9)
    assert not isinstance(error, Busy) or getattr(caught.value, "retry_after", 0) == 7


async def test_not_ready_says_why() -> None:
    async with served(FakeModel(ModelMissing("run `reception model pull`"))) as client:
        with pytest.raises(Unavailable, match="reception model pull"):
            await client.ready()


async def test_a_wrong_key_is_named() -> None:
    async with served(FakeModel(), sent=SecretStr("another")) as client:
        with pytest.raises(MisconfiguredError, match="RECEPTION_INFERENCE_API_KEY"):
            await client.ready()
        with pytest.raises(MisconfiguredError):
            await client.complete("hello", "", max_tokens=9)


async def test_without_a_key_anyone_may_ask() -> None:
    async with served(FakeModel(), key=SecretStr(""), sent=SecretStr("")) as client:
        assert (await client.complete("hello", "", max_tokens=9)).confidence == 0.75


async def test_health_and_metrics_need_no_key() -> None:
    transport = httpx.ASGITransport(create_server(FakeModel(), "desk-135m", KEY))
    async with httpx.AsyncClient(transport=transport, base_url="http://inference") as http:
        for path in ("/health/live", "/health/ready", "/metrics"):
            assert (await http.get(path)).status_code == 200
        assert "reception_inference_completions_total" in (await http.get("/metrics")).text
        refused = await http.get("/v1/models")
        assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
        known = await http.get("/v1/models", headers={"Authorization": f"Bearer {KEY.get_secret_value()}"})
        assert [one["id"] for one in known.json()["data"]] == ["desk-135m"]


async def test_a_bad_body_is_refused_without_repeating_it() -> None:
    transport = httpx.ASGITransport(create_server(FakeModel(), "desk-135m", SecretStr("")))
    async with httpx.AsyncClient(transport=transport, base_url="http://inference") as http:
        for body in ({}, {"prompt": ""}, {"prompt": "Ada Lovelace", "max_tokens": 9999}):
            answer = await http.post("/v1/completions", json=body)
            assert answer.status_code == 422
            assert "Lovelace" not in answer.text


async def test_a_client_that_hangs_up_ends_the_work() -> None:
    model = FakeModel()
    app = create_server(model, "desk-135m", SecretStr(""))
    frames = [{"type": "http.request", "body": b'{"prompt": "wait"}'}, {"type": "http.disconnect"}]

    async def receive() -> dict[str, object]:
        return frames.pop(0)

    async def send(_: object) -> None:
        return None

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/completions",
        "raw_path": b"/v1/completions",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [(b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await asyncio.wait_for(app(scope, receive, send), 5)  # type: ignore[arg-type]
    await asyncio.sleep(0)
    assert model.cancelled


async def test_a_server_that_is_away_or_another_one_is_told_apart() -> None:
    away = RemoteModel("http://127.0.0.1:9", SecretStr(""))
    with pytest.raises(Unavailable, match="can't be reached"):
        await away.ready()
    await away.close()
    other = httpx.MockTransport(lambda _: httpx.Response(200, json={"choices": []}))
    client = RemoteModel("http://elsewhere", SecretStr(""), transport=other)
    with pytest.raises(MisconfiguredError, match="RECEPTION_INFERENCE_URL"):
        await client.complete("hello", "", max_tokens=9)
    await client.close()


async def test_the_settings_choose_between_server_and_own_engine() -> None:
    remote = build_language_model(Settings(inference_url="http://inference"))
    local = build_language_model(Settings(model="/nowhere.gguf"))
    assert isinstance(remote, RemoteModel)
    with pytest.raises(ModelMissing):
        await local.ready()
    await remote.close()
    await local.close()
