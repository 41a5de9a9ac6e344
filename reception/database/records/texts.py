"""Records of text messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


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
