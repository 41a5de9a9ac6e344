"""Records of patients, and who two records of one person are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Patient:
    """Someone on file. Unknown contact details are empty; the phone is E.164."""

    id: UUID
    name: str
    date_of_birth: date | None = None
    phone: str = ""
    email: str = ""
    insurance: str = ""


@dataclass(frozen=True)
class FoundPatient:
    """A patient in a list; `coming` is the start of their next appointment, in the practice's zone."""

    patient: Patient
    possible_duplicate: bool
    coming: datetime | None


@dataclass(frozen=True)
class Chart:
    """A patient's own page, without their history; `version` goes up with every change by staff."""

    patient: Patient
    possible_duplicate: bool
    version: int
    since: datetime
    merged_into: UUID | None
    guardians: Sequence[Patient]
    wards: Sequence[Patient]


@dataclass(frozen=True)
class LockedPatient:
    """A patient whom nobody else changes or merges until the transaction ends."""

    patient: Patient
    version: int
    merged_into: UUID | None
    possible_duplicate: bool


@dataclass(frozen=True)
class RecordCounts:
    """How much hangs on a patient's record."""

    appointments: int
    requests: int
    conversations: int


@dataclass(frozen=True)
class Merge:
    """Two records that became one; `before` are details of the kept one, `name` is that of the other."""

    id: UUID
    kept_id: UUID
    merged_id: UUID
    before: Mapping[str, Any]
    moved: Mapping[str, Any]
    at: datetime
    by: str
    name: str


@dataclass(frozen=True)
class Event:
    """Something in a patient's history; `at` is aware, in the practice's zone.

    `what` and `who` are words of the practice (a type, a practitioner), `words` the patient's own.
    """

    kind: str  # appointment | request | conversation | text
    id: UUID
    at: datetime
    what: str
    who: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)
    status: str = ""
    priority: str = ""
    conversation_id: UUID | None = None
