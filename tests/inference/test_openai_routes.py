"""OpenAI's routes: what a body means to the model, and how answers are put. Ring: unit."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from reception.errors import Unavailable
from reception.inference.language_model import Control, Grammar, Priority, Request, Sampling, Syntax
from tests.inference.fake_served import FakeModel, asked, said

HELLO = [{"role": "user", "content": "Hello!"}]


async def complete(fake: FakeModel, /, **body: Any) -> httpx.Response:
    async with asked(fake) as http:
        return await http.post("/v1/completions", json={"prompt": "Hello!"} | body)


async def converse(fake: FakeModel, /, **body: Any) -> httpx.Response:
    async with asked(fake) as http:
        return await http.post("/v1/chat/completions", json={"messages": HELLO} | body)


def events(answer: httpx.Response) -> list[Any]:
    """The events of a stream, the last being the mark of its end."""
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


async def test_the_model_and_its_adapters_have_names() -> None:
    async with asked(FakeModel()) as http:
        listed = (await http.get("/v1/models")).json()
        assert [one["id"] for one in listed["data"]] == ["desk-135m", "dental"]
        assert (await http.get("/v1/models/dental")).json() == listed["data"][1]
        assert (await http.get("/v1/models/gpt")).status_code == 404


@pytest.mark.parametrize(("name", "adapter"), [("", ""), ("desk-135m", ""), ("dental", "dental")])
async def test_the_model_of_a_request_chooses_the_adapter(name: str, adapter: str) -> None:
    model = FakeModel()
    assert (await complete(model, model=name)).json()["model"] == (adapter or "desk-135m")
    await converse(model, model=name)
    assert [one.adapter for one in model.asked] == [adapter, adapter]


async def test_an_unknown_model_is_named_as_such() -> None:
    for answer in (await complete(FakeModel(), model="gpt-5"), await converse(FakeModel(), model="gpt-5")):
        assert answer.status_code == 404
        error = answer.json()["error"]
        assert (error["code"], error["param"]) == ("model_not_found", "model")
        assert "gpt-5" not in answer.text


async def test_a_completion_says_what_openai_says_and_how_sure_it_is() -> None:
    answer = (await complete(FakeModel())).json()
    choice = {"index": 0, "text": "Good morning!", "finish_reason": "stop", "logprobs": None}
    assert answer.pop("id").startswith("cmpl-")
    assert answer.pop("created") > 0
    assert answer == {
        "object": "text_completion",
        "model": "desk-135m",
        "choices": [choice],
        "usage": {"prompt_tokens": 1, "completion_tokens": 3, "total_tokens": 4},
        "confidence": 0.75,
        "ms": 12.5,
        "near_ties": 1,
    }


async def test_an_answer_cut_short_says_so() -> None:
    assert (await complete(FakeModel(), max_tokens=2)).json()["choices"][0]["finish_reason"] == "length"
    answer = (await converse(FakeModel(), max_completion_tokens=1)).json()
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "Good", "refusal": None}


async def test_no_tokens_only_read_ahead() -> None:
    model = FakeModel()
    answer = (await complete(model, max_tokens=0)).json()
    assert (answer["choices"][0]["text"], answer["usage"]["completion_tokens"]) == ("", 0)
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert model.asked[0].max_tokens == 0


async def test_what_is_not_given_is_the_likeliest_answer_to_a_chat() -> None:
    model = FakeModel()
    await complete(model)
    assert model.asked == [Request("Hello!", 16)]


async def test_every_parameter_reaches_the_model() -> None:
    model = FakeModel()
    await complete(
        model, max_tokens=7, temperature=0.5, top_p=0.9, top_k=40, min_p=0.1, repeat_penalty=1.1,
        presence_penalty=0.2, frequency_penalty=0.3, seed=-1, stop=["\n", ";"], grammar="a|b",
        grammar_syntax="regex", guess="a", draft="words", priority=0, conversation="c1", deadline=1.5,
        remember=False, steady=True, lean={" yes": 2},
    )  # fmt: skip
    sampling = Sampling(0.5, 40, 0.9, 0.1, 1.1, 0.3, 0.2, 2**32 - 2)
    assert model.asked == [
        Request("Hello!", 7, Grammar("a|b", Syntax.REGEX), "a", "words", sampling, ("\n", ";"), "",
                Priority.PHONE, "c1", 1.5, False, True, {" yes": 2.0})
    ]  # fmt: skip


async def test_openais_own_names_for_guesses_and_conversations() -> None:
    model = FakeModel()
    await complete(model, prediction={"type": "content", "content": "words"}, prompt_cache_key="c2", stop=";")
    assert (model.asked[0].guess, model.asked[0].conversation, model.asked[0].stop) == ("words", "c2", (";",))


async def test_a_grammar_is_lark_unless_said_otherwise() -> None:
    model = FakeModel()
    await complete(model, grammar="start: /x/")
    assert model.asked[0].grammar == Grammar("start: /x/", Syntax.LARK)


async def test_response_formats_are_grammars() -> None:
    model = FakeModel()
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    await converse(model, response_format={"type": "text"})
    await converse(model, response_format={"type": "json_object"})
    wrapped = {"name": "n", "strict": True, "schema": schema}
    await converse(model, response_format={"type": "json_schema", "json_schema": wrapped})
    assert [one.grammar and (one.grammar.syntax, json.loads(one.grammar.text)) for one in model.asked] == [
        None,
        (Syntax.JSON_SCHEMA, {"type": "object"}),
        (Syntax.JSON_SCHEMA, schema),
    ]


async def test_only_marked_parts_of_a_prompt_are_control_text() -> None:
    model = FakeModel()
    await complete(model, prompt=[{"control": "<|im_start|>"}, "<|im_end|>"])
    await complete(model, prompt=["one"])
    assert [one.prompt for one in model.asked] == [(Control("<|im_start|>"), "<|im_end|>"), "one"]


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("n", 2),
        ("best_of", 3),
        ("logprobs", 1),
        ("logprobs", True),
        ("echo", True),
        ("logit_bias", {"Lovelace": 1}),
        ("tools", [{"type": "function"}]),
        ("suffix", "Lovelace"),
        ("stop", ["a", "b", "c", "d", "e"]),
        ("stop", ""),
        ("temperature", 3),
        ("temperature", "Lovelace"),
        ("top_p", 1.5),
        ("max_tokens", -1),
        ("deadline", 0),
        ("priority", 3),
        ("grammar_syntax", "Lovelace"),
        ("response_format", {"type": "json_schema"}),
        ("response_format", {"type": "Lovelace"}),
        ("prompt", ""),
        ("prompt", []),
        ("prompt", ["Ada", "Lovelace"]),
        ("prompt", [1, 2]),
        ("prompt", None),
        ("prompt", "Lovelace" * 100_000),
    ],
)
async def test_what_can_not_be_followed_is_refused_by_name(param: str, value: object) -> None:
    model = FakeModel()
    answer = await complete(model, **{param: value})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["param"], error["type"], error["code"]) == (
        param,
        "invalid_request_error",
        "invalid_request",
    )
    assert f"`{param}`" in error["message"]
    assert "Lovelace" not in answer.text
    assert model.asked == []


@pytest.mark.parametrize(
    "messages",
    [
        [],
        "Lovelace",
        [{"role": "tool", "content": "Lovelace"}],
        [{"role": "user"}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://Lovelace"}}]}],
        [{"role": "assistant", "content": "", "tool_calls": [{"id": "Lovelace"}]}],
    ],
)
async def test_messages_must_be_text_between_two(messages: object) -> None:
    answer = await converse(FakeModel(), messages=messages)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "messages")
    assert "Lovelace" not in answer.text


@pytest.mark.parametrize("body", [b"", b"{Lovelace", b"[1]", b'{"Lovelace": 1, "prompt": "x"}', b'"\xff"'])
async def test_a_body_that_is_none_is_refused_without_repeating_it(body: bytes) -> None:
    async with asked(FakeModel()) as http:
        answer = await http.post("/v1/completions", content=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, None)
    assert "Lovelace" not in answer.text


async def test_what_changes_no_answer_may_be_given() -> None:
    answer = await complete(
        FakeModel(), n=1, echo=False, logprobs=None, logit_bias={}, user="u", metadata={"a": "b"}, suffix=None
    )
    assert answer.status_code == 200


async def test_a_grammar_and_a_response_format_exclude_each_other() -> None:
    answer = await complete(FakeModel(), grammar="x", response_format={"type": "json_object"})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "grammar")


async def test_a_chat_is_put_into_the_models_template() -> None:
    model = FakeModel(
        begins=True,
        template="{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}>",
    )
    parts = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo!"}]
    await converse(
        model, messages=[{"role": "developer", "content": "Be kind."}, {"role": "user", "content": parts}]
    )
    asked_for = model.asked[0]
    assert asked_for.prompt == (
        Control("[system]"),
        "Be kind.",
        Control("[user]"),
        "Hello!",
        Control(">"),
    )
    assert (asked_for.max_tokens, asked_for.stop) == (250, ())


async def test_without_a_template_chatml_ends_the_answer() -> None:
    model = FakeModel()
    await converse(model, max_tokens=5, stop=["\n"])
    assert said(model.asked[0].prompt) == "<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\n"
    assert (model.asked[0].max_tokens, model.asked[0].stop) == (5, ("\n", "<|im_end|>"))


async def test_a_long_conversation_loses_its_oldest_turns() -> None:
    model = FakeModel(tokens=60)
    turns = [
        {"role": role, "content": f"{role} {number} speaks"}
        for number in range(10)
        for role in ("user", "assistant")
    ]
    await converse(model, messages=[{"role": "system", "content": "Be kind."}, *turns, *HELLO], max_tokens=10)
    prompt = said(model.asked[0].prompt)
    assert len(prompt.split()) <= 50
    assert "Be kind." in prompt and "assistant 9" in prompt and "Hello!" in prompt
    assert "user 0" not in prompt


async def test_however_long_it_grows_a_conversation_fits() -> None:
    # The words of a template that come without a system message must find room too.
    template = (
        "{% for m in messages %}{% if loop.first and m.role != 'system' %} You are a kind desk. {% endif %}"
        " {{ m.role }} {{ m.content }} end {% endfor %} assistant "
    )
    turns = [{"role": role, "content": f"{role} speaks"} for _ in range(40) for role in ("user", "assistant")]
    for length in range(1, 80, 2):
        model = FakeModel(template=template, tokens=60, begins=True)
        assert (await converse(model, messages=turns[:length], max_tokens=10)).status_code == 200
        assert len(said(model.asked[0].prompt).split()) < 50


async def test_a_message_too_long_for_the_model_is_named_as_such() -> None:
    answer = await converse(FakeModel(tokens=60), messages=[{"role": "user", "content": "word " * 60}])
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "context_length_exceeded")


async def test_a_completion_comes_in_pieces() -> None:
    *pieces, last, end = events(await complete(FakeModel(), stream=True))
    assert [one["choices"][0]["text"] for one in pieces] == ["Good", " morning", "!"]
    assert all(one["choices"][0]["finish_reason"] is None for one in pieces)
    assert last["choices"][0] == {"index": 0, "text": "", "finish_reason": "stop", "logprobs": None}
    assert (last["confidence"], last["near_ties"], end) == (0.75, 1, "[DONE]")
    assert len({one["id"] for one in (*pieces, last)}) == 1


async def test_a_message_comes_in_pieces() -> None:
    first, *pieces, last, end = events(await converse(FakeModel(), stream=True))
    assert first["object"] == "chat.completion.chunk"
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert [one["choices"][0]["delta"] for one in pieces] == [
        {"content": "Good"},
        {"content": " morning"},
        {"content": "!"},
    ]
    assert (last["choices"][0]["delta"], last["choices"][0]["finish_reason"], end) == ({}, "stop", "[DONE]")


async def test_a_stream_counts_its_tokens_when_asked() -> None:
    options = {"include_usage": True}
    *pieces, usage, end = events(await converse(FakeModel(), stream=True, stream_options=options))
    assert all(one["usage"] is None for one in pieces)
    assert (usage["choices"], usage["usage"]["completion_tokens"], end) == ([], 3, "[DONE]")


async def test_a_stream_that_fails_ends_with_the_error() -> None:
    for error, code in ((Unavailable("gone"), "unavailable"), (KeyError("Lovelace"), "server_error")):
        answer = await complete(FakeModel(error=error, fails_late=True), stream=True)
        *pieces, last = events(answer)
        assert len(pieces) == 3
        assert last["error"]["code"] == code
        assert "Lovelace" not in answer.text
