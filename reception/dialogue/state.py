"""What a conversation remembers between two turns, and what one turn answers. Plain data only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from reception.dialogue.cues import Cues, cues
from reception.dialogue.meaning import Days, Hours
from reception.practice import Practice


class Expects(StrEnum):
    """What the desk has just asked for."""

    REQUEST = "request"
    PATIENT_NAME = "patient_name"
    DATE_OF_BIRTH = "date_of_birth"
    PHONE = "phone"
    EMAIL = "email"
    INSURANCE = "insurance"
    PRACTITIONER = "practitioner"
    APPOINTMENT_TYPE = "appointment_type"
    REASON = "reason"
    DATE = "date"
    TIME = "time"
    SLOT = "slot"
    APPOINTMENT = "appointment"
    MEDICATION = "medication"
    DOSE = "dose"
    SPECIALTY = "specialty"
    TEST = "test"
    TOPIC = "topic"
    MESSAGE = "message"
    CALLBACK = "callback"
    CONFIRMATION = "confirmation"
    ANYTHING_ELSE = "anything_else"


class About(StrEnum):
    """What a confirmation is for."""

    BOOKING = "booking"
    MOVE = "move"
    CANCEL = "cancel"
    IDENTITY = "identity"
    KNOWN_PATIENT = "known_patient"
    NEW_PATIENT = "new_patient"
    WAITLIST = "waitlist"
    HANDOVER = "handover"
    REQUEST = "request"
    OTHER = "other"


class Status(StrEnum):
    """Who is in charge of the conversation."""

    OPEN = "open"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"


class Task(StrEnum):
    """What the patient came for; the values of the later ones are the kinds of the request they file."""

    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    CHECK = "check"
    WAITLIST = "waitlist"
    PRESCRIPTION = "prescription"
    REFERRAL = "referral"
    SICK_NOTE = "sick_note"
    TEST_RESULTS = "test_results"
    BILLING = "billing"
    MESSAGE = "message"
    MEDICAL_QUESTION = "medical_question"  # a nurse is to call about it


@dataclass(frozen=True)
class Line:
    """One sentence of the desk by its key in `prompts/<language>/desk.yaml`, with its variables."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
    """A time that can be had: practitioner and type by the practice's own names, start in its zone."""

    practitioner: str
    appointment_type: str
    start: datetime


@dataclass(frozen=True)
class Existing:
    """An appointment the identified patient has; `id` is the row's."""

    id: str
    practitioner: str
    appointment_type: str
    start: datetime
    reason: str = ""


@dataclass(frozen=True)
class Choice:
    """Something the patient may pick: an offer, an existing appointment, a day, or yes and no."""

    offer: Offer | None = None
    existing: Existing | None = None
    day: date | None = None
    yes: bool | None = None


@dataclass(frozen=True)
class Reply:
    """What the desk says in one turn; the last line is the question, if any."""

    lines: tuple[Line, ...]
    expects: Expects | None = None
    about: About | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What the outside knows at this turn: the practice, its local time, and the caller's number if any."""

    practice: Practice
    now: datetime
    caller_phone: str = ""
    of_specialty: Callable[[str], tuple[str, ...]] = lambda words: ()  # practitioners by a patient's words
    language: str = "en"

    @property
    def cues(self) -> Cues:
        return cues(self.language)

    @property
    def today(self) -> date:
        return self.now.date()


@dataclass(frozen=True)
class WaitingTime:
    """A time that became free for somebody on the waiting list: their request, its hold, and the time."""

    request_id: str
    held: str
    offer: Offer


@dataclass(frozen=True)
class Replacement:
    """Another time for an appointment that can't take place: whose case it is, and the time."""

    case_id: str
    offer: Offer


@dataclass(frozen=True)
class Texted:
    """What a text message of ours asked: whether they come to `appointment`, or take the time of `waiting`
    or of a `replacement`.

    `patient_id` is whose it is; it identifies nobody.
    """

    patient_id: str
    appointment: Existing | None = None
    waiting: WaitingTime | None = None
    replacement: Replacement | None = None


@dataclass
class Wish:
    """What kind of appointment the patient would like."""

    practitioner: str | None = None
    practitioners: tuple[str, ...] = ()  # those of a named specialty
    not_here: str = ""  # a doctor who was named and is none of the practice's, until that is said
    appointment_type: str | None = None
    reason: str = ""
    days: Days | None = None
    hours: Hours | None = None
    old_days: Days | None = None
    old_hours: Hours | None = None


@dataclass
class Claims:
    """Who the patient says they are; nothing here is checked."""

    name: str = ""
    date_of_birth: date | None = None
    phone: str = ""
    email: str = ""
    insurance: str = ""


@dataclass
class Who:
    """How far identification has come."""

    patient_id: str | None = None
    name: str = ""
    email: str = ""
    insurance: str = ""
    new: bool = False  # said to be new here; not yet a row until something is booked
    near: str | None = None  # id of the patient whose name is close, until read back
    misheard: bool = False  # read back once more before these claims count as unmatched
    unmatched: bool = False  # these claims were looked up and fit nobody
    details_done: bool = False

    @property
    def settled(self) -> bool:
        return self.patient_id is not None or self.new

    @property
    def looked_up(self) -> bool:
        """Whether other claims than these would be another guess."""
        return self.unmatched or self.misheard or self.near is not None


@dataclass(frozen=True)
class Later:
    """A task that was asked for beside another, with all that was said of it; it is taken up afterwards."""

    task: Task
    wish: Wish
    details: dict[str, str]
    urgent: bool = False
    name: str = ""  # of whom it is for, where it was said
    of_another: bool = False  # whoever was identified may not be the one


@dataclass
class State:
    """The whole memory of a conversation."""

    status: Status = Status.OPEN
    outcome: str = ""
    handed_over_for: str = ""  # asked | misunderstood | identity | emergency: why a person was first needed
    task: Task | None = None
    wish: Wish = field(default_factory=Wish)
    claims: Claims = field(default_factory=Claims)
    who: Who = field(default_factory=Who)
    details: dict[str, str] = field(default_factory=dict)
    urgent: bool = False
    later: tuple[Later, ...] = ()
    refused: tuple[Offer, ...] = ()  # never offered again in this task
    busy: tuple[Existing, ...] = ()  # the patient's own appointments, once one was in the way
    chosen: Offer | None = None
    held: str | None = None
    taken: bool = False  # somebody was faster, and the patient has not been told yet
    appointment: Existing | None = None
    waited_for: WaitingTime | None = None  # offered, and not answered yet
    told_of_waiting: bool = False
    texted: Texted | None = None  # asked by a text message, and not answered yet
    medical_request: str | None = None
    medical_words: str = ""  # all that was said to that request
    no_call: bool = False  # a nurse's call was offered and is not wanted: it is not offered again
    staff_request: str | None = None
    number_failed: bool = False  # the caller's own number identified nobody, so the one on file is asked for
    guardian: str | None = None  # id of who was identified before the talk turned to somebody else
    booked_by: str = ""  # who was identified before the talk turned to somebody else's appointment
    said: str = ""  # the desk's last words, to repeat them
    heard: str | None = None  # what was heard of them, where the caller spoke over them
    options_heard: int = 0  # and how many of the choices that were
    question: str = ""  # the question among them, to ask it again
    question_key: str = ""
    said_keys: tuple[str, ...] = ()
    expects: Expects | None = Expects.REQUEST
    about: About | None = None
    choices: tuple[Choice, ...] = ()
    asked: tuple[str, ...] = ()  # optional questions that were put once and are not put again
    maybe_danger: str = ""  # words that may have told of an emergency, until the patient says so
    doubted: Task | None = None  # what the last words seemed to ask for, until the patient says so
    misses: int = 0
    turns: int = 0

    @property
    def heard_words(self) -> str:
        """The desk's last words as far as the other side knows them."""
        return self.said if self.heard is None else self.heard
