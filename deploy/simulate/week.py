"""A week with GPUs that take minutes to wake: which model answers each turn, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import Protocol

import numpy as np

from deploy.simulate.arrivals import STEP, WEEK, Load, Series


class Decides(Protocol):
    """Says how many replicas should run."""

    def step(self, number: int, calls: float, turns: float, asked: float, cron: float) -> int: ...


@dataclass(frozen=True)
class Machines:
    """GPUs: turns a second that one answers, seconds until a new one answers, and how they go.

    `linger` is how long a node is paid for after its pod: Karpenter's wait, then the shutdown. `lost` is how
    often an hour a spot node is taken away. `utilisation` is the share of the capacity up to which answers
    come in time; beyond, the gateway asks its small model.
    """

    turns_a_second: float
    cold_start: tuple[float, float] = (90.0, 600.0)
    linger: float = 120.0
    lost: float = 0.02
    utilisation: float = 0.85
    #: Asked for more than that, gateways turn away for seconds at a time (`FallbackModel`): the share of its
    #: capacity that is used then, an estimate.
    overloaded: float = 0.7
    #: The gateway's metrics are this many seconds old when they count: scrape, query, poll.
    lag: float = 30.0


@dataclass(frozen=True)
class Outcome:
    """A week. `big` is of the turns in opening hours, `big_at_all` of all; waits, for the big model, in s."""

    gpu_hours: float
    big: float
    big_at_all: float
    wait_median: float
    wait_p99: float
    most: int
    ready: Series
    small_turns: Series


class _Nodes:
    """GPUs that answer, those that still wake, and the seconds paid for all of them."""

    def __init__(self, machines: Machines, random: Random) -> None:
        self._machines, self._random = machines, random
        self._ready = 0
        self._waking: list[int] = []  # a heap of the steps at which they will answer
        self.paid = 0.0

    def step(self, number: int, wanted: int) -> int:
        """How many answer in this step, when so many are wanted."""
        while self._waking and self._waking[0] <= number:
            heappop(self._waking)
            self._ready += 1
        if self._ready and self._random.random() < self._machines.lost * self._ready * STEP / 3600:
            self._ready -= 1
        have = self._ready + len(self._waking)
        for _ in range(wanted - have):
            seconds = self._random.uniform(*self._machines.cold_start)
            heappush(self._waking, number + int(seconds // STEP))
        if have > wanted:
            self.paid += (have - wanted) * self._machines.linger
            late = min(len(self._waking), have - wanted)  # those that still wake go first
            self._waking = sorted(self._waking)[: len(self._waking) - late]
            self._ready -= have - wanted - late
        self.paid += wanted * STEP
        return self._ready


def simulate(
    load: Load, opened: Series, cron: Series, decider: Decides, machines: Machines, seed: int
) -> Outcome:
    """Plays the week once, after a Sunday in which everything slept."""
    random = Random(seed)
    nodes = _Nodes(machines, random)
    ready_series, small = np.zeros(WEEK), np.zeros(WEEK)
    wait_weights, waits = np.zeros(WEEK), np.zeros(WEEK)
    lag, window = int(machines.lag // STEP), 120 // STEP
    seen = np.convolve(load.turns, np.ones(window) / (window * STEP))[:WEEK]  # rate(…[2m])
    asked = 0.0
    most = 0
    # Plain lists: this loop runs 60,000 times, and looks at single numbers.
    calls, turns, rates, windows = load.calls.tolist(), load.turns.tolist(), seen.tolist(), cron.tolist()
    capacity, service = machines.turns_a_second * STEP, 1 / machines.turns_a_second
    for step in range(WEEK):
        then = max(0, step - lag)
        wanted = decider.step(step, calls[then], rates[then], asked, windows[step])
        ready = nodes.step(step, wanted)
        most = max(most, wanted)
        room = ready * capacity * machines.utilisation
        answered = turns[step] if turns[step] <= room else room * machines.overloaded
        small[step] = turns[step] - answered
        ready_series[step] = ready
        busy = answered / (ready * capacity) if ready else 0.0
        waits[step] = service * busy ** max(1.0, ready) / (2 * max(1.0, ready) * (1 - busy))
        wait_weights[step] = answered
        asked = answered / STEP * (service + waits[step]) if ready else 0.0
    return Outcome(
        nodes.paid / 3600,
        _share(small, load.turns, opened),
        _share(small, load.turns, np.ones(WEEK)),
        *_quantiles(waits, wait_weights),
        most,
        ready_series,
        small,
    )


def _share(small: Series, turns: Series, where: Series) -> float:
    total = float((turns * where).sum())
    return 1 - float((small * where).sum()) / total if total else 1.0


def _quantiles(values: Series, weights: Series) -> tuple[float, float]:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    if not total[-1]:
        return 0.0, 0.0
    found = [values[order][np.searchsorted(total, share * total[-1])] for share in (0.5, 0.99)]
    return float(found[0]), float(found[1])
