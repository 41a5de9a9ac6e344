"""Practices, their settings over time, and what they offer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from reception.database.tables.base import Table, of_practice, row_id, written_at


class PracticeRow(Table):
    """`settings` is what holds now; `loaded` is what the practice file said last (see load.py).

    `trial_of` marks a copy to try settings on: no number and no default leads to it.
    """

    __tablename__ = "practices"

    id: Mapped[UUID] = row_id()
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str]
    time_zone: Mapped[str]
    settings: Mapped[dict[str, Any]]
    loaded: Mapped[dict[str, Any]]
    trial_of: Mapped[UUID | None] = mapped_column(ForeignKey("practices.id"), unique=True)
    created_at: Mapped[datetime] = written_at()
    updated_at: Mapped[datetime] = written_at()


class SettingsVersionRow(Table):
    """Settings that hold or held, counted from 1; no foreign key to staff, as in the audit log."""

    __tablename__ = "settings_versions"

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practices.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]]
    staff_id: Mapped[UUID | None]
    note: Mapped[str]
    at: Mapped[datetime] = written_at()


class SettingsDraftRow(Table):
    """What somebody is changing in a practice's settings, right or wrong."""

    __tablename__ = "settings_drafts"

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practices.id"), primary_key=True)
    settings: Mapped[dict[str, Any]]
    based_on: Mapped[int]
    staff_id: Mapped[UUID | None]
    at: Mapped[datetime] = written_at()


class PractitionerRow(Table):
    __tablename__ = "practitioners"
    __table_args__ = (UniqueConstraint("practice_id", "id"),)

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    name: Mapped[str]


class AppointmentTypeRow(Table):
    __tablename__ = "appointment_types"
    __table_args__ = (UniqueConstraint("practice_id", "id"),)

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    name: Mapped[str]
