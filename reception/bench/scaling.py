"""Concurrent turns on a model of a given shape, and how close its decoding comes to the memory's limit.

The weights are random, so frames are too, while prompts and grammars are real. To decode one token (or one
for each of many conversations) all weights must come from memory once: bandwidth / bytes of weights is the
most steps a second that any engine can make. What is read of the key-value cache is not counted.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console, Group
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from reception.bench.loads import together
from reception.bench.machine import Machine, ModelFile, copy_bandwidth, describe, this_machine
from reception.bench.ours import Mode, Ours, running
from reception.bench.plan import Deck
from reception.bench.shapes import SHAPES, Shape, bytes_a_step, write_shape
from reception.bench.utterances import utterances
from reception.inference.factory import thread_count
from reception.inference.language_model import Request
from reception.inference.models import locate
from reception.settings import Settings

VOCABULARY = "smollm2-135m"
CLIENTS = (1, 2, 4, 8, 16, 32, 64, 128)
QUICK = (1, 4)
#: Turns of each client, after one that warms up.
TURNS = 2
#: Tokens that each conversation decodes, and tokens of cache for each.
DECODED = 32
ROOM = 192


class Point(msgspec.Struct, frozen=True):
    """So many conversations at once.

    `p50` and `p95` are milliseconds a turn, `evaluated` the tokens a second that went through the model,
    `decoded` those of free decoding, `of_limit` the share (0 to 1) of the memory's bandwidth that this read
    weights with; None where the bandwidth isn't known.
    """

    clients: int
    p50: float
    p95: float
    turns: float
    evaluated: float
    decoded: float
    of_limit: float | None


class Scaling(msgspec.Struct):
    """One run: `weights` are the bytes a step reads, `bandwidth` bytes a second, None when not known."""

    date: str
    shape: str
    machine: Machine
    model: ModelFile
    weights: int
    bandwidth: float | None
    points: list[Point]


async def measure(settings: Settings, shape: str, bandwidth: float | None, *, quick: bool = False) -> Scaling:
    """Writes the model's file if need be and measures it, with progress on stderr.

    `bandwidth` is in GB/s. Raises ModelMissing without the file whose vocabulary is used.
    """
    path = await asyncio.to_thread(provide, SHAPES[shape], settings)
    return await scale(settings, shape, path, bandwidth, QUICK if quick else CLIENTS)


def save(found: Scaling, folder: Path) -> None:
    """Writes `shape-<name>.json` into `folder` (made if missing)."""
    folder.mkdir(parents=True, exist_ok=True)
    data = msgspec.json.format(msgspec.json.encode(found), indent=2)
    (folder / f"shape-{found.shape}.json").write_bytes(data + b"\n")


def provide(shape: Shape, settings: Settings) -> Path:
    """The shape's file among the models, written unless it is there."""
    path = settings.model_dir / f"shape-{shape.name}.Q4_0.gguf"
    if not path.is_file():
        vocabulary = locate(settings.model_copy(update={"model": VOCABULARY}))
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(f"Writing {path.name}", total=None)
            write_shape(
                shape, vocabulary, path, lambda done, total: bar.update(task, completed=done, total=total)
            )
    return path


async def scale(
    settings: Settings, shape: str, path: Path, bandwidth: float | None, clients: tuple[int, ...]
) -> Scaling:
    """Measures the file at each number of clients. `bandwidth` (GB/s) is measured on a CPU when not given."""
    threads = thread_count(settings)
    limit = bandwidth * 1e9 if bandwidth else None
    if limit is None and settings.gpu_layers == 0:
        limit = await asyncio.to_thread(copy_bandwidth, threads)
    most = max(clients)
    sized = settings.model_copy(
        update={
            "model": str(path),
            "sequences": most,
            "context_tokens": max(settings.context_tokens, most * ROOM),
        }
    )
    weights = bytes_a_step(path)
    deck = Deck(utterances(sum(clients) * (TURNS + 1)))
    points = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(f"1 to {most} conversations", total=len(clients))
        async with running(sized, Mode.COLD, queue=2 * most) as ours:
            for count in clients:
                points.append(await _point(ours, deck, count, weights, limit))
                bar.advance(task)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    machine = this_machine(threads, settings.gpu_layers)
    return Scaling(now, shape, machine, describe(path), weights, limit, points)


async def _point(ours: Ours, deck: Deck, clients: int, weights: int, limit: float | None) -> Point:
    await together(ours, deck.deal(clients), clients)
    before, start = len(ours.batches), time.perf_counter()
    load, _ = await together(ours, deck.deal(clients * TURNS), clients)
    evaluated = sum(ours.batches[before:]) / (time.perf_counter() - start)
    tokens, steps = await _decode(ours, clients)
    share = round(steps * weights / limit, 4) if limit else None
    return Point(clients, load.p50, load.p95, load.per_second, round(evaluated, 1), round(tokens, 1), share)


async def _decode(ours: Ours, clients: int) -> tuple[float, float]:
    """Tokens and steps a second while all clients decode freely, their prompts being read already."""
    prompts = [f"patient {number}:" for number in range(clients)]
    for prompt in prompts:
        await ours.engine.complete(Request(prompt, 0, conversation=prompt))
    before, start = len(ours.batches), time.perf_counter()
    done = await asyncio.gather(
        *(ours.engine.complete(Request(prompt, DECODED, conversation=prompt)) for prompt in prompts)
    )
    seconds = time.perf_counter() - start
    return sum(one.tokens for one in done) / seconds, (len(ours.batches) - before) / seconds


def show(found: Scaling) -> Group:
    """The measurement for a terminal."""
    limit = f"{found.bandwidth / found.weights:.1f} steps/s" if found.bandwidth else "not known"
    about = (
        f"{found.machine.device}, {found.machine.threads} threads; random weights, {found.shape}, "
        f"{found.weights / 1e9:.2f} GB a step; the memory's limit: {limit}; {found.date}"
    )
    headings = ("conversations", "p50 ms", "p95 ms", "turns/s", "tokens/s", "decoded/s", "of the limit")
    table = Table(*headings)
    for point in found.points:
        share = "?" if point.of_limit is None else f"{point.of_limit:.0%}"
        times = (f"{value:.0f}" for value in (point.p50, point.p95))
        rates = (f"{value:.1f}" for value in (point.turns, point.evaluated, point.decoded))
        table.add_row(str(point.clients), *times, *rates, share)
    parts: list[Text | Table] = [Text(about), table]
    if found.bandwidth is None:
        parts.append(Text("Note: a GPU's bandwidth can't be measured here: give --bandwidth GB/S."))
    return Group(*parts)
