"""Queries for conversations and their messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, ColumnElement, Row, Select, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reception.database.records import Conversation, Message, NewMessage
from reception.database.store.queries import Queries, on_trial, real_time
from reception.database.tables import (
    ConversationPatientRow,
    ConversationRow,
    MessageRow,
    PatientRow,
    PracticeRow,
)
from reception.errors import NotFound

CONVERSATION = (
    ConversationRow.id,
    ConversationRow.practice_id,
    ConversationRow.channel,
    ConversationRow.language,
    ConversationRow.status,
    ConversationRow.outcome,
    ConversationRow.caller,
    ConversationRow.state,
    ConversationRow.version,
    ConversationRow.call_sid,
    ConversationRow.attended_by,
)


class Conversations(Queries):
    """Conversations, and messages in the order in which they were said."""

    async def create_conversation(
        self,
        practice_id: UUID,
        channel: str,
        language: str,
        token_hash: str,
        caller: str,
        state: Mapping[str, Any],
        call_sid: str | None = None,
        *,
        notice: str | None = None,
    ) -> Conversation:
        """Opens a conversation. Fails when `call_sid` has one already: look with `conversation_by_call`."""
        values = {
            "id": uuid4(),
            "practice_id": practice_id,
            "channel": channel,
            "language": language,
            "status": "open",
            "outcome": None,
            "caller": caller,
            "state": dict(state),
            "version": 1,
            "call_sid": call_sid,
        }
        await self._connection.execute(
            insert(ConversationRow).values(values | {"token_hash": token_hash, "notice": notice})
        )
        return Conversation(**values)  # type: ignore[arg-type]

    async def conversation(self, conversation_id: UUID, *, lock: bool = False) -> Conversation | None:
        """The conversation; with `lock`, others who want to lock it wait until this transaction ends."""
        return await self._conversation(ConversationRow.id == conversation_id, lock)

    async def conversation_by_call(self, call_sid: str, lock: bool = False) -> Conversation | None:
        """The conversation of a phone call."""
        return await self._conversation(ConversationRow.call_sid == call_sid, lock)

    async def latest_conversation_used(
        self, practice_id: UUID, channel: str, caller: str, within: timedelta
    ) -> tuple[UUID, datetime] | None:
        """The caller's conversation on this channel that was used last, if not too long ago, and when."""
        query = (
            select(ConversationRow.id, ConversationRow.updated_at)
            .where(
                ConversationRow.practice_id == practice_id,
                ConversationRow.channel == channel,
                ConversationRow.caller == caller,
                ConversationRow.updated_at > real_time() - within,
            )
            .order_by(ConversationRow.updated_at.desc())
        )
        row = (await self._connection.execute(query.limit(1))).first()
        return None if row is None else (row.id, row.updated_at)

    async def _conversation(self, condition: ColumnElement[bool], lock: bool) -> Conversation | None:
        query = select(*CONVERSATION).where(condition)
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Conversation(*row)

    async def token_hash(self, conversation_id: UUID) -> tuple[UUID, str] | None:
        """The conversation's practice, and the hash of the token that opens it."""
        query = select(ConversationRow.practice_id, ConversationRow.token_hash)
        row = (await self._connection.execute(query.where(ConversationRow.id == conversation_id))).first()
        return None if row is None else (row.practice_id, row.token_hash)

    async def save_conversation(
        self,
        conversation_id: UUID,
        *,
        state: Mapping[str, Any],
        status: str,
        outcome: str | None,
        handed_over_for: str = "",
    ) -> int:
        """Saves where the conversation stands; returns its new version. NotFound without one.

        Why a person was needed stays what it was first.
        """
        query = (
            update(ConversationRow)
            .where(ConversationRow.id == conversation_id)
            .values(
                state=dict(state),
                status=status,
                outcome=outcome,
                handed_over_for=func.coalesce(ConversationRow.handed_over_for, handed_over_for or None),
                version=ConversationRow.version + 1,
                updated_at=real_time(),
            )
        )
        about = _patients_in(state)
        if about:
            query = query.add_cte(_linked(conversation_id, about))
        version: int | None = await self._connection.scalar(query.returning(ConversationRow.version))
        if version is None:
            raise NotFound("No such conversation")
        return version

    async def messages(self, conversation_id: UUID) -> list[Message]:
        """The whole conversation, oldest message first."""
        return await self._messages(MessageRow.conversation_id == conversation_id)

    async def replies_to(self, conversation_id: UUID, client_id: str) -> list[Message] | None:
        """What was answered to the patient's message of that id; None when there was no such message."""
        query = select(MessageRow.id).where(
            MessageRow.conversation_id == conversation_id, MessageRow.client_id == client_id
        )
        asked: UUID | None = await self._connection.scalar(query)
        return None if asked is None else await self._messages(MessageRow.reply_to == asked)

    async def add_messages(self, conversation_id: UUID, new: Sequence[NewMessage]) -> list[Message]:
        """Appends messages in order and returns them as saved.

        Those of desk and staff are linked to the patient's message before them in the same call, unless
        they name another. NotFound without such a conversation.
        """
        if not new:
            return []
        first, practice_id, zone = await self._reserve(conversation_id, len(new))
        asked: UUID | None = None
        rows: list[dict[str, Any]] = []
        for sequence, message in enumerate(new, first):
            reply_to = message.reply_to if message.role == "patient" else message.reply_to or asked
            row = _row(message, uuid4(), conversation_id, sequence, reply_to)
            rows.append(row | {"practice_id": practice_id})
            if message.role == "patient":
                asked = rows[-1]["id"]
        written = await self._connection.execute(
            insert(MessageRow).returning(MessageRow.id, MessageRow.at), rows
        )
        at = {row.id: row.at.astimezone(zone) for row in written}
        shown = ("id", "role", "text", "expects", "about", "options", "client_id")
        return [Message(at=at[row["id"]], **{name: row[name] for name in shown}) for row in rows]

    async def _reserve(self, conversation_id: UUID, count: int) -> tuple[int, UUID, ZoneInfo]:
        """The first of `count` sequence numbers that are now ours, the practice and its time zone."""
        zone = select(PracticeRow.time_zone).where(PracticeRow.id == ConversationRow.practice_id)
        query = (
            update(ConversationRow)
            .where(ConversationRow.id == conversation_id)
            .values(message_count=ConversationRow.message_count + count, updated_at=real_time())
            .returning(ConversationRow.message_count, ConversationRow.practice_id, zone.scalar_subquery())
        )
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound("No such conversation")
        return row[0] - count + 1, row[1], ZoneInfo(row[2])

    async def all_conversations(self) -> list[tuple[Conversation, list[Message]]]:
        """Every practice's conversations with their messages, oldest first."""
        said: dict[UUID, list[Message]] = {}
        for row in await self._connection.execute(select_messages()):
            said.setdefault(row.conversation_id, []).append(to_message(row))
        query = select(*CONVERSATION).where(~on_trial(ConversationRow.practice_id))
        query = query.order_by(ConversationRow.created_at, ConversationRow.id)
        conversations = [Conversation(*row) for row in await self._connection.execute(query)]
        return [(one, said.get(one.id, [])) for one in conversations]

    async def _messages(self, condition: ColumnElement[bool]) -> list[Message]:
        rows = await self._connection.execute(select_messages().where(condition))
        return [to_message(row) for row in rows]


def _row(
    message: NewMessage, message_id: UUID, conversation_id: UUID, sequence: int, reply_to: UUID | None
) -> dict[str, Any]:
    return {
        "id": message_id,
        "conversation_id": conversation_id,
        "sequence": sequence,
        "role": message.role,
        "text": message.text,
        "expects": message.expects,
        "about": message.about,
        "options": [dict(option) for option in message.options],
        "client_id": message.client_id,
        "reply_to": reply_to,
        "frame": None if message.frame is None else dict(message.frame),
        "intent": None if message.frame is None else message.frame.get("intent"),
        "took_ms": message.took_ms,
    }


def _patients_in(state: Mapping[str, Any]) -> list[str]:
    """Who was identified in a conversation, by the desk's memory of it."""
    who = state.get("who")
    found = (who.get("patient_id") if isinstance(who, Mapping) else None, state.get("guardian"))
    return [one for one in found if isinstance(one, str) and one]


def _linked(conversation_id: UUID, patients: Sequence[str]) -> CTE:
    """The conversation was about these patients; rides along with another statement, to save a trip."""
    about = (
        select(ConversationRow.practice_id, ConversationRow.id, PatientRow.id)
        .join(PatientRow, PatientRow.practice_id == ConversationRow.practice_id)
        .where(ConversationRow.id == conversation_id, PatientRow.id.in_(patients))
    )
    columns = ["practice_id", "conversation_id", "patient_id"]
    return upsert(ConversationPatientRow).from_select(columns, about).on_conflict_do_nothing().cte("linked")


def select_messages() -> Select[Any]:
    return (
        select(
            MessageRow.id,
            MessageRow.conversation_id,
            MessageRow.role,
            MessageRow.text,
            MessageRow.at,
            MessageRow.expects,
            MessageRow.about,
            MessageRow.options,
            MessageRow.client_id,
            MessageRow.frame,
            PracticeRow.time_zone,
        )
        .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
        .join(PracticeRow, PracticeRow.id == ConversationRow.practice_id)
        .order_by(MessageRow.conversation_id, MessageRow.sequence)
    )


def to_message(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        role=row.role,
        text=row.text,
        at=row.at.astimezone(ZoneInfo(row.time_zone)),
        expects=row.expects,
        about=row.about,
        options=row.options,
        client_id=row.client_id,
        frame=row.frame,
    )
