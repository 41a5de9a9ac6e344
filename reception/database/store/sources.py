"""Queries for what came from files: a key tells each patient and appointment again when it is read twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update

from reception.database.store.queries import Queries
from reception.database.tables import AppointmentRow, PatientRow

Contact = Mapping[str, str]
CONTACT = ("phone", "email", "insurance")


@dataclass(frozen=True)
class SourcedPatient:
    """A patient as on file, and the contact details that the file gave last (None: never in a file)."""

    id: UUID
    contact: Contact
    loaded: Contact | None


@dataclass(frozen=True)
class NewPatient:
    """Somebody of a file who is not on file yet; `key` tells them again."""

    key: UUID
    name: str
    date_of_birth: date | None
    contact: Contact


class Sources(Queries):
    """Patients and appointments that were read from a practice file or a CSV file."""

    async def sourced_patients(self, practice_id: UUID) -> dict[UUID, SourcedPatient]:
        """All patients who came from a file, by their key."""
        query = select(
            PatientRow.source_key,
            PatientRow.id,
            *(getattr(PatientRow, name) for name in CONTACT),
            PatientRow.loaded,
        ).where(PatientRow.practice_id == practice_id, PatientRow.source_key.is_not(None))
        return {
            key: SourcedPatient(patient_id, dict(zip(CONTACT, contact, strict=True)), loaded)
            for key, patient_id, *contact, loaded in await self._connection.execute(query)
        }

    async def unsourced_patient(
        self, practice_id: UUID, name: str, date_of_birth: date | None, phone: str
    ) -> SourcedPatient | None:
        """Someone taken on by the desk with this name and birth date; without a date the phone decides."""
        query = select(PatientRow.id, *(getattr(PatientRow, name) for name in CONTACT)).where(
            PatientRow.practice_id == practice_id,
            PatientRow.source_key.is_(None),
            func.lower(PatientRow.name) == func.lower(name),
            PatientRow.date_of_birth.is_not_distinct_from(date_of_birth),
        )
        if date_of_birth is None:
            query = query.where(PatientRow.phone == phone, PatientRow.phone != "")
        row = (await self._connection.execute(query.order_by(PatientRow.created_at).limit(1))).first()
        if row is None:
            return None
        patient_id, *contact = row
        return SourcedPatient(patient_id, dict(zip(CONTACT, contact, strict=True)), None)

    async def unsourced_names(self, practice_id: UUID) -> set[tuple[str, date | None]]:
        """Names (in lower case) and birth dates of all who were taken on by the desk."""
        query = select(func.lower(PatientRow.name), PatientRow.date_of_birth)
        query = query.where(PatientRow.practice_id == practice_id, PatientRow.source_key.is_(None))
        return {(name, born) for name, born in await self._connection.execute(query)}

    async def add_sourced_patients(self, practice_id: UUID, new: Sequence[NewPatient]) -> None:
        """Takes people on from a file."""
        rows = [
            {
                "id": uuid4(),
                "practice_id": practice_id,
                "source_key": one.key,
                "name": one.name,
                "date_of_birth": one.date_of_birth,
                "loaded": dict(one.contact),
                **one.contact,
            }
            for one in new
        ]
        if rows:
            await self._connection.execute(insert(PatientRow), rows)

    async def save_source(
        self, patient_id: UUID, source_key: UUID, contact: Contact, loaded: Contact
    ) -> None:
        """Saves contact details, and what the file said."""
        await self._connection.execute(
            update(PatientRow)
            .where(PatientRow.id == patient_id)
            .values(source_key=source_key, loaded=dict(loaded), **contact)
        )

    async def sourced_appointments(self, practice_id: UUID) -> set[UUID]:
        """The keys of all appointments that came from a file, whatever became of them."""
        query = select(AppointmentRow.source_key).where(
            AppointmentRow.practice_id == practice_id, AppointmentRow.source_key.is_not(None)
        )
        return {key for key in await self._connection.scalars(query) if key is not None}
