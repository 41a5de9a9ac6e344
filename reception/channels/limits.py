"""Limits requests per address: so many within any minute."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address

from reception.errors import Busy

WINDOW = 60.0
#: Addresses kept before those without a recent request are forgotten.
MOST_ADDRESSES = 10_000


class Limiter:
    """Counts requests in this process; `per_minute` 0 lets everything through."""

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._now = now
        self._seen: dict[str, deque[float]] = {}

    def check(self, address: str) -> None:
        """Counts one request; Busy, with the seconds to wait, when there were too many."""
        if self._per_minute == 0:
            return
        now = self._now()
        if len(self._seen) > MOST_ADDRESSES:
            self._seen = {key: times for key, times in self._seen.items() if times[-1] > now - WINDOW}
        times = self._seen.setdefault(_household(address), deque())
        while times and times[0] <= now - WINDOW:
            times.popleft()
        if len(times) >= self._per_minute:
            wait = max(1, math.ceil(times[0] + WINDOW - now))
            raise Busy("Too many requests; please wait a moment and try again.", wait)
        times.append(now)


def _household(address: str) -> str:
    """An IPv6 subscriber has 2^64 addresses: all of them count as one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, 64), strict=False))
    return address
