"""Queries for records that may be one person's twice, and for making two of them one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Text, and_, exists, func, insert, literal, or_, select, type_coerce, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from reception.database.records import LockedPatient, Merge, Patient, RecordCounts
from reception.database.store.patients import COLUMNS, patient_of
from reception.database.store.queries import Queries, real_time
from reception.database.tables import (
    AppointmentRow,
    ConversationPatientRow,
    DifferentPatientsRow,
    GuardianRow,
    MergeRow,
    PatientRow,
    PracticeRow,
    RequestRow,
    StaffRow,
)

#: Letters that must be changed to make one birth date the other, written as eight digits.
SLIPS = 2
#: Days within a year; and how many leap days may lie between two births on the same day of the year.
A_YEAR, LEAP_DAYS = 366, 32
#: Trigrams that names must share, of all they have.
LIKE_ENOUGH = 0.4
#: Those that share fewer never sound alike as a whole; their sounds, which take long, are not worked out.
AT_ALL_LIKE = 0.15

_One, _Other = aliased(PatientRow, name="one"), aliased(PatientRow, name="other")


class Twins(Queries):
    """Possible duplicates of a practice, merges and their undoing."""

    async def possible_twins(self, practice_id: UUID, limit: int) -> list[tuple[Patient, Patient]]:
        """Pairs that share a birth date, a number or a name, and were not told apart; the older one first."""
        pairs: dict[tuple[UUID, UUID], tuple[Patient, Patient]] = {}
        for shared in _shared():
            query = (
                select(*_columns(_One), *_columns(_Other))
                .join(_Other, and_(_Other.practice_id == _One.practice_id, _One.id < _Other.id))
                .where(
                    _One.practice_id == practice_id,
                    _One.merged_into.is_(None),
                    _Other.merged_into.is_(None),
                    ~_told_apart(),
                    *shared,
                )
                .limit(limit)
            )
            for row in await self._connection.execute(query):
                one, other = patient_of(row), patient_of(row[len(COLUMNS) :])
                pairs[(one.id, other.id)] = (one, other)
        return list(pairs.values())

    async def tell_apart(self, practice_id: UUID, one: UUID, other: UUID, staff_id: UUID) -> None:
        """Two records are not one person's; again changes nothing."""
        patient_id, other_id = sorted((one, other))
        row = {"practice_id": practice_id, "patient_id": patient_id, "other_id": other_id}
        query = upsert(DifferentPatientsRow).values(**row, staff_id=staff_id)
        await self._connection.execute(query.on_conflict_do_nothing())

    async def record_counts(self, practice_id: UUID, patient_id: UUID) -> RecordCounts:
        """How much hangs on a record."""
        counts = [
            select(func.count())
            .where(table.practice_id == practice_id, table.patient_id == patient_id)
            .scalar_subquery()
            for table in (AppointmentRow, RequestRow, ConversationPatientRow)
        ]
        return RecordCounts(*(await self._connection.execute(select(*counts))).one())

    async def lock_patients(self, practice_id: UUID, patients: Collection[UUID]) -> dict[UUID, LockedPatient]:
        """Those of them that exist; nothing is filed for them until this transaction ends."""
        query = (
            select(*COLUMNS, PatientRow.version, PatientRow.merged_into, PatientRow.possible_duplicate)
            .where(PatientRow.practice_id == practice_id, PatientRow.id.in_(patients))
            .order_by(PatientRow.id)
            .with_for_update(key_share=True)
        )
        return {
            row.id: LockedPatient(patient_of(row), row.version, row.merged_into, row.possible_duplicate)
            for row in await self._connection.execute(query)
        }

    async def move_records(self, practice_id: UUID, merged: UUID, kept: UUID) -> dict[str, list[Any]]:
        """Hides one record behind another and gives all that hangs on it to that; returns what was moved."""
        await self._hide(practice_id, PatientRow.id == merged, kept)
        followers = await self._hide(practice_id, PatientRow.merged_into == merged, kept)
        moved: dict[str, list[Any]] = {"patients": followers}
        for name, table in (("appointments", AppointmentRow), ("requests", RequestRow)):
            query = update(table).where(table.practice_id == practice_id, table.patient_id == merged)
            ids = await self._connection.scalars(query.values(patient_id=kept).returning(table.id))
            moved[name] = [str(one) for one in ids]
        return moved

    async def move_back(
        self, practice_id: UUID, merged: UUID, kept: UUID, moved: Mapping[str, Sequence[Any]]
    ) -> None:
        """Shows a record again, with what was moved, as far as that still hangs on the one that was kept."""
        await self._hide(practice_id, PatientRow.id == merged, None)
        followers = [UUID(one) for one in moved["patients"]]
        await self._hide(practice_id, PatientRow.id.in_(followers), merged)
        for name, table in (("appointments", AppointmentRow), ("requests", RequestRow)):
            await self._connection.execute(
                update(table)
                .where(
                    table.practice_id == practice_id,
                    table.patient_id == kept,
                    table.id.in_([UUID(one) for one in moved[name]]),
                )
                .values(patient_id=merged)
            )

    async def _hide(self, practice_id: UUID, which: Any, behind: UUID | None) -> list[str]:
        query = (
            update(PatientRow)
            .where(PatientRow.practice_id == practice_id, which)
            .values(merged_into=behind, version=PatientRow.version + 1)
        )
        return [str(one) for one in await self._connection.scalars(query.returning(PatientRow.id))]

    async def move_guardians(self, practice_id: UUID, merged: UUID, kept: UUID) -> list[list[str]]:
        """Whoever spoke for one, or for whom they spoke, does so for the other; returns what was added."""
        mine = or_(GuardianRow.patient_id == merged, GuardianRow.guardian_id == merged)
        rows = await self._connection.execute(
            select(GuardianRow.patient_id, GuardianRow.guardian_id).where(
                GuardianRow.practice_id == practice_id, mine
            )
        )
        added = []
        for pair in rows.all():
            patient_id, guardian_id = (kept if one == merged else one for one in pair)
            if patient_id == guardian_id:
                continue
            row = {"practice_id": practice_id, "patient_id": patient_id, "guardian_id": guardian_id}
            query = upsert(GuardianRow).values(row).on_conflict_do_nothing()
            if await self._connection.scalar(query.returning(GuardianRow.patient_id)) is not None:
                added.append([str(patient_id), str(guardian_id)])
        return added

    async def settle_twins(self, practice_id: UUID, patients: Collection[UUID]) -> None:
        """They are marked as possibly twice no longer: somebody has looked."""
        query = update(PatientRow).where(PatientRow.practice_id == practice_id, PatientRow.id.in_(patients))
        await self._connection.execute(query.values(possible_duplicate=False))

    async def add_merge(
        self,
        practice_id: UUID,
        kept: UUID,
        merged: UUID,
        staff_id: UUID,
        *,
        before: Mapping[str, Any],
        moved: Mapping[str, Any],
    ) -> UUID:
        """Remembers what is needed to undo a merge."""
        merge_id = uuid4()
        row = {"id": merge_id, "practice_id": practice_id, "kept_id": kept, "merged_id": merged}
        kept_as = {"before": dict(before), "moved": dict(moved), "staff_id": staff_id}
        await self._connection.execute(insert(MergeRow).values(**row, **kept_as))
        return merge_id

    async def merge(self, practice_id: UUID, merge_id: UUID, *, lock: bool = False) -> Merge | None:
        """A merge that was not undone."""
        found = await self._merges(practice_id, MergeRow.id == merge_id, lock=lock)
        return found[0] if found else None

    async def merges_into(self, practice_id: UUID, patient_id: UUID) -> list[Merge]:
        """What was merged into a record and not undone, newest first."""
        return await self._merges(practice_id, MergeRow.kept_id == patient_id)

    async def _merges(self, practice_id: UUID, which: Any, *, lock: bool = False) -> list[Merge]:
        query = (
            select(
                MergeRow.id,
                MergeRow.kept_id,
                MergeRow.merged_id,
                MergeRow.before,
                MergeRow.moved,
                MergeRow.at,
                StaffRow.name.label("by"),
                PatientRow.name,
                PracticeRow.time_zone,
            )
            .join(PatientRow, PatientRow.id == MergeRow.merged_id)
            .join(PracticeRow, PracticeRow.id == MergeRow.practice_id)
            .outerjoin(StaffRow, StaffRow.id == MergeRow.staff_id)
            .where(MergeRow.practice_id == practice_id, MergeRow.undone_at.is_(None), which)
            .order_by(MergeRow.at.desc())
        )
        if lock:
            query = query.with_for_update(of=MergeRow)
        return [
            Merge(
                row.id,
                row.kept_id,
                row.merged_id,
                row.before,
                row.moved,
                row.at.astimezone(ZoneInfo(row.time_zone)),
                row.by or "",
                row.name,
            )
            for row in await self._connection.execute(query)
        ]

    async def end_merge(self, merge_id: UUID) -> None:
        """The merge is undone."""
        await self._connection.execute(
            update(MergeRow).where(MergeRow.id == merge_id).values(undone_at=real_time())
        )


def _columns(table: Any) -> list[Any]:
    return [getattr(table, column.key) for column in COLUMNS]


def _told_apart() -> Any:
    return exists().where(
        DifferentPatientsRow.patient_id == _One.id, DifferentPatientsRow.other_id == _Other.id
    )


def _shared() -> Sequence[Sequence[Any]]:
    """What may make two records one person's, each found by an index of its own."""
    one, other = func.lower(_One.name), func.lower(_Other.name)
    sounds = func.name_sounds(_One.name).op("&&")(func.name_sounds(_Other.name))
    shared = func.similarity(one, other)
    alike = and_(shared >= AT_ALL_LIKE, or_(shared >= LIKE_ENOUGH, sounds))
    days = func.abs(_One.date_of_birth - _Other.date_of_birth)
    slips = func.levenshtein(
        func.to_char(_One.date_of_birth, literal("YYYYMMDD")),
        func.to_char(_Other.date_of_birth, literal("YYYYMMDD")),
    )
    return (
        (_One.date_of_birth == _Other.date_of_birth, alike),
        (type_coerce(_One.phone, Text()) == type_coerce(_Other.phone, Text()), _One.phone != "", alike),
        (
            one == other,
            or_(
                _One.date_of_birth.is_(None),
                _Other.date_of_birth.is_(None),
                # A slip leaves the year or the day of the year as it was: cheap to see, and rarely so.
                and_(or_(days <= A_YEAR, func.mod(days, 365) <= LEAP_DAYS), slips <= SLIPS),
            ),
        ),
    )
