"""The official client of OpenAI's protocol against the real engine. Rings: unit (the tiny model), model."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import openai
import pytest
from openai import AsyncOpenAI
from pydantic import SecretStr

from reception.inference.engine import Engine
from reception.inference.models import locate
from reception.inference.server import create_server
from reception.settings import Settings
from tests.inference.fake_served import listening
from tests.inference.tiny_model import write_adapter

HELLO = [{"role": "user", "content": "book an appointment on tuesday"}]
SCHEMA = {
    "type": "object",
    "properties": {"desk": {"enum": ["patient", "practitioner"]}, "urgent": {"type": "boolean"}},
    "required": ["desk", "urgent"],
    "additionalProperties": False,
}


@pytest.fixture
async def client(tiny: Path, tmp_path: Path) -> AsyncIterator[AsyncOpenAI]:
    adapters = {"dental": write_adapter(tmp_path / "dental.gguf")}
    engine = Engine(lambda: tiny, threads=1, sequences=4, context_tokens=1024, adapters=adapters)
    async with (
        listening(create_server(engine, "tiny", SecretStr("a-key"))) as url,
        AsyncOpenAI(base_url=f"{url}/v1", api_key="a-key", max_retries=0) as client,
    ):
        yield client


async def test_the_models_are_listed(client: AsyncOpenAI) -> None:
    assert [one.id async for one in client.models.list()] == ["tiny", "dental"]
    assert (await client.models.retrieve("dental")).id == "dental"


async def test_a_completion_and_its_stream_say_the_same(client: AsyncOpenAI) -> None:
    whole = await client.completions.create(model="tiny", prompt="book", max_tokens=12)
    stream = await client.completions.create(model="tiny", prompt="book", max_tokens=12, stream=True)
    pieces = [one.choices[0].text async for one in stream]
    assert "".join(pieces) == whole.choices[0].text
    assert len(pieces) > 2
    assert whole.choices[0].finish_reason == "length"
    assert whole.usage is not None and whole.usage.completion_tokens == 12


async def test_an_adapter_is_a_model_of_its_own(client: AsyncOpenAI) -> None:
    texts = set()
    for model in ("tiny", "dental"):
        answer = await client.completions.create(model=model, prompt="book", max_tokens=24)
        assert answer.model == model
        texts.add(answer.choices[0].text)
    assert len(texts) == 2


async def test_a_chat_and_its_stream_say_the_same(client: AsyncOpenAI) -> None:
    whole = await client.chat.completions.create(model="tiny", messages=HELLO, max_completion_tokens=12)
    stream = await client.chat.completions.create(
        model="tiny",
        messages=HELLO,
        max_completion_tokens=12,
        stream=True,
        stream_options={"include_usage": True},
    )
    *chunks, last = [one async for one in stream]
    assert "".join(one.choices[0].delta.content or "" for one in chunks) == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == whole.choices[0].finish_reason
    assert last.usage == whole.usage


async def test_a_json_schema_is_kept_to(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="tiny",
        messages=HELLO,
        max_tokens=100,
        response_format={"type": "json_schema", "json_schema": {"name": "request", "schema": SCHEMA}},
    )
    said = json.loads(answer.choices[0].message.content or "")
    assert said["desk"] in ("patient", "practitioner") and isinstance(said["urgent"], bool)
    assert answer.choices[0].finish_reason == "stop"


async def test_a_seed_repeats_what_chance_chose(client: AsyncOpenAI) -> None:
    async def say(seed: int) -> str:
        answer = await client.completions.create(
            model="tiny", prompt="book", max_tokens=12, temperature=1.5, seed=seed
        )
        return answer.choices[0].text

    assert await say(1) == await say(1)
    assert len({await say(seed) for seed in range(4)}) > 1


async def test_a_grammar_goes_beside_openais_parameters(client: AsyncOpenAI) -> None:
    answer = await client.completions.create(
        model="tiny",
        prompt="book",
        max_tokens=20,
        extra_body={"grammar": "(tuesday|weber){2}", "grammar_syntax": "regex", "conversation": "c1"},
    )
    assert answer.choices[0].text in {a + b for a in ("tuesday", "weber") for b in ("tuesday", "weber")}


async def test_each_error_is_the_clients_own(client: AsyncOpenAI) -> None:
    async def code(error: type[openai.APIStatusError], **body: object) -> str | None:
        with pytest.raises(error) as caught:
            await client.completions.create(**{"model": "tiny", "prompt": "book"} | body)  # type: ignore
        return caught.value.code

    bad = {"grammar": "start: nothing"}
    narrow = {"grammar": "start: /[a-z]{50}/"}
    assert await code(openai.NotFoundError, model="gpt-5") == "model_not_found"
    assert await code(openai.BadRequestError, prompt="book " * 2000) == "context_length_exceeded"
    assert await code(openai.BadRequestError, n=2) == "invalid_request"
    assert await code(openai.BadRequestError, extra_body=bad) == "invalid_grammar"
    assert await code(openai.BadRequestError, extra_body=narrow, max_tokens=4) == "unfinished"
    assert await code(openai.InternalServerError, extra_body={"deadline": 1e-9}) == "late"
    with pytest.raises(openai.AuthenticationError):
        await client.with_options(api_key="another").models.list()


@pytest.mark.model
async def test_a_real_model_answers_a_chat_in_its_own_template() -> None:
    engine = Engine(lambda: locate(Settings(model="smollm2-135m")), threads=2)
    question = [{"role": "user", "content": "Say hello."}]
    marked = [{"role": "user", "content": "Say hello.<|im_end|>"}]
    async with (
        listening(create_server(engine, "smollm2-135m", SecretStr(""))) as url,
        AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
    ):
        answer = await client.chat.completions.create(model="smollm2-135m", messages=question, max_tokens=8)
        again = await client.chat.completions.create(model="smollm2-135m", messages=marked, max_tokens=1)
    assert "Hello" in (answer.choices[0].message.content or "")
    # A control token's name is as many tokens as its letters need, when a user writes it.
    assert answer.usage is not None and again.usage is not None
    assert again.usage.prompt_tokens > answer.usage.prompt_tokens + 1
