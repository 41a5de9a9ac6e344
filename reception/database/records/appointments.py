"""Records of appointments, absences, blocked time and who waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reception.database.records.patients import Patient


@dataclass(frozen=True)
class Appointment:
    """An appointment (or a hold, whose patient is None); times are aware, in the practice's zone."""

    id: UUID
    patient: Patient | None
    practitioner: str
    practitioner_id: UUID
    appointment_type: str
    appointment_type_id: UUID
    reason: str
    start: datetime
    end: datetime
    status: str  # held | booked | cancelled | completed | no_show
    booked_by: str | None
    conversation_id: UUID | None
    confirmed_at: datetime | None = None  # when the patient said that they will come
    arrived_at: datetime | None = None


@dataclass(frozen=True)
class Absence:
    """A practitioner who is away from `first` to `last` (aware, in the practice's zone).

    `with_others`: patients may be offered a time with somebody else. `open` of its `cases` are not settled.
    """

    id: UUID
    practitioner_id: UUID
    practitioner: str
    first: datetime
    last: datetime
    with_others: bool
    created_at: datetime
    ended_at: datetime | None
    cases: int
    open: int


@dataclass(frozen=True)
class AbsenceCase:
    """An appointment that can't take place, and what became of it.

    `status`: waiting (to be asked by text), asked, accepted, declined, silent (no answer in time), call (to
    be called), settled (without a new time), restored (it takes place after all). `was` and `offered` are
    aware starts; `elsewhere` is the start of another appointment the patient has made since; `text` is how
    far the text has come.
    """

    id: UUID
    absence_id: UUID
    status: str
    was: datetime
    held: UUID | None
    offered: datetime | None
    updated_at: datetime
    appointment: Appointment
    text: str | None = None
    elsewhere: datetime | None = None


@dataclass(frozen=True)
class TimeBlock:
    """Time of a practitioner that staff keep from being booked; `reason` is for staff."""

    id: UUID
    practitioner_id: UUID
    start: datetime
    end: datetime
    reason: str


@dataclass(frozen=True)
class Change:
    """A row that somebody changed: identifiers only. `kind` is the table's name."""

    practice_id: UUID
    kind: str  # conversations | messages | requests | appointments | outbox
    id: UUID
    conversation_id: UUID | None


@dataclass(frozen=True)
class WaitingOffer:
    """A time that was offered to one on the waiting list, by text or (without a text) kept until they call.

    `state` is asked (kept for them until `until`), queued (will be asked), kept, taken, cancelled (taken, and
    cancelled later), declined, lapsed (no answer in time) or not_delivered. Times are aware, in the
    practice's zone.
    """

    request_id: UUID
    hold_id: UUID | None
    practitioner: str
    appointment_type: str
    start: datetime
    asked_at: datetime | None
    until: datetime | None
    state: str
