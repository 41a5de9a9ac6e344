"""Batches, guesses, drafts, forced tokens change no answer but near-ties. Ring: model (the desk's own).

`make shortcuts` compares 500 utterances; the suite itself a slice of them.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_asyncio

from reception.bench.utterances import utterances
from reception.inference.engine import Engine
from reception.inference.factory import thread_count
from reception.inference.language_model import Completion, Grammar, Request
from reception.inference.models import locate
from reception.settings import Settings
from reception.understanding.grammar import build_grammar
from reception.understanding.guess import Guesser
from reception.understanding.prompt import FRAME_TOKENS, build_prompt

pytestmark = pytest.mark.model

COUNT = int(os.environ.get("SHORTCUT_UTTERANCES", "40"))
#: Of 500 utterances, answers that differ may be at most this many percent, each a near-tie.
MOST_PERCENT = 0.5
TOGETHER = 16
GUESSER = Guesser.load()


def file() -> Path:
    return locate(Settings())


def requests() -> list[Request]:
    return [
        Request(
            build_prompt(said.desk, said.patient),
            FRAME_TOKENS,
            Grammar(build_grammar(said.patient)),
            guess=GUESSER.guess(said.desk, said.patient),
            draft=said.patient,
            conversation=str(index % TOGETHER),
            remember=False,
            steady=True,
        )
        for index, said in enumerate(utterances(COUNT))
    ]


async def answers(make: Callable[[], Engine], together: int) -> list[Completion]:
    engine, places = make(), asyncio.Semaphore(together)

    async def answer(request: Request) -> Completion:
        async with places:
            return await engine.complete(request)

    try:
        return list(await asyncio.gather(*(answer(request) for request in requests())))
    finally:
        await engine.close()


def engine(*, forced: bool = True, drafts: bool = True) -> Engine:
    return Engine(file, threads=thread_count(Settings()), sequences=64, forced=forced, drafts=drafts)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plain() -> list[Completion]:
    """One utterance after the other, without drafts."""
    return await answers(lambda: engine(drafts=False), 1)


async def test_batches_and_drafts_change_no_answer_but_near_ties(plain: list[Completion]) -> None:
    fast = await answers(engine, TOGETHER)
    differing = [(one, other) for one, other in zip(plain, fast, strict=True) if one.text != other.text]
    assert all(one.near_ties or other.near_ties for one, other in differing)
    assert len(differing) <= max(1, COUNT * MOST_PERCENT / 100)


async def test_forced_tokens_are_those_the_model_would_have_written(plain: list[Completion]) -> None:
    chosen = await answers(lambda: engine(forced=False, drafts=False), TOGETHER)
    same = sum(one.text == other.text for one, other in zip(plain, chosen, strict=True))
    assert same >= len(plain) * 0.97
