"""Wakes those who watch a conversation, or a whole practice, when something changed, in whatever process."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from reception.database.records import Change

#: Changes kept for somebody who is slow to look; beyond that they are told that all may have changed.
MOST_PENDING = 1000
#: Seconds for which changes are kept for who subscribes afterwards: longer than from the making of a page to
#: its feed.
LATELY = 3.0


class Subscription:
    """What changed in a practice since its subscriber looked last; misses nothing between two looks."""

    def __init__(self) -> None:
        self._pending: set[Change] = set()
        self._all = False
        self._event = asyncio.Event()

    def add(self, change: Change) -> None:
        self._pending.add(change)
        if len(self._pending) > MOST_PENDING:
            self.add_all()
        self._event.set()

    def add_all(self) -> None:
        """Anything may have changed."""
        self._pending.clear()
        self._all = True
        self._event.set()

    async def next(self, seconds: float) -> set[Change] | None:
        """The changes, as soon as there are any; none after `seconds`. None: anything may have changed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()
        everything, self._all = self._all, False
        pending, self._pending = self._pending, set()
        return None if everything else pending


class Watch:
    """Whether something was said in a conversation since its watcher looked last."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    async def next(self, seconds: float) -> None:
        """Returns on the next change, or on one since it returned last; or after `seconds`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()


class Hub:
    """Who waits for what. `announce` is fed by the database, which hears of every process's changes."""

    def __init__(self) -> None:
        self._watchers: dict[UUID, set[asyncio.Event]] = {}
        self._subscribers: dict[UUID, set[Subscription]] = {}
        #: What was announced lately, and when; None for anything.
        self._lately: deque[tuple[float, Change | None]] = deque(maxlen=MOST_PENDING)
        self._hears = False

    def changed(self, conversation_id: UUID) -> None:
        """Something new was said."""
        for event in self._watchers.get(conversation_id, ()):
            event.set()

    def announce(self, change: Change) -> None:
        """A row changed."""
        if change.conversation_id is not None:
            self.changed(change.conversation_id)
        self._lately.append((time.monotonic(), change))
        for subscription in self._subscribers.get(change.practice_id, ()):
            subscription.add(change)

    def announce_all(self) -> None:
        """Changes may have been missed: everybody looks again."""
        if self._hears:  # else it only begins to hear, and nobody came before
            self._lately.append((time.monotonic(), None))
        self._hears = True
        for conversation_id in self._watchers:
            self.changed(conversation_id)
        for subscriptions in self._subscribers.values():
            for subscription in subscriptions:
                subscription.add_all()

    @contextmanager
    def subscribed(self, practice_id: UUID) -> Iterator[Subscription]:
        """The practice's changes, from `LATELY` before the start of the block on."""
        subscription = Subscription()
        since = time.monotonic() - LATELY
        for at, change in self._lately:
            if at >= since and change is None:
                subscription.add_all()
            elif at >= since and change is not None and change.practice_id == practice_id:
                subscription.add(change)
        if len(self._lately) == MOST_PENDING and self._lately[0][0] >= since:
            subscription.add_all()  # more than are kept
        subscribers = self._subscribers.setdefault(practice_id, set())
        subscribers.add(subscription)
        try:
            yield subscription
        finally:
            subscribers.discard(subscription)
            if not subscribers and self._subscribers.get(practice_id) is subscribers:
                del self._subscribers[practice_id]

    async def wait(self, conversation_id: UUID, seconds: float) -> None:
        """Returns on the next change, or after `seconds`: while the database is away nothing is announced."""
        with self.watched(conversation_id) as watch:
            await watch.next(seconds)

    @contextmanager
    def watched(self, conversation_id: UUID) -> Iterator[Watch]:
        """What is said in the conversation from the start of the block on; no look misses anything."""
        event = asyncio.Event()
        watchers = self._watchers.setdefault(conversation_id, set())
        watchers.add(event)
        try:
            yield Watch(event)
        finally:
            watchers.discard(event)
            if not watchers and self._watchers.get(conversation_id) is watchers:
                del self._watchers[conversation_id]
