"""Queries for practitioners who are away, and for what becomes of each of their patients."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from reception.database.records import Absence, AbsenceCase, Appointment
from reception.database.store.appointments import (
    OVERLAP,
    Appointments,
    appointment_record,
    appointment_rows,
)
from reception.database.store.holds import stretch
from reception.database.store.queries import real_time
from reception.database.tables import (
    AbsenceCaseRow,
    AbsenceRow,
    AppointmentRow,
    OutboxRow,
    PracticeRow,
    PractitionerRow,
)

#: Of cases that nobody has to see to any more.
CLOSED = ("accepted", "settled", "restored")


class Absences(Appointments):
    """Absences and their cases; times are aware, in the practice's zone."""

    async def add_absence(
        self,
        practice_id: UUID,
        practitioner_id: UUID,
        first: datetime,
        last: datetime,
        *,
        with_others: bool,
        begun_by: UUID,
    ) -> UUID:
        """Notes that somebody is away."""
        absence_id = uuid4()
        await self._connection.execute(
            insert(AbsenceRow).values(
                id=absence_id,
                practice_id=practice_id,
                practitioner_id=practitioner_id,
                first=first,
                last=last,
                with_others=with_others,
                begun_by=begun_by,
            )
        )
        return absence_id

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

    async def booked_within(
        self, practice_id: UUID, practitioner_id: UUID, first: datetime, last: datetime
    ) -> list[Appointment]:
        """Booked appointments of a practitioner of which any part lies between two aware times."""
        query = appointment_rows().where(
            AppointmentRow.practice_id == practice_id,
            AppointmentRow.practitioner_id == practitioner_id,
            AppointmentRow.during.overlaps(stretch(first, last)),
            AppointmentRow.status == "booked",
        )
        return await self._records(query)

    async def drop_holds_within(self, practitioner_id: UUID, first: datetime, last: datetime) -> None:
        """Removes all holds there: the conversations learn it when they want to book."""
        await self._connection.execute(
            delete(AppointmentRow).where(
                AppointmentRow.practitioner_id == practitioner_id,
                AppointmentRow.during.overlaps(stretch(first, last)),
                AppointmentRow.status == "held",
            )
        )

    async def absence(self, practice_id: UUID, absence_id: UUID) -> Absence | None:
        found = await self._absences(_absences().where(_ours(practice_id), AbsenceRow.id == absence_id))
        return found[0] if found else None

    async def absences(self, practice_id: UUID, most: int) -> list[Absence]:
        """Newest first."""
        query = _absences().where(_ours(practice_id)).order_by(AbsenceRow.created_at.desc()).limit(most)
        return await self._absences(query)

    async def end_absence(self, practice_id: UUID, absence_id: UUID) -> bool:
        """Gives the time back that the absence blocked; False where it has ended already."""
        query = (
            update(AbsenceRow)
            .where(_ours(practice_id), AbsenceRow.id == absence_id, AbsenceRow.ended_at.is_(None))
            .values(ended_at=real_time())
        )
        if await self._connection.scalar(query.returning(AbsenceRow.id)) is None:
            return False
        await self._connection.execute(
            delete(AppointmentRow).where(
                AppointmentRow.absence_id == absence_id, AppointmentRow.status == "blocked"
            )
        )
        return True

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

    async def _absences(self, query: Select[*tuple[Any, ...]]) -> list[Absence]:
        found = []
        for row in await self._connection.execute(query):
            zone = ZoneInfo(row.time_zone)
            found.append(
                Absence(
                    id=row.id,
                    practitioner_id=row.practitioner_id,
                    practitioner=row.practitioner,
                    first=row.first.astimezone(zone),
                    last=row.last.astimezone(zone),
                    with_others=row.with_others,
                    created_at=row.created_at.astimezone(zone),
                    ended_at=row.ended_at and row.ended_at.astimezone(zone),
                    cases=row.cases,
                    open=row.open,
                )
            )
        return found


def _ours(practice_id: UUID) -> Any:
    return AbsenceRow.practice_id == practice_id


def _absences() -> Select[*tuple[Any, ...]]:
    def counted(among: Collection[str] = ()) -> Any:
        query = select(func.count()).where(AbsenceCaseRow.absence_id == AbsenceRow.id)
        return query.where(AbsenceCaseRow.status.not_in(among)).scalar_subquery()

    return (
        select(
            AbsenceRow.id,
            AbsenceRow.practitioner_id,
            PractitionerRow.name.label("practitioner"),
            AbsenceRow.first,
            AbsenceRow.last,
            AbsenceRow.with_others,
            AbsenceRow.created_at,
            AbsenceRow.ended_at,
            PracticeRow.time_zone,
            counted().label("cases"),
            counted(CLOSED).label("open"),
        )
        .join(PractitionerRow, PractitionerRow.id == AbsenceRow.practitioner_id)
        .join(PracticeRow, PracticeRow.id == AbsenceRow.practice_id)
    )


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
