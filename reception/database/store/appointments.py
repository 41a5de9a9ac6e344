"""Queries for appointments and holds, which share one table so that one constraint guards both."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from reception.database.records import Appointment, Patient
from reception.database.store.holds import Holds, stretch
from reception.database.store.patients import kept_record
from reception.database.store.queries import real_time
from reception.database.tables import (
    OCCUPYING,
    AppointmentRow,
    AppointmentTypeRow,
    AuditRow,
    ConversationRow,
    PatientRow,
    PracticeRow,
    PractitionerRow,
)

OVERLAP = "23P01"  # exclusion_violation


class Appointments(Holds):
    """Appointments; those who take a time call `lock_calendars` first."""

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
        query = select(
            AppointmentRow.practitioner_id,
            func.lower(AppointmentRow.during),
            func.upper(AppointmentRow.during),
        ).where(
            AppointmentRow.practitioner_id.in_(practitioner_ids),
            AppointmentRow.during.overlaps(stretch(first, last)),
            AppointmentRow.status.in_(OCCUPYING),
            or_(
                AppointmentRow.status != "held",
                (AppointmentRow.hold_expires_at > real_time())
                & (
                    AppointmentRow.conversation_id.is_(None)  # kept for one who was asked by text
                    | AppointmentRow.conversation_id.is_distinct_from(conversation_id)
                ),
            ),
            AppointmentRow.id.is_distinct_from(moving),
        )
        taken: dict[UUID, list[tuple[datetime, datetime]]] = {one: [] for one in practitioner_ids}
        for practitioner_id, start, end in await self._connection.execute(
            query.order_by(AppointmentRow.during)
        ):
            taken[practitioner_id].append((start, end))
        return taken

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
        return await self.take_time(
            id=appointment_id or uuid4(),
            practice_id=practice_id,
            practitioner_id=practitioner_id,
            appointment_type_id=appointment_type_id,
            during=stretch(start, end),
            status=status,
            patient_id=patient_id,
            reason=reason,
            booked_by=booked_by,
            conversation_id=conversation_id,
            source_key=source_key,
        )

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
        """Gives an appointment another time and drops the conversation's holds; False when it is taken."""
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
                        during=stretch(start, end),
                        confirmed_at=None,
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
        query = appointment_rows().where(
            AppointmentRow.practice_id == practice_id, AppointmentRow.id == appointment_id
        )
        if lock:
            query = query.with_for_update(of=AppointmentRow)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else appointment_record(row)

    async def hold_of(self, practice_id: UUID, conversation_id: UUID) -> Appointment | None:
        """The time that is held for a conversation, if it still is."""
        query = appointment_rows().where(
            AppointmentRow.practice_id == practice_id,
            AppointmentRow.conversation_id == conversation_id,
            AppointmentRow.status == "held",
            AppointmentRow.hold_expires_at > real_time(),
        )
        found = await self._records(query)
        return found[0] if found else None

    async def upcoming(self, practice_id: UUID, patient_id: UUID, after: datetime) -> list[Appointment]:
        """The patient's booked appointments that start at `after` or later, soonest first."""
        query = appointment_rows().where(
            AppointmentRow.practice_id == practice_id,
            AppointmentRow.patient_id == kept_record(patient_id),
            AppointmentRow.status == "booked",
            func.lower(AppointmentRow.during) >= after,
        )
        return await self._records(query)

    async def appointments_of(self, practice_id: UUID, conversation_id: UUID) -> list[Appointment]:
        """What was booked or moved in a conversation and is still booked, in order of time."""
        began = select(ConversationRow.created_at).where(ConversationRow.id == conversation_id)
        touched = select(AuditRow.entity_id).where(
            AuditRow.practice_id == practice_id,
            AuditRow.at >= began.scalar_subquery(),  # what the index finds them by
            AuditRow.conversation_id == conversation_id,
            AuditRow.entity == "appointment",
        )
        query = appointment_rows().where(AppointmentRow.status == "booked", AppointmentRow.id.in_(touched))
        return await self._records(query)

    async def booked_after(self, practice_id: UUID, after: datetime) -> list[Appointment]:
        """A practice's booked appointments that start at `after` or later, soonest first."""
        query = appointment_rows().where(
            AppointmentRow.practice_id == practice_id,
            AppointmentRow.status == "booked",
            func.lower(AppointmentRow.during) >= after,
        )
        return await self._records(query)

    async def all_appointments(self) -> list[Appointment]:
        """Every practice's appointments without the holds, in order of time."""
        return await self._records(
            appointment_rows().where(AppointmentRow.status != "held", PracticeRow.trial_of.is_(None))
        )

    async def _records(self, query: Select[*tuple[Any, ...]]) -> list[Appointment]:
        rows = await self._connection.execute(query.order_by(AppointmentRow.during, AppointmentRow.id))
        return [appointment_record(row) for row in rows]


def appointment_rows() -> Select[*tuple[Any, ...]]:
    """What an Appointment is made of; add conditions."""
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
            AppointmentRow.confirmed_at,
            AppointmentRow.arrived_at,
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


def appointment_record(row: Row[Any]) -> Appointment:
    """An Appointment from a row of `appointment_rows`."""
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
        confirmed_at=row.confirmed_at,
        arrived_at=row.arrived_at,
    )
