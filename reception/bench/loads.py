"""Many conversations at once: each client asks for its next turn as soon as it has the answer to the last."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from reception.bench.contenders import Contender, Taken
from reception.bench.figures import Load, load_of
from reception.bench.utterances import Said


async def together(contender: Contender, lines: Sequence[Said], clients: int) -> tuple[Load, list[Taken]]:
    """All `lines` (at least one) by so many clients, each with a conversation of its own."""
    waiting = iter(lines)
    taken: list[Taken] = []

    async def client(number: int) -> None:
        for said in waiting:
            taken.append(await contender.turn(said, f"open-{number}"))

    start = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(clients)))
    seconds = time.perf_counter() - start
    return load_of(clients, [one.ms for one in taken], seconds), taken
