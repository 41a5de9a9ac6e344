"""Queries for the appointments that an absence cancels, and for what becomes of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from reception.database.records import AbsenceCase, Appointment
from reception.database.store.appointments import (
    OVERLAP,
    Appointments,
    appointment_record,
    appointment_rows,
)
from reception.database.store.holds import stretch
from reception.database.store.queries import real_time
from reception.database.tables import AbsenceCaseRow, AbsenceRow, AppointmentRow, OutboxRow


class AbsenceCases(Appointments):
    """Cases of absences; times are aware, in the practice's zone."""

    async def add_absence_case(
        self, practice_id: UUID, absence_id: UUID, appointment: Appointment, status: str
    ) -> None:
        """An appointment that can't take place."""
        await self._connection.execute(
            insert(AbsenceCaseRow).values(
                practice_id=practice_id,
                absence_id=absence_id,
                appointment_id=appointment.id,
                was=appointment.start,
                status=status,
            )
        )

    async def absence_cases(self, practice_id: UUID, absence_id: UUID) -> list[AbsenceCase]:
        """All cases of an absence, in order of the time they had."""
        query = _cases().where(
            AbsenceCaseRow.practice_id == practice_id, AbsenceCaseRow.absence_id == absence_id
        )
        rows = await self._connection.execute(query.order_by(AbsenceCaseRow.was, AbsenceCaseRow.id))
        return [_case(row) for row in rows]

    async def absence_case(
        self, practice_id: UUID, case_id: UUID, *, lock: bool = False
    ) -> AbsenceCase | None:
        """One case; with `lock` nobody else changes it until this transaction ends."""
        query = _cases().where(AbsenceCaseRow.practice_id == practice_id, AbsenceCaseRow.id == case_id)
        if lock:
            query = query.with_for_update(of=[AbsenceCaseRow, AppointmentRow])
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _case(row)

    async def case_to_ask(self) -> tuple[UUID, UUID] | None:
        """Practice and id of a case that waits to be asked, soonest first; no two workers get the same."""
        query = (
            select(AbsenceCaseRow.practice_id, AbsenceCaseRow.id)
            .where(AbsenceCaseRow.status == "waiting")
            .order_by(AbsenceCaseRow.was, AbsenceCaseRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = (await self._connection.execute(query)).first()
        return None if row is None else (row[0], row[1])

    async def call_who_waits(self) -> None:
        """Nobody can be asked by text any more: they are called."""
        await self._connection.execute(
            update(AbsenceCaseRow)
            .where(AbsenceCaseRow.status == "waiting")
            .values(status="call", updated_at=real_time())
        )

    async def cases_unanswered(self) -> list[tuple[UUID, UUID, bool]]:
        """Practice and id of cases whose time is no longer kept, and whether it was the text that failed."""
        kept = exists().where(
            AppointmentRow.id == AbsenceCaseRow.held,
            AppointmentRow.status == "held",
            AppointmentRow.hold_expires_at > real_time(),
        )
        failed = exists().where(
            OutboxRow.appointment_id == AbsenceCaseRow.appointment_id,
            OutboxRow.kind == "absence",
            OutboxRow.status.in_(("failed", "withdrawn")),
            OutboxRow.created_at >= AbsenceCaseRow.updated_at,
        )
        query = (
            select(AbsenceCaseRow.practice_id, AbsenceCaseRow.id, failed)
            .where(AbsenceCaseRow.status == "asked", or_(~kept, failed))
            .with_for_update(skip_locked=True)
        )
        return [(one, two, three) for one, two, three in await self._connection.execute(query)]

    async def set_absence_case(
        self, case_id: UUID, status: str, *, held: UUID | None = None, offered: datetime | None = None
    ) -> None:
        """Notes what became of a case, and which time is kept for it now."""
        await self._connection.execute(
            update(AbsenceCaseRow)
            .where(AbsenceCaseRow.id == case_id)
            .values(status=status, held=held, offered=offered, updated_at=func.now())
        )

    async def book_again(
        self,
        appointment_id: UUID,
        practitioner_id: UUID,
        appointment_type_id: UUID,
        start: datetime,
        end: datetime,
    ) -> bool:
        """Gives a cancelled appointment another time, under the same id; False when that is taken."""
        query = (
            update(AppointmentRow)
            .where(AppointmentRow.id == appointment_id, AppointmentRow.status == "cancelled")
            .values(
                status="booked",
                practitioner_id=practitioner_id,
                appointment_type_id=appointment_type_id,
                during=stretch(start, end),
                confirmed_at=None,
                arrived_at=None,
            )
        )
        try:
            async with self.savepoint():
                return await self._connection.scalar(query.returning(AppointmentRow.id)) is not None
        except IntegrityError as error:
            if getattr(error.orig, "sqlstate", None) != OVERLAP:
                raise
            return False


def _cases() -> Select[*tuple[Any, ...]]:
    another = aliased(AppointmentRow)
    elsewhere = select(func.min(func.lower(another.during))).where(
        another.patient_id == AppointmentRow.patient_id,
        another.id != AppointmentRow.id,
        another.status == "booked",
        another.created_at > AbsenceRow.created_at,
    )
    text = (
        select(OutboxRow.status)
        .where(OutboxRow.appointment_id == AppointmentRow.id, OutboxRow.kind == "absence")
        .order_by(OutboxRow.created_at.desc())
        .limit(1)
    )
    return (
        appointment_rows()
        .join(AbsenceCaseRow, AbsenceCaseRow.appointment_id == AppointmentRow.id)
        .join(AbsenceRow, AbsenceRow.id == AbsenceCaseRow.absence_id)
        .add_columns(
            AbsenceCaseRow.id.label("case_id"),
            AbsenceCaseRow.absence_id.label("of_absence"),
            AbsenceCaseRow.status.label("case_status"),
            AbsenceCaseRow.was,
            AbsenceCaseRow.held,
            AbsenceCaseRow.offered,
            AbsenceCaseRow.updated_at.label("case_updated_at"),
            text.scalar_subquery().label("text_status"),
            elsewhere.scalar_subquery().label("elsewhere"),
        )
    )


def _case(row: Row[Any]) -> AbsenceCase:
    zone = ZoneInfo(row.time_zone)
    return AbsenceCase(
        id=row.case_id,
        absence_id=row.of_absence,
        status=row.case_status,
        was=row.was.astimezone(zone),
        held=row.held,
        offered=row.offered and row.offered.astimezone(zone),
        updated_at=row.case_updated_at.astimezone(zone),
        appointment=appointment_record(row),
        text=row.text_status,
        elsewhere=row.elsewhere and row.elsewhere.astimezone(zone),
    )
