"""The tables, as SQLAlchemy knows them; every row belongs to a practice.

`migrations/` creates them, and a test holds the two together.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

#: Statuses in which an appointment row keeps its time from everybody else.
OCCUPYING = ("held", "booked", "blocked")


class Table(DeclarativeBase):
    """What all tables share: predictable constraint names, and Python types that map to PostgreSQL's."""

    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s",
            "uq": "%(table_name)s_%(column_0_N_name)s_unique",
            "ck": "%(table_name)s_%(constraint_name)s",
            "fk": "%(table_name)s_%(column_0_N_name)s_refers",
            "pk": "%(table_name)s_key",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        str: Text(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
        list[dict[str, Any]]: JSONB(),
        Range[datetime]: TSTZRANGE(),
    }


def _id() -> Mapped[UUID]:
    return mapped_column(primary_key=True, default=uuid4)


def _at() -> Mapped[datetime]:
    """Real time of writing, whatever the desk's clock says."""
    return mapped_column(server_default=func.clock_timestamp())


def _practice() -> Mapped[UUID]:
    return mapped_column(ForeignKey("practices.id"))


class PracticeRow(Table):
    """`settings` is what holds now; `loaded` is what the practice file said last (see load.py).

    `trial_of` marks a copy to try settings on: no number and no default leads to it.
    """

    __tablename__ = "practices"

    id: Mapped[UUID] = _id()
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str]
    time_zone: Mapped[str]
    settings: Mapped[dict[str, Any]]
    loaded: Mapped[dict[str, Any]]
    trial_of: Mapped[UUID | None] = mapped_column(ForeignKey("practices.id"), unique=True)
    created_at: Mapped[datetime] = _at()
    updated_at: Mapped[datetime] = _at()


class SettingsVersionRow(Table):
    """Settings that hold or held, counted from 1; no foreign key to staff, as in the audit log."""

    __tablename__ = "settings_versions"

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practices.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]]
    staff_id: Mapped[UUID | None]
    note: Mapped[str]
    at: Mapped[datetime] = _at()


class SettingsDraftRow(Table):
    """What somebody is changing in a practice's settings, right or wrong."""

    __tablename__ = "settings_drafts"

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practices.id"), primary_key=True)
    settings: Mapped[dict[str, Any]]
    based_on: Mapped[int]
    staff_id: Mapped[UUID | None]
    at: Mapped[datetime] = _at()


class PractitionerRow(Table):
    __tablename__ = "practitioners"
    __table_args__ = (UniqueConstraint("practice_id", "id"),)

    id: Mapped[UUID] = _id()
    practice_id: Mapped[UUID] = _practice()
    name: Mapped[str]


class AppointmentTypeRow(Table):
    __tablename__ = "appointment_types"
    __table_args__ = (UniqueConstraint("practice_id", "id"),)

    id: Mapped[UUID] = _id()
    practice_id: Mapped[UUID] = _practice()
    name: Mapped[str]


class PatientRow(Table):
    """`source_key` marks who came from a file, and `loaded` what that file said last (see load.py)."""

    __tablename__ = "patients"
    __table_args__ = (
        UniqueConstraint("practice_id", "id"),
        UniqueConstraint("practice_id", "source_key"),
        Index(None, "practice_id", "date_of_birth"),
        Index(None, "practice_id", "phone"),
        Index("patients_practice_id_lower_name", "practice_id", func.lower(text("name"))),
        Index(
            "patients_name_trigrams",
            func.lower(text("name")),
            postgresql_using="gin",
            postgresql_ops={"lower": "gin_trgm_ops"},
        ),
        Index("patients_name_sounds", func.name_sounds(text("name")), postgresql_using="gin"),
    )

    id: Mapped[UUID] = _id()
    practice_id: Mapped[UUID] = _practice()
    name: Mapped[str]
    date_of_birth: Mapped[date | None]
    phone: Mapped[str]
    email: Mapped[str]
    insurance: Mapped[str]
    possible_duplicate: Mapped[bool] = mapped_column(server_default=text("false"))
    source_key: Mapped[UUID | None]
    loaded: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = _at()


class GuardianRow(Table):
    """Who may speak for a patient without knowing what identifies them; set by the practice."""

    __tablename__ = "guardians"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "patient_id"], ["patients.practice_id", "patients.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["practice_id", "guardian_id"], ["patients.practice_id", "patients.id"], ondelete="CASCADE"
        ),
        CheckConstraint("patient_id <> guardian_id", "somebody_else"),
        Index(None, "practice_id", "guardian_id"),
    )

    practice_id: Mapped[UUID] = _practice()
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    guardian_id: Mapped[UUID] = mapped_column(primary_key=True)


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
        Index(None, "patient_id"),
        Index(None, "conversation_id"),
        Index("appointments_expiring_holds", "hold_expires_at", postgresql_where=text("status = 'held'")),
    )

    id: Mapped[UUID] = _id()
    practice_id: Mapped[UUID] = _practice()
    practitioner_id: Mapped[UUID]
    appointment_type_id: Mapped[UUID | None]
    patient_id: Mapped[UUID | None]
    during: Mapped[Range[datetime]]
    status: Mapped[str]
    reason: Mapped[str]
    booked_by: Mapped[str | None]
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    hold_expires_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]  # when the patient said that they will come
    arrived_at: Mapped[datetime | None]
    link: Mapped[str | None]  # what makes the address of its calendar file unguessable
    source_key: Mapped[UUID | None]
    created_at: Mapped[datetime] = _at()


class ConversationRow(Table):
    """`attended_by` is the staff member who has taken it over; the desk is silent then."""

    __tablename__ = "conversations"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id", "attended_by"], ["staff.practice_id", "staff.id"]),
        UniqueConstraint("call_sid"),
        CheckConstraint("channel IN ('chat', 'phone', 'sms')", "channel_known"),
        CheckConstraint("status IN ('open', 'handed_over', 'closed')", "status_known"),
        Index(None, "practice_id", "updated_at"),
    )

    id: Mapped[UUID] = _id()
    practice_id: Mapped[UUID] = _practice()
    channel: Mapped[str]
    language: Mapped[str]
    status: Mapped[str]
    outcome: Mapped[str | None]
    caller: Mapped[str]
    state: Mapped[dict[str, Any]]
    version: Mapped[int]
    message_count: Mapped[int] = mapped_column(server_default=text("0"))
    call_sid: Mapped[str | None]
    token_hash: Mapped[str]
    transfer_requested_at: Mapped[datetime | None]
    attended_by: Mapped[UUID | None]
    attended_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = _at()
    updated_at: Mapped[datetime] = _at()


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
    practice_id: Mapped[UUID] = _practice()
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    recording: Mapped[str | None]
    relay_session: Mapped[str] = mapped_column(server_default=text("''"))
    dialled_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = _at()


class MessageRow(Table):
    """`sequence` counts within the conversation; `reply_to` is the patient message that was answered.

    `heard` is what was heard of words spoken on the phone, where it was not all of them.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "sequence"),
        UniqueConstraint("conversation_id", "client_id"),
        CheckConstraint("role IN ('desk', 'patient', 'staff')", "role_known"),
        Index(None, "reply_to"),
    )

    id: Mapped[UUID] = _id()
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    sequence: Mapped[int]
    role: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime] = _at()
    expects: Mapped[str | None]
    about: Mapped[str | None]
    options: Mapped[list[dict[str, Any]]]
    client_id: Mapped[str | None]
    reply_to: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    frame: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    heard: Mapped[str | None]


class CorrectionRow(Table):
    """What staff say that a patient's message meant; no foreign key to staff, as in the audit log."""

    __tablename__ = "corrections"
    __table_args__ = (Index(None, "practice_id", "at"),)

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    practice_id: Mapped[UUID] = _practice()
    intent: Mapped[str]
    slots: Mapped[dict[str, Any]]
    staff_id: Mapped[UUID | None]
    at: Mapped[datetime] = _at()


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
        Index(None, "conversation_id"),
        Index("requests_done", "practice_id", text("done_at DESC"), postgresql_where=text("status = 'done'")),
    )

    id: Mapped[UUID] = _id()
    practice_id: Mapped[UUID] = _practice()
    kind: Mapped[str]
    patient_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]]
    priority: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'open'"))
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    seen_by: Mapped[UUID | None]
    seen_at: Mapped[datetime | None]
    assigned_to: Mapped[UUID | None]
    done_by: Mapped[UUID | None]
    done_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = _at()


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

    id: Mapped[UUID] = _id()
    practice_id: Mapped[UUID] = _practice()
    request_id: Mapped[UUID]
    staff_id: Mapped[UUID]
    text: Mapped[str]
    at: Mapped[datetime] = _at()


class OutboxRow(Table):
    """Text messages to patients, written with the change they tell of and sent after it commits.

    `due_at` is by the desk's clock and `retry_at` by the real one; empty means at once. A text that is
    `sending` may have left already: only the carrier can tell (see reception/messaging/recovery.py).
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("practice_id", "key"),
        UniqueConstraint("sid"),
        CheckConstraint(
            "status IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'withdrawn')",
            "status_known",
        ),
        CheckConstraint(r"recipient ~ '^\+[1-9][0-9]{5,14}$'", "recipient_e164"),
        CheckConstraint("(status = 'sending') = (sending_since IS NOT NULL)", "only_sending_since"),
        Index("outbox_to_do", "created_at", postgresql_where=text("status IN ('queued', 'sending')")),
        Index(None, "practice_id", "recipient"),
        Index(None, "appointment_id"),
        Index(None, "conversation_id"),
    )

    id: Mapped[UUID] = _id()
    practice_id: Mapped[UUID] = _practice()
    recipient: Mapped[str]
    body: Mapped[str]
    kind: Mapped[str]
    key: Mapped[str]
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id", ondelete="SET NULL"))
    about: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # what it asks of whom
    due_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(server_default=text("'queued'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    sending_since: Mapped[datetime | None]
    sid: Mapped[str | None]
    error_code: Mapped[int | None]
    created_at: Mapped[datetime] = _at()
    updated_at: Mapped[datetime] = _at()


class OptOutRow(Table):
    """Numbers that get no texts of a practice until they write START: they wrote STOP, or can't get any."""

    __tablename__ = "opt_outs"
    __table_args__ = (CheckConstraint("reason IN ('stop', 'carrier', 'no_texts')", "reason_known"),)

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practices.id"), primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(server_default=text("'stop'"))
    at: Mapped[datetime] = _at()


class ReceivedTextRow(Table):
    """What was answered to a text from outside, by its identifier: the same text again changes nothing."""

    __tablename__ = "received_texts"
    __table_args__ = (Index(None, "at"),)

    sid: Mapped[str] = mapped_column(primary_key=True)
    practice_id: Mapped[UUID] = _practice()
    answers: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    at: Mapped[datetime] = _at()


class IdentificationFailureRow(Table):
    """`fingerprint` tells equal attempts apart from others without keeping what was said."""

    __tablename__ = "identification_failures"
    __table_args__ = (Index(None, "practice_id", "caller", "at"), Index(None, "conversation_id"))

    id: Mapped[UUID] = _id()
    practice_id: Mapped[UUID] = _practice()
    caller: Mapped[str]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    fingerprint: Mapped[str]
    at: Mapped[datetime] = _at()


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
    practice_id: Mapped[UUID] = _practice()
    at: Mapped[datetime] = _at()
    conversation_id: Mapped[UUID | None]
    staff_id: Mapped[UUID | None]
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]]


class StaffRow(Table):
    """Who may see the dashboard. `totp_step` is the last time step whose code was used: none works twice."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("practice_id", "id"),
        CheckConstraint("email = lower(email)", "email_in_lower_case"),
        CheckConstraint("role IN ('admin', 'staff', 'viewer')", "role_known"),
        Index(None, "practice_id"),
    )

    id: Mapped[UUID] = _id()
    practice_id: Mapped[UUID] = _practice()
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    totp_secret: Mapped[str]
    totp_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    recovery_codes: Mapped[list[str]] = mapped_column(JSONB)
    role: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    failed_logins: Mapped[int] = mapped_column(server_default=text("0"))
    locked_until: Mapped[datetime | None]
    logged_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = _at()


class StaffSessionRow(Table):
    """A browser that is logged in; only the hash of its token is kept."""

    __tablename__ = "staff_sessions"
    __table_args__ = (Index(None, "staff_id"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = _at()
    seen_at: Mapped[datetime] = _at()


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
    practice_id: Mapped[UUID] = _practice()
    staff_id: Mapped[UUID | None]
    role: Mapped[str]
    first: Mapped[bool] = mapped_column(server_default=text("false"))
    email: Mapped[str]
    totp_secret: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = _at()
