"""One bad request never disturbs the others: good, bad, cancelled and late ones at once. Ring: unit."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from reception.errors import Busy, Invalid, Late
from reception.inference.engine import Engine
from reception.inference.language_model import Completion, Grammar, Priority, Request, Syntax

BAD = (
    Request("x", 8, Grammar("start: (", Syntax.LARK)),
    Request("x", 8, Grammar("{", Syntax.JSON_SCHEMA)),
    Request("x" * 3000, 8),
    Request("x", 8, adapter="nobody"),
    Request("x", 5, Grammar("[0-9]{40}", Syntax.REGEX)),
)


def good(number: int) -> Request:
    return Request(
        f"patient {number}: book tuesday",
        16,
        Grammar(f"{number}: [0-9a-f]{{8}}", Syntax.REGEX),
        priority=random.Random(number).choice((Priority.PHONE, Priority.CHAT)),
        conversation=f"c{number % 17}",
        draft="book tuesday",
        steady=True,
    )


async def test_every_one_of_200_mixed_requests_gets_its_own_answer(tiny: Path) -> None:
    engine = Engine(lambda: tiny, threads=1, sequences=8, context_tokens=2048, queue=250)
    alone = {number: (await engine.complete(good(number))).text for number in range(100)}
    kinds = random.Random(5).sample(["good"] * 100 + ["bad"] * 40 + ["cancelled"] * 30 + ["late"] * 30, 200)
    numbers = iter(alone)
    tasks: list[tuple[str, int, asyncio.Task[Completion]]] = []
    for index, kind in enumerate(kinds):
        number = next(numbers) if kind == "good" else index
        request = {
            "good": lambda number=number: good(number),
            "bad": lambda index=index: BAD[index % len(BAD)],
            "cancelled": lambda index=index: good(index),
            "late": lambda index=index: Request(
                f"late {index}", 400, Grammar("[0-9]{400}", Syntax.REGEX), deadline=0.001 * (index % 9)
            ),
        }[kind]()
        tasks.append((kind, number, asyncio.create_task(engine.complete(request))))
    await asyncio.sleep(0.01)
    for kind, _, task in tasks:
        if kind == "cancelled":
            task.cancel()
    outcomes = await asyncio.gather(*(task for _, _, task in tasks), return_exceptions=True)
    for (kind, number, _), outcome in zip(tasks, outcomes, strict=True):
        match kind:
            case "good":
                assert isinstance(outcome, Completion), outcome
                assert outcome.text == alone[number]
            case "bad":
                assert isinstance(outcome, Invalid)
            case "late":
                assert isinstance(outcome, Late)
            case _:  # one that was faster than its cancellation has its answer
                assert isinstance(outcome, asyncio.CancelledError | Completion)
    again = next(iter(alone))
    assert (await engine.complete(good(again))).text == alone[again]
    await engine.close()


async def test_a_flood_is_refused_early_and_the_rest_is_answered(tiny: Path) -> None:
    engine = Engine(lambda: tiny, threads=1, sequences=4, queue=20)
    outcomes = await asyncio.gather(
        *(engine.complete(good(number)) for number in range(120)), return_exceptions=True
    )
    refused = sum(isinstance(one, Busy) for one in outcomes)
    assert refused + sum(isinstance(one, Completion) for one in outcomes) == 120
    assert refused > 0
    await engine.close()
