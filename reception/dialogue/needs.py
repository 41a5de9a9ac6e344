"""What the pure policy asks of the outside: it yields a need and is sent the answer.

The comment behind each need names the answer's type. `turn.py` is where they are met.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from reception.dialogue.state import Claims, Existing, Offer, Reply


@dataclass(frozen=True)
class FindSlots:
    """All free starts in a window, in order.  → tuple[Offer, ...]

    The time of the appointment that is `moving` counts as free.
    """

    appointment_type: str
    practitioners: tuple[str, ...]
    first: date
    last: date
    moving: str | None = None


@dataclass(frozen=True)
class HoldSlot:
    """Keep this time for the conversation while details are collected.  → id, or None when it is taken"""

    offer: Offer
    moving: str | None = None


@dataclass(frozen=True)
class ReleaseHold:
    """Give back whatever the conversation holds.  → None"""


@dataclass(frozen=True)
class Identify:
    """Look up who this is.  → Identification"""

    claims: Claims


@dataclass(frozen=True)
class IdentifyWard:
    """Look among those for whom an identified patient may speak.  → Identification: match or none"""

    guardian_id: str
    name: str


@dataclass(frozen=True)
class Identification:
    """`match` and `near` carry the patient; `locked` means this caller has failed too often.

    `misheard`: the birth date was probably caught wrongly; it is read back, and a yes identifies nobody.
    """

    kind: Literal["match", "near", "misheard", "none", "locked"]
    patient_id: str | None = None
    name: str = ""
    email: str = ""
    insurance: str = ""


@dataclass(frozen=True)
class CountFailure:
    """Note a failed identification.  → bool: whether this caller has now failed too often"""

    claims: Claims


@dataclass(frozen=True)
class AddPatient:
    """Take a new patient on.  → id"""

    claims: Claims


@dataclass(frozen=True)
class SaveContact:
    """Fill in contact details that are missing on file.  → None"""

    patient_id: str
    email: str = ""
    insurance: str = ""


@dataclass(frozen=True)
class BookSlot:
    """Make the held time an appointment.  → bool: False when it was taken meanwhile"""

    held: str
    offer: Offer
    patient_id: str
    reason: str
    booked_by: str = ""


@dataclass(frozen=True)
class Upcoming:
    """The patient's coming appointments, in order.  → tuple[Existing, ...]"""

    patient_id: str


@dataclass(frozen=True)
class MoveAppointment:
    """Give an appointment its new start.  → bool: False when the time was taken meanwhile, or the
    appointment is not any more what was read back"""

    existing: Existing
    offer: Offer


@dataclass(frozen=True)
class CancelAppointment:
    """Cancel an appointment; again does nothing.  → bool: False when it is not any more what was read back"""

    existing: Existing


@dataclass(frozen=True)
class Standing:
    """Whether an appointment is still booked, for that start.  → bool"""

    appointment_id: str
    start: datetime


@dataclass(frozen=True)
class ConfirmAppointment:
    """Note that the patient says they will come.  → bool: False when it is not booked for then any more"""

    appointment_id: str
    start: datetime


@dataclass(frozen=True)
class TakeReplacement:
    """Take the time that was offered for an appointment that can't be.  → bool: False when it is taken"""

    case_id: str
    offer: Offer


@dataclass(frozen=True)
class DeclineReplacement:
    """Give up the time that was offered for an appointment that can't be; staff will call.  → None"""

    case_id: str


@dataclass(frozen=True)
class DeclineOffer:
    """Give a time that was offered to the next who waits.  → None"""

    held: str


@dataclass(frozen=True)
class FileRequest:
    """Put a request in the staff's inbox.  → id"""

    kind: str
    details: Mapping[str, str]
    priority: Literal["routine", "urgent", "emergency"] = "routine"
    patient_id: str | None = None


@dataclass(frozen=True)
class AmendRequest:
    """Add details to a request of this conversation, which is open again if it was done.  → None"""

    request_id: str
    details: Mapping[str, str]


@dataclass(frozen=True)
class WithdrawRequest:
    """Take back a request that an appointment has settled.  → None"""

    request_id: str


@dataclass(frozen=True)
class Waiting:
    """The time kept for this patient, who waits for one; the conversation holds it now.

    → WaitingTime | None
    """

    patient_id: str


@dataclass(frozen=True)
class CloseRequest:
    """A request that was met.  → None"""

    request_id: str


Need = (
    FindSlots
    | HoldSlot
    | ReleaseHold
    | Identify
    | IdentifyWard
    | CountFailure
    | AddPatient
    | SaveContact
    | BookSlot
    | Upcoming
    | MoveAppointment
    | CancelAppointment
    | Standing
    | ConfirmAppointment
    | TakeReplacement
    | DeclineReplacement
    | DeclineOffer
    | FileRequest
    | AmendRequest
    | WithdrawRequest
    | Waiting
    | CloseRequest
)

#: A piece of dialogue: yields needs, is sent their answers, and returns a reply or None ("go on").
Talk = Generator[Need, Any, Reply]
Step = Generator[Need, Any, Reply | None]
