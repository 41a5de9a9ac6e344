"""`python -m tests.history.overload`: a service at three times what it can do, and how it recovers."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx

from tests.history.crowd import Counts, Watch, chatting
from tests.history.installation import installation


@dataclass(frozen=True)
class Phase:
    """So many people at once for so many seconds, and what came of it."""

    name: str
    people: int
    counts: Counts

    def __str__(self) -> str:
        met = ", ".join(f"{what} {count}" for what, count in sorted(self.counts.met.items()))
        return (
            f"{self.name}: {self.people} people; answers p50 {self.counts.at(0.5):.2f} s,"
            f" p95 {self.counts.at(0.95):.2f} s; {met}"
        )


async def rush(
    folder: Path,
    *,
    pause: float,
    at_once: int,
    seconds: float,
    capacity: int,
    times: int = 3,
    ground: Path | None = None,
) -> tuple[list[Phase], Watch]:
    """Before, during and after a rush: people who think for a second, `times` as many as can be served.

    A turn takes the model `pause` seconds, one after the other, and `at_once` turns are taken.
    """
    more = {
        "PHRASE_MODEL_PAUSE": str(pause), "RECEPTION_TURNS_AT_ONCE": str(at_once),
        "RECEPTION_WORKER": "false",
    }  # fmt: skip
    phases: list[Phase] = []
    limits = httpx.Limits(max_connections=None)
    async with (
        installation(folder, services=1, hold_seconds=5.0, more=more, ground=ground) as world,
        httpx.AsyncClient(timeout=60, limits=limits) as http,
    ):
        watch = Watch(world)
        for name, people in (("before", capacity), ("rush", capacity * times), ("after", capacity)):
            counts, until = Counts(), time.monotonic() + seconds
            crowd = [
                chatting(http, world.urls[0], Random(number), counts, until, 1.0) for number in range(people)
            ]
            await asyncio.gather(*crowd)
            await asyncio.to_thread(watch.look)
            phases.append(Phase(name, people, counts))
    return phases, watch


def main() -> None:
    """Prints the three phases, and the memory after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--capacity", type=int, default=20, help="people who think for a second")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reception-overload-", ignore_cleanup_errors=True) as temporary:
        Path(temporary).chmod(0o711)
        phases, watch = asyncio.run(
            rush(Path(temporary), pause=0.05, at_once=8, seconds=given.seconds, capacity=given.capacity)
        )
    for phase, sample in zip(phases, watch.samples, strict=True):
        sys.stdout.write(f"{phase}; {sample.megabytes:.0f} MB, {sample.descriptors} descriptors\n")


if __name__ == "__main__":
    main()
