"""Queries for practices, their practitioners and appointment types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert

from reception.database.store.queries import real_time
from reception.database.store.versions import Versions
from reception.database.tables import AppointmentTypeRow, PracticeRow, PractitionerRow
from reception.errors import NotFound
from reception.practice import Practice
from reception.practice_file import practice_from_json

#: What a version is noted with that a practice file brought.
FROM_FILE = "practice file"


class Practices(Versions):
    """Practices; a Practice is rebuilt only when its settings changed."""

    async def practice(self, slug: str | None = None) -> Practice | None:
        """The practice of that slug; without one the first that was loaded."""
        return await self._practice(PracticeRow.slug == slug if slug else PracticeRow.trial_of.is_(None))

    async def practices(self) -> list[Practice]:
        """All of them, in the order in which they were loaded."""
        query = select(cast(PracticeRow.settings, Text)).where(PracticeRow.trial_of.is_(None))
        query = query.order_by(PracticeRow.created_at, PracticeRow.id)
        return [practice_from_text(one) for one in await self._connection.scalars(query)]

    async def practice_by_id(self, practice_id: UUID) -> Practice | None:
        return await self._practice(PracticeRow.id == practice_id)

    async def practice_by_phone(self, number: str) -> Practice | None:
        """The practice with that telephone number; only the digits count."""
        digits = "".join(filter(str.isdigit, number))
        if not digits:
            return None
        number_of = func.regexp_replace(PracticeRow.phone, r"\D", "", "g")
        return await self._practice((number_of == digits) & PracticeRow.trial_of.is_(None))

    async def practice_called(self, number: str, default: str = "") -> Practice | None:
        """The practice with that number; else the default one, or the only one there is.

        None for a number that is nobody's where several practices could be meant.
        """
        found = await self.practice_by_phone(number)
        if found is not None or default:
            return found or await self.practice(default)
        several = await self._connection.scalar(
            select(func.count(PracticeRow.id)).where(PracticeRow.trial_of.is_(None))
        )
        return await self.practice() if several == 1 else None

    async def _practice(self, condition: ColumnElement[bool]) -> Practice | None:
        query = select(cast(PracticeRow.settings, Text)).where(condition)
        query = query.order_by(PracticeRow.created_at, PracticeRow.id)
        settings: str | None = await self._connection.scalar(query.limit(1))
        return None if settings is None else practice_from_text(settings)

    async def practice_settings(self, slug: str) -> tuple[UUID, dict[str, Any], dict[str, Any]] | None:
        """The practice's id, its settings, and those last loaded from a file.

        Other loads of the practice wait until this transaction ends; patients don't.
        """
        query = select(PracticeRow.id, PracticeRow.settings, PracticeRow.loaded)
        query = query.where(PracticeRow.slug == slug).with_for_update(key_share=True)
        row = (await self._connection.execute(query)).first()
        return None if row is None else (row.id, row.settings, row.loaded)

    async def settings_of(self, practice_id: UUID) -> dict[str, Any]:
        """The practice's settings as JSON data. NotFound without such a practice."""
        query = select(PracticeRow.settings).where(PracticeRow.id == practice_id)
        found: dict[str, Any] | None = await self._connection.scalar(query)
        if found is None:
            raise NotFound("No such practice")
        return found

    async def add_practice(
        self, practice: Practice, settings: Mapping[str, Any], note: str = FROM_FILE
    ) -> bool:
        """Adds a practice; False when another process has just done so."""
        values = _columns(practice) | {"id": practice.id, "settings": settings, "loaded": settings}
        query = insert(PracticeRow).values(values).on_conflict_do_nothing().returning(PracticeRow.id)
        added = await self._connection.scalar(query) is not None
        if added:
            await self.save_members(practice)
            await self.add_version(practice.id, settings, None, note)
        return added

    async def update_practice(
        self,
        practice: Practice,
        settings: Mapping[str, Any],
        loaded: Mapping[str, Any],
        staff_id: UUID | None = None,
        note: str = FROM_FILE,
    ) -> int:
        """Saves new settings; the number of their version. Whoever is left out of them keeps their row."""
        values = _columns(practice) | {"settings": settings, "loaded": loaded, "updated_at": real_time()}
        await self._connection.execute(
            update(PracticeRow).where(PracticeRow.id == practice.id).values(values)
        )
        await self.save_members(practice)
        return await self.add_version(practice.id, settings, staff_id, note)

    async def save_members(self, practice: Practice) -> None:
        """Sees to it that every practitioner and appointment type has its row."""
        await self._save_names(
            PractitionerRow, practice.id, {one.id: one.name for one in practice.practitioners}
        )
        await self._save_names(
            AppointmentTypeRow, practice.id, {one.id: one.name for one in practice.appointment_types}
        )

    async def _save_names(
        self,
        table: type[PractitionerRow] | type[AppointmentTypeRow],
        practice_id: UUID,
        names: Mapping[UUID, str],
    ) -> None:
        for member_id, name in sorted(names.items()):
            row = insert(table).values(id=member_id, practice_id=practice_id, name=name)
            await self._connection.execute(
                row.on_conflict_do_update(
                    index_elements=["id"],
                    set_={"name": name},
                    where=table.name.is_distinct_from(name) & (table.practice_id == practice_id),
                )
            )


def _columns(practice: Practice) -> dict[str, Any]:
    return {
        "slug": practice.slug,
        "name": practice.name,
        "phone": practice.phone,
        "time_zone": practice.time_zone.key,
    }


@lru_cache(maxsize=64)
def practice_from_text(settings: str) -> Practice:
    return practice_from_json(json.loads(settings))
