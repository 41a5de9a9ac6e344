"""Text messages, and who wants none."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from reception.database.encrypted import Encrypted, EncryptedKey, EncryptedList
from reception.database.tables.base import Table, of_practice, row_id, written_at


class OutboxRow(Table):
    """Text messages to patients, written with the change they tell of and sent after it commits.

    `due_at` is by the desk's clock and `retry_at` by the real one; empty means at once. A text that is
    `sending` may have left already: only the carrier can tell (see reception/messaging/recovery.py).
    `request_id` is the request that tells staff that it did not arrive.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("practice_id", "key"),
        UniqueConstraint("sid"),
        CheckConstraint(
            "status IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'withdrawn')",
            "status_known",
        ),
        CheckConstraint("(status = 'sending') = (sending_since IS NOT NULL)", "only_sending_since"),
        Index("outbox_to_do", "created_at", postgresql_where=text("status IN ('queued', 'sending')")),
        Index(None, "practice_id", "recipient"),
        Index(None, "practice_id", "created_at"),
        Index(None, "appointment_id"),
        Index(None, "conversation_id"),
        Index(None, "request_id"),
        Index(
            "outbox_offers",
            "practice_id",
            func.split_part(text("key"), text("':'"), text("2")),
            postgresql_where=text("kind = 'waitlist'"),
        ),
    )

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    recipient: Mapped[str] = mapped_column(EncryptedKey("outbox.recipient"))
    body: Mapped[str] = mapped_column(Encrypted("outbox.body"))
    kind: Mapped[str]
    key: Mapped[str]
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id", ondelete="SET NULL"))
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id", ondelete="SET NULL"))
    about: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # what it asks of whom
    due_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(server_default=text("'queued'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    sending_since: Mapped[datetime | None]
    sid: Mapped[str | None]
    error_code: Mapped[int | None]
    created_at: Mapped[datetime] = written_at()
    updated_at: Mapped[datetime] = written_at()


class OptOutRow(Table):
    """Numbers that get no texts of a practice until they write START: they wrote STOP, or can't get any."""

    __tablename__ = "opt_outs"
    __table_args__ = (CheckConstraint("reason IN ('stop', 'carrier', 'no_texts')", "reason_known"),)

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practices.id"), primary_key=True)
    number: Mapped[str] = mapped_column(EncryptedKey("opt_outs.number"), primary_key=True)
    reason: Mapped[str] = mapped_column(server_default=text("'stop'"))
    at: Mapped[datetime] = written_at()


class ReceivedTextRow(Table):
    """What was answered to a text from outside, by its identifier: the same text again changes nothing."""

    __tablename__ = "received_texts"
    __table_args__ = (Index(None, "at"),)

    sid: Mapped[str] = mapped_column(primary_key=True)
    practice_id: Mapped[UUID] = of_practice()
    answers: Mapped[list[str]] = mapped_column(EncryptedList("received_texts.answers"))
    at: Mapped[datetime] = written_at()
