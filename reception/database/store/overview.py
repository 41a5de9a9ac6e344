"""Queries for what staff look at and step into: conversations going on, emergencies nobody has seen yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update

from reception.database.records import Alarm, GoingOn
from reception.database.store.queries import Queries, real_time
from reception.database.tables import (
    ConversationRow,
    MessageRow,
    PatientRow,
    PracticeRow,
    RequestRow,
    StaffRow,
)
from reception.errors import NotFound

#: After so long without a word a conversation is over, although nobody said goodbye.
FORGOTTEN = timedelta(minutes=30)
#: So long somebody who asked for a person is shown as waiting.
WAITING = timedelta(hours=2)
#: More are never shown at once: the newest come first.
MOST_SHOWN = 200


class Overview(Queries):
    """Conversations and emergencies as the dashboard shows them; times are aware, in the practice's zone."""

    async def going_on(self, practice_id: UUID) -> list[GoingOn]:
        """Conversations that are not over: emergencies, then those waiting for a person, then the newest."""
        rows = await self._connection.execute(
            _going_on()
            .where(ConversationRow.practice_id == practice_id, _alive())
            .order_by(ConversationRow.updated_at.desc())
            .limit(MOST_SHOWN)
        )
        found = [_record(row) for row in rows]
        return sorted(found, key=lambda one: (not one.emergency, not one.waiting))

    async def shown_conversation(self, practice_id: UUID, conversation_id: UUID) -> GoingOn | None:
        """One conversation, over or not."""
        query = _going_on().where(
            ConversationRow.practice_id == practice_id, ConversationRow.id == conversation_id
        )
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _record(row)

    async def count_waiting_conversations(self, practice_id: UUID) -> int:
        """How many wait for a person whom nobody attends to."""
        query = select(func.count()).where(ConversationRow.practice_id == practice_id, _waits())
        return await self._connection.scalar(query) or 0

    async def unseen_emergencies(self, practice_id: UUID) -> list[Alarm]:
        """Emergencies that nobody of staff has seen yet, oldest first."""
        query = (
            select(
                RequestRow.id,
                RequestRow.conversation_id,
                RequestRow.created_at,
                RequestRow.details,
                PatientRow.name,
                ConversationRow.channel,
                ConversationRow.caller,
                PracticeRow.time_zone,
            )
            .join(PracticeRow, PracticeRow.id == RequestRow.practice_id)
            .outerjoin(PatientRow, PatientRow.id == RequestRow.patient_id)
            .outerjoin(ConversationRow, ConversationRow.id == RequestRow.conversation_id)
            .where(
                RequestRow.practice_id == practice_id,
                RequestRow.priority == "emergency",
                RequestRow.status == "open",
                RequestRow.seen_at.is_(None),
            )
            .order_by(RequestRow.created_at)
            .limit(MOST_SHOWN)
        )
        return [
            Alarm(
                row.id,
                row.conversation_id,
                row.created_at.astimezone(ZoneInfo(row.time_zone)),
                str(row.details.get("words", "")),
                row.name or "",
                row.channel or "",
                row.caller or "",
            )
            for row in await self._connection.execute(query)
        ]

    async def see_request(self, practice_id: UUID, request_id: UUID, staff_id: UUID) -> bool:
        """Marks a request as seen by somebody; False when it was before. NotFound without such a request."""
        mine = (RequestRow.practice_id == practice_id, RequestRow.id == request_id)
        query = (
            update(RequestRow)
            .where(*mine, RequestRow.seen_at.is_(None))
            .values(seen_by=staff_id, seen_at=real_time())
        )
        if await self._connection.scalar(query.returning(RequestRow.id)) is not None:
            return True
        if await self._connection.scalar(select(RequestRow.id).where(*mine)) is None:
            raise NotFound("There is no such request.")
        return False

    async def attended_by(self, practice_id: UUID, staff_id: UUID) -> list[UUID]:
        """The conversations that somebody has and that are not over."""
        query = select(ConversationRow.id).where(
            ConversationRow.practice_id == practice_id,
            ConversationRow.attended_by == staff_id,
            ConversationRow.status != "closed",
        )
        return list(await self._connection.scalars(query))

    async def attend(
        self, practice_id: UUID, conversation_id: UUID, staff_id: UUID | None, *, instead_of: UUID | None
    ) -> bool:
        """Puts a conversation into somebody's hands (or, None, back into the desk's).

        False when it was no longer in those of `instead_of`, or is over.
        """
        query = (
            update(ConversationRow)
            .where(
                ConversationRow.practice_id == practice_id,
                ConversationRow.id == conversation_id,
                ConversationRow.attended_by.is_not_distinct_from(instead_of),
                ConversationRow.status != "closed",
            )
            .values(attended_by=staff_id, attended_at=None if staff_id is None else real_time())
        )
        return await self._connection.scalar(query.returning(ConversationRow.id)) is not None


def _alive() -> ColumnElement[bool]:
    recent = ConversationRow.updated_at > real_time() - FORGOTTEN
    return or_(
        and_(ConversationRow.status != "closed", or_(recent, ConversationRow.attended_by.is_not(None))),
        _waits(),
    )


def _waits() -> ColumnElement[bool]:
    return and_(
        ConversationRow.status == "handed_over",
        ConversationRow.attended_by.is_(None),
        ConversationRow.updated_at > real_time() - WAITING,
    )


def _going_on() -> Any:
    emergency = (
        select(RequestRow.id)
        .where(
            RequestRow.conversation_id == ConversationRow.id,
            RequestRow.priority == "emergency",
            RequestRow.status == "open",
        )
        .exists()
    )
    last = and_(
        MessageRow.conversation_id == ConversationRow.id,
        MessageRow.sequence == ConversationRow.message_count,
    )
    return (
        select(
            ConversationRow.id,
            ConversationRow.channel,
            ConversationRow.status,
            ConversationRow.outcome,
            ConversationRow.caller,
            ConversationRow.state,
            ConversationRow.created_at,
            ConversationRow.updated_at,
            ConversationRow.attended_by,
            StaffRow.name.label("attended_by_name"),
            MessageRow.role.label("last_role"),
            MessageRow.text.label("last_text"),
            emergency.label("emergency"),
            PracticeRow.time_zone,
        )
        .join(PracticeRow, PracticeRow.id == ConversationRow.practice_id)
        .outerjoin(MessageRow, last)
        .outerjoin(StaffRow, StaffRow.id == ConversationRow.attended_by)
    )


def _record(row: Row[Any]) -> GoingOn:
    zone = ZoneInfo(row.time_zone)
    return GoingOn(
        id=row.id,
        channel=row.channel,
        status=row.status,
        outcome=row.outcome,
        caller=row.caller,
        state=row.state,
        created_at=row.created_at.astimezone(zone),
        updated_at=row.updated_at.astimezone(zone),
        attended_by=row.attended_by,
        attended_by_name=row.attended_by_name or "",
        last_role=row.last_role or "",
        last_text=row.last_text or "",
        emergency=row.emergency,
    )
