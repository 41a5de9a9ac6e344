"""Queries for patients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import InstrumentedAttribute

from reception.database.records import Patient
from reception.database.store.queries import Queries
from reception.database.tables import GuardianRow, PatientRow

COLUMNS = (
    PatientRow.id,
    PatientRow.name,
    PatientRow.date_of_birth,
    PatientRow.phone,
    PatientRow.email,
    PatientRow.insurance,
)


def patient_of(row: Any) -> Patient:
    """The patient of a row that begins with COLUMNS."""
    return Patient(*row[: len(COLUMNS)])


def kept_record(patient_id: UUID) -> ColumnElement[UUID]:
    """The identifier, or that of the record into which it was merged."""
    into = select(PatientRow.merged_into).where(PatientRow.id == patient_id).scalar_subquery()
    return func.coalesce(into, patient_id)


def records_of(patient_id: UUID) -> Select[UUID]:
    """The record and those that were merged into it, for what was never moved."""
    return select(PatientRow.id).where(or_(PatientRow.id == patient_id, PatientRow.merged_into == patient_id))


class Patients(Queries):
    """Patients of a practice."""

    async def patients(
        self,
        practice_id: UUID,
        *,
        date_of_birth: date | None = None,
        phone: str | None = None,
        name: str | None = None,
    ) -> list[Patient]:
        """Those who match everything given: birth date and phone (E.164) exactly, name in any case."""
        query = select(*COLUMNS).where(
            PatientRow.practice_id == practice_id, PatientRow.merged_into.is_(None)
        )
        if date_of_birth is not None:
            query = query.where(PatientRow.date_of_birth == date_of_birth)
        if phone is not None:
            query = query.where(PatientRow.phone == phone)
        if name is not None:
            query = query.where(func.lower(PatientRow.name) == func.lower(name))
        rows = await self._connection.execute(query.order_by(PatientRow.created_at, PatientRow.id))
        return [Patient(*row) for row in rows]

    async def patients_like(
        self,
        practice_id: UUID,
        name: str,
        *,
        date_of_birth: date | None = None,
        phone: str = "",
    ) -> list[Patient]:
        """Those whose name looks or sounds like this one; accents and order don't matter.

        With a birth date or a phone (E.164) given, those who have the one or the other, and a name of which
        any part sounds alike; without, every part must.
        """
        known = [PatientRow.date_of_birth == date_of_birth] if date_of_birth else []
        known += [PatientRow.phone == phone] if phone else []
        query = select(*COLUMNS).where(
            PatientRow.practice_id == practice_id, PatientRow.merged_into.is_(None)
        )
        if known:
            query = query.where(or_(*_looks_or_sounds_like(name, [name])), or_(*known))
        else:  # each by its own index: in one condition the slowest would be tried on all that one finds
            found = (
                select(PatientRow.id).where(PatientRow.practice_id == practice_id, one)
                for one in _looks_or_sounds_like(name, name.split() or [name])
            )
            query = query.where(PatientRow.id.in_(union_all(*found)))
        rows = await self._connection.execute(query.order_by(PatientRow.created_at, PatientRow.id))
        return [Patient(*row) for row in rows]

    async def patient(self, practice_id: UUID, patient_id: UUID) -> Patient | None:
        """The patient; of a record that was merged, the one that was kept."""
        query = select(*COLUMNS).where(
            PatientRow.practice_id == practice_id, PatientRow.id == kept_record(patient_id)
        )
        row = (await self._connection.execute(query)).first()
        return None if row is None else Patient(*row)

    async def wards(self, practice_id: UUID, guardian_id: UUID) -> list[Patient]:
        """Those for whom this patient may speak."""
        query = (
            select(*COLUMNS)
            .join(GuardianRow, GuardianRow.patient_id == PatientRow.id)
            .where(
                GuardianRow.practice_id == practice_id,
                GuardianRow.guardian_id == kept_record(guardian_id),
                PatientRow.merged_into.is_(None),
            )
        )
        rows = await self._connection.execute(query.order_by(PatientRow.created_at, PatientRow.id))
        return [Patient(*row) for row in rows]

    async def add_guardian(self, practice_id: UUID, patient_id: UUID, guardian_id: UUID) -> None:
        """Lets one patient speak for another; again changes nothing."""
        row = {"practice_id": practice_id, "patient_id": patient_id, "guardian_id": guardian_id}
        await self._connection.execute(upsert(GuardianRow).values(row).on_conflict_do_nothing())

    async def add_patient(
        self,
        practice_id: UUID,
        name: str,
        date_of_birth: date | None,
        phone: str = "",
        email: str = "",
        insurance: str = "",
        possible_duplicate: bool = False,
    ) -> Patient:
        """Takes someone on; `possible_duplicate` is shown to staff only."""
        patient = Patient(uuid4(), name, date_of_birth, phone, email, insurance)
        await self._connection.execute(
            insert(PatientRow).values(
                **vars(patient), practice_id=practice_id, possible_duplicate=possible_duplicate
            )
        )
        return patient

    async def update_patient_contact(
        self,
        patient_id: UUID,
        phone: str | None = None,
        email: str | None = None,
        insurance: str | None = None,
    ) -> None:
        """Fills in contact details that are still empty; never replaces one."""
        given = {"phone": phone, "email": email, "insurance": insurance}
        changes = {
            field: _filled(getattr(PatientRow, field), value) for field, value in given.items() if value
        }
        if changes:
            await self._connection.execute(
                update(PatientRow).where(PatientRow.id == patient_id).values(changes)
            )


def _filled(column: InstrumentedAttribute[str], value: str) -> ColumnElement[str]:
    """The column where it says something, else the value: encrypted, as its type is given."""
    return case((column == "", literal(value, column.type)), else_=column)


def _looks_or_sounds_like(name: str, parts: Sequence[str]) -> list[ColumnElement[bool]]:
    """By trigrams (misspelled), by the sound of all `parts` (misheard), or the very same (in any script)."""
    on_file, said = func.lower(PatientRow.name), func.lower(name)
    sounds = [func.name_sounds(PatientRow.name).op("&&")(func.name_sounds(part)) for part in parts]
    return [on_file.op("%")(said), and_(*sounds), on_file == said]
