"""Staff, how they get in, and who saw and changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from reception.database.encrypted import Encrypted
from reception.database.tables.base import Table, of_practice, row_id, written_at


class AuditRow(Table):
    """Identifiers and times only, and no foreign keys: the trail outlives what it tells of.

    `staff_id` is who saw or changed it; nobody for what the desk did.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index(None, "practice_id", "at"),
        Index(None, "entity_id"),
        Index(None, "staff_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    practice_id: Mapped[UUID] = of_practice()
    at: Mapped[datetime] = written_at()
    conversation_id: Mapped[UUID | None]
    staff_id: Mapped[UUID | None]
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]]


class AuditChainRow(Table):
    """Each line's place in its practice's chain; `hash` is over the line and the hash before it.

    The database writes it (migration 0025), and nobody else may.
    """

    __tablename__ = "audit_chain"
    __table_args__ = (UniqueConstraint("audit_id"),)

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practices.id"), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    audit_id: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]


class StaffRow(Table):
    """Who may see the dashboard. `totp_step` is the last time step whose code was used: none works twice."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("practice_id", "id"),
        CheckConstraint("email = lower(email)", "email_in_lower_case"),
        CheckConstraint("role IN ('admin', 'staff', 'viewer')", "role_known"),
        Index(None, "practice_id"),
    )

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    totp_secret: Mapped[str] = mapped_column(Encrypted("staff.totp_secret"))
    totp_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    recovery_codes: Mapped[list[str]] = mapped_column(JSONB)
    subject: Mapped[str | None] = mapped_column(unique=True)  # the OpenID provider's name for them
    role: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    failed_logins: Mapped[int] = mapped_column(server_default=text("0"))
    locked_until: Mapped[datetime | None]
    logged_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = written_at()


class StaffSessionRow(Table):
    """A browser that is logged in; only the hash of its token is kept.

    One that still lacks a code opens nothing.
    """

    __tablename__ = "staff_sessions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "staff_id"], ["staff.practice_id", "staff.id"], ondelete="CASCADE"
        ),
        CheckConstraint("entered IN ('password', 'sign_on', 'code_needed')", "entered_known"),
        Index(None, "staff_id"),
    )

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    practice_id: Mapped[UUID] = of_practice()
    staff_id: Mapped[UUID]
    entered: Mapped[str] = mapped_column(server_default=text("'password'"))
    created_at: Mapped[datetime] = written_at()
    seen_at: Mapped[datetime] = written_at()


class InvitationRow(Table):
    """A link that works once: for a new account, or (`staff_id`) a new password for one that is there.

    `first` ones work only as long as the practice has no admin.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "staff_id"], ["staff.practice_id", "staff.id"], ondelete="CASCADE"
        ),
        CheckConstraint("role IN ('admin', 'staff', 'viewer')", "role_known"),
    )

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    practice_id: Mapped[UUID] = of_practice()
    staff_id: Mapped[UUID | None]
    role: Mapped[str]
    first: Mapped[bool] = mapped_column(server_default=text("false"))
    email: Mapped[str]
    totp_secret: Mapped[str] = mapped_column(Encrypted("invitations.totp_secret"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = written_at()
