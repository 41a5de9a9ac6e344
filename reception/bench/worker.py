"""A contender in a process of its own: takes orders on stdin, answers on stdout, ends with its input.

Contenders can't share a process. OpenMP, which llama.cpp computes with, lets its threads wait actively only
while a process has no more of them than cores; a second engine, even an idle one, makes both of them two to
three times slower.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import msgspec

from reception.bench.contenders import Contender
from reception.bench.loads import together
from reception.bench.orders import (
    ENGINES,
    Answer,
    FloorOfTurn,
    FloorOfTurns,
    Kind,
    ManyTurns,
    MemoryUsed,
    OneTurn,
    Order,
    Setup,
)
from reception.errors import ReceptionError
from reception.settings import Settings

Obey = Callable[[Order], Awaitable[Answer]]


async def serve(setup: Setup) -> None:
    """Answers once when ready, then every order in turn until there are no more."""
    # Whatever a library prints must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def tell(answer: Answer) -> None:
        answers.write(msgspec.json.encode(answer) + b"\n")
        answers.flush()

    try:
        async with _floor(setup) if setup.kind == Kind.FLOOR else _contender(setup) as obey:
            tell(Answer())
            while line := await asyncio.to_thread(sys.stdin.buffer.readline):
                tell(await obey(msgspec.json.decode(line, type=Order)))
    except ReceptionError as error:
        tell(Answer(error=str(error)))


@asynccontextmanager
async def _floor(setup: Setup) -> AsyncIterator[Obey]:
    from reception.bench.floor import Bare

    with closing(Bare(Path(setup.model), threads=setup.threads, gpu_layers=setup.gpu_layers)) as bare:

        async def obey(order: Order) -> Answer:
            match order:
                case FloorOfTurn(work, frame_read):
                    return Answer(number=bare.turn(work, frame_read=frame_read))
                case FloorOfTurns(works):
                    return Answer(number=bare.together(works))
            return Answer(error="The floor understands nothing.")

        yield obey


@asynccontextmanager
async def _contender(setup: Setup) -> AsyncIterator[Obey]:
    async with _engine(setup) if setup.kind in ENGINES else _peer(setup) as contender:

        async def obey(order: Order) -> Answer:
            match order:
                case OneTurn(said, conversation):
                    return Answer(taken=await contender.turn(said, conversation))
                case ManyTurns(lines, clients):
                    load, taken = await together(contender, lines, clients)
                    return Answer(load=load, works=[one.work for one in taken if one.work is not None])
                case MemoryUsed():
                    return Answer(number=_resident())
            return Answer(error="Only the floor knows the floor.")

        yield obey


@asynccontextmanager
async def _engine(setup: Setup) -> AsyncIterator[Contender]:
    from reception.bench.ours import Mode, running

    settings = Settings(
        model=setup.model,
        threads=setup.threads,
        gpu_layers=setup.gpu_layers,
        sequences=setup.sequences,
        context_tokens=setup.context_tokens,
        adapters=setup.adapters,
    )
    async with running(settings, Mode(setup.kind)) as ours:
        yield ours


@asynccontextmanager
async def _peer(setup: Setup) -> AsyncIterator[Contender]:
    from reception.bench.peers import chat_completion, frame_completion, json_completion

    makers = {Kind.JSON: json_completion, Kind.FRAME: frame_completion, Kind.CHAT_API: chat_completion}
    with makers[setup.kind](Path(setup.model), setup.threads, setup.gpu_layers) as peer:
        yield peer


def _resident() -> float:
    """MB (10^6 bytes) that the operating system holds for this process, the service's own code included."""
    import psutil  # type: ignore[import-untyped]  # brings no stubs

    import reception.app  # noqa: F401

    return float(psutil.Process().memory_info().rss) / 1e6


if __name__ == "__main__":
    asyncio.run(serve(msgspec.json.decode(sys.argv[1], type=Setup)))
