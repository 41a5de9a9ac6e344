"""Queries for a practice's settings over time: the versions that held, and the draft of the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from reception.database.records import Draft, Trial, Version
from reception.database.store.queries import Queries, real_time
from reception.database.tables import (
    AppointmentRow,
    ConversationRow,
    IdentificationFailureRow,
    PatientRow,
    PracticeRow,
    RequestRow,
    SettingsDraftRow,
    SettingsVersionRow,
)


class Versions(Queries):
    """Versions and drafts of settings; who publishes one locks the practice first (`practice_settings`)."""

    async def add_version(
        self, practice_id: UUID, settings: Mapping[str, Any], staff_id: UUID | None, note: str
    ) -> int:
        """Notes settings that hold from now on; returns their number, counted from 1."""
        latest = select(func.coalesce(func.max(SettingsVersionRow.number), 0) + 1)
        latest = latest.where(SettingsVersionRow.practice_id == practice_id)
        query = insert(SettingsVersionRow).values(
            practice_id=practice_id,
            number=latest.scalar_subquery(),
            settings=dict(settings),
            staff_id=staff_id,
            note=note,
        )
        number: int | None = await self._connection.scalar(query.returning(SettingsVersionRow.number))
        assert number is not None
        return number

    async def versions(self, practice_id: UUID) -> list[Version]:
        """All versions, the one that holds first."""
        row = SettingsVersionRow
        query = select(row.number, row.settings, row.staff_id, row.note, row.at)
        query = query.where(row.practice_id == practice_id).order_by(row.number.desc())
        return [Version(*one) for one in await self._connection.execute(query)]

    async def latest_version(self, practice_id: UUID) -> int:
        """The number of the version that holds; 0 where none was noted."""
        query = select(func.max(SettingsVersionRow.number))
        found: int | None = await self._connection.scalar(
            query.where(SettingsVersionRow.practice_id == practice_id)
        )
        return found or 0

    async def latest_note(self, practice_id: UUID) -> str:
        """What the version that holds was noted with."""
        row = SettingsVersionRow
        query = select(row.note).where(row.practice_id == practice_id).order_by(row.number.desc()).limit(1)
        found: str | None = await self._connection.scalar(query)
        return found or ""

    async def latest_call(self, practice_id: UUID) -> tuple[UUID, datetime] | None:
        """The call to the desk that came last: its conversation, and when it began."""
        row = ConversationRow
        query = select(row.id, row.created_at).where(row.practice_id == practice_id, row.channel == "phone")
        found = (await self._connection.execute(query.order_by(row.created_at.desc()).limit(1))).one_or_none()
        return None if found is None else (found.id, found.created_at)

    async def draft(self, practice_id: UUID) -> Draft | None:
        """What somebody is changing; None when nobody is."""
        row = SettingsDraftRow
        query = select(row.settings, row.based_on, row.staff_id, row.at).where(row.practice_id == practice_id)
        found = (await self._connection.execute(query)).one_or_none()
        return None if found is None else Draft(*found)

    async def save_draft(
        self, practice_id: UUID, settings: Mapping[str, Any], based_on: int, staff_id: UUID | None
    ) -> None:
        """Keeps the draft in place of the one before."""
        values = {"settings": dict(settings), "based_on": based_on, "staff_id": staff_id, "at": real_time()}
        query = insert(SettingsDraftRow).values(practice_id=practice_id, **values)
        await self._connection.execute(
            query.on_conflict_do_update(index_elements=["practice_id"], set_=values)
        )

    async def drop_draft(self, practice_id: UUID) -> None:
        """Forgets the draft, if there is one."""
        await self._connection.execute(
            delete(SettingsDraftRow).where(SettingsDraftRow.practice_id == practice_id)
        )

    async def trial_slug(self, practice_id: UUID) -> str | None:
        """The slug of the practice's copy for trying things out."""
        found: str | None = await self._connection.scalar(
            select(PracticeRow.slug).where(PracticeRow.trial_of == practice_id)
        )
        return found

    async def latest_trial(self, practice_id: UUID) -> Trial | None:
        """The test chat that was begun last on the practice's copy."""
        row = ConversationRow
        query = select(row.id, row.practice_id, row.status, row.channel, PracticeRow.settings)
        query = query.join(PracticeRow, PracticeRow.id == row.practice_id)
        query = query.where(PracticeRow.trial_of == practice_id).order_by(row.created_at.desc()).limit(1)
        found = (await self._connection.execute(query)).one_or_none()
        return None if found is None else Trial(*found)

    async def mark_trial(self, trial_id: UUID, practice_id: UUID) -> None:
        """Makes a practice a copy of another one: nobody reaches it but by its slug."""
        await self._connection.execute(
            update(PracticeRow).where(PracticeRow.id == trial_id).values(trial_of=practice_id)
        )

    async def empty_practice(self, trial_id: UUID) -> None:
        """Removes what was tried: appointments, requests, patients and conversations."""
        for table in (AppointmentRow, RequestRow, IdentificationFailureRow, PatientRow, ConversationRow):
            await self._connection.execute(delete(table).where(table.practice_id == trial_id))
