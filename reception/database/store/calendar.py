"""Queries for the calendar as staff work with it: all that fills a day, time they block, who has arrived."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from reception.database.records import Appointment, TimeBlock
from reception.database.store.appointments import OVERLAP, Appointments, appointment_rows
from reception.database.store.holds import stretch
from reception.database.store.queries import real_time
from reception.database.tables import AppointmentRow, PracticeRow, PractitionerRow

#: No appointment lasts longer.
LONGEST = timedelta(days=1)


class Calendar(Appointments):
    """A practice's calendar; times are aware, in the practice's zone."""

    async def day_sheet(self, practice_id: UUID, first: datetime, last: datetime) -> list[Appointment]:
        """Appointments (but cancelled ones) and live holds between two aware times, in order of time."""
        query = appointment_rows().where(
            AppointmentRow.practice_id == practice_id,
            func.lower(AppointmentRow.during) > first - LONGEST,  # what the index finds them by
            func.lower(AppointmentRow.during) < last,
            AppointmentRow.during.overlaps(stretch(first, last)),
            AppointmentRow.status.in_(("held", "booked", "completed", "no_show")),
            (AppointmentRow.status != "held") | (AppointmentRow.hold_expires_at > real_time()),
        )
        return await self._records(query)

    async def booked_with(self, practice_id: UUID, since: datetime) -> dict[UUID, str]:
        """Names, by id, of all with whom appointments (but cancelled ones) stand that end after `since`."""
        row = AppointmentRow
        query = (
            select(PractitionerRow.id, PractitionerRow.name)
            .join(row, row.practitioner_id == PractitionerRow.id)
            .where(
                row.practice_id == practice_id,
                func.lower(row.during) > since - LONGEST,  # what the index finds them by
                func.upper(row.during) > since,
                row.status.in_(("booked", "completed", "no_show")),
            )
            .distinct()
        )
        return {each: name for each, name in await self._connection.execute(query)}

    async def time_blocks(self, practice_id: UUID, first: datetime, last: datetime) -> list[TimeBlock]:
        """Blocked time between two aware times."""
        return await self._blocks(practice_id, AppointmentRow.during.overlaps(stretch(first, last)))

    async def time_block(self, practice_id: UUID, block_id: UUID) -> TimeBlock | None:
        """One stretch of blocked time."""
        found = await self._blocks(practice_id, AppointmentRow.id == block_id)
        return found[0] if found else None

    async def _blocks(self, practice_id: UUID, which: ColumnElement[bool]) -> list[TimeBlock]:
        row = AppointmentRow
        query = (
            select(row.id, row.practitioner_id, row.during, row.reason, PracticeRow.time_zone)
            .join(PracticeRow, PracticeRow.id == row.practice_id)
            .where(row.practice_id == practice_id, row.status == "blocked", which)
            .order_by(row.during, row.id)
        )
        return [
            TimeBlock(
                one.id,
                one.practitioner_id,
                one.during.lower.astimezone(ZoneInfo(one.time_zone)),
                one.during.upper.astimezone(ZoneInfo(one.time_zone)),
                one.reason,
            )
            for one in await self._connection.execute(query)
        ]

    async def block_time(
        self,
        practice_id: UUID,
        practitioner_id: UUID,
        start: datetime,
        end: datetime,
        reason: str,
        absence_id: UUID | None = None,
    ) -> UUID | None:
        """Keeps a stretch from being booked; None when something is in it already."""
        return await self.take_time(
            practice_id=practice_id,
            practitioner_id=practitioner_id,
            during=stretch(start, end),
            status="blocked",
            reason=reason,
            absence_id=absence_id,
        )

    async def unblock_time(self, practice_id: UUID, block_id: UUID) -> bool:
        """Gives blocked time back; False without such a block."""
        query = delete(AppointmentRow).where(
            AppointmentRow.practice_id == practice_id,
            AppointmentRow.id == block_id,
            AppointmentRow.status == "blocked",
        )
        return await self._connection.scalar(query.returning(AppointmentRow.id)) is not None

    async def restore_appointment(self, appointment_id: UUID) -> bool:
        """Books a cancelled appointment again; False when something else has its time."""
        try:
            async with self.savepoint():
                await self.set_appointment_status(appointment_id, "booked")
        except IntegrityError as error:
            if getattr(error.orig, "sqlstate", None) != OVERLAP:
                raise
            return False
        return True

    async def note_arrival(self, appointment_id: UUID, *, arrived: bool) -> None:
        """Notes that the patient is here, or (after all) not."""
        await self._connection.execute(
            update(AppointmentRow)
            .where(AppointmentRow.id == appointment_id)
            .values(arrived_at=func.coalesce(AppointmentRow.arrived_at, real_time()) if arrived else None)
        )
