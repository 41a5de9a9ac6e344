"""Queries for holds: times kept for a conversation, as rows of the appointments' table."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Uuid, and_, cast, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import Range, insert

from reception.database.store.queries import Queries, real_time
from reception.database.tables import AppointmentRow, OutboxRow, PractitionerRow, RequestRow


class Holds(Queries):
    """Whoever takes a time, to hold or to book it, locks the calendar first; the constraint judges last."""

    async def lock_calendars(self, practitioner_ids: Collection[UUID]) -> None:
        """Lets one transaction at a time take times of these practitioners; the others wait."""
        query = (
            select(PractitionerRow.id)
            .where(PractitionerRow.id.in_(practitioner_ids))
            .order_by(PractitionerRow.id)
            .with_for_update(key_share=True)
        )
        await self._connection.execute(query)

    async def drop_expired_holds(self, practitioner_id: UUID, start: datetime, end: datetime) -> None:
        """Removes expired holds that are in the way of this stretch."""
        await self._connection.execute(
            delete(AppointmentRow).where(
                AppointmentRow.practitioner_id == practitioner_id,
                AppointmentRow.during.overlaps(stretch(start, end)),
                *_expired(),
            )
        )

    async def live_holds(self) -> int:
        """How many times are held now."""
        held = select(func.count()).where(
            AppointmentRow.status == "held", AppointmentRow.hold_expires_at > real_time()
        )
        return await self._connection.scalar(held) or 0

    async def sweep_expired_holds(self, *, offered: bool = True) -> int:
        """Removes expired holds, of times `offered` by text too or not; returns how many."""
        swept = delete(AppointmentRow).where(*_expired())
        if not offered:
            swept = swept.where(~exists().where(*_offered_by_text()))
        return len((await self._connection.scalars(swept.returning(AppointmentRow.id))).all())

    async def lapsed_offers(self) -> list[tuple[UUID, UUID]]:
        """Practice and hold of each time that was offered by text in vain; no two workers get the same.

        Nobody answered in time, or the text did not arrive and they have not been in touch otherwise.
        """
        undelivered = and_(
            OutboxRow.status.in_(("failed", "withdrawn")),
            exists().where(
                RequestRow.id == cast(OutboxRow.about["request"].astext, Uuid),
                RequestRow.conversation_id == AppointmentRow.conversation_id,
            ),
        )
        query = (
            select(AppointmentRow.practice_id, AppointmentRow.id)
            .join(OutboxRow, and_(*_offered_by_text()))
            .where(
                AppointmentRow.status == "held",
                or_(AppointmentRow.hold_expires_at <= real_time(), undelivered),
            )
            .with_for_update(of=AppointmentRow, skip_locked=True)
        )
        return [(practice, hold) for practice, hold in await self._connection.execute(query)]

    async def drop_hold(self, hold_id: UUID) -> None:
        """Removes one hold."""
        await self._connection.execute(
            delete(AppointmentRow).where(AppointmentRow.id == hold_id, AppointmentRow.status == "held")
        )

    async def keep_hold(self, hold_id: UUID, minutes: float) -> None:
        """Keeps a hold for so many minutes from now, be that longer or shorter than before."""
        await self._connection.execute(
            update(AppointmentRow)
            .where(AppointmentRow.id == hold_id, AppointmentRow.status == "held")
            .values(hold_expires_at=real_time() + timedelta(minutes=minutes))
        )

    async def drop_holds(self, conversation_id: UUID) -> None:
        """Removes whatever the conversation holds."""
        await self._connection.execute(
            delete(AppointmentRow).where(
                AppointmentRow.conversation_id == conversation_id, AppointmentRow.status == "held"
            )
        )

    async def add_hold(
        self,
        practice_id: UUID,
        practitioner_id: UUID,
        appointment_type_id: UUID,
        start: datetime,
        end: datetime,
        *,
        conversation_id: UUID | None,
        minutes: float,
    ) -> UUID | None:
        """Keeps a stretch for `minutes` of real time; None when it is not free."""
        return await self.take_time(
            practice_id=practice_id,
            practitioner_id=practitioner_id,
            appointment_type_id=appointment_type_id,
            during=stretch(start, end),
            status="held",
            reason="",
            conversation_id=conversation_id,
            hold_expires_at=real_time() + timedelta(minutes=minutes),
        )

    async def book_hold(
        self,
        hold_id: UUID,
        practitioner_id: UUID,
        appointment_type_id: UUID,
        start: datetime,
        end: datetime,
        *,
        conversation_id: UUID,
        patient_id: UUID,
        reason: str,
        booked_by: str | None,
    ) -> bool:
        """Turns the conversation's hold of exactly this stretch into an appointment; False without one.

        An expired hold will do: as long as its row is there, nobody else can have the time.
        """
        query = (
            update(AppointmentRow)
            .where(
                AppointmentRow.id == hold_id,
                AppointmentRow.status == "held",
                AppointmentRow.conversation_id == conversation_id,
                AppointmentRow.practitioner_id == practitioner_id,
                AppointmentRow.during == stretch(start, end),
            )
            .values(
                status="booked",
                hold_expires_at=None,
                appointment_type_id=appointment_type_id,
                patient_id=patient_id,
                reason=reason,
                booked_by=booked_by,
            )
        )
        return await self._connection.scalar(query.returning(AppointmentRow.id)) is not None

    async def hand_hold(self, hold_id: UUID, conversation_id: UUID, minutes: float) -> None:
        """Gives a hold to another conversation, for at least `minutes` more."""
        later = func.greatest(AppointmentRow.hold_expires_at, real_time() + timedelta(minutes=minutes))
        await self._connection.execute(
            update(AppointmentRow)
            .where(AppointmentRow.id == hold_id, AppointmentRow.status == "held")
            .values(conversation_id=conversation_id, hold_expires_at=later)
        )

    async def take_time(self, **values: Any) -> UUID | None:
        """A conflict is no error here, so it neither spoils the transaction nor ends in a deadlock."""
        query = insert(AppointmentRow).values({"id": uuid4()} | values).on_conflict_do_nothing()
        added: UUID | None = await self._connection.scalar(query.returning(AppointmentRow.id))
        return added


def stretch(start: datetime, end: datetime) -> Range[datetime]:
    """The time from `start`, included, to `end`, not included."""
    return Range(start, end, bounds="[)")


def _offered_by_text() -> tuple[Any, Any]:
    return OutboxRow.appointment_id == AppointmentRow.id, OutboxRow.kind == "waitlist"


def _expired() -> tuple[Any, Any]:
    return AppointmentRow.status == "held", AppointmentRow.hold_expires_at <= real_time()
