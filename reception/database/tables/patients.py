"""Patients, and who may speak for whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
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
from sqlalchemy.orm import Mapped, mapped_column

from reception.database.encrypted import Encrypted, EncryptedJson, EncryptedKey, EncryptedNumber
from reception.database.tables.base import Table, of_practice, row_id, written_at


class PatientRow(Table):
    """`source_key` marks who came from a file, and `loaded` what that file said last (see load.py)."""

    __tablename__ = "patients"
    __table_args__ = (
        UniqueConstraint("practice_id", "id"),
        UniqueConstraint("practice_id", "source_key"),
        ForeignKeyConstraint(
            ["practice_id", "merged_into"], ["patients.practice_id", "patients.id"], ondelete="CASCADE"
        ),
        CheckConstraint("merged_into <> id", "into_another"),
        Index(None, "practice_id", "date_of_birth"),
        Index(None, "practice_id", "phone"),
        Index("patients_phone_end", "practice_id", func.split_part(text("phone"), text("'.'"), text("4"))),
        Index(None, "practice_id", "email"),
        Index("patients_practice_id_lower_name", "practice_id", func.lower(text("name"))),
        Index(
            "patients_name_trigrams",
            func.lower(text("name")),
            postgresql_using="gin",
            postgresql_ops={"lower": "gin_trgm_ops"},
        ),
        Index("patients_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
        Index("patients_name_sounds", func.name_sounds(text("name")), postgresql_using="gin"),
    )

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    name: Mapped[str]
    date_of_birth: Mapped[date | None]
    phone: Mapped[str] = mapped_column(EncryptedNumber("patients.phone"))
    email: Mapped[str] = mapped_column(EncryptedKey("patients.email"))
    insurance: Mapped[str] = mapped_column(Encrypted("patients.insurance"))
    possible_duplicate: Mapped[bool] = mapped_column(server_default=text("false"))
    source_key: Mapped[UUID | None]
    loaded: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson("patients.loaded"))
    merged_into: Mapped[UUID | None]  # the record that was kept, where two were one person's
    version: Mapped[int] = mapped_column(server_default=text("1"))  # goes up when staff change something
    created_at: Mapped[datetime] = written_at()


class ErasedSourceRow(Table):
    """The keys of erased patients who came from a file: reading it again must not bring them back."""

    __tablename__ = "erased_sources"

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practices.id"), primary_key=True)
    source_key: Mapped[str] = mapped_column(EncryptedKey("erased_sources.source_key"), primary_key=True)


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

    practice_id: Mapped[UUID] = of_practice()
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    guardian_id: Mapped[UUID] = mapped_column(primary_key=True)


class MergeRow(Table):
    """Two records that became one: `before` are the details of the kept one, `moved` what hung on the other.

    No foreign key to staff, as in the audit log.
    """

    __tablename__ = "merges"
    __table_args__ = (
        *(
            ForeignKeyConstraint(
                ["practice_id", column], ["patients.practice_id", "patients.id"], ondelete="CASCADE"
            )
            for column in ("kept_id", "merged_id")
        ),
        Index(None, "kept_id"),
        Index(None, "merged_id"),
    )

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    kept_id: Mapped[UUID]
    merged_id: Mapped[UUID]
    before: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("merges.before"))
    moved: Mapped[dict[str, Any]]
    staff_id: Mapped[UUID | None]
    at: Mapped[datetime] = written_at()
    undone_at: Mapped[datetime | None]


class DifferentPatientsRow(Table):
    """Two that look alike and are not the same person, as staff know."""

    __tablename__ = "different_patients"
    __table_args__ = (
        *(
            ForeignKeyConstraint(
                ["practice_id", column], ["patients.practice_id", "patients.id"], ondelete="CASCADE"
            )
            for column in ("patient_id", "other_id")
        ),
        CheckConstraint("patient_id < other_id", "once"),
        Index(None, "other_id"),
    )

    practice_id: Mapped[UUID] = of_practice()
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID | None]
    at: Mapped[datetime] = written_at()


class IdentificationFailureRow(Table):
    """`fingerprint` and `person` tell attempts and persons apart without keeping what was said."""

    __tablename__ = "identification_failures"
    __table_args__ = (
        CheckConstraint("kind IN ('denied', 'unmatched')", "kind_known"),
        Index(None, "practice_id", "caller", "at"),
        Index(None, "practice_id", "person", "at"),
        Index(None, "conversation_id"),
    )

    id: Mapped[UUID] = row_id()
    practice_id: Mapped[UUID] = of_practice()
    caller: Mapped[str] = mapped_column(EncryptedKey("identification_failures.caller"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    fingerprint: Mapped[str] = mapped_column(EncryptedKey("identification_failures.fingerprint"))
    kind: Mapped[str] = mapped_column(server_default=text("'denied'"))
    person: Mapped[str] = mapped_column(
        EncryptedKey("identification_failures.person"), server_default=text("''")
    )
    at: Mapped[datetime] = written_at()
