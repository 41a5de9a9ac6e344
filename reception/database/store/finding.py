"""Queries that find patients for staff: by parts of a name however it is spelled, or what else is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Float, Row, func, literal, or_, select

from reception.database.encrypted import number_ends
from reception.database.records import FoundPatient, Patient
from reception.database.store.patients import COLUMNS
from reception.database.store.queries import Queries
from reception.database.tables import AppointmentRow, AuditRow, PatientRow, PracticeRow
from reception.patients.wanted import Wanted

#: Share of a word's trigrams that must be found in a name, for a word that is misspelled.
LIKE_ENOUGH = 0.4
#: Words shorter than this are only ever taken as beginnings.
SHORTEST_FUZZY = 3
#: So many that begin as typed are enough: nobody is looked for who is only like that.
ENOUGH = 8
#: How many that share the last four digits are read, for each that is shown.
MOST_PER_END = 10
#: How far back somebody's own look-ups are searched for those shown before anything is typed.
LOOKS = 200

_NAME = func.lower(PatientRow.name)


class Finding(Queries):
    """Looks patients up as staff do, best first."""

    async def find_patients(
        self, practice_id: UUID, wanted: Wanted, limit: int, now: datetime
    ) -> list[FoundPatient]:
        """Those who fit all that is wanted; a birth date, a number's end and an address are alternatives.

        Names that begin as typed come first, then (where those are few) names that look or sound alike.
        """
        await self._prepare()
        ours = [PatientRow.practice_id == practice_id, PatientRow.merged_into.is_(None), *_known(wanted)]
        beginning = await self._found(wanted, [*ours, *map(_begins, wanted.parts)], limit, now)
        if not wanted.parts or len(beginning) >= min(ENOUGH, limit):
            return beginning
        seen = {one.patient.id for one in beginning}
        alike = await self._found(wanted, [*ours, *map(_alike, wanted.parts)], limit, now, by_likeness=True)
        return [*beginning, *(one for one in alike if one.patient.id not in seen)][:limit]

    async def seen_lately(
        self, practice_id: UUID, staff_id: UUID, limit: int, now: datetime
    ) -> list[FoundPatient]:
        """Those whom somebody of staff looked at last, newest first."""
        looks = (
            select(AuditRow.entity_id, AuditRow.at)
            .where(AuditRow.staff_id == staff_id, AuditRow.entity == "patient")
            .order_by(AuditRow.at.desc())
            .limit(LOOKS)
            .subquery()
        )
        last = (
            select(looks.c.entity_id, func.max(looks.c.at).label("at")).group_by(looks.c.entity_id).subquery()
        )
        query = (
            _rows(now)
            .join(last, last.c.entity_id == PatientRow.id)
            .where(PatientRow.practice_id == practice_id, PatientRow.merged_into.is_(None))
            .order_by(last.c.at.desc())
        )
        return [_record(row) for row in await self._connection.execute(query.limit(limit))]

    async def _found(
        self,
        wanted: Wanted,
        conditions: Sequence[ColumnElement[bool]],
        limit: int,
        now: datetime,
        *,
        by_likeness: bool = False,
    ) -> list[FoundPatient]:
        order: list[Any] = [_NAME, PatientRow.date_of_birth, PatientRow.id]
        if by_likeness:
            order.insert(0, sum((_likeness(part) for part in wanted.parts), literal(0.0)).desc())
        most = limit * MOST_PER_END if wanted.digits else limit
        rows = await self._connection.execute(_rows(now).where(*conditions).order_by(*order).limit(most))
        return [one for one in map(_record, rows) if _fits(wanted, one.patient)][:limit]

    async def _prepare(self) -> None:
        """For this transaction: how alike words must be, and that indexes are used.

        The planner takes comparing trigrams for cheap and would rather compare with each of 50,000 names,
        which takes five times as long.
        """
        alike = func.set_config("pg_trgm.word_similarity_threshold", str(LIKE_ENOUGH), True)
        await self._connection.execute(select(alike, func.set_config("enable_seqscan", "off", True)))


def _fits(wanted: Wanted, patient: Patient) -> bool:
    """Whether all the digits fit, where only the last four were looked for."""
    if not wanted.digits or wanted.ends(patient.phone):
        return True
    by_date = wanted.born is not None and patient.date_of_birth == wanted.born
    return by_date or (wanted.email != "" and patient.email == wanted.email)


def _known(wanted: Wanted) -> list[ColumnElement[bool]]:
    known: list[ColumnElement[bool]] = []
    if wanted.born is not None:
        known.append(PatientRow.date_of_birth == wanted.born)
    if wanted.digits:
        known.append(number_ends(PatientRow.phone, wanted.digits))
    if wanted.email:
        known.append(PatientRow.email == wanted.email)
    return [or_(*known)] if known else []


def _begins(part: str) -> ColumnElement[bool]:
    """Whether a word of the name begins so. The trigram index finds the beginnings of words."""
    return or_(
        _NAME.startswith(part, autoescape=True),
        _NAME.contains(f" {part}", autoescape=True),
        _NAME.contains(f"-{part}", autoescape=True),
    )


def _alike(part: str) -> ColumnElement[bool]:
    if len(part) < SHORTEST_FUZZY:
        return _begins(part)
    sounds = func.name_sounds(PatientRow.name).op("&&")(func.name_sounds(part))
    return or_(_begins(part), _NAME.op("%>", is_comparison=True)(part), sounds)


def _likeness(part: str) -> ColumnElement[float]:
    return func.word_similarity(part, _NAME, type_=Float())


def _rows(now: datetime) -> Any:
    """What a FoundPatient is made of; `now` is the desk's."""
    coming = (
        select(func.min(func.lower(AppointmentRow.during)))
        .where(
            AppointmentRow.patient_id == PatientRow.id,
            AppointmentRow.status == "booked",
            func.lower(AppointmentRow.during) >= now,
        )
        .scalar_subquery()
    )
    return select(
        *COLUMNS, PatientRow.possible_duplicate, coming.label("coming"), PracticeRow.time_zone
    ).join(PracticeRow, PracticeRow.id == PatientRow.practice_id)


def _record(row: Row[Any]) -> FoundPatient:
    who = [getattr(row, column.key) for column in COLUMNS]
    coming = None if row.coming is None else row.coming.astimezone(ZoneInfo(row.time_zone))
    return FoundPatient(Patient(*who), row.possible_duplicate, coming)
