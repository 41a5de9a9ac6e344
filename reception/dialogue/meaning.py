"""The one schema of meaning: intents, slots and the frame that carries them.

The decoding grammar, the training labels and the evaluation keys are all derived from this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Any


class Intent(StrEnum):
    """What the patient wants with one utterance."""

    BOOK = "book_appointment"
    RESCHEDULE = "reschedule_appointment"
    CANCEL = "cancel_appointment"
    CHECK = "check_appointment"
    PRESCRIPTION = "request_prescription"
    REFERRAL = "request_referral"
    SICK_NOTE = "request_sick_note"
    TEST_RESULTS = "request_test_results"
    BILLING = "billing_question"
    PRACTICE_QUESTION = "practice_question"
    MEDICAL_QUESTION = "medical_question"
    EMERGENCY = "emergency"
    STAFF = "speak_to_staff"
    MESSAGE = "leave_message"
    INFORM = "inform"
    AFFIRM = "affirm"
    DENY = "deny"
    ALTERNATIVES = "ask_alternatives"
    REPEAT = "repeat"
    GREET = "greet"
    THANK = "thank"
    GOODBYE = "goodbye"
    OUT_OF_SCOPE = "out_of_scope"


class Slot(StrEnum):
    """A detail in the patient's own words. The order here is the order in the frame."""

    PRACTITIONER = "practitioner"
    SPECIALTY = "specialty"
    APPOINTMENT_TYPE = "appointment_type"
    REASON = "reason"
    DATE = "date"
    TIME = "time"
    PATIENT_NAME = "patient_name"
    DATE_OF_BIRTH = "date_of_birth"
    PHONE = "phone"
    EMAIL = "email"
    INSURANCE = "insurance"
    MEDICATION = "medication"
    CHOICE = "choice"
    TOPIC = "topic"
    OLD_DATE = "old_date"
    OLD_TIME = "old_time"


EVERY_WEEKDAY = frozenset(range(7))


@dataclass(frozen=True)
class Days:
    """The days a patient named, both ends included; an open end is None.

    `weekdays` are those still allowed (0 is Monday): "any day but Friday" has no ends and six weekdays.
    `soonest` is "as soon as possible". `either` holds two readings to ask back between ("Friday" said on
    a Friday: today, or in a week).
    """

    first: date | None = None
    last: date | None = None
    weekdays: frozenset[int] = EVERY_WEEKDAY
    soonest: bool = False
    either: tuple[date, date] | None = None

    def allows(self, day: date) -> bool:
        """Whether `day` lies within the wish."""
        if self.either is not None:
            return day in self.either
        return (
            (self.first is None or day >= self.first)
            and (self.last is None or day <= self.last)
            and day.weekday() in self.weekdays
        )


@dataclass(frozen=True)
class Hours:
    """The part of the day a patient named; an open end is None, a clock time has both ends equal."""

    first: time | None = None
    last: time | None = None

    @property
    def exact(self) -> bool:
        """Whether one clock time is meant."""
        return self.first is not None and self.first == self.last


#: `date`/`old_date` → Days, `time`/`old_time` → Hours, `date_of_birth` → date, `choice` → 0-based int
#: (-1 is the last), `phone` → E.164, `email` → lower case, `practitioner`/`appointment_type` → the
#: practice's own name. A slot without an entry could not be resolved (or needs no value).
Value = Days | Hours | date | int | str


#: Below this confidence a frame is doubtful: the desk asks back before it starts what it understood, and
#: fixed phrases count more. Of the hand-written utterances 3 in 100 lie below; half of those are wrong.
SURE = 0.6


class Manner(StrEnum):
    """What some words do to the conversation, whatever their intent."""

    WAITS = "waits"  # "one moment, please"
    DROPS = "drops"  # "never mind", "leave it as it is"


@dataclass(frozen=True)
class Also:
    """A second wish of the same breath, in its own words; `of_another` where two people are spoken of."""

    frame: Frame
    words: str
    of_another: bool = False


@dataclass(frozen=True)
class Frame:
    """What one utterance means: the intent, the slots verbatim, and what code made of them.

    `caller` is the name of somebody who says that they speak for the patient.
    """

    intent: Intent
    slots: Mapping[Slot, str] = field(default_factory=dict)
    values: Mapping[Slot, Value] = field(default_factory=dict)
    confidence: float = 1.0
    manner: Manner | None = None
    caller: str = ""
    also: Also | None = None


def value_to_json(value: Value) -> Any | None:
    """The public form of a value: ranges as {"from", "to"}, dates in ISO 8601; None when nothing is left."""
    if isinstance(value, Days | Hours):
        pattern = "%Y-%m-%d" if isinstance(value, Days) else "%H:%M"
        ends = {"from": value.first, "to": value.last}
        return {name: end.strftime(pattern) for name, end in ends.items() if end is not None} or None
    return value.isoformat() if isinstance(value, date) else value
