"""Which conversations are going on in this process: the load that wakes GPUs, as a number per channel."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

from prometheus_client import Gauge

#: Seconds without a turn after which nobody is there any more. Callers are silent for seconds, chatters for
#: minutes; whoever comes back is counted again.
PATIENCE = {"phone": 60.0, "chat": 180.0, "sms": 180.0}

GAUGE = Gauge(
    "reception_ongoing_conversations",
    "Conversations with a turn here, or a ring, within the last minute (phone) or three",
    ["channel"],
)


class Ongoing:
    """Conversations with when they were last heard of. The newest of a process is exported."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: dict[str, dict[UUID, float]] = {channel: {} for channel in PATIENCE}
        for channel in PATIENCE:
            GAUGE.labels(channel).set_function(partial(self.count, channel))

    def seen(self, conversation_id: UUID, channel: str) -> None:
        """It has begun, or somebody said something in it."""
        last = self._last.setdefault(channel, {})
        last.pop(conversation_id, None)  # so that the longest silent stand first
        last[conversation_id] = self._clock()

    def over(self, conversation_id: UUID) -> None:
        """It has ended."""
        for last in self._last.values():
            last.pop(conversation_id, None)

    def count(self, channel: str) -> int:
        """How many are going on; forgets the others."""
        last = self._last.get(channel, {})
        oldest = self._clock() - PATIENCE.get(channel, 60.0)
        for conversation_id in [one for one, when in last.items() if when < oldest]:
            del last[conversation_id]
        return len(last)
