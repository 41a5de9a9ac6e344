"""Queries for appointments and holds, which share one table so that one constraint guards both."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.exc import IntegrityError

from reception.database.records import Appointment, Patient
from reception.database.store.queries import Queries, real_time
from reception.database.tables import (
    OCCUPYING,
    AppointmentRow,
    AppointmentTypeRow,
    PatientRow,
    PracticeRow,
    PractitionerRow,
)

OVERLAP = "23P01"  # exclusion_violation


class Appointments(Queries):
    """Appointments and holds. Whoever takes a time locks the calendar first; the constraint judges last."""

    async def lock_calendars(self, practitioner_ids: Collection[UUID]) -> None:
        """Lets one transaction at a time take times of these practitioners; the others wait."""
        query = (
            select(PractitionerRow.id)
            .where(PractitionerRow.id.in_(practitioner_ids))
            .order_by(PractitionerRow.id)
            .with_for_update(key_share=True)
        )
        await self._connection.execute(query)

    async def busy(
        self,
        practitioner_ids: Collection[UUID],
        first: datetime,
        last: datetime,
        *,
        conversation_id: UUID | None = None,
        moving: UUID | None = None,
    ) -> dict[UUID, list[tuple[datetime, datetime]]]:
        """Taken stretches (UTC) between two aware times, by practitioner, in order.

        Live holds count, except those of `conversation_id`; the appointment `moving` does not count.
        """
        query = select(AppointmentRow.practitioner_id, AppointmentRow.during).where(
            AppointmentRow.practitioner_id.in_(practitioner_ids),
            AppointmentRow.during.overlaps(_range(first, last)),
            AppointmentRow.status.in_(OCCUPYING),
            or_(
                AppointmentRow.status == "booked",
                (AppointmentRow.hold_expires_at > real_time())
                & AppointmentRow.conversation_id.is_distinct_from(conversation_id),
            ),
            AppointmentRow.id.is_distinct_from(moving),
        )
        taken: dict[UUID, list[tuple[datetime, datetime]]] = {one: [] for one in practitioner_ids}
        for practitioner_id, during in await self._connection.execute(query.order_by(AppointmentRow.during)):
            taken[practitioner_id].append((during.lower, during.upper))
        return taken

    async def drop_expired_holds(self, practitioner_id: UUID, start: datetime, end: datetime) -> None:
        """Removes expired holds that are in the way of this stretch."""
        await self._connection.execute(
            delete(AppointmentRow).where(
                AppointmentRow.practitioner_id == practitioner_id,
                AppointmentRow.during.overlaps(_range(start, end)),
                *_expired(),
            )
        )

    async def sweep_expired_holds(self) -> int:
        """Removes every expired hold; returns how many."""
        swept = await self._connection.scalars(
            delete(AppointmentRow).where(*_expired()).returning(AppointmentRow.id)
        )
        return len(swept.all())

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
        conversation_id: UUID,
        minutes: float,
    ) -> UUID | None:
        """Keeps a stretch for `minutes` of real time; None when it is not free."""
        return await self._insert(
            practice_id=practice_id,
            practitioner_id=practitioner_id,
            appointment_type_id=appointment_type_id,
            during=_range(start, end),
            status="held",
            reason="",
            conversation_id=conversation_id,
            hold_expires_at=real_time() + timedelta(minutes=minutes),
        )

    async def add_appointment(
        self,
        practice_id: UUID,
        practitioner_id: UUID,
        appointment_type_id: UUID,
        start: datetime,
        end: datetime,
        *,
        patient_id: UUID,
        reason: str = "",
        booked_by: str | None = None,
        conversation_id: UUID | None = None,
        source_key: UUID | None = None,
        status: str = "booked",
        appointment_id: UUID | None = None,
    ) -> UUID | None:
        """Books a stretch; None when it is not free (or `source_key` or the id is there already)."""
        return await self._insert(
            id=appointment_id or uuid4(),
            practice_id=practice_id,
            practitioner_id=practitioner_id,
            appointment_type_id=appointment_type_id,
            during=_range(start, end),
            status=status,
            patient_id=patient_id,
            reason=reason,
            booked_by=booked_by,
            conversation_id=conversation_id,
            source_key=source_key,
        )

    async def _insert(self, **values: Any) -> UUID | None:
        """A conflict is no error here, so it neither spoils the transaction nor ends in a deadlock."""
        query = insert(AppointmentRow).values({"id": uuid4()} | values).on_conflict_do_nothing()
        added: UUID | None = await self._connection.scalar(query.returning(AppointmentRow.id))
        return added

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
                AppointmentRow.during == _range(start, end),
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

    async def move_appointment(
        self,
        appointment_id: UUID,
        practitioner_id: UUID,
        appointment_type_id: UUID,
        start: datetime,
        end: datetime,
        *,
        conversation_id: UUID,
    ) -> bool:
        """Gives an appointment another time and drops the conversation's holds; False, and nothing, if taken."""
        try:
            async with self.savepoint():
                await self.drop_holds(conversation_id)
                await self.drop_expired_holds(practitioner_id, start, end)
                await self._connection.execute(
                    update(AppointmentRow)
                    .where(AppointmentRow.id == appointment_id)
                    .values(
                        practitioner_id=practitioner_id,
                        appointment_type_id=appointment_type_id,
                        during=_range(start, end),
                    )
                )
        except IntegrityError as error:
            if getattr(error.orig, "sqlstate", None) != OVERLAP:
                raise
            return False
        return True

    async def set_appointment_status(self, appointment_id: UUID, status: str) -> None:
        """Sets the status of an appointment (not of a hold)."""
        await self._connection.execute(
            update(AppointmentRow)
            .where(AppointmentRow.id == appointment_id, AppointmentRow.status != "held")
            .values(status=status)
        )

    async def appointment(
        self, practice_id: UUID, appointment_id: UUID, *, lock: bool = False
    ) -> Appointment | None:
        """The appointment or hold; with `lock` nobody else changes it until this transaction ends."""
        query = _appointments().where(
            AppointmentRow.practice_id == practice_id, AppointmentRow.id == appointment_id
        )
        if lock:
            query = query.with_for_update(of=AppointmentRow)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _record(row)

    async def upcoming(self, practice_id: UUID, patient_id: UUID, after: datetime) -> list[Appointment]:
        """The patient's booked appointments that start at `after` or later, soonest first."""
        query = _appointments().where(
            AppointmentRow.practice_id == practice_id,
            AppointmentRow.patient_id == patient_id,
            AppointmentRow.status == "booked",
            func.lower(AppointmentRow.during) >= after,
        )
        return await self._records(query)

    async def all_appointments(self) -> list[Appointment]:
        """Every practice's appointments without the holds, in order of time."""
        return await self._records(_appointments().where(AppointmentRow.status != "held"))

    async def _records(self, query: Select[Any]) -> list[Appointment]:
        rows = await self._connection.execute(query.order_by(AppointmentRow.during, AppointmentRow.id))
        return [_record(row) for row in rows]


def _range(start: datetime, end: datetime) -> Range[datetime]:
    return Range(start, end, bounds="[)")


def _expired() -> tuple[Any, Any]:
    return AppointmentRow.status == "held", AppointmentRow.hold_expires_at <= real_time()


def _appointments() -> Select[Any]:
    return (
        select(
            AppointmentRow.id,
            AppointmentRow.practitioner_id,
            PractitionerRow.name.label("practitioner"),
            AppointmentRow.appointment_type_id,
            AppointmentTypeRow.name.label("appointment_type"),
            AppointmentRow.during,
            PracticeRow.time_zone,
            AppointmentRow.reason,
            AppointmentRow.status,
            AppointmentRow.booked_by,
            AppointmentRow.conversation_id,
            AppointmentRow.patient_id,
            PatientRow.name.label("patient_name"),
            PatientRow.date_of_birth,
            PatientRow.phone,
            PatientRow.email,
            PatientRow.insurance,
        )
        .join(PractitionerRow, PractitionerRow.id == AppointmentRow.practitioner_id)
        .join(AppointmentTypeRow, AppointmentTypeRow.id == AppointmentRow.appointment_type_id)
        .join(PracticeRow, PracticeRow.id == AppointmentRow.practice_id)
        .outerjoin(PatientRow, PatientRow.id == AppointmentRow.patient_id)
    )


def _record(row: Row[Any]) -> Appointment:
    zone = ZoneInfo(row.time_zone)
    patient = None
    if row.patient_id is not None:
        patient = Patient(
            row.patient_id, row.patient_name, row.date_of_birth, row.phone, row.email, row.insurance
        )
    return Appointment(
        id=row.id,
        patient=patient,
        practitioner=row.practitioner,
        practitioner_id=row.practitioner_id,
        appointment_type=row.appointment_type,
        appointment_type_id=row.appointment_type_id,
        reason=row.reason,
        start=row.during.lower.astimezone(zone),
        end=row.during.upper.astimezone(zone),
        status=row.status,
        booked_by=row.booked_by,
        conversation_id=row.conversation_id,
    )
