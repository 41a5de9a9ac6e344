"""Sends what staff write in a conversation by text: their words have no text that they would answer."""

from __future__ import annotations

from datetime import timedelta

from reception.database.connection import Database
from reception.database.fence import of_practice

#: Older words are not sent any more: the worker was away for too long.
WITHIN = timedelta(hours=12)
#: For how long a text that is delivered twice is recognised.
REMEMBERED = timedelta(days=14)


class WordsOfStaff:
    """Puts each of their messages into the outbox, once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def round(self) -> None:
        """Queues what is not queued yet. Unavailable while the database is away."""
        async with self._database.transaction() as store:
            await store.forget_received_texts(REMEMBERED)
            practices = await store.practices_with_unsent_words(WITHIN)
        for practice_id in practices:
            with of_practice(practice_id):
                await self._queue()

    async def _queue(self) -> None:
        async with self._database.transaction() as store:
            for words in await store.unsent_words(WITHIN):
                await store.queue_text(
                    words.practice_id,
                    to=words.recipient,
                    body=words.text,
                    kind="reply",
                    key=f"message:{words.message_id}",
                    conversation_id=words.conversation_id,
                )
