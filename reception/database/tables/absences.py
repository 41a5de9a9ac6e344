"""Practitioners who are away, and what became of each of their patients."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from reception.database.tables.base import Table, of_practice, row_id, written_at


class AbsenceRow(Table):
    __tablename__ = "absences"
    __table_args__ = (
        UniqueConstraint("practice_id", "id"),
        ForeignKeyConstraint(
            ["practice_id", "practitioner_id"], ["practitioners.practice_id", "practitioners.id"]
        ),
        ForeignKeyConstraint(["practice_id", "begun_by"], ["staff.practice_id", "staff.id"]),
    )

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    practitioner_id: Mapped[UUID]
    first: Mapped[datetime]
    last: Mapped[datetime]
    with_others: Mapped[bool]  # patients may be offered a time with somebody else
    begun_by: Mapped[UUID]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = written_at()


class AbsenceCaseRow(Table):
    """One appointment that can't take place; whose it is, its own row says."""

    __tablename__ = "absence_cases"
    __table_args__ = (
        UniqueConstraint("absence_id", "appointment_id"),
        CheckConstraint(
            "status IN ('waiting', 'asked', 'accepted', 'declined', 'silent', 'call', 'settled', 'restored')",
            "status_known",
        ),
        ForeignKeyConstraint(
            ["practice_id", "absence_id"], ["absences.practice_id", "absences.id"], ondelete="CASCADE"
        ),
        Index(None, "appointment_id"),
        Index("absence_cases_going_on", "was", postgresql_where=text("status IN ('waiting', 'asked')")),
    )

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    absence_id: Mapped[UUID]
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointments.id", ondelete="CASCADE"))
    was: Mapped[datetime]
    status: Mapped[str]
    held: Mapped[UUID | None]  # the hold of the time that was offered, which may be gone
    offered: Mapped[datetime | None]
    updated_at: Mapped[datetime] = written_at()
