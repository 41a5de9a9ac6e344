"""Queries for practitioners who are away; what becomes of their patients is in `absence_cases.py`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, func, insert, select, update

from reception.database.records import Absence, Appointment
from reception.database.store.appointments import Appointments, appointment_rows
from reception.database.store.holds import stretch
from reception.database.store.queries import real_time
from reception.database.tables import (
    AbsenceCaseRow,
    AbsenceRow,
    AppointmentRow,
    PracticeRow,
    PractitionerRow,
)

#: Of cases that nobody has to see to any more.
CLOSED = ("accepted", "settled", "restored")


class Absences(Appointments):
    """Absences; times are aware, in the practice's zone."""

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
