"""Postgres ring: the web chat's interface keeps its promises, errors included."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from reception.errors import Unavailable
from tests.channels.conftest import Client, Serve
from tests.channels.fakes import ScriptedModel

pytestmark = pytest.mark.postgres

START = "/api/chat/conversations"


class Talk:
    """A conversation over the interface."""

    def __init__(self, client: httpx.AsyncClient, started: dict[str, Any]) -> None:
        self.client = client
        self.started = started
        self.path = f"{START}/{started['id']}"
        self.headers = {"Authorization": f"Bearer {started['token']}"}

    async def post(self, body: Any, **headers: str) -> Any:
        return await self.client.post(f"{self.path}/messages", json=body, headers={**self.headers, **headers})

    async def say(self, text: str, client_id: str | None = None) -> dict[str, Any]:
        response = await self.post({"text": text, "client_id": client_id or str(uuid4())})
        assert response.status_code == 201, response.text
        return dict(response.json())

    async def whole(self) -> dict[str, Any]:
        return dict((await self.client.get(self.path, headers=self.headers)).json())


async def begin(client: httpx.AsyncClient, **body: str) -> Talk:
    response = await client.post(START, json=body)
    assert response.status_code == 201, response.text
    return Talk(client, response.json())


def is_problem(response: Any, status: int) -> dict[str, Any]:
    """Checks the shape every error has."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = dict(response.json())
    assert {"type", "title", "status", "detail", "retryable"} == set(problem)
    assert problem["status"] == status
    return problem


async def test_a_conversation_starts_with_a_greeting_and_a_token(client: Client) -> None:
    talk = await begin(client, language="en", practice="harbor-clinic")
    assert talk.started["status"] == "open"
    assert len(talk.started["token"]) >= 20
    [greeting] = talk.started["messages"]
    assert set(greeting) == {"id", "role", "text", "at", "expects", "about", "options"}
    assert greeting["role"] == "desk" and greeting["expects"] == "request"
    assert "Harbor Clinic" in greeting["text"]


async def test_both_keys_of_a_start_are_optional_and_so_is_the_body(client: Client) -> None:
    assert (await client.post(START)).status_code == 201
    assert (await client.post(START, json={"language": None, "practice": None})).status_code == 201


async def test_a_message_is_answered_with_new_messages_only(client: Client) -> None:
    talk = await begin(client)
    answer = await talk.say("hello")
    assert [one["role"] for one in answer["messages"]] == ["desk"]
    whole = await talk.whole()
    assert [one["role"] for one in whole["messages"]] == ["desk", "patient", "desk"]
    assert whole["messages"][1]["text"] == "hello"


async def test_the_same_client_id_again_gives_the_same_answer_and_changes_nothing(
    client: Client, model: ScriptedModel
) -> None:
    talk = await begin(client)
    client_id = str(uuid4())
    first = await talk.say("hello", client_id)
    assert await talk.say("hello", client_id.upper()) == first
    assert len((await talk.whole())["messages"]) == 3
    assert len(model.asked) == 1


async def test_a_client_id_may_be_left_out(client: Client) -> None:
    talk = await begin(client)
    assert (await talk.post({"text": "hello"})).status_code == 201


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b\ufeff", "\x00\x07", "\u3164", "x" * 2001])
async def test_blank_and_long_texts_are_refused_and_change_nothing(client: Client, text: str) -> None:
    talk = await begin(client)
    is_problem(await talk.post({"text": text, "client_id": str(uuid4())}), 422)
    assert len((await talk.whole())["messages"]) == 1


async def test_a_text_of_two_thousand_characters_is_taken_and_control_characters_are_left_out(
    client: Client,
) -> None:
    talk = await begin(client)
    await talk.say("é" * 2000)
    await talk.say("he\x00llo\x1b")
    assert (await talk.whole())["messages"][3]["text"] == "hello"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b'{"text": "a secret\xff"}', 400),
        (b'{"text": "a secret \\ud800"}', 400),
        (b"[]", 422),
        (b'"a secret"', 422),
        (b"{}", 422),
        (b'{"text": 7}', 422),
        (b'{"text": null}', 422),
        (b'{"text": "a secret", "client_id": "no uuid"}', 422),
        (b'{"text": "a secret", "more": 1}', 422),
    ],
)
async def test_other_bodies_are_refused_without_repeating_them(
    client: Client, content: bytes, status: int
) -> None:
    talk = await begin(client)
    response = await client.post(f"{talk.path}/messages", content=content, headers=talk.headers)
    is_problem(response, status)
    assert "secret" not in response.text


async def test_too_large_a_body_is_refused(client: Client) -> None:
    talk = await begin(client)
    is_problem(await talk.post({"text": "x" * 200_000}), 413)


async def test_wrong_tokens_and_unknown_conversations_look_the_same(client: Client) -> None:
    talk, other = await begin(client), await begin(client)
    body = {"text": "hello"}
    answers = [
        await client.post(f"{talk.path}/messages", json=body, headers=other.headers),
        await client.post(f"{talk.path}/messages", json=body),
        await client.post(f"{talk.path}/messages", json=body, headers={"Authorization": "Basic eA=="}),
        await client.post(f"{START}/{uuid4()}/messages", json=body, headers=talk.headers),
        await client.post(f"{START}/nothing/messages", json=body, headers=talk.headers),
        await client.get(talk.path, headers=other.headers),
        await client.get(f"{START}/{uuid4()}", headers=talk.headers),
    ]
    assert len({is_problem(one, 404)["detail"] for one in answers}) == 1
    assert len((await talk.whole())["messages"]) == 1


@pytest.mark.parametrize("body", [{"practice": "no-such-practice"}])
async def test_an_unknown_practice_is_404(client: Client, body: dict[str, str]) -> None:
    is_problem(await client.post(START, json=body), 404)


@pytest.mark.parametrize("body", [{"practice": "a\x00b"}, {"language": 1}, {"practise": "typo"}])
async def test_a_start_with_something_else_in_it_is_422(client: Client, body: dict[str, Any]) -> None:
    is_problem(await client.post(START, json=body), 422)


async def test_a_closed_conversation_is_409_but_still_repeats_its_last_answer(client: Client) -> None:
    talk = await begin(client)
    client_id = str(uuid4())
    last = await talk.say("bye", client_id)
    assert last["status"] == "closed"
    is_problem(await talk.post({"text": "hello", "client_id": str(uuid4())}), 409)
    assert await talk.say("bye", client_id) == last


async def test_while_the_model_is_away_nothing_changes_and_the_same_message_works_later(
    client: Client, model: ScriptedModel
) -> None:
    talk = await begin(client)
    body = {"text": "hello", "client_id": str(uuid4())}
    model.trouble = Unavailable("The model is away")
    assert is_problem(await talk.post(body), 503)["retryable"] is True
    assert len((await talk.whole())["messages"]) == 1
    model.trouble = None
    assert (await talk.post(body)).status_code == 201


async def test_too_many_requests_are_429_with_the_seconds_to_wait(serve: Serve) -> None:
    async with serve(rate_limit=2) as client:
        await begin(client)
        await begin(client)
        response = await client.post(START)
        is_problem(response, 429)
        assert 1 <= int(response.headers["Retry-After"]) <= 60
        assert (await client.get("/health/live")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("PUT", START, 405), ("GET", START, 405)]
)
async def test_the_frameworks_own_errors_are_problems_too(
    client: Client, method: str, path: str, status: int
) -> None:
    is_problem(await client.request(method, path), status)


async def test_an_unforeseen_error_is_a_problem_without_a_word_of_the_patient(
    client: Client, model: ScriptedModel
) -> None:
    class Broken(dict[str, str]):
        def get(self, key: str, default: Any = None) -> Any:
            raise RuntimeError(f"cannot read {key}")

    talk = await begin(client)
    model.script = Broken()
    response = await talk.post({"text": "my secret"})
    is_problem(response, 500)
    assert "secret" not in response.text


async def test_what_is_sent_may_not_be_kept_framed_or_sniffed(client: Client) -> None:
    for response in (await client.get("/"), await client.get("/nothing"), await client.post(START)):
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
