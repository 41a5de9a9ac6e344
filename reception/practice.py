"""What a practice is: its hours, practitioners, appointment types and rules. Pure data, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Block:
    """A stretch of local time within one day, `start` included, `end` not."""

    start: time
    end: time


#: Weekday (0 is Monday) → blocks in order.
Hours = Mapping[int, tuple[Block, ...]]


@dataclass(frozen=True)
class Closure:
    """Days on which the practice is closed, both included."""

    first: date
    last: date
    reason: str = ""


@dataclass(frozen=True)
class Practitioner:
    """Someone patients are booked with. Either weekly `working_hours` or an explicit list of `slots`."""

    id: UUID
    name: str
    spoken_as: tuple[str, ...] = ()
    specialty: str = ""
    languages: tuple[str, ...] = ()
    working_hours: Hours | None = None
    slots: tuple[datetime, ...] | None = None  # local, naive; None means working hours count
    accepts_new_patients: bool = True
    insurances: tuple[str, ...] = ()  # empty: not restricted


@dataclass(frozen=True)
class AppointmentType:
    """A kind of appointment, its length and who offers it."""

    id: UUID
    name: str
    minutes: int
    spoken_as: tuple[str, ...] = ()
    practitioners: tuple[UUID, ...] = ()
    new_patients: bool = True
    bring: str = ""  # what the patient should bring or do before, as a sentence


@dataclass(frozen=True)
class BookingRules:
    """The practice's rules for booking; minutes and days."""

    lead_minutes: int = 60
    horizon_days: int = 90
    grid_minutes: int = 15
    identify_by: tuple[Literal["patient_name", "date_of_birth", "phone"], ...] = (
        "patient_name",
        "date_of_birth",
    )
    collect_email: bool = False
    hold_minutes: float = 5


#: Sentences in a practice's own words: language → file of prompts/ → key → channel (or "any") → wordings.
Words = Mapping[str, Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]]]


@dataclass(frozen=True)
class Answer:
    """One of the practice's own answers to a common question."""

    topic: str
    question: str
    answer: str


@dataclass(frozen=True)
class Practice:
    """A practice as the desk knows it."""

    id: UUID
    name: str
    slug: str
    time_zone: ZoneInfo
    address: str = ""
    phone: str = ""
    languages: tuple[str, ...] = ("en",)
    emergency_number: str = "911"
    transfer_number: str = ""
    urgent_care: str = ""
    origins: tuple[str, ...] = ()
    answering: Literal["on", "off", "after_hours"] = "on"
    opening_hours: Hours | None = None  # None: the practitioners' hours alone count
    closures: tuple[Closure, ...] = ()
    practitioners: tuple[Practitioner, ...] = ()
    appointment_types: tuple[AppointmentType, ...] = ()
    booking: BookingRules = field(default_factory=BookingRules)
    reminders_hours_before: tuple[float, ...] = ()
    notice_url: str = ""
    record_calls: bool = False
    announce_transcripts: bool = False
    retention_days: Mapping[str, int] = field(default_factory=dict)
    staff_minutes: Mapping[str, float] = field(
        default_factory=dict
    )  # that each thing the desk did would cost
    answers: tuple[Answer, ...] = ()
    words: Words = field(default_factory=dict)

    def blocks_on(self, day: date) -> tuple[Block, ...]:
        """When the practice is open on a day; none on a closed one, or where no opening hours are known."""
        if any(one.first <= day <= one.last for one in self.closures):
            return ()
        return (self.opening_hours or {}).get(day.weekday(), ())

    def rests(self, now: datetime) -> bool:
        """Whether the desk leaves its chats and texts to people `now` (the practice's local time)."""
        if self.answering == "after_hours":
            return self.opening_hours is not None and self.opens_next(now) is None
        return self.answering == "off"

    def notice_in(self, channel: str) -> str | None:
        """How whoever begins to talk on a channel learns that words are kept: an address, or "spoken"."""
        if channel == "chat":
            return self.notice_url or None
        return "spoken" if channel == "phone" and self.announce_transcripts else None

    def opens_next(self, now: datetime) -> datetime | None:
        """When a practice that is closed `now` (its local time) opens again, within two weeks.

        None while it is open, and where no opening hours are known.
        """
        clock = now.time().replace(tzinfo=None)
        if any(one.start <= clock < one.end for one in self.blocks_on(now.date())):
            return None
        days = (now.date() + timedelta(days=ahead) for ahead in range(14))
        starts = (now.replace(hour=one.start.hour, minute=one.start.minute, second=0, microsecond=0)
                  + (day - now.date()) for day in days for one in self.blocks_on(day))  # fmt: skip
        return next((start for start in starts if start > now), None)

    @cached_property
    def practitioner_by_name(self) -> Mapping[str, Practitioner]:
        return {one.name: one for one in self.practitioners}

    @cached_property
    def type_by_name(self) -> Mapping[str, AppointmentType]:
        return {one.name: one for one in self.appointment_types}
