"""Which tokens each sequence of the key-value cache holds, and which sequence suits a new prompt. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile


@dataclass
class Lane:
    """One sequence of the cache: the tokens the model has read in it, and when it was last used."""

    index: int
    tokens: list[int] = field(default_factory=list)
    busy: bool = False
    used: int = 0


@dataclass(frozen=True)
class Place:
    """Where a prompt goes: the first `shared` tokens are there already, or in `source` and to be copied."""

    lane: Lane
    shared: int
    source: Lane | None = None


class Lanes:
    """All sequences of one context. Lanes keep their tokens when freed; the longest unused is taken first."""

    def __init__(self, count: int) -> None:
        self.all = [Lane(index) for index in range(count)]
        self._clock = 0

    def take(self, prompt: Sequence[int]) -> Place | None:
        """The lane for `prompt`, now busy; None when all are. At least one token is left to evaluate."""
        free = [lane for lane in self.all if not lane.busy]
        if not free:
            return None
        most = len(prompt) - 1
        shares = {lane.index: min(shared(lane.tokens, prompt), most) for lane in self.all}
        best = max(self.all, key=lambda lane: (shares[lane.index], not lane.busy))
        own = max(free, key=lambda lane: (shares[lane.index], -lane.used))
        length = shares[best.index]
        self._clock += 1
        if shares[own.index] == length:
            own.busy, own.used = True, self._clock
            return Place(own, length)
        oldest = min(free, key=lambda lane: lane.used)
        oldest.busy, oldest.used = True, self._clock
        return Place(oldest, length, best)

    def release(self, lane: Lane) -> None:
        """Frees a lane; its tokens stay for a later prompt with the same beginning."""
        lane.busy = False

    def idle(self) -> list[Lane]:
        """Free lanes that hold tokens, the longest unused first."""
        return sorted((lane for lane in self.all if not lane.busy and lane.tokens), key=lambda one: one.used)


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two lists have in common at the start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
