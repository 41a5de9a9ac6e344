"""Records of requests, as they are filed and as the inbox shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from reception.database.records.patients import Patient

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
