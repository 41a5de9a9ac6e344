"""Queries that forget what was kept long enough, some rows at a time; dashboards are not told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select, text

from reception.database.store.queries import Queries, real_time
from reception.database.tables import (
    AppointmentRow,
    AuditRow,
    CallRow,
    ConversationPatientRow,
    ConversationRow,
    IdentificationFailureRow,
    OutboxRow,
    PatientRow,
    RequestRow,
)


class Forgetting(Queries):
    """Each query takes up to `limit` rows of one practice from before an aware moment; it tells how many.

    The audit log is never touched: it holds identifiers and times only.
    """

    async def old_conversations(self, practice_id: UUID, before: datetime, limit: int) -> list[UUID]:
        """Conversations in which nothing was said since."""
        query = select(ConversationRow.id).where(
            ConversationRow.practice_id == practice_id, ConversationRow.updated_at < before
        )
        return list(await self._connection.scalars(query.order_by(ConversationRow.updated_at).limit(limit)))

    async def old_requests(self, practice_id: UUID, before: datetime, limit: int) -> list[UUID]:
        """Requests that were done before; open ones stay until somebody has done them."""
        query = select(RequestRow.id).where(
            RequestRow.practice_id == practice_id, RequestRow.status == "done", RequestRow.done_at < before
        )
        return list(await self._connection.scalars(query.order_by(RequestRow.done_at).limit(limit)))

    async def old_patients(
        self, practice_id: UUID, before: datetime, by_desk: datetime, limit: int, but: Collection[UUID] = ()
    ) -> list[UUID]:
        """Patients on file since, of whom nothing is kept that is newer: no appointment, request or talk.

        `by_desk` is the same moment by the desk's clock, by which appointments are. None of those in `but`.
        """
        newer = (
            (AppointmentRow, func.upper(AppointmentRow.during) >= by_desk),
            (RequestRow, (RequestRow.created_at >= before) | (RequestRow.status == "open")),
        )
        talked = exists().where(
            ConversationPatientRow.patient_id == PatientRow.id,
            ConversationRow.id == ConversationPatientRow.conversation_id,
            ConversationRow.updated_at >= before,
        )
        query = select(PatientRow.id).where(
            PatientRow.practice_id == practice_id,
            PatientRow.created_at < before,
            PatientRow.id.not_in(but),
            ~talked,
            PatientRow.merged_into.is_(None),  # else it goes with the record it was merged into
            *(~exists().where(table.patient_id == PatientRow.id, recent) for table, recent in newer),
        )
        return list(await self._connection.scalars(query.order_by(PatientRow.created_at).limit(limit)))

    async def recordings_of_conversations(self, conversations: list[UUID]) -> set[str]:
        """The carrier's identifiers of recordings of these talks, and of messages left on tape in them."""
        noted = select(AuditRow.details).where(
            AuditRow.conversation_id.in_(conversations), AuditRow.action == "recorded"
        )
        found = {str(one.get("recording", "")) for one in await self._connection.scalars(noted)}
        return found - {""}

    async def recordings_of_requests(self, requests: list[UUID]) -> set[str]:
        """Where messages left on tape are that these requests tell of."""
        details = await self._connection.scalars(
            select(RequestRow.details).where(RequestRow.id.in_(requests))
        )
        return {str(one["recording"]) for one in details if one.get("recording")}

    async def forget_conversations(self, conversations: list[UUID]) -> int:
        """Forgets these with all that was said, heard, guessed and corrected in them."""
        held = AppointmentRow.conversation_id.in_(conversations) & (AppointmentRow.status == "held")
        await self._forget(AppointmentRow.id, held)
        return await self._forget(ConversationRow.id, ConversationRow.id.in_(conversations))

    async def forget_requests(self, requests: list[UUID]) -> int:
        """Forgets these with their notes."""
        return await self._forget(RequestRow.id, RequestRow.id.in_(requests))

    async def forget_calls(self, practice_id: UUID, before: datetime, limit: int) -> int:
        """Calls that only rang through, and so have no conversation."""
        row = CallRow
        old = row.practice_id == practice_id, row.conversation_id.is_(None), row.created_at < before
        return await self._forget_some(row.call_sid, limit, *old)

    async def forget_appointments(self, practice_id: UUID, before: datetime, limit: int) -> int:
        """Appointments and blocked time that ended before, by the desk's clock; cancelled ones too."""
        row = AppointmentRow
        old = row.practice_id == practice_id, func.upper(row.during) < before, row.status != "held"
        return await self._forget_some(row.id, limit, *old)

    async def forget_texts(self, practice_id: UUID, before: datetime, limit: int) -> int:
        """Texts of which nothing has been heard since, and that do not wait to be sent."""
        row = OutboxRow
        waits = row.status.in_(("queued", "sending"))
        return await self._forget_some(
            row.id, limit, row.practice_id == practice_id, row.updated_at < before, ~waits
        )

    async def forget_guesses(self, after: timedelta) -> int:
        """Failed identifications that count no longer, of every practice."""
        old = IdentificationFailureRow.at < real_time() - after
        return await self._forget(IdentificationFailureRow.id, old)

    async def _forget_some(self, key: Any, limit: int, *old: ColumnElement[bool]) -> int:
        some = select(key).where(*old).limit(limit).with_for_update(skip_locked=True)
        return await self._forget(key, key.in_(some.scalar_subquery()))

    async def _forget(self, key: Any, *conditions: ColumnElement[bool]) -> int:
        await self._connection.execute(text("SET LOCAL reception.quiet = 'on'"))
        gone = await self._connection.scalars(delete(key.class_).where(*conditions).returning(key))
        return len(gone.all())
