"""Queries around an appointment that is coming up: reminders, the patient's word that they come, its link."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select, update

from reception.database.records import Appointment
from reception.database.store.appointments import Appointments, appointment_rows
from reception.database.store.queries import real_time
from reception.database.store.sending import reminder_of
from reception.database.tables import AppointmentRow, OutboxRow


class Attendance(Appointments):
    """Appointments as patients are told and asked of them."""

    async def without_reminder(
        self, practice_id: UUID, first: datetime, last: datetime, hours: float
    ) -> list[Appointment]:
        """Booked appointments after `first` up to `last` that have no reminder of so many hours."""
        start = func.lower(AppointmentRow.during)
        planned = exists().where(
            OutboxRow.practice_id == practice_id, OutboxRow.key == reminder_of() + f":{hours:g}"
        )
        query = appointment_rows().where(
            AppointmentRow.practice_id == practice_id,
            AppointmentRow.status == "booked",
            start > first,
            start <= last,
            ~planned,
        )
        return await self._records(query)

    async def confirm_appointment(self, practice_id: UUID, appointment_id: UUID, start: datetime) -> bool:
        """Notes that the patient says they will come; False when it is not booked for then any more."""
        query = (
            update(AppointmentRow)
            .where(
                AppointmentRow.practice_id == practice_id,
                AppointmentRow.id == appointment_id,
                AppointmentRow.status == "booked",
                func.lower(AppointmentRow.during) == start,
            )
            .values(confirmed_at=func.coalesce(AppointmentRow.confirmed_at, real_time()))
        )
        return await self._connection.scalar(query.returning(AppointmentRow.id)) is not None

    async def appointment_link(self, appointment_id: UUID) -> str:
        """What stands in the address of the appointment's calendar file: 128 random bits, always the same."""
        query = (
            update(AppointmentRow)
            .where(AppointmentRow.id == appointment_id)
            .values(link=func.coalesce(AppointmentRow.link, secrets.token_urlsafe(16)))
        )
        link = await self._connection.scalar(query.returning(AppointmentRow.link))
        return link or ""

    async def appointment_by_link(self, link: str) -> tuple[UUID, Appointment] | None:
        """The practice's id and the appointment with this link, cancelled or not."""
        found = await self._records(
            appointment_rows().where(AppointmentRow.link == link, AppointmentRow.status != "held")
        )
        if not found:
            return None
        practice = select(AppointmentRow.practice_id).where(AppointmentRow.id == found[0].id)
        practice_id: UUID = (await self._connection.execute(practice)).scalar_one()
        return practice_id, found[0]
