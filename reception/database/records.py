"""What the store hands out: frozen records, never rows of the database."""

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
class Version:
    """Settings of a practice that hold or held; `staff_id` is None where a file brought them."""

    number: int
    settings: Mapping[str, Any]
    staff_id: UUID | None
    note: str
    at: datetime


@dataclass(frozen=True)
class Draft:
    """Settings that somebody is changing; `based_on` is the version they began with."""

    settings: Mapping[str, Any]
    based_on: int
    staff_id: UUID | None
    at: datetime


@dataclass(frozen=True)
class Trial:
    """The test chat on a practice's copy, and the settings it was begun with."""

    conversation_id: UUID
    practice_id: UUID
    status: str
    channel: str
    settings: Mapping[str, Any]


#: The detail of a request on the waiting list that is the desk's own: the start that is kept for the patient.
OFFERED = "offered"


@dataclass(frozen=True)
class Request:
    """Something a person has to do; `kind` and the keys of `details` are those of the export."""

    id: UUID
    kind: str
    patient: Patient | None
    details: Mapping[str, Any]
    priority: str  # routine | urgent | emergency
    status: str  # open | done
    conversation_id: UUID | None
    created_at: datetime


@dataclass(frozen=True)
class OutgoingText:
    """A text message to be sent: numbers in E.164, `sending_since` aware, `patient_id` of its appointment."""

    id: UUID
    practice_id: UUID
    sender: str
    recipient: str
    body: str
    kind: str
    attempts: int
    sending_since: datetime | None
    conversation_id: UUID | None
    appointment_id: UUID | None
    patient_id: UUID | None


@dataclass(frozen=True)
class OwnText:
    """A text message as its patient is told of it; `at` is when it was written, in the practice's zone."""

    id: UUID
    kind: str
    body: str
    status: str
    at: datetime


@dataclass(frozen=True)
class TextQuestion:
    """A text that asked something. `kind` is reminder, waitlist or absence.

    `about` holds `patient`, `practitioner`, `appointment_type` and `start` (ISO 8601), an offer also its
    `request` and the `held` time, whose row may be gone.
    """

    id: UUID
    practice_id: UUID
    recipient: str
    body: str
    kind: str
    appointment_id: UUID | None
    about: Mapping[str, str]


@dataclass(frozen=True)
class UnsentWords:
    """A message in a conversation by text that answers nothing, so that it has to be sent by itself."""

    message_id: UUID
    practice_id: UUID
    conversation_id: UUID
    recipient: str
    text: str


@dataclass(frozen=True)
class Conversation:
    """One talk with the desk. `version` goes up with every save; `call_sid` is the phone call's id."""

    id: UUID
    practice_id: UUID
    channel: str  # chat | phone | sms
    language: str
    status: str  # open | handed_over | closed
    outcome: str | None
    caller: str
    state: Mapping[str, Any]
    version: int
    call_sid: str | None
    attended_by: UUID | None = None  # the staff member who has taken it over


@dataclass(frozen=True)
class Call:
    """How far a phone call has come; `recording` is agreed, refused or not asked (None)."""

    call_sid: str
    practice_id: UUID
    conversation_id: UUID | None
    recording: str | None
    relay_session: str
    dialled_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    request_id: UUID | None


@dataclass(frozen=True)
class Consent:
    """What a patient was told and agreed to.

    `notice` is the address of the privacy notice that was shown, or "spoken"; `recording` is agreed or
    refused, and when. Each is empty where it was not said or asked.
    """

    notice: str = ""
    recording: str = ""
    recording_at: datetime | None = None


@dataclass(frozen=True)
class CallNews:
    """What a call's WebSocket watches for: how much was said, and who wants what of the call now."""

    message_count: int
    status: str  # of the conversation
    transfer_requested: bool
    relay_session: str
    attended: bool  # a staff member speaks in the desk's place


@dataclass(frozen=True)
class Message:
    """One message of a conversation; `at` is aware, in the practice's zone."""

    id: UUID
    role: str  # desk | patient | staff
    text: str
    at: datetime
    expects: str | None = None
    about: str | None = None
    options: list[dict[str, Any]] = field(default_factory=list)
    client_id: str | None = None
    frame: Mapping[str, Any] | None = None  # what the desk understood of it; for staff only

    def as_json(self) -> dict[str, Any]:
        """The message in the public form of the chat interface and the export."""
        return {
            "id": str(self.id),
            "role": self.role,
            "text": self.text,
            "at": self.at.isoformat(),
            "expects": self.expects,
            "about": self.about,
            "options": self.options,
        }


@dataclass(frozen=True)
class NewMessage:
    """A message to be saved. `reply_to` is filled in by the store where it is known (see `add_messages`)."""

    role: str
    text: str
    expects: str | None = None
    about: str | None = None
    options: Sequence[Mapping[str, Any]] = ()
    client_id: str | None = None
    frame: Mapping[str, Any] | None = None
    reply_to: UUID | None = None
    took_ms: int | None = None  # from the patient's words to this answer


@dataclass(frozen=True)
class Change:
    """A row that somebody changed: identifiers only. `kind` is the table's name."""

    practice_id: UUID
    kind: str  # conversations | messages | requests | appointments | outbox
    id: UUID
    conversation_id: UUID | None


@dataclass(frozen=True)
class GoingOn:
    """A conversation as staff see it in a list, with the last words said in it."""

    id: UUID
    channel: str  # chat | phone | sms
    status: str  # open | handed_over | closed
    outcome: str | None
    caller: str
    state: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    attended_by: UUID | None
    attended_by_name: str
    last_role: str
    last_text: str
    emergency: bool  # an emergency was filed that is still open

    @property
    def waiting(self) -> bool:
        """Whether a person is needed and nobody is there yet."""
        return self.status == "handed_over" and self.attended_by is None


@dataclass(frozen=True)
class InboxItem:
    """A request as staff work on it. `rank` puts emergencies first; `version` goes up with every change."""

    id: UUID
    practice_id: UUID
    kind: str
    patient: Patient | None
    details: Mapping[str, Any]
    priority: str  # routine | urgent | emergency
    rank: int
    status: str  # open | done
    conversation_id: UUID | None
    channel: str  # chat | phone | sms; empty without a conversation
    caller: str
    conversation_over: bool
    created_at: datetime
    seen_at: datetime | None
    seen_by: str
    done_at: datetime | None
    done_by: str
    version: int
    assigned_to: UUID | None
    assigned_to_name: str
    text_failed: bool = False  # it tells of a text that did not arrive


@dataclass(frozen=True)
class FailedText:
    """A text that did not arrive, or of which nobody knows (`status` failed or unknown), as staff see it.

    `again` is the status of the one that was sent in its place, if one was. `told_since` says whether another
    text told of the same appointment later; an offer's appointment is the hold, with its own status.
    """

    id: UUID
    practice_id: UUID
    recipient: str
    body: str
    kind: str
    key: str
    status: str
    error_code: int | None
    at: datetime
    about: Mapping[str, Any] | None
    conversation_id: UUID | None
    appointment_id: UUID | None
    appointment_status: str | None
    appointment_start: datetime | None
    held: bool
    told_since: bool
    again: str | None


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


@dataclass(frozen=True)
class SaidTurn:
    """What a patient said, what the desk had said before, and how it was understood and (by staff) meant."""

    id: UUID
    conversation_id: UUID
    text: str
    asked: str
    frame: Mapping[str, Any] | None
    meant: Mapping[str, Any] | None


@dataclass(frozen=True)
class Note:
    """What somebody of staff noted at a request."""

    id: UUID
    text: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Alarm:
    """An emergency that nobody of staff has seen yet."""

    request_id: UUID
    conversation_id: UUID | None
    at: datetime
    words: str
    patient: str
    channel: str
    caller: str


@dataclass(frozen=True)
class Guesses:
    """Failed identifications: those this caller denied; their different birth dates for one person, and
    everybody's for that person; and this caller's for anybody."""

    denied: int
    of_person: int
    at_person: int
    by_caller: int


@dataclass(frozen=True)
class ChainedLine:
    """A place in a practice's chain, with the line of the audit log that is there; `line` is empty when it
    is gone, and else all of it that is hashed, as text.
    """

    position: int
    audit_id: int
    hash: str
    line: tuple[str, ...]


@dataclass(frozen=True)
class AuditLine:
    """Who saw or changed what; nobody of staff for what the desk did."""

    at: datetime
    staff_id: UUID | None
    staff_name: str
    action: str
    entity: str
    entity_id: UUID | None
    conversation_id: UUID | None
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Account:
    """A member of staff of one practice."""

    id: UUID
    practice_id: UUID
    name: str
    email: str
    role: str  # admin | staff | viewer
    active: bool
    logged_in_at: datetime | None = None

    @property
    def may_change(self) -> bool:
        """Viewers look only."""
        return self.role in ("admin", "staff")


@dataclass(frozen=True)
class Access:
    """What is kept of how somebody logs in; of the recovery codes the hashes."""

    password_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)
    totp_step: int
    recovery_codes: Sequence[str] = field(repr=False)


@dataclass(frozen=True)
class Credentials:
    """What a log-in is checked against."""

    staff_id: UUID
    practice_id: UUID
    password_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)


@dataclass(frozen=True)
class Invitation:
    """An open invitation; `first` is the set-up link, `staff_id` an account whose access is renewed."""

    practice_id: UUID
    staff_id: UUID | None
    role: str
    first: bool
    email: str
    totp_secret: str = field(repr=False)
