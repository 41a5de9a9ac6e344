"""A service under load without misfortunes: at several times what it can do, and for a long time."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from uuid import uuid4

import httpx
import psutil  # type: ignore[import-untyped]
import psycopg

from tests.history.installation import Installation
from tests.history.world import patients, slots

#: How often a refused message is sent again before somebody leaves.
MOST_TRIES = 8


@dataclass(frozen=True)
class Sample:
    """What one service's process holds at a moment."""

    second: float
    megabytes: float
    descriptors: int
    connections: int


@dataclass
class Watch:
    """Looks at a process now and then."""

    world: Installation
    began: float = field(default_factory=time.monotonic)
    samples: list[Sample] = field(default_factory=list)

    def look(self) -> Sample:
        """One look, remembered."""
        process = psutil.Process(self.world.services[0].pid)
        with psycopg.connect(self.world.direct) as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'reception%'"
            ).fetchone()
        megabytes = process.memory_info().rss / 1e6
        second = time.monotonic() - self.began
        sample = Sample(round(second, 1), round(megabytes, 1), process.num_fds(), row[0] if row else 0)
        self.samples.append(sample)
        return sample

    async def every(self, seconds: float, say: Callable[[str], None]) -> None:
        """Looks again and again until cancelled."""
        while True:
            one = await asyncio.to_thread(self.look)
            say(
                f"{one.second:6.0f} s  {one.megabytes:6.0f} MB  {one.descriptors} descriptors "
                f" {one.connections} connections"
            )
            await asyncio.sleep(seconds)


@dataclass
class Counts:
    """What people met with, and how long answers took."""

    met: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    def share(self, within: float) -> float:
        """The part of the answers that took no longer than so many seconds."""
        return sum(one <= within for one in self.waits) / max(1, len(self.waits))

    def at(self, part: float) -> float:
        """The seconds within which that part of the answers came."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


async def chatting(
    http: httpx.AsyncClient, url: str, rng: Random, counts: Counts, until: float, think: float
) -> None:
    """One patient after the other asks for a time and leaves again, politely, until the time is over."""
    while time.monotonic() < until:
        started = await _asked(http, f"{url}/api/chat/conversations", {}, {}, counts, "conversation", until)
        if started is None:
            continue
        path = f"{url}/api/chat/conversations/{started['id']}/messages"
        headers = {"Authorization": f"Bearer {started['token']}"}
        patient, slot = rng.choice(patients()), rng.choice(slots())
        wish = f"I'd like a {patient.kind} on {slot.day} at {slot.clock} with {slot.doctor}"
        for words in (wish, f"My name is {patient.name}", "goodbye"):
            body = {"text": words, "client_id": str(uuid4())}
            if await _asked(http, path, body, headers, counts, "turn", until) is None:
                break
            await asyncio.sleep(rng.uniform(0.5, 1.5) * think)


async def _asked(
    http: httpx.AsyncClient, path: str, body: dict[str, str], headers: dict[str, str], counts: Counts,
    what: str, until: float,
) -> dict[str, str] | None:  # fmt: skip
    """Sends until it is answered, waiting as long as it is told to."""
    began = time.monotonic()
    for _ in range(MOST_TRIES):
        try:
            answer = await http.post(path, json=body, headers=headers)
        except httpx.TransportError as error:
            counts.met[f"{what}: {type(error).__name__}"] += 1
            return None
        counts.met[f"{what}: {answer.status_code}"] += 1
        if answer.status_code == 201:
            if what == "turn":
                counts.waits.append(time.monotonic() - began)
            found: dict[str, str] = answer.json()
            return found
        if answer.status_code != 503 or time.monotonic() > until:
            return None
        await asyncio.sleep(float(answer.headers["Retry-After"]))
        began = time.monotonic()
    counts.met[f"{what}: left"] += 1
    return None
