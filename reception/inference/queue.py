"""The waiting line for the model: bounded, fair, the phone before the chat. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from reception.errors import Busy
from reception.inference.language_model import Priority

T = TypeVar("T")

#: Seconds after which a waiting chat counts as a phone call.
PATIENCE = 2.0


@dataclass(frozen=True)
class _Waiting(Generic[T]):
    item: T
    priority: int
    owner: str
    since: float
    round: int  # how many of the same owner stood before it when it came
    number: int


class FairQueue(Generic[T]):
    """Up to `limit` waiting items. Of one priority, owners take turns: a flood delays others by one each."""

    def __init__(self, limit: int, patience: float = PATIENCE) -> None:
        self._limit = limit
        self._patience = patience
        self._line: list[_Waiting[T]] = []
        self._numbers = 0

    def push(self, item: T, *, priority: int, owner: str, now: float) -> None:
        """Joins the line at `now` (seconds); Busy when full, for what is only read ahead when half full.

        An empty `owner` stands for one that has nothing else waiting.
        """
        limit = self._limit // 2 if priority == Priority.AHEAD else self._limit
        if len(self._line) >= limit:
            raise Busy("The desk has too much to do at once.")
        earlier = sum(1 for one in self._line if owner and one.owner == owner)
        self._numbers += 1
        self._line.append(_Waiting(item, priority, owner, now, earlier, self._numbers))

    def peek(self, now: float) -> T | None:
        """Whose turn it is at `now`; stays in line."""
        first = self._first(now)
        return None if first is None else first.item

    def pop(self, now: float) -> T | None:
        """Whose turn it is at `now`, out of the line; None when nobody waits."""
        first = self._first(now)
        if first is None:
            return None
        self._line.remove(first)
        return first.item

    def discard(self, gone: Callable[[T], bool]) -> list[T]:
        """Takes all items out for which `gone` is true, and returns them."""
        out = [one.item for one in self._line if gone(one.item)]
        self._line = [one for one in self._line if not gone(one.item)]
        return out

    def __len__(self) -> int:
        return len(self._line)

    def _first(self, now: float) -> _Waiting[T] | None:
        return min(self._line, key=lambda one: self._rank(one, now), default=None)

    def _rank(self, one: _Waiting[T], now: float) -> tuple[int, int, int]:
        tired = one.priority == Priority.CHAT and now - one.since > self._patience
        return (Priority.PHONE if tired else one.priority, one.round, one.number)
