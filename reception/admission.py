"""How many turns a process takes at once; the others wait in line, and beyond that people are told so early.

A desk that takes whatever comes answers nobody in time. So turns under way are bounded, the phone goes before
the chat, and while the line is half full no new conversation begins: those who are in one get to its end.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import Counter, Gauge

from reception.errors import Overloaded
from reception.stages import stage

WAITING = Gauge("reception_turns_waiting", "Turns that wait in line for others to end")
RUNNING = Gauge("reception_turns_running", "Turns under way")
SHED = Counter(
    "reception_shed_total", "Turns and conversations refused for want of time", ["channel", "what"]
)

#: Seconds in line after which a turn is refused: a caller hears silence, a chatter a sign of life.
PATIENCE = {"phone": 3.0}
CHAT_PATIENCE = 10.0
#: How many may wait for each turn that is under way.
LINE = 2
#: The longest that anybody is asked to wait before they try again, in seconds.
LONGEST_WAIT = 30
#: Weight of the newest turn in the usual duration of one.
_NEWEST = 0.1

_TEXT = (
    "Very many people are asking for us just now. Please try again in a moment; in an emergency, call the"
    " emergency number at once."
)


class Admission:
    """One process's turns: `at_once` of them, and a line of `LINE` times as many."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._running = 0
        self._line: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = 0
        self._usual = 0.5  # seconds that a turn takes

    @property
    def crowded(self) -> bool:
        """Whether new conversations are to wait outside."""
        return self._waiting * 2 >= self._at_once * LINE

    @property
    def full(self) -> bool:
        """Whether nobody more may wait in line."""
        return self._waiting >= self._at_once * LINE

    def begin(self, channel: str) -> None:
        """A new conversation wants to begin. Overloaded while it is crowded."""
        if self.crowded:
            SHED.labels(channel, "conversation").inc()
            raise self._overloaded()

    @asynccontextmanager
    async def turn(self, channel: str, *, urgent: bool = False) -> AsyncIterator[None]:
        """A turn's time in the block, at once or after a while in line. An `urgent` one never waits.

        Overloaded when the line is full, or was too long.
        """
        if not urgent and (self._running >= self._at_once or self._line):
            await self._wait(channel)
        else:
            self._running += 1
        RUNNING.inc()
        began = time.perf_counter()
        try:
            yield
        finally:
            self._usual += _NEWEST * (time.perf_counter() - began - self._usual)
            RUNNING.dec()
            self._running -= 1
            self._next()

    async def _wait(self, channel: str) -> None:
        """Returns with a place; whoever ended a turn has counted it already."""
        if self.full:
            self._refuse(channel)
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._numbers += 1
        heapq.heappush(self._line, (channel != "phone", self._numbers, called))
        try:
            with stage("line"), WAITING.track_inprogress():
                async with asyncio.timeout(PATIENCE.get(channel, CHAT_PATIENCE)):
                    await called
        except BaseException as error:
            if called.done() and not called.cancelled():  # it was our turn at the same moment
                self._running -= 1
                self._next()
            called.cancel()
            if isinstance(error, TimeoutError):
                self._refuse(channel)
            raise

    def _next(self) -> None:
        while self._line and self._running < self._at_once:
            *_, called = heapq.heappop(self._line)
            if not called.done():
                self._running += 1
                called.set_result(None)

    @property
    def _waiting(self) -> int:
        return sum(not called.done() for *_, called in self._line)

    def _refuse(self, channel: str) -> None:
        SHED.labels(channel, "turn").inc()
        raise self._overloaded()

    def _overloaded(self) -> Overloaded:
        wait = math.ceil((1 + self._waiting / self._at_once) * self._usual)
        return Overloaded(_TEXT, min(LONGEST_WAIT, max(1, wait)))
