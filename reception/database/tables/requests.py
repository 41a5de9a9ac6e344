"""What patients want done, and what staff note beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from reception.database.encrypted import Encrypted, EncryptedJson
from reception.database.tables.base import Table, of_practice, row_id, written_at


class RequestRow(Table):
    __tablename__ = "requests"
    __table_args__ = (
        *(
            ForeignKeyConstraint(["practice_id", column], ["staff.practice_id", "staff.id"])
            for column in ("seen_by", "assigned_to", "done_by")
        ),
        UniqueConstraint("practice_id", "id"),
        ForeignKeyConstraint(["practice_id", "patient_id"], ["patients.practice_id", "patients.id"]),
        CheckConstraint("priority IN ('routine', 'urgent', 'emergency')", "priority_known"),
        CheckConstraint("status IN ('open', 'done')", "status_known"),
        Index(None, "practice_id", "status", "created_at"),
        Index(None, "practice_id", "created_at"),
        Index(None, "conversation_id"),
        Index(None, "patient_id"),
        Index("requests_done", "practice_id", text("done_at DESC"), postgresql_where=text("status = 'done'")),
    )

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    kind: Mapped[str]
    patient_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("requests.details"))
    priority: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'open'"))
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    seen_by: Mapped[UUID | None]
    seen_at: Mapped[datetime | None]
    assigned_to: Mapped[UUID | None]
    done_by: Mapped[UUID | None]
    done_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = written_at()


class RequestNoteRow(Table):
    """What staff note at a request, for each other."""

    __tablename__ = "request_notes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "request_id"], ["requests.practice_id", "requests.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["practice_id", "staff_id"], ["staff.practice_id", "staff.id"]),
        Index(None, "request_id", "at"),
    )

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    request_id: Mapped[UUID]
    staff_id: Mapped[UUID]
    text: Mapped[str] = mapped_column(Encrypted("request_notes.text"))
    at: Mapped[datetime] = written_at()
