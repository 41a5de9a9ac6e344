"""Measures one understanding's time against other ways to get it from the same file, in one run."""

from __future__ import annotations

import asyncio
import json
import platform
import random
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import track
from rich.table import Table

from reception.dialogue.meaning import Intent, Slot
from reception.errors import Unavailable
from reception.inference.factory import build_engine, thread_count
from reception.inference.models import locate
from reception.settings import Settings
from reception.understanding.grammar import build_grammar
from reception.understanding.prompt import FRAME_TOKENS, build_prompt

DESK = "Good morning, this is the practice. What can I do for you?"
WARM_UP = 2
_WISHES = (
    "I'd like to see {who} {day} {time}",
    "can I move my appointment with {who} to {day} {time}",
    "please cancel my visit with {who} {day} {time}",
    "does {who} have anything {day} {time}, my back hurts",
    "I need a check-up with {who}, {day} {time} if you can",
)
_WHO = ("Dr. Weber", "Dr. Okafor", "Doctor Lindqvist", "Dr. Amari", "Dr. Castellano")
_DAYS = ("on Monday", "next Tuesday", "tomorrow", "this Thursday", "on the ninth of June", "in two weeks")
_TIMES = ("in the morning", "after two", "at ten thirty", "around five", "before noon")

_INSTRUCTION = (
    "You are the receptionist of a medical practice. Return the patient's intent and the details as JSON, "
    "in the patient's own words. Leave out what was not said."
)
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "intent": {"type": "string", "enum": [str(intent) for intent in Intent]},
        **{str(slot): {"type": "string"} for slot in Slot},
    },
    "required": ["intent"],
    "additionalProperties": False,
}

#: Understands one utterance; returns how many tokens the answer took.
Turn = Callable[[str], Awaitable[int]]


@dataclass(frozen=True)
class Timing:
    """One contender's times for a turn in milliseconds, and the mean number of tokens it wrote."""

    name: str
    turns: int
    median: float
    mean: float
    p95: float
    tokens: float


def utterances(count: int) -> list[str]:
    """`count` different utterances (at most 750), always the same ones."""
    every = [
        wish.format(who=who, day=day, time=at) for wish, who, day, at in product(_WISHES, _WHO, _DAYS, _TIMES)
    ]
    return random.Random(1).sample(every, count)


async def measure(settings: Settings, turns: int = 30) -> list[Timing]:
    """Times every contender on the same fresh utterances, turn about, so that noise hits all alike.

    The contenders: this desk's engine, llama-cpp-python's chat API with a JSON schema, and llama-server when
    it is on the PATH. Raises ModelMissing when the model's file is not there.
    """
    path = locate(settings)
    async with AsyncExitStack() as stack:
        contenders = {"reception": await stack.enter_async_context(_engine(settings))}
        contenders["llama-cpp-python"] = _chat_api(path, thread_count(settings))
        if shutil.which("llama-server"):
            contenders["llama-server"] = await stack.enter_async_context(
                _server(path, thread_count(settings))
            )
        results: dict[str, list[tuple[float, int]]] = {name: [] for name in contenders}
        lines = utterances(turns + WARM_UP)
        for line in track(lines, "Measuring", console=Console(stderr=True)):
            for name, turn in contenders.items():
                start = time.perf_counter()
                tokens = await turn(line)
                results[name].append(((time.perf_counter() - start) * 1000, tokens))
    return [_timing(name, values[WARM_UP:]) for name, values in results.items()]


def report(timings: list[Timing], settings: Settings, out: Path | None = None) -> Table:
    """A table of the timings; written to `out` as JSON too when given."""
    if out is not None:
        machine = f"{platform.machine()}, {thread_count(settings)} threads"
        facts = {"model": settings.model, "machine": machine, "timings": [asdict(one) for one in timings]}
        out.write_text(json.dumps(facts, indent=2) + "\n")
    table = Table(
        "", "turns", "median ms", "mean ms", "p95 ms", "tokens", "times as long", title="One understanding"
    )
    for one in timings:
        ratio = one.median / timings[0].median
        table.add_row(one.name, *_numbers(one), f"{ratio:.1f}")
    return table


def _numbers(one: Timing) -> Iterator[str]:
    yield str(one.turns)
    yield from (f"{value:.0f}" for value in (one.median, one.mean, one.p95, one.tokens))


def _timing(name: str, values: list[tuple[float, int]]) -> Timing:
    ordered = sorted(milliseconds for milliseconds, _ in values)
    tokens = statistics.fmean(count for _, count in values)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return Timing(name, len(ordered), statistics.median(ordered), statistics.fmean(ordered), p95, tokens)


@asynccontextmanager
async def _engine(settings: Settings) -> Any:
    engine = build_engine(settings)
    await engine.ready()

    async def turn(line: str) -> int:
        prompt, grammar = build_prompt(DESK, line), build_grammar(line)
        return (await engine.complete(prompt, grammar, max_tokens=FRAME_TOKENS, draft=line)).tokens

    try:
        yield turn
    finally:
        await engine.close()


def _messages(line: str) -> list[dict[str, str]]:
    return [
        {"role": "system", "content": _INSTRUCTION},
        {"role": "user", "content": f"desk: {DESK}\npatient: {line}"},
    ]


def _chat_api(path: Path, threads: int) -> Turn:
    from llama_cpp import Llama

    model = Llama(str(path), n_ctx=2048, n_threads=threads, n_threads_batch=threads, verbose=False)

    async def turn(line: str) -> int:
        answer: Any = model.create_chat_completion(
            _messages(line),  # type: ignore[arg-type]
            response_format={"type": "json_object", "schema": _SCHEMA},
            temperature=0.0,
            max_tokens=FRAME_TOKENS,
        )
        return int(answer["usage"]["completion_tokens"])

    return turn


@asynccontextmanager
async def _server(path: Path, threads: int) -> Any:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["-m", str(path), "-t", str(threads), "-c", "2048", "-np", "1", "--port", str(port)]
    process = await asyncio.create_subprocess_exec(
        "llama-server", *options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    form = {"type": "json_schema", "json_schema": {"name": "frame", "schema": _SCHEMA}}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:

        async def turn(line: str) -> int:
            body = {"messages": _messages(line), "response_format": form, "temperature": 0.0}
            answer = await http.post("/v1/chat/completions", json={**body, "max_tokens": FRAME_TOKENS})
            return int(answer.raise_for_status().json()["usage"]["completion_tokens"])

        try:
            await _healthy(http)
            yield turn
        finally:
            process.terminate()
            await process.wait()


async def _healthy(http: httpx.AsyncClient) -> None:
    for _ in range(120):
        with suppress(httpx.TransportError):
            if (await http.get("/health")).is_success:
                return
        await asyncio.sleep(0.5)
    raise Unavailable("llama-server did not start within a minute.")
