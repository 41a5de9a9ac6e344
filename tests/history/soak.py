"""`python -m tests.history.soak`: a service at work for an hour, and whether it grows."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from random import Random

import httpx

from tests.history.crowd import Counts, Sample, Watch, chatting
from tests.history.installation import installation

#: The first part of the time counts as warming up.
WARMING = 0.25


async def soak(folder: Path, minutes: float, people: int) -> tuple[Counts, list[Sample]]:
    """So many people at once, for so many minutes."""
    counts, until = Counts(), time.monotonic() + 60 * minutes
    async with (
        installation(folder, services=1, hold_seconds=20.0) as world,
        httpx.AsyncClient(timeout=60) as http,
    ):
        watch = Watch(world)
        looking = asyncio.create_task(watch.every(max(2.0, minutes), _say))
        try:
            crowd = (chatting(http, world.urls[0], Random(n), counts, until, 1.0) for n in range(people))
            await asyncio.gather(*crowd)
            await asyncio.to_thread(watch.look)
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
    return counts, watch.samples


def growth(samples: list[Sample]) -> dict[str, float]:
    """By how much each grew from after warming up to the end: the median of a fifth at either side."""
    warm = samples[int(len(samples) * WARMING) :]
    part = max(1, len(warm) // 5)

    def middle(some: list[Sample], name: str) -> float:
        values = sorted(getattr(one, name) for one in some)
        return float(values[len(values) // 2])

    return {
        name: middle(warm[-part:], name) - middle(warm[:part], name)
        for name in ("megabytes", "descriptors", "connections")
    }


def draw(samples: list[Sample], path: Path) -> None:
    """Memory, descriptors and connections over the time, as a PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 7), layout="constrained")
    for place, name in enumerate(("megabytes", "descriptors", "connections"), 1):
        axes = figure.add_subplot(3, 1, place)
        axes.plot([one.second / 60 for one in samples], [getattr(one, name) for one in samples])
        axes.set_ylim(bottom=0)
        axes.set_ylabel(name)
    axes.set_xlabel("minutes")
    figure.savefig(path, dpi=120)


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main() -> None:
    """Writes soak.json and soak.png, and prints by how much it grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--out", type=Path, default=Path("runs/soak"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reception-soak-", ignore_cleanup_errors=True) as temporary:
        Path(temporary).chmod(0o711)
        counts, samples = asyncio.run(soak(Path(temporary), given.minutes, given.people))
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "soak.json").write_text(json.dumps([asdict(one) for one in samples]) + "\n", "utf-8")
    draw(samples, given.out / "soak.png")
    _say(", ".join(f"{what} {count}" for what, count in sorted(counts.met.items())))
    _say(", ".join(f"{name} {by:+.1f}" for name, by in growth(samples).items()))


if __name__ == "__main__":
    main()
