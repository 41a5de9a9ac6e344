"""Limits requests per address, number and practice: so many within any minute, whichever process they reach.

Each process counts in memory first, so that a flood costs next to nothing; what passes is counted in the
database, for all processes together (docs/decisions/0014).
"""

from __future__ import annotations

import hashlib
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from reception.database.connection import Database
from reception.database.fence import everywhere
from reception.errors import Busy, Unavailable

WINDOW = 60.0
#: Keys kept before those without a recent request are forgotten.
MOST_KEYS = 10_000


#: Attempts to log in, or to open an invitation, that one address has a minute.
LOGINS = 10
#: Of the requests that an address may make a minute, how many may be calls or texts from one number.
CALLS, TEXTS = 1 / 6, 1 / 2
#: Conversations that all addresses and numbers together may begin at one practice, in addresses' measures.
PRACTICE = 5
#: Calls of all who hide their number at one practice, in the same measure: they can't use up everybody's.
HIDDEN = 1 / 2
#: WebSockets that one address, and one conversation, may have open in a process.
WATCHING, WATCHING_ONE = 100, 10


class Limits:
    """Who may ask how often; `per_minute` is an address's measure, and 0 lets everything through."""

    def __init__(self, database: Callable[[], Database], per_minute: int) -> None:
        """`database` gives the database, or raises Unavailable: then each process counts for itself."""
        self._database = database
        self._per_minute = per_minute
        self._limiters: dict[str, Limiter] = {}

    async def address(self, address: str) -> None:
        """Busy when this address has asked too often."""
        await self._check("address", household(address), self._per_minute)

    async def log_in(self, address: str) -> None:
        """Busy when this address has tried to log in too often."""
        await self._check("login", household(address), min(self._per_minute, LOGINS))

    async def call(self, number: str, practice: str) -> None:
        """Busy when this number has called too often, or at this practice all who hide theirs."""
        if number:
            await self._check("call", number, self._share(CALLS))
        else:
            await self._check("hidden", practice, self._share(HIDDEN))

    async def text(self, number: str) -> None:
        """Busy when this number has sent too many texts: an answering machine may be answering ours."""
        await self._check("text", number, self._share(TEXTS))

    async def practice(self, practice: str) -> None:
        """Busy when too many conversations begin at this practice."""
        await self._check("practice", practice, self._share(PRACTICE))

    def _share(self, part: float) -> int:
        return math.ceil(self._per_minute * part)

    async def _check(self, kind: str, who: str, most: int) -> None:
        if most == 0:
            return
        limiter = self._limiters.setdefault(kind, Limiter(most))
        limiter.check(who)
        key = hashlib.sha256(f"{kind}:{who}".encode()).hexdigest()
        try:
            with everywhere():  # whose request it will be is not known yet
                async with self._database().transaction() as store:
                    wait = await store.count_request(key, most, timedelta(seconds=WINDOW))
        except Unavailable:
            return
        if wait:
            limiter.forget_last(who)
            raise _busy(wait)


class Limiter:
    """Counts requests in this process; `per_minute` 0 lets everything through."""

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._now = now
        self._seen: dict[str, deque[float]] = {}

    def check(self, key: str) -> None:
        """Counts one request; Busy, with the seconds to wait, when there were too many."""
        if self._per_minute == 0:
            return
        now = self._now()
        if len(self._seen) > MOST_KEYS:
            self._seen = {
                key: times for key, times in self._seen.items() if times and times[-1] > now - WINDOW
            }
        times = self._seen.setdefault(key, deque())
        while times and times[0] <= now - WINDOW:
            times.popleft()
        if len(times) >= self._per_minute:
            raise _busy(times[0] + WINDOW - now)
        times.append(now)

    def forget_last(self, key: str) -> None:
        """The request counted last was refused for another reason."""
        times = self._seen.get(key)
        if times:
            times.pop()
        if not times:
            self._seen.pop(key, None)


class Watchers:
    """WebSockets that are open in this process, where each costs a look at the database now and then."""

    def __init__(self, per_address: int, per_conversation: int) -> None:
        self._most = (per_address, per_conversation)
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_more(self, address: str, conversation: str) -> Iterator[None]:
        """Busy where the address or the conversation has too many open."""
        keys = (f"address {address}", f"conversation {conversation}")
        if any(self._open[key] >= most for key, most in zip(keys, self._most, strict=True)):
            raise Busy("Too many windows are open; please close some.")
        self._open.update(keys)
        try:
            yield
        finally:
            self._open.subtract(keys)
            for key in keys:
                if not self._open[key]:
                    del self._open[key]


def _busy(wait: float) -> Busy:
    return Busy("Too many requests; please wait a moment and try again.", max(1, math.ceil(wait)))


def household(address: str) -> str:
    """An IPv6 subscriber has 2^64 addresses: all of them count as one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, 64), strict=False))
    return address
