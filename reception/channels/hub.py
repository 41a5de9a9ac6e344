"""Wakes those who watch a conversation when something was said in it by way of this process."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import UUID


class Hub:
    """Conversations and who waits for them."""

    def __init__(self) -> None:
        self._watchers: dict[UUID, set[asyncio.Event]] = {}

    def changed(self, conversation_id: UUID) -> None:
        """Something new was said."""
        for event in self._watchers.get(conversation_id, ()):
            event.set()

    async def wait(self, conversation_id: UUID, seconds: float) -> None:
        """Returns on the next change, or after `seconds`: another process may have changed it."""
        event = asyncio.Event()
        watchers = self._watchers.setdefault(conversation_id, set())
        watchers.add(event)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), seconds)
        finally:
            watchers.discard(event)
            if not watchers and self._watchers.get(conversation_id) is watchers:
                del self._watchers[conversation_id]
