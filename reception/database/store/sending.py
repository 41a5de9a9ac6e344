"""Queries of the worker that sends text messages: what is due, what became of it, what nobody knows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from reception.database.records import OutgoingText
from reception.database.store.failed_texts import TELLS
from reception.database.store.queries import Queries, real_time
from reception.database.tables import AppointmentRow, OutboxRow, PracticeRow

#: How far a text can have come: a receipt that says less than is known already changes nothing.
_FURTHER = {
    "sent": ("queued", "sending", "unknown"),
    "delivered": ("queued", "sending", "unknown", "sent"),
    "failed": ("queued", "sending", "unknown", "sent"),
}


class Sending(Queries):
    """A text that is claimed is `sending` until it is noted what became of it."""

    async def time_zones(self) -> list[str]:
        """The time zones of all practices."""
        return list(await self._connection.scalars(select(PracticeRow.time_zone).distinct()))

    async def withdraw_outdated_texts(self, time_zone: str, now: datetime) -> int:
        """Withdraws what no longer holds: reminders of appointments that are not to be, offers of times that
        are not kept, and what was told of an appointment before it changed again.

        Of the practices in that time zone, whose desks' clock says `now`; returns how many.
        """
        appointment = AppointmentRow.id == OutboxRow.appointment_id
        coming = exists().where(
            appointment,
            AppointmentRow.status == "booked",
            func.lower(AppointmentRow.during) > now,
            func.starts_with(OutboxRow.key, reminder_of() + ":"),  # still at the time it reminds of
        )
        kept = exists().where(
            appointment, AppointmentRow.status == "held", AppointmentRow.hold_expires_at > real_time()
        )
        outdated = or_(
            and_(OutboxRow.kind == "reminder", ~coming),
            and_(OutboxRow.kind == "waitlist", ~kept),
            and_(OutboxRow.kind.in_(TELLS), _told_since()),
            and_(OutboxRow.kind.in_(("booked", "moved")), _cancelled()),
        )
        gone = await self._connection.scalars(
            update(OutboxRow)
            .where(*self._due(time_zone, now), outdated)
            .values(status="withdrawn", updated_at=real_time())
            .returning(OutboxRow.id)
        )
        return len(gone.all())

    async def claim_texts(self, time_zone: str, now: datetime, limit: int) -> list[OutgoingText]:
        """Takes due texts for sending, oldest first; no two workers ever get the same one."""
        due = (
            select(OutboxRow.id)
            .where(*self._due(time_zone, now))
            .order_by(OutboxRow.created_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        changes = {
            "status": "sending",
            "sending_since": real_time(),
            "retry_at": None,
            "attempts": OutboxRow.attempts + 1,
            "updated_at": real_time(),
        }
        return await self._claim(due, changes)

    async def claim_unsure_texts(self, after: float, again: float, limit: int) -> list[OutgoingText]:
        """Texts in sending for over `after` seconds, each to one worker at a time, every `again` seconds."""
        unsure = (
            select(OutboxRow.id)
            .where(
                OutboxRow.status == "sending",
                OutboxRow.sending_since <= real_time() - timedelta(seconds=after),
                or_(OutboxRow.retry_at.is_(None), OutboxRow.retry_at <= real_time()),
            )
            .order_by(OutboxRow.sending_since)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return await self._claim(unsure, {"retry_at": real_time() + timedelta(seconds=again)})

    async def note_text(
        self, text_id: UUID, status: str, *, sid: str | None = None, error_code: int | None = None
    ) -> OutgoingText | None:
        """Notes what became of a text (sent, delivered, failed); None where more is known of it already."""
        changes: dict[str, Any] = {"status": status, "sending_since": None, "updated_at": real_time()}
        changes |= {"sid": sid} if sid else {}
        changes |= {"error_code": error_code} if error_code is not None else {}
        return await self._note(text_id, OutboxRow.status.in_(_FURTHER[status]), changes)

    async def practice_of_text(self, text_id: UUID) -> UUID | None:
        """Whose text that is."""
        query = select(OutboxRow.practice_id).where(OutboxRow.id == text_id)
        found: UUID | None = await self._connection.scalar(query)
        return found

    async def note_unknown_text(self, text_id: UUID) -> OutgoingText | None:
        """Notes that nobody can tell whether a text was sent; None when that is known after all."""
        changes = {"status": "unknown", "sending_since": None, "updated_at": real_time()}
        return await self._note(text_id, OutboxRow.status == "sending", changes)

    async def sending_for(self, text_id: UUID) -> float:
        """For how many seconds a text has been in sending; 0 when it is not."""
        query = select(func.extract("epoch", real_time() - OutboxRow.sending_since))
        seconds = await self._connection.scalar(query.where(OutboxRow.id == text_id))
        return float(seconds or 0)

    async def requeue_text(self, text_id: UUID, seconds: float, error_code: int | None = None) -> None:
        """Puts a text that was not sent back into the queue, to be tried again after so many seconds."""
        await self._note(
            text_id,
            OutboxRow.status == "sending",
            {
                "status": "queued",
                "sending_since": None,
                "retry_at": real_time() + timedelta(seconds=seconds),
                "error_code": error_code,
                "updated_at": real_time(),
            },
        )

    async def withdraw_all_texts(self) -> int:
        """Withdraws everything that is queued, where no texts can be sent; returns how many."""
        gone = await self._connection.scalars(
            update(OutboxRow)
            .where(OutboxRow.status == "queued")
            .values(status="withdrawn", updated_at=real_time())
            .returning(OutboxRow.id)
        )
        return len(gone.all())

    async def known_sids(self, sids: Collection[str]) -> set[str]:
        """Those of the carrier's identifiers that belong to a text of ours already."""
        query = select(OutboxRow.sid).where(OutboxRow.sid.in_(sids))
        return {sid for sid in await self._connection.scalars(query) if sid is not None}

    async def text_counts(self) -> dict[str, int]:
        """How many texts are in each status."""
        query = select(OutboxRow.status, func.count()).group_by(OutboxRow.status)
        return {status: count for status, count in await self._connection.execute(query)}

    @staticmethod
    def _due(time_zone: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
        return (
            OutboxRow.status == "queued",
            or_(OutboxRow.due_at.is_(None), OutboxRow.due_at <= now),
            or_(OutboxRow.retry_at.is_(None), OutboxRow.retry_at <= real_time()),
            OutboxRow.practice_id.in_(
                select(PracticeRow.id).where(PracticeRow.time_zone == time_zone).scalar_subquery()
            ),
        )

    async def _claim(self, locked: Select[UUID], changes: dict[str, Any]) -> list[OutgoingText]:
        """Changes the rows that the query locks, and returns them."""
        ids = (await self._connection.scalars(locked)).all()
        await self._connection.execute(update(OutboxRow).where(OutboxRow.id.in_(ids)).values(changes))
        return await self._texts(OutboxRow.id.in_(ids))

    async def _note(
        self, text_id: UUID, condition: ColumnElement[bool], changes: dict[str, Any]
    ) -> OutgoingText | None:
        query = update(OutboxRow).where(OutboxRow.id == text_id, condition).values(changes)
        noted = await self._connection.scalar(query.returning(OutboxRow.id))
        if noted is None:
            return None
        return (await self._texts(OutboxRow.id == text_id))[0]

    async def _texts(self, condition: ColumnElement[bool]) -> list[OutgoingText]:
        query = _texts().where(condition).order_by(OutboxRow.created_at, OutboxRow.id)
        return [_text(row) for row in await self._connection.execute(query)]


def reminder_of() -> ColumnElement[str]:
    """How the key of a reminder of an appointment at its present time begins; then its hours follow."""
    start = cast(func.extract("epoch", func.lower(AppointmentRow.during)), BigInteger)
    return func.concat("reminder:", cast(AppointmentRow.id, Text), ":", cast(start, Text), type_=Text())


def _told_since() -> ColumnElement[bool]:
    """Whether a text was written since that makes this one void, be it sent or not: the appointment changed.

    Texts of one appointment never have the same `created_at`: it is locked while one is written.
    """
    later = aliased(OutboxRow)
    return exists().where(
        later.appointment_id == OutboxRow.appointment_id,
        later.kind.in_((*TELLS, "absence")),
        later.created_at > OutboxRow.created_at,
    )


def _cancelled() -> ColumnElement[bool]:
    """Whether its appointment is cancelled, which not every patient is told by a text from here."""
    return exists().where(AppointmentRow.id == OutboxRow.appointment_id, AppointmentRow.status == "cancelled")


def _texts() -> Select[*tuple[Any, ...]]:
    patient = case((AppointmentRow.status != "held", AppointmentRow.patient_id))
    return (
        select(
            OutboxRow.id,
            OutboxRow.practice_id,
            PracticeRow.phone.label("sender"),
            OutboxRow.recipient,
            OutboxRow.body,
            OutboxRow.kind,
            OutboxRow.attempts,
            OutboxRow.sending_since,
            OutboxRow.conversation_id,
            OutboxRow.appointment_id,
            patient.label("patient_id"),
        )
        .join(PracticeRow, PracticeRow.id == OutboxRow.practice_id)
        .outerjoin(AppointmentRow, AppointmentRow.id == OutboxRow.appointment_id)
    )


def _text(row: Row[Any]) -> OutgoingText:
    return OutgoingText(**row._mapping)
