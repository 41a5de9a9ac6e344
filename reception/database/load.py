"""Loading of practice files and takeover of existing patients and appointments, safe to repeat.

Each load remembers what the file said. Next time only what the file says differently is changed, so that
whatever staff or patients changed since stays; nothing is ever removed, and who was erased stays erased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from reception.csv_import import Refused
from reception.database.store import Store
from reception.database.store.sources import CONTACT, Contact, NewPatient
from reception.errors import NotFound
from reception.practice import Practice
from reception.practice_entries import AppointmentEntry, PatientEntry
from reception.practice_file import PracticeFile, entity_id, practice_from_json, whole_settings
from reception.scheduling.calendar import local_instant

TAKEN = "the time is taken by another appointment"
UNKNOWN = "patient: not on file"
SEVERAL = "patient: several of that name on file, expected a date_of_birth that tells them apart"

Outcome = Literal["added", "changed", "unchanged"]


@dataclass(frozen=True)
class ImportReport:
    """How many entries became what; those refused with their line and the reason (no patient's data)."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: tuple[Refused, ...] = ()

    def counting(self, outcome: Outcome) -> ImportReport:
        return replace(self, **{outcome: getattr(self, outcome) + 1})

    def refusing(self, line: int, reason: str) -> ImportReport:
        return replace(self, refused=(*self.refused, Refused(line, reason)))


@dataclass(frozen=True)
class LoadReport:
    """What became of a practice file: the practice as it is now, its patients and its appointments."""

    practice: Practice
    settings: Outcome
    patients: ImportReport
    appointments: ImportReport


async def load_practice(store: Store, practice_file: PracticeFile) -> LoadReport:
    """Loads or updates a practice. An appointment whose time is taken is refused, the rest goes on."""
    practice, outcome = await _load_settings(store, practice_file)
    patients = await import_patients(store, practice.id, practice_file.patients)
    await _load_guardians(store, practice, practice_file)
    rows = practice_file.appointments
    owners = [practice_file.patient_id(practice_file.patient_of(row)) for row in rows]
    appointments = await _Calendar(store, practice_file.to_practice()).take(rows, owners)
    return LoadReport(practice, outcome, patients, appointments)


async def import_patients(store: Store, practice_id: UUID, rows: Sequence[PatientEntry]) -> ImportReport:
    """Takes over patients. Whoever is on file with the same name and birth date is the same person.

    Contact details that changed in the file since it was read last are changed here; others only fill gaps.
    """
    practice = await _locked(store, practice_id)
    known = await store.sourced_patients(practice_id)
    erased = await store.erased_sources(practice_id)
    unsourced = await store.unsourced_names(practice_id)
    new: list[NewPatient] = []
    report = ImportReport()
    for row in rows:
        key = _patient_key(practice, row.name, row.date_of_birth)
        contact: Contact = {name: getattr(row, name) for name in CONTACT}
        found = known.get(key)
        if found is None and (row.name.lower(), row.date_of_birth) in unsourced:
            found = await store.unsourced_patient(practice_id, row.name, row.date_of_birth, row.phone)
        if found is None and key in erased:
            report = report.counting("unchanged")
            continue
        if found is None:
            new.append(NewPatient(key, row.name, row.date_of_birth, contact))
            report = report.counting("added")
            continue
        merged = _merged_contact(found.contact, found.loaded or {}, contact)
        if (merged, contact) != (found.contact, found.loaded):
            await store.save_source(found.id, key, merged, contact)
        report = report.counting("unchanged" if merged == found.contact else "changed")
    await store.add_sourced_patients(practice_id, new)
    return report


async def import_appointments(
    store: Store, practice_id: UUID, rows: Sequence[AppointmentEntry]
) -> ImportReport:
    """Takes over a calendar. Refused: a patient who is unknown or not unique, a time that is taken."""
    practice = await _locked(store, practice_id)
    return await _Calendar(store, practice).take(rows, [None] * len(rows))


async def _load_guardians(store: Store, practice: Practice, practice_file: PracticeFile) -> None:
    """Adds who may speak for whom; what was set since stays."""
    if not any(one.guardians for one in practice_file.patients):
        return
    known = await store.sourced_patients(practice.id)
    for patient in practice_file.patients:
        for guardian in practice_file.guardians_of(patient):
            both = [known.get(practice_file.patient_id(one)) for one in (patient, guardian)]
            ids = [one.id for one in both if one is not None]
            if len(ids) == 2:  # one who was erased is not there any more
                await store.add_guardian(practice.id, *ids)


def merged_settings(now: Any, before: Any, new: Any) -> Any:
    """`now` with what differs between the file's last state `before` and its `new` one, key by key."""
    if not (isinstance(now, Mapping) and isinstance(before, Mapping) and isinstance(new, Mapping)):
        return now if new == before else new
    merged = {key: value for key, value in now.items() if key in new or key not in before}
    for key, value in new.items():
        if key in now and key in before:
            merged[key] = merged_settings(now[key], before[key], value)
        elif value != before.get(key):
            merged[key] = value
    return merged


def _patient_key(practice: Practice, name: str, date_of_birth: date | None) -> UUID:
    """What tells a patient of a file again: the same as `PracticeFile.patient_id`."""
    born = date_of_birth.isoformat() if date_of_birth else ""
    return entity_id(practice.slug, "patient", name, born)


async def _load_settings(store: Store, practice_file: PracticeFile) -> tuple[Practice, Outcome]:
    practice, new = practice_file.to_practice(), practice_file.settings()
    if await store.add_practice(practice, new):
        return practice, "added"
    found = await store.practice_settings(practice.slug)
    if found is None:
        raise NotFound("The practice was there a moment ago and is gone")
    _, now, before = (found[0], whole_settings(found[1]), whole_settings(found[2]))
    await store.save_members(practice)
    merged = merged_settings(now, before, new)
    practice = practice_from_json(merged)
    await store.save_members(practice)  # after the file's: who was renamed since keeps the new name
    if (merged, new) != (now, before):
        await store.update_practice(practice, merged, new)
    return practice, "unchanged" if merged == now else "changed"


async def _locked(store: Store, practice_id: UUID) -> Practice:
    """The practice; other loads of it wait until this transaction ends."""
    practice = await store.practice_by_id(practice_id)
    if practice is None:
        raise NotFound("No such practice")
    await store.practice_settings(practice.slug)
    return practice


def _merged_contact(now: Contact, before: Contact, new: Contact) -> Contact:
    """A detail that the file says anew replaces the one on file; at first sight it only fills a gap."""
    merged = dict(now)
    for name in CONTACT:
        said_anew = new[name] != before[name] if name in before else not now[name]
        if new[name] and said_anew:
            merged[name] = new[name]
    return merged


class _Calendar:
    """Takes appointments over into the calendar of one practice."""

    def __init__(self, store: Store, practice: Practice) -> None:
        self._store = store
        self._practice = practice
        self._patients: Mapping[UUID, UUID] = {}  # key from the file → id
        self._keys: Mapping[UUID, UUID] = {}  # and back

    async def take(self, rows: Sequence[AppointmentEntry], owners: Sequence[UUID | None]) -> ImportReport:
        """`owners`: for each row the key of its patient, or None where name and birth date must tell."""
        sourced = await self._store.sourced_patients(self._practice.id)
        self._patients = {key: patient.id for key, patient in sourced.items()}
        self._keys = {patient_id: key for key, patient_id in self._patients.items()}
        known = await self._store.sourced_appointments(self._practice.id)
        await self._store.lock_calendars([one.id for one in self._practice.practitioners])
        report = ImportReport()
        for row, owner in zip(rows, owners, strict=True):
            patients = await self._of(row, owner)
            if len(patients) != 1:
                report = report.refusing(row.line, SEVERAL if patients else UNKNOWN)
                continue
            patient_id = patients.pop()
            key = self._key(row, patient_id)
            if key in known:
                report = report.counting("unchanged")
                continue
            objection = await self._book(row, patient_id, key)
            report = report.refusing(row.line, objection) if objection else report.counting("added")
        return report

    async def _of(self, row: AppointmentEntry, owner: UUID | None) -> set[UUID]:
        """Whose appointment a row may be; nobody's where its patient was erased."""
        if owner is None:
            return await self._named(row)
        return {self._patients[owner]} if owner in self._patients else set()

    async def _named(self, row: AppointmentEntry) -> set[UUID]:
        """The patients a row may mean; whom staff renamed since is still found by the file's name."""
        found = await self._store.patients(
            self._practice.id, name=row.patient, date_of_birth=row.date_of_birth
        )
        if found:
            return {patient.id for patient in found}
        renamed = self._patients.get(_patient_key(self._practice, row.patient, row.date_of_birth))
        return {renamed} if renamed else set()

    def _key(self, row: AppointmentEntry, patient_id: UUID) -> UUID:
        """The same as `PracticeFile.appointment_id` for a patient who came from a file."""
        patient = str(self._keys.get(patient_id, patient_id))
        start = f"{row.start:%Y-%m-%dT%H:%M}"
        return entity_id(self._practice.slug, "appointment", patient, row.practitioner, start)

    async def _book(self, row: AppointmentEntry, patient_id: UUID, key: UUID) -> str | None:
        """Books it; else the reason why not."""
        practitioner = self._practice.practitioner_by_name.get(row.practitioner)
        kind = self._practice.type_by_name.get(row.appointment_type)
        start = local_instant(row.start, self._practice.time_zone)
        if practitioner is None or kind is None or start is None:
            return "practitioner, appointment_type or start: unknown to the practice"
        end = start + timedelta(minutes=kind.minutes)
        await self._store.drop_expired_holds(practitioner.id, start, end)
        booked = await self._store.add_appointment(
            self._practice.id,
            practitioner.id,
            kind.id,
            start,
            end,
            patient_id=patient_id,
            reason=row.reason,
            source_key=key,
        )
        return None if booked else TAKEN
