"""Conversations, calls, what was said, and what staff say that it meant."""

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

from reception.database.encrypted import Encrypted, EncryptedJson, EncryptedKey
from reception.database.tables.base import Table, of_practice, row_id, written_at


class ConversationRow(Table):
    """`notice` says how the patient was told that words are kept: an address that was shown, or "spoken".

    `attended_by` is the staff member who has taken it over; the desk is silent then.

    `handed_over_for` is why a person was first needed: asked, misunderstood, identity, emergency,
    or joined.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id", "attended_by"], ["staff.practice_id", "staff.id"]),
        UniqueConstraint("practice_id", "id"),
        UniqueConstraint("call_sid"),
        CheckConstraint("channel IN ('chat', 'phone', 'sms')", "channel_known"),
        CheckConstraint("status IN ('open', 'handed_over', 'closed')", "status_known"),
        Index(None, "practice_id", "updated_at"),
        Index(None, "practice_id", "created_at"),
    )

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    channel: Mapped[str]
    language: Mapped[str]
    status: Mapped[str]
    outcome: Mapped[str | None]
    caller: Mapped[str] = mapped_column(EncryptedKey("conversations.caller"))
    state: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("conversations.state"))
    version: Mapped[int]
    message_count: Mapped[int] = mapped_column(server_default=text("0"))
    call_sid: Mapped[str | None]
    token_hash: Mapped[str]
    notice: Mapped[str | None]
    transfer_requested_at: Mapped[datetime | None]
    handed_over_for: Mapped[str | None]
    attended_by: Mapped[UUID | None]
    attended_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = written_at()
    updated_at: Mapped[datetime] = written_at()


class ConversationPatientRow(Table):
    """Whom a conversation was about: those identified in it, and whoever spoke for them."""

    __tablename__ = "conversation_patients"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "patient_id"], ["patients.practice_id", "patients.id"], ondelete="CASCADE"
        ),
        Index(None, "patient_id"),
    )

    practice_id: Mapped[UUID] = of_practice()
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)


class CallRow(Table):
    """How far a phone call has come; one that only rang through has no conversation.

    `recording` is the caller's answer to whether they may be recorded, `relay_session` the WebSocket that
    speaks for the call now, `request_id` the message that was left after it.
    """

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("recording IN ('agreed', 'refused')", "recording_known"),
        Index(None, "conversation_id"),
        Index(None, "request_id"),
    )

    call_sid: Mapped[str] = mapped_column(primary_key=True)
    practice_id: Mapped[UUID] = of_practice()
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    recording: Mapped[str | None]
    recording_at: Mapped[datetime | None]
    relay_session: Mapped[str] = mapped_column(server_default=text("''"))
    dialled_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = written_at()


class MessageRow(Table):
    """`sequence` counts within the conversation; `reply_to` is the patient message that was answered.

    `heard` is what was heard of words spoken on the phone, where it was not all of them. `intent` is that of
    the frame, and `took_ms` how long after the patient's words the desk's answer was written.
    """

    __tablename__ = "messages"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "conversation_id"],
            ["conversations.practice_id", "conversations.id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("conversation_id", "sequence"),
        UniqueConstraint("conversation_id", "client_id"),
        CheckConstraint("role IN ('desk', 'patient', 'staff')", "role_known"),
        Index(None, "reply_to"),
    )

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    conversation_id: Mapped[UUID]
    sequence: Mapped[int]
    role: Mapped[str]
    text: Mapped[str] = mapped_column(Encrypted("messages.text"))
    at: Mapped[datetime] = written_at()
    expects: Mapped[str | None]
    about: Mapped[str | None]
    options: Mapped[list[dict[str, Any]]] = mapped_column(EncryptedJson("messages.options"))
    client_id: Mapped[str | None]
    reply_to: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    frame: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson("messages.frame"))
    heard: Mapped[str | None] = mapped_column(Encrypted("messages.heard"))
    intent: Mapped[str | None]
    took_ms: Mapped[int | None]


class CorrectionRow(Table):
    """What staff say that a patient's message meant; no foreign key to staff, as in the audit log."""

    __tablename__ = "corrections"
    __table_args__ = (Index(None, "practice_id", "at"),)

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    practice_id: Mapped[UUID] = of_practice()
    intent: Mapped[str]
    slots: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("corrections.slots"))
    staff_id: Mapped[UUID | None]
    at: Mapped[datetime] = written_at()
