"""Queries for phone calls: how far each has come, and what of the desk's words was heard."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, union, update
from sqlalchemy.dialects.postgresql import insert

from reception.database.records import Call, CallNews, Consent, Message
from reception.database.store.conversations import select_messages, to_message
from reception.database.store.queries import Queries, real_time
from reception.database.tables import CallRow, ConversationRow, MessageRow, PracticeRow

_CALL = (
    CallRow.call_sid,
    CallRow.practice_id,
    CallRow.conversation_id,
    CallRow.recording,
    CallRow.relay_session,
    CallRow.dialled_at,
    CallRow.answered_at,
    CallRow.ended_at,
    CallRow.request_id,
)


class Calls(Queries):
    """Phone calls by the carrier's identifier; each moment is kept as it came first."""

    async def open_call(self, call_sid: str, practice_id: UUID, conversation_id: UUID | None = None) -> Call:
        """The call, now known; a conversation given is its own from now on."""
        row = insert(CallRow).values(
            call_sid=call_sid, practice_id=practice_id, conversation_id=conversation_id
        )
        keep = func.coalesce(CallRow.conversation_id, row.excluded.conversation_id)
        query = row.on_conflict_do_update(index_elements=["call_sid"], set_={"conversation_id": keep})
        return Call(*(await self._connection.execute(query.returning(*_CALL))).one())

    async def call(self, call_sid: str, *, lock: bool = False) -> Call | None:
        """The call; with `lock`, others who want to lock it wait until this transaction ends."""
        query = select(*_CALL).where(CallRow.call_sid == call_sid)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else Call(*row)

    async def practice_of_call(self, call_sid: str) -> UUID | None:
        """Whose call that is; a call is known by its conversation a moment before it is by itself."""
        queries = (
            select(each.practice_id).where(each.call_sid == call_sid) for each in (CallRow, ConversationRow)
        )
        found: UUID | None = await self._connection.scalar(union(*queries).limit(1))
        return found

    async def note_recording(self, call_sid: str, answer: str) -> None:
        """Keeps what the caller says to being recorded (agreed or refused); the first answer counts."""
        await self._first(call_sid, "recording", answer)
        await self._first(call_sid, "recording_at", real_time())

    async def consent(self, conversation_id: UUID) -> Consent:
        """What the patient of a conversation was told and agreed to."""
        query = (
            select(ConversationRow.notice, CallRow.recording, CallRow.recording_at, PracticeRow.time_zone)
            .join(PracticeRow, PracticeRow.id == ConversationRow.practice_id)
            .outerjoin(CallRow, CallRow.conversation_id == ConversationRow.id)
            .where(ConversationRow.id == conversation_id)
        )
        row = (await self._connection.execute(query.limit(1))).one_or_none()
        if row is None:
            return Consent()
        at = None if row.recording_at is None else row.recording_at.astimezone(ZoneInfo(row.time_zone))
        return Consent(row.notice or "", row.recording or "", at)

    async def note_dialled(self, call_sid: str) -> None:
        """A person is being rung for the caller; a transfer that staff wanted is on its way with it."""
        await self._first(call_sid, "dialled_at", real_time())
        conversation = select(CallRow.conversation_id).where(CallRow.call_sid == call_sid).scalar_subquery()
        await self._connection.execute(
            update(ConversationRow)
            .where(ConversationRow.id == conversation)
            .values(transfer_requested_at=None)
        )

    async def note_answered(self, call_sid: str) -> None:
        """A person has taken the call."""
        await self._first(call_sid, "answered_at", real_time())

    async def note_ended(self, call_sid: str) -> None:
        """The caller or the desk has hung up."""
        await self._first(call_sid, "ended_at", real_time())

    async def note_message_left(self, call_sid: str, request_id: UUID) -> None:
        """The request that holds the message left after the call."""
        await self._first(call_sid, "request_id", request_id)

    async def take_over_relay(self, call_sid: str, session: str) -> None:
        """From now on `session` speaks for the call; whoever did before sees it in the call's news."""
        await self._connection.execute(
            update(CallRow).where(CallRow.call_sid == call_sid).values(relay_session=session)
        )

    async def call_news(self, conversation_id: UUID) -> CallNews | None:
        """What has changed around a call; None without such a conversation."""
        query = (
            select(
                ConversationRow.message_count,
                ConversationRow.status,
                ConversationRow.transfer_requested_at.is_not(None),
                func.coalesce(CallRow.relay_session, ""),
                ConversationRow.attended_by.is_not(None),
            )
            .outerjoin(CallRow, CallRow.conversation_id == ConversationRow.id)
            .where(ConversationRow.id == conversation_id)
        )
        row = (await self._connection.execute(query.limit(1))).one_or_none()
        return None if row is None else CallNews(*row)

    async def messages_after(self, conversation_id: UUID, count: int) -> list[Message]:
        """What was said after the first `count` messages."""
        rows = await self._connection.execute(
            select_messages().where(
                MessageRow.conversation_id == conversation_id, MessageRow.sequence > count
            )
        )
        return [to_message(row) for row in rows]

    async def note_heard(self, conversation_id: UUID, heard: str) -> None:
        """How much of the desk's last message was heard."""
        last = (
            select(MessageRow.id)
            .where(MessageRow.conversation_id == conversation_id, MessageRow.role == "desk")
            .order_by(MessageRow.sequence.desc())
            .limit(1)
            .scalar_subquery()
        )
        await self._connection.execute(update(MessageRow).where(MessageRow.id == last).values(heard=heard))

    async def request_transfer(self, conversation_id: UUID) -> None:
        """Staff want the caller put through to them: the call's own process sees it and connects them."""
        await self._connection.execute(
            update(ConversationRow)
            .where(ConversationRow.id == conversation_id, ConversationRow.channel == "phone")
            .values(transfer_requested_at=real_time(), updated_at=real_time())
        )

    async def close_conversation(self, conversation_id: UUID) -> None:
        """Ends an open conversation; one that was handed over stays so. Turns under way see it."""
        await self._connection.execute(
            update(ConversationRow)
            .where(ConversationRow.id == conversation_id, ConversationRow.status == "open")
            .values(status="closed", version=ConversationRow.version + 1, updated_at=real_time())
        )

    async def _first(self, call_sid: str, column: str, value: Any) -> None:
        """Sets what is not set yet."""
        where = CallRow.call_sid == call_sid, getattr(CallRow, column).is_(None)
        await self._connection.execute(update(CallRow).where(*where).values({column: value}))
