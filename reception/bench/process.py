"""The benchmark's side of a contender that runs in a process of its own (see `worker`)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from reception.bench.contenders import Taken, Work
from reception.bench.figures import Load
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
from reception.bench.utterances import Said
from reception.errors import Unavailable

#: The longest answer, in bytes.
_LIMIT = 1 << 26


class Process:
    """A contender elsewhere; times are taken there. All methods raise Unavailable when it fails."""

    def __init__(self, kind: Kind, process: asyncio.subprocess.Process) -> None:
        self.kind = kind
        self.name = f"reception, {kind}" if kind in ENGINES else str(kind)
        self._process = process

    async def turn(self, said: Said, conversation: str = "") -> Taken:
        """See `Contender.turn`."""
        answer = await self._ask(OneTurn(said, conversation))
        assert answer.taken is not None
        return answer.taken

    async def together(self, lines: Sequence[Said], clients: int) -> tuple[Load, list[Work]]:
        """See `loads.together`; the work is known of our own engine only."""
        answer = await self._ask(ManyTurns(list(lines), clients))
        assert answer.load is not None
        return answer.load, answer.works

    async def floor_of_turn(self, work: Work, *, frame_read: bool = False) -> float:
        """See `Bare.turn`; of the floor only."""
        return (await self._ask(FloorOfTurn(work, frame_read))).number

    async def floor_of_turns(self, works: Sequence[Work]) -> float:
        """See `Bare.together`; of the floor only."""
        return (await self._ask(FloorOfTurns(list(works)))).number

    async def memory(self) -> float:
        """MB (10^6 bytes) that the process has in memory, with all of the service's code loaded."""
        return (await self._ask(MemoryUsed())).number

    async def ready(self) -> None:
        """Returns once the contender is loaded."""
        await self._hear()

    async def _ask(self, order: Order) -> Answer:
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")
        try:
            await self._process.stdin.drain()
        except ConnectionError:
            raise self._failure() from None
        return await self._hear()

    async def _hear(self) -> Answer:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise self._failure()
        answer = msgspec.json.decode(line, type=Answer)
        if answer.error:
            raise Unavailable(answer.error)
        return answer

    def _failure(self) -> Unavailable:
        return Unavailable(f"The benchmark's process for {self.name} has failed.")


@asynccontextmanager
async def started(setup: Setup) -> AsyncIterator[Process]:
    """A contender in a fresh process, loaded; stopped in the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "reception.bench.worker", msgspec.json.encode(setup).decode()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LIMIT,
    )
    contender = Process(setup.kind, process)
    try:
        await contender.ready()
        yield contender
    finally:
        if process.stdin is not None:
            process.stdin.close()
        if process.returncode is None:
            process.terminate()
        await process.wait()
