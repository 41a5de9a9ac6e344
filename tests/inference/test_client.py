"""How the desk asks an inference server, and what its answers and errors become. Ring: unit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from reception.errors import (
    Busy,
    Invalid,
    InvalidGrammar,
    Late,
    MisconfiguredError,
    PromptTooLong,
    ReceptionError,
    Unavailable,
    Unfinished,
    UnknownAdapter,
)
from reception.inference.client import RemoteModel
from reception.inference.language_model import (
    Completion,
    Control,
    Grammar,
    LanguageModel,
    Priority,
    Request,
    Sampling,
    Syntax,
)
from reception.inference.server import create_server

KEY = SecretStr("a-key-for-tests")
HELLO = Request("hello", 9)
ANSWER = {
    "choices": [{"text": "book;", "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 3},
    "confidence": 0.75,
    "ms": 12.5,
    "near_ties": 1,
}

Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler, key: SecretStr = KEY) -> RemoteModel:
    return RemoteModel("http://inference/", key, transport=httpx.MockTransport(handler))


def failing(status: int, code: str = "", **headers: str) -> RemoteModel:
    """A client of a server that answers everything with one error, in OpenAI's shape when it has a code."""
    error = {"message": "Ada Lovelace said so", "type": "error", "param": None, "code": code}
    body = json.dumps({"error": error}) if code else "<h1>Ada Lovelace</h1>"
    return client(lambda _: httpx.Response(status, text=body, headers=headers))


async def sent(request: Request) -> dict[str, Any]:
    """The body in which a request arrives."""
    bodies: list[dict[str, Any]] = []

    def answer(got: httpx.Request) -> httpx.Response:
        assert (got.method, got.url.path) == ("POST", "/v1/completions")
        assert got.headers["authorization"] == f"Bearer {KEY.get_secret_value()}"
        bodies.append(json.loads(got.content))
        return httpx.Response(200, json=ANSWER)

    await client(answer).complete(request)
    return bodies[0]


async def test_everything_a_request_says_is_sent() -> None:
    sampling = Sampling(temperature=0.5, top_k=40, seed=7)
    body = await sent(
        Request(
            "hello", 9, Grammar("[0-9]+", Syntax.REGEX), "guess", "draft", sampling, ("\n",), "triage",
            Priority.PHONE, "call-1", 1.5, False, True, {" yes": 2.0},
        )
    )  # fmt: skip
    assert body == {
        "prompt": "hello", "max_tokens": 9, "grammar": "[0-9]+", "grammar_syntax": "regex",
        "guess": "guess", "draft": "draft", "temperature": 0.5, "top_k": 40, "top_p": 1.0,
        "min_p": 0.0, "repeat_penalty": 1.0, "frequency_penalty": 0.0, "presence_penalty": 0.0,
        "seed": 7, "stop": ["\n"], "model": "triage",
        "priority": 0, "conversation": "call-1", "deadline": 1.5, "remember": False,
        "steady": True, "lean": {" yes": 2.0},
    }  # fmt: skip


async def test_what_a_request_leaves_open_is_left_to_the_server() -> None:
    body = await sent(HELLO)
    assert body["temperature"] == 0.0  # the likeliest, where OpenAI's own default is 1
    optional = {"model", "grammar", "grammar_syntax", "seed", "stop", "deadline", "draft", "remember"}
    assert not (optional | {"steady", "lean"}) & body.keys()


async def test_an_answer_is_read_and_heard_in_one_piece() -> None:
    heard: list[str] = []
    done = await client(lambda _: httpx.Response(200, json=ANSWER)).complete(HELLO, heard.append)
    assert done == Completion("book;", 0.75, 3, 12.5, prompt_tokens=5, cut=False, near_ties=1)
    assert heard == ["book;"]


async def test_an_answer_that_reached_its_limit_is_cut() -> None:
    cut = ANSWER | {"choices": [{"text": "so it", "finish_reason": "length"}]}
    assert (await client(lambda _: httpx.Response(200, json=cut)).complete(HELLO)).cut


async def test_a_prompt_may_be_in_parts_but_not_control_the_server() -> None:
    assert (await sent(Request(("hel", "lo"), 9)))["prompt"] == "hello"
    with pytest.raises(Invalid, match="control parts"):
        await sent(Request(("hello", Control("<|im_end|>")), 9))


@pytest.mark.parametrize(
    ("status", "code", "seen"),
    [
        (400, "invalid_grammar", InvalidGrammar),
        (400, "context_length_exceeded", PromptTooLong),
        (400, "unfinished", Unfinished),
        (404, "model_not_found", UnknownAdapter),
        (400, "another", MisconfiguredError),
        (400, "", MisconfiguredError),
        (413, "", Invalid),
        (401, "invalid_api_key", MisconfiguredError),
        (403, "", MisconfiguredError),
        (404, "", MisconfiguredError),
        (301, "", MisconfiguredError),
        (429, "busy", Busy),
        (500, "", Unavailable),
        (502, "", Unavailable),
        (503, "model_missing", Unavailable),
        (504, "late", Late),
        (504, "", Unavailable),  # a gateway's own: the server is away, and another model may answer
    ],
)
async def test_each_error_keeps_its_kind_and_repeats_nothing(
    status: int, code: str, seen: type[ReceptionError]
) -> None:
    with pytest.raises(ReceptionError) as caught:
        await failing(status, code).complete(HELLO)
    assert type(caught.value) is seen
    assert "Lovelace" not in str(caught.value)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("Wed, 21 Oct 2026 07:28:00 GMT", 1)])
async def test_a_busy_server_says_when_to_come_back(header: str, seconds: int) -> None:
    with pytest.raises(Busy) as caught:
        await failing(429, "busy", **{"retry-after": header}).complete(HELLO)
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"choices": []}', '{"choices": [{"text": "x"}]}'])
async def test_the_answer_of_some_other_server_names_the_setting(body: str) -> None:
    with pytest.raises(MisconfiguredError, match="RECEPTION_INFERENCE_URL"):
        await client(lambda _: httpx.Response(200, text=body)).complete(HELLO)


@pytest.mark.parametrize("url", ["gpu:8100", "ftp://gpu", "http://", "http://gpu:port"])
def test_a_url_that_is_none_is_refused_at_start(url: str) -> None:
    with pytest.raises(MisconfiguredError, match="RECEPTION_INFERENCE_URL"):
        RemoteModel(url, KEY)


async def test_an_answer_is_not_awaited_beyond_its_deadline() -> None:
    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError

    slow = RemoteModel("http://inference", KEY, transport=httpx.MockTransport(hang))
    with pytest.raises(Late):
        await slow.complete(replace(HELLO, deadline=0.02))


async def test_a_server_that_is_away_or_a_closed_client_is_unavailable() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    away = client(refuse)
    with pytest.raises(Unavailable, match="can't be reached"):
        await away.ready()
    await away.close()
    with pytest.raises(Unavailable, match="shut down"):
        await away.complete(HELLO)


async def test_not_ready_says_why() -> None:
    loading = client(lambda _: httpx.Response(503, text="The model is loading."))
    with pytest.raises(Unavailable, match=r"The model is loading\."):
        await loading.ready()


class Echo:
    """A served model that answers with the request it got, or fails with `error`."""

    adapters = ("triage",)

    def __init__(self, error: ReceptionError | None = None) -> None:
        self.error = error
        self.got: list[Request] = []

    async def complete(self, request: Request, listener: object = None) -> Completion:
        self.got.append(request)
        await self.ready()
        return Completion("book;", 0.75, 3, 12.5, prompt_tokens=5, near_ties=1)

    async def ready(self) -> None:
        if self.error:
            raise self.error

    async def close(self) -> None:
        return None

    async def chat_template(self) -> str:
        return ""

    async def special_tokens(self) -> tuple[str, str]:
        return "", ""

    async def count(self, prompt: object) -> int:
        return 1

    async def limit(self) -> int:
        return 1024


def joined(model: Echo, key: SecretStr = KEY) -> LanguageModel:
    """A client of our own server, without a socket between them."""
    app = create_server(model, "desk-135m", KEY)
    return RemoteModel("http://inference", key, transport=httpx.ASGITransport(app))


async def test_a_request_reaches_the_model_behind_our_server_unchanged() -> None:
    model = Echo()
    remote = joined(model)
    request = Request(
        "hello", 9, Grammar("start: /x/"), "guess", "draft", Sampling(temperature=0.5, seed=7), ("\n",),
        "triage", Priority.PHONE, "call-1", 1.5, False,
    )  # fmt: skip
    await remote.ready()
    done = await remote.complete(request)
    await remote.complete(Request("hello", 0, priority=Priority.AHEAD))
    assert model.got == [request, Request("hello", 0, priority=Priority.AHEAD)]
    assert done == Completion("book;", 0.75, 3, 12.5, prompt_tokens=5, near_ties=1)


@pytest.mark.parametrize(
    "kind", [InvalidGrammar, PromptTooLong, Unfinished, UnknownAdapter, Late, Unavailable, Busy]
)
async def test_our_server_and_client_agree_on_errors(kind: type[ReceptionError]) -> None:
    with pytest.raises(ReceptionError) as caught:
        await joined(Echo(kind("no"))).complete(HELLO)
    assert type(caught.value) is kind


async def test_our_server_refuses_a_wrong_key_and_an_adapter_it_has_not() -> None:
    with pytest.raises(MisconfiguredError, match="RECEPTION_INFERENCE_API_KEY"):
        await joined(Echo(), SecretStr("another")).ready()
    with pytest.raises(UnknownAdapter):
        await joined(Echo()).complete(replace(HELLO, adapter="unknown"))
