"""Makes two records of one person one, and two again. Nothing here ever decides that by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from reception.database.records import Account, LockedPatient, Merge, Patient
from reception.database.store import Store
from reception.errors import Invalid, NotFound, Taken
from reception.patients.details import FIELDS
from reception.staff.audit import did

CHANGED = "A colleague changed one of the two meanwhile. Look at both again."
LATER = "The record that was kept was itself merged later. Undo that first."


async def merge(
    store: Store,
    me: Account,
    kept_id: UUID,
    merged_id: UUID,
    versions: tuple[int, int],
    taken: Collection[str] = (),
) -> UUID:
    """Gives all that hangs on one record to the other and hides it; returns the merge's id.

    `versions` are those that were shown, of the kept and the other record: Taken when either has changed.
    `taken` names the details that come from the other record.
    """
    if kept_id == merged_id:
        raise Invalid("Choose two different records.")
    found = await store.lock_patients(me.practice_id, (kept_id, merged_id))
    if len(found) != 2:
        raise NotFound("There is no such patient.")
    kept, merged = found[kept_id], found[merged_id]
    if (kept.version, merged.version) != versions or kept.merged_into or merged.merged_into:
        raise Taken(CHANGED)
    moved: dict[str, Any] = await store.move_records(me.practice_id, merged_id, kept_id)
    moved["guardians"] = await store.move_guardians(me.practice_id, merged_id, kept_id)
    after = _with(kept.patient, merged.patient, taken)
    if not await store.change_patient(me.practice_id, after, kept.version):
        raise Taken(CHANGED)
    before = {name: _plain(getattr(kept.patient, name)) for name in taken if name in FIELDS}
    merge_id = await store.add_merge(me.practice_id, kept_id, merged_id, me.id, before=before, moved=moved)
    await store.settle_twins(me.practice_id, (kept_id, merged_id))
    details = {"merge": str(merge_id), "merged": str(merged_id), "fields": sorted(before)}
    await did(store, me, "merged", "patient", kept_id, details=details)
    return merge_id


async def undo(store: Store, me: Account, merge_id: UUID) -> Merge:
    """Two records again, each with what was its own; what came since stays with the one that was kept.

    A detail that was changed since the merge stays as it is. Taken when it was undone before.
    """
    found = await store.merge(me.practice_id, merge_id, lock=True)
    if found is None:
        raise Taken("This was undone already.")
    locked = await store.lock_patients(me.practice_id, (found.kept_id, found.merged_id))
    kept, merged = locked[found.kept_id], locked[found.merged_id]
    if kept.merged_into is not None or merged.merged_into != found.kept_id:
        raise Invalid(LATER)
    await store.move_back(me.practice_id, found.merged_id, found.kept_id, found.moved)
    for patient_id, guardian_id in found.moved["guardians"]:
        await store.remove_guardian(me.practice_id, UUID(patient_id), UUID(guardian_id))
    if not await store.change_patient(me.practice_id, _restored(kept, merged, found.before), kept.version):
        raise Taken(CHANGED)
    await store.end_merge(merge_id)
    details = {"merge": str(merge_id), "merged": str(found.merged_id)}
    await did(store, me, "merge_undone", "patient", found.kept_id, details=details)
    return found


def _with(kept: Patient, other: Patient, taken: Collection[str]) -> Patient:
    chosen = {name: getattr(other if name in taken else kept, name) for name in FIELDS}
    return Patient(kept.id, **chosen)


def _restored(kept: LockedPatient, merged: LockedPatient, before: Mapping[str, Any]) -> Patient:
    """The kept record with its own details back, but for those that somebody changed since."""
    details = {name: getattr(kept.patient, name) for name in FIELDS}
    for name, value in before.items():
        if details[name] == getattr(merged.patient, name):
            details[name] = date.fromisoformat(value) if name == "date_of_birth" and value else value
    return Patient(kept.patient.id, **details)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
