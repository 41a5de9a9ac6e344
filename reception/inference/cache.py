"""Which tokens each sequence of the key-value cache holds, and which sequence suits a new prompt. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


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

    def of(self, owner: str) -> Lane | None:
        """The idle lane that holds a conversation's tokens."""
        return next((lane for lane in self.idle() if lane.owner == owner), None)


def _unfitness(lane: Lane, owner: str, share: int) -> tuple[bool, int, int]:
    """Least for the conversation's own lane; of ownerless ones, for that with most in common; then by age."""
    own = lane.owner == owner
    return (not own, -share if own else 0, lane.used)


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two lists have in common at the start."""
    count = min(len(one), len(other))
    return next((index for index in range(count) if one[index] != other[index]), count)
