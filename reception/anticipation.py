"""Work done before it is needed: the model reads the desk's words, and the caller's as they come in."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

import structlog

from reception.logging import where
from reception.understanding.sayings import without_fillers
from reception.understanding.understander import Understander

log = structlog.get_logger()

#: How many conversations' last desk words are known; beyond, the longest silent is forgotten.
REMEMBERED = 256


class Anticipation:
    """One reading at a time per conversation: newer words replace older ones, and the turn itself all."""

    def __init__(self, understander: Understander) -> None:
        self._understander = understander
        self._said: OrderedDict[UUID, str] = OrderedDict()
        self._languages: dict[UUID, str] = {}
        self._reading: dict[UUID, asyncio.Task[None]] = {}

    def speaks(self, conversation: UUID, language: str) -> None:
        """In which language the conversation is held: its hesitations are not read."""
        self._languages[conversation] = language

    def said(self, conversation: UUID, words: str) -> None:
        """Reads what the desk just said, while the other side thinks or speaks."""
        self._said[conversation] = words
        self._said.move_to_end(conversation)
        while len(self._said) > REMEMBERED:
            self.forget(next(iter(self._said)))
        self._read(conversation, self._understander.anticipate(words, str(conversation)))

    def overheard(self, conversation: UUID, words: str) -> None:
        """Reads what has been said so far of an utterance that is not over."""
        desk = self._said.get(conversation)
        if desk is not None:
            words = without_fillers(words, self._languages.get(conversation, ""))
            self._read(conversation, self._understander.overhear(desk, words, str(conversation)))

    def stop(self, conversation: UUID) -> None:
        """The turn has come: whatever is not yet read is now its own to read."""
        task = self._reading.pop(conversation, None)
        if task is not None:
            task.cancel()

    def forget(self, conversation: UUID) -> None:
        """Nothing more is to come."""
        self.stop(conversation)
        self._said.pop(conversation, None)
        self._languages.pop(conversation, None)

    async def close(self) -> None:
        """Ends all readings."""
        tasks = list(self._reading.values())
        for conversation in list(self._said):
            self.forget(conversation)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _read(self, conversation: UUID, reading: Coroutine[Any, Any, None]) -> None:
        self.stop(conversation)
        task = asyncio.create_task(reading)
        self._reading[conversation] = task
        task.add_done_callback(lambda done: self._done(conversation, done))

    def _done(self, conversation: UUID, task: asyncio.Task[None]) -> None:
        if self._reading.get(conversation) is task:
            del self._reading[conversation]
        error = None if task.cancelled() else task.exception()
        if error is not None:  # the turn will meet it again, and answers for it
            log.warning("not_read_ahead", error=type(error).__name__, where=where(error))
