"""Which tokens each sequence of the key-value cache holds, which sequence suits a new prompt, and what was
moved out of the cache. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass
class Lane:
    """One sequence of the cache: the tokens the model has read in it, for whom, and when it was last used.

    What was read with one adapter is of no use with another.
    """

    index: int
    tokens: list[int] = field(default_factory=list)
    owner: str = ""
    adapter: str = ""
    busy: bool = False
    used: int = 0


@dataclass(frozen=True)
class Place:
    """Where a prompt goes: the first `shared` tokens are there already, or in `source` and to be copied."""

    lane: Lane
    shared: int
    source: Lane | None = None


class Lanes:
    """All sequences of one context. Lanes keep their tokens when freed; the longest unused is taken first.

    A conversation stays on its lane, so that others don't undo what was read ahead for it; what they have
    in common with it they copy.
    """

    def __init__(self, count: int) -> None:
        self.all = [Lane(index) for index in range(count)]
        self._clock = 0

    def take(
        self, prompt: Sequence[int], owner: str = "", adapter: str = "", *, rest: int = 1
    ) -> Place | None:
        """The lane for `prompt`, now busy; None when all are. At least `rest` tokens are left to evaluate."""
        free = [lane for lane in self.all if not lane.busy]
        if not free:
            return None
        most = len(prompt) - rest
        shares = {
            lane.index: min(shared(lane.tokens, prompt), most) if lane.adapter == adapter else 0
            for lane in self.all
        }
        lane = min(free, key=lambda one: _unfitness(one, owner, shares[one.index]))
        best = max(self.all, key=lambda one: (shares[one.index], one is lane))
        self._clock += 1
        lane.busy, lane.used, lane.owner, lane.adapter = True, self._clock, owner, adapter
        return Place(lane, shares[best.index], None if best is lane else best)

    def release(self, lane: Lane) -> None:
        """Frees a lane; its tokens stay for a later prompt with the same beginning."""
        lane.busy = False

    def idle(self) -> list[Lane]:
        """Free lanes that hold tokens, the longest unused first."""
        return sorted((lane for lane in self.all if not lane.busy and lane.tokens), key=lambda one: one.used)

    def held(self) -> int:
        """How many tokens the free lanes hold, common beginnings once."""
        lists = sorted(lane.tokens for lane in self.all if not lane.busy)
        return sum(len(one) - shared(before, one) for before, one in pairwise([[], *lists]))

    def of(self, owner: str) -> Lane | None:
        """The idle lane that holds a conversation's tokens."""
        return next((lane for lane in self.idle() if lane.owner == owner), None)


@dataclass(frozen=True)
class Parked:
    """A conversation's tokens outside of the cache, and llama.cpp's bytes for what it held of them."""

    adapter: str
    tokens: list[int]
    cells: bytes


class Parking:
    """Conversations at rest whose cells made way, up to `most` tokens; the longest there go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._parked: dict[str, Parked] = {}

    def put(self, owner: str, parked: Parked) -> None:
        """Keeps a conversation's state instead of an older one of it."""
        self._parked.pop(owner, None)
        self._parked[owner] = parked
        while sum(len(one.tokens) for one in self._parked.values()) > self._most:
            del self._parked[next(iter(self._parked))]

    def of(self, owner: str) -> Parked | None:
        """What is kept of a conversation."""
        return self._parked.get(owner)

    def drop(self, owner: str) -> None:
        """Forgets a conversation that is in the cache again."""
        self._parked.pop(owner, None)


def _unfitness(lane: Lane, owner: str, share: int) -> tuple[bool, int, int]:
    """Least for the conversation's own lane; of ownerless ones, for that with most in common; then by age."""
    own = lane.owner == owner
    return (not own, -share if own else 0, lane.used)


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two lists have in common at the start."""
    count = min(len(one), len(other))
    if one[:count] == other[:count]:
        return count
    return next((index for index in range(count) if one[index] != other[index]), count)
