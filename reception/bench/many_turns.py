"""The rows about many conversations at once, about long ones, and about the memory that they take.

Throughput is measured in blocks, contenders alternating; a block is over when its last answer is there. Every
client asks again at once, as no patient does: nothing is read ahead, since nobody ever waits.
"""

from __future__ import annotations

import statistics
from contextlib import AsyncExitStack

from reception.bench import growth
from reception.bench.contenders import PeerMissing
from reception.bench.figures import Load, Row, alone, rates, row, times_as_long
from reception.bench.llama_server import Server
from reception.bench.loads import together
from reception.bench.orders import Kind
from reception.bench.plan import OPEN
from reception.bench.process import Process
from reception.bench.stage import Stage
from reception.bench.utterances import Said

OF_RAW_SPEED = 0.85
FASTER_THAN_SERVER = 1.5
GROWTH = 1.2
MOST_MEGABYTES = 800.0

RAW = "raw batches"
_RAW = "bare llama_decode of the new prompt tokens and the frames' tokens in full batches"
_SERVER = f"llama-server with {OPEN} slots and continuous batching"


async def throughput(stage: Stage) -> list[Row]:
    """The rows `throughput` and `server-throughput`."""
    plan = stage.plan
    if not plan.wants("throughput", "server-throughput"):
        return []
    ours = await stage.contender(Kind.COLD)
    found: dict[str, list[float]] = {}
    async with AsyncExitStack() as until:
        servers = await stage.servers(until, slots=OPEN) if plan.wants("server-throughput") else []
        with stage.steps(f"{OPEN} conversations at once", 1 + plan.blocks) as advance:
            for block in range(1 + plan.blocks):  # the first, a small one, warms up
                lines = stage.deck.deal(plan.block_turns if block else OPEN)
                speeds = await _block(stage, ours, servers, lines)
                for name, rate in speeds.items() if block else ():
                    found.setdefault(name, []).append(rate)
                advance()
    return _throughput_rows(ours.name, found)


async def _block(stage: Stage, ours: Process, servers: list[Server], lines: list[Said]) -> dict[str, float]:
    """Turns a second of each contender, one after the other."""
    load, works = await ours.together(lines, OPEN)
    speeds = {ours.name: load.per_second}
    if stage.plan.wants("throughput"):
        bare = await stage.contender(Kind.FLOOR)
        speeds[RAW] = len(works) / await bare.floor_of_turns(works)
    for server in servers:
        try:
            speeds[server.name] = (await together(server, lines, OPEN))[0].per_second
        except PeerMissing as error:
            stage.note(str(error))
    return speeds


async def long_conversations(stage: Stage) -> list[Row]:
    """The row `growth`."""
    if not stage.plan.wants("growth"):
        return []
    talks = stage.plan.talks
    ours = await stage.contender(Kind.CHAT)
    lines = stage.deck.deal(growth.lines_needed(talks))
    with stage.steps(f"{talks} long conversations", len(lines)) as advance:
        grown = await growth.play(ours, lines, talks, advance)
    figures = times_as_long(grown.late, grown.early)[:1]
    about = f"turns around the 30th against as many around the 3rd, of {talks} conversations"
    return [row("growth", "turn 30", "turn 3", figures, unit="ms", at_most=GROWTH, about=about)]


async def open_conversations(stage: Stage) -> list[Row]:
    """The row `memory`."""
    if not stage.plan.wants("memory"):
        return []
    count, turns = stage.plan.remembered, stage.plan.remembered_turns
    with stage.steps("Memory", 1) as advance:
        async with AsyncExitStack() as until:
            fresh = await stage.start(until, Kind.CHAT, stage.file)  # whose cache keeps most
            for _ in range(turns):
                await fresh.together(stage.deck.deal(count), count)
            figures = alone("resident", await fresh.memory())
        advance()
    about = "resident set of a fresh process, the model's file and the service's code included"
    what = f"{count} open conversations"
    return [row("memory", what, "", figures, unit="MB", at_most=MOST_MEGABYTES, about=about)]


async def loads(stage: Stage) -> list[Load]:
    """Latency and rate against the number of clients, for the plot."""
    if not stage.plan.wants("loads"):
        return []
    ours = await stage.contender(Kind.COLD)
    turns = stage.plan.load_turns
    found = []
    counts = stage.plan.clients
    with stage.steps(f"1 to {max(counts)} conversations", len(counts)) as advance:
        for clients in counts:
            load, _ = await ours.together(stage.deck.deal(clients * turns), clients)
            found.append(load)
            advance()
    return found


def _throughput_rows(ours: str, found: dict[str, list[float]]) -> list[Row]:
    mean = {name: statistics.fmean(values) for name, values in found.items()}
    mine = mean.pop(ours)
    return [
        row(
            "throughput" if peer == RAW else "server-throughput",
            f"{OPEN} conversations at once",
            peer,
            rates("rate", mine, theirs),
            unit="turns/s",
            at_least=OF_RAW_SPEED if peer == RAW else FASTER_THAN_SERVER,
            about=_RAW if peer == RAW else _SERVER,
        )
        for peer, theirs in mean.items()
    ]
