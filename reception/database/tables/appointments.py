"""Appointments, holds and blocked time, under one constraint."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from reception.database.encrypted import Encrypted
from reception.database.tables.base import Table, of_practice, row_id, written_at

#: Statuses in which an appointment row keeps its time from everybody else.
OCCUPYING = ("held", "booked", "blocked")


class AppointmentRow(Table):
    """Holds and appointments alike: a hold that is confirmed becomes the appointment, without a gap.

    Time that staff block is a row too, without type and patient; `reason` says what for.
    """

    __tablename__ = "appointments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "practitioner_id"], ["practitioners.practice_id", "practitioners.id"]
        ),
        ForeignKeyConstraint(
            ["practice_id", "appointment_type_id"], ["appointment_types.practice_id", "appointment_types.id"]
        ),
        ForeignKeyConstraint(["practice_id", "patient_id"], ["patients.practice_id", "patients.id"]),
        UniqueConstraint("practice_id", "source_key"),
        UniqueConstraint("link"),
        CheckConstraint(
            "status IN ('held', 'booked', 'blocked', 'cancelled', 'completed', 'no_show')", "status_known"
        ),
        CheckConstraint("(status = 'held') = (hold_expires_at IS NOT NULL)", "only_holds_expire"),
        CheckConstraint("status IN ('held', 'blocked') OR patient_id IS NOT NULL", "patient_known"),
        CheckConstraint("status = 'blocked' OR appointment_type_id IS NOT NULL", "type_known"),
        CheckConstraint(
            "NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during)"
            " AND NOT lower_inf(during) AND NOT upper_inf(during)",
            "during_half_open",
        ),
        ExcludeConstraint(
            ("practitioner_id", "="),
            ("during", "&&"),
            name="appointments_never_overlap",
            using="gist",
            where=text("status IN ('held', 'booked', 'blocked')"),
        ),
        ForeignKeyConstraint(["practice_id", "absence_id"], ["absences.practice_id", "absences.id"]),
        Index(None, "patient_id"),
        Index(None, "absence_id", postgresql_where=text("absence_id IS NOT NULL")),
        Index("appointments_blocked", "practice_id", postgresql_where=text("status = 'blocked'")),
        Index("appointments_practice_id_start", "practice_id", func.lower(text("during"))),
        Index(None, "conversation_id"),
        Index("appointments_expiring_holds", "hold_expires_at", postgresql_where=text("status = 'held'")),
    )

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    practitioner_id: Mapped[UUID]
    appointment_type_id: Mapped[UUID | None]
    patient_id: Mapped[UUID | None]
    during: Mapped[Range[datetime]]
    status: Mapped[str]
    reason: Mapped[str] = mapped_column(Encrypted("appointments.reason"))
    booked_by: Mapped[str | None] = mapped_column(Encrypted("appointments.booked_by"))
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    hold_expires_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]  # when the patient said that they will come
    arrived_at: Mapped[datetime | None]
    absence_id: Mapped[UUID | None]  # of blocked time: because somebody is away
    link: Mapped[str | None]  # what makes the address of its calendar file unguessable
    source_key: Mapped[UUID | None]
    created_at: Mapped[datetime] = written_at()
