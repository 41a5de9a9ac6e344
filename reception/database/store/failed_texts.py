"""Queries for texts that did not arrive: which request tells staff of them, and what became of it since."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, select, update
from sqlalchemy.orm import aliased

from reception.database.records import FailedText
from reception.database.store.queries import Queries, real_time
from reception.database.tables import AppointmentRow, OutboxRow, PracticeRow

#: What is added to a text's key for the one that is sent in its place: there can be but one.
AGAIN = ":again"
#: Texts that tell where an appointment stands.
TELLS = ("booked", "moved", "cancelled")


class FailedTexts(Queries):
    """Texts of one practice; times are aware, in the practice's zone."""

    async def tell_of_text(self, text_id: UUID, request_id: UUID) -> None:
        """The request tells staff that the text did not arrive."""
        await self._connection.execute(
            update(OutboxRow).where(OutboxRow.id == text_id).values(request_id=request_id)
        )

    async def failed_text(self, practice_id: UUID, request_id: UUID) -> FailedText | None:
        """The text of which a request tells; None where it tells of none."""
        later, again = aliased(OutboxRow), aliased(OutboxRow)
        told_since = exists().where(
            later.appointment_id == OutboxRow.appointment_id,
            later.kind.in_(TELLS),
            later.created_at > OutboxRow.created_at,
            later.key != OutboxRow.key + AGAIN,
        )
        held = and_(AppointmentRow.status == "held", AppointmentRow.hold_expires_at > real_time())
        query = (
            select(
                OutboxRow.id,
                OutboxRow.practice_id,
                OutboxRow.recipient,
                OutboxRow.body,
                OutboxRow.kind,
                OutboxRow.key,
                OutboxRow.status,
                OutboxRow.error_code,
                OutboxRow.updated_at,
                OutboxRow.about,
                OutboxRow.conversation_id,
                OutboxRow.appointment_id,
                AppointmentRow.status,
                func.lower(AppointmentRow.during),
                func.coalesce(held, False),
                told_since,
                again.status,
                PracticeRow.time_zone,
            )
            .join(PracticeRow, PracticeRow.id == OutboxRow.practice_id)
            .outerjoin(AppointmentRow, AppointmentRow.id == OutboxRow.appointment_id)
            .outerjoin(
                again, and_(again.practice_id == OutboxRow.practice_id, again.key == OutboxRow.key + AGAIN)
            )
            .where(OutboxRow.practice_id == practice_id, OutboxRow.request_id == request_id)
        )
        row = (await self._connection.execute(query)).first()
        if row is None:
            return None
        *given, zone = row
        found = FailedText(*given)
        local = {"at": found.at.astimezone(ZoneInfo(zone))}
        if found.appointment_start is not None:
            local["appointment_start"] = found.appointment_start.astimezone(ZoneInfo(zone))
        return FailedText(**{**vars(found), **local})
