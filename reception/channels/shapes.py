"""What the chat sends, as schemas: for the interface's description and the tests that hold it to that."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from reception.dialogue.state import About, Expects, Status


class Shape(BaseModel):
    """Exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class Option(Shape):
    """Something to choose; sending its `text` selects it."""

    label: str
    text: str
    value: Any


class Message(Shape):
    id: UUID
    role: Literal["desk", "patient", "staff"]
    text: str
    at: datetime
    expects: Expects | None
    about: About | None
    options: list[Option]


class Answered(Shape):
    """What desk and staff said."""

    messages: list[Message]
    status: Status


class Whole(Answered):
    """The whole conversation."""

    id: UUID


class Began(Whole):
    """A new conversation; the token is shown this once."""

    token: str


class Dial(Shape):
    number: str
    text: str


class Info(Shape):
    """What a page must know of a practice before anything is said."""

    slug: str
    name: str
    phone: Dial | None
    emergency_number: str
    privacy_url: str
    time_zone: str
    language: str
    allowed: bool
    longest: int
    words: dict[str, Any]


class Booked(Shape):
    start: datetime
    end: datetime
    practitioner: str
    appointment_type: str


class Appointments(Shape):
    appointments: list[Booked]


class Problem(Shape):
    """Every error, as RFC 9457 has it; `retryable` says whether the same request may succeed later."""

    type: str
    title: str
    status: int
    detail: str
    retryable: bool
