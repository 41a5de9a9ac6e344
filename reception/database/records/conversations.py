"""Records of conversations, calls and what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


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
class SaidTurn:
    """What a patient said, what the desk had said before, and how it was understood and (by staff) meant."""

    id: UUID
    conversation_id: UUID
    text: str
    asked: str
    frame: Mapping[str, Any] | None
    meant: Mapping[str, Any] | None
