"""The one query with which a turn begins: all it must know before the model is asked."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Text, cast, null, select

from reception.database.records import Conversation
from reception.database.store.conversations import CONVERSATION
from reception.database.store.practices import practice_from_text
from reception.database.store.queries import Queries
from reception.database.tables import ConversationRow, MessageRow, PracticeRow
from reception.practice import Practice


class Turns(Queries):
    """A caller waits for each trip to the database, so there is one."""

    async def turn(
        self, conversation_id: UUID, client_id: str | None
    ) -> tuple[Conversation, Practice, bool] | None:
        """The conversation, its practice, and whether the patient's message of that id was taken already."""
        said = select(MessageRow.id).where(
            MessageRow.conversation_id == conversation_id, MessageRow.client_id == client_id
        )
        taken = null() if client_id is None else said.limit(1).scalar_subquery()
        query = (
            select(*CONVERSATION, cast(PracticeRow.settings, Text), taken)
            .join(PracticeRow, PracticeRow.id == ConversationRow.practice_id)
            .where(ConversationRow.id == conversation_id)
        )
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        *conversation, settings, known = row
        return Conversation(*conversation), practice_from_text(settings), known is not None
