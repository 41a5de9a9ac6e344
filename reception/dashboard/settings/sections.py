"""What the settings pages are made of: sections, each a form or a list of entries with a form for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reception.dashboard.counted import MINUTES
from reception.dashboard.settings.fields import Field
from reception.practice_yaml import Path


@dataclass(frozen=True)
class Group:
    """Fields of one entry of the practice file; without a key, of the file itself."""

    key: str
    title: str
    fields: tuple[Field, ...]
    intro: str = ""

    @property
    def keys(self) -> set[str]:
        """The keys of the practice file that the group is about."""
        return {self.key} if self.key else {one.name for one in self.fields}


@dataclass(frozen=True)
class Listed:
    """Entries of one kind, such as doctors. `title` is the field, or the fields, that names one."""

    key: str
    one: str
    many: str
    title: str
    fields: tuple[Field, ...]
    new: str
    none: str
    renames: bool = False

    def named(self, entry: Mapping[str, Any]) -> str:
        """What an entry is called in lists."""
        words = [str(entry.get(key) or "") for key in self.title.split()]
        return " – ".join(word for word in words if word) or f"New {self.one}"


@dataclass(frozen=True)
class Section:
    """A page of settings."""

    name: str
    title: str
    intro: str
    groups: tuple[Group, ...] = ()
    lists: tuple[Listed, ...] = ()
    keys: tuple[str, ...] = ()

    def holds(self, path: Path) -> bool:
        """Whether something at that place of the practice file is shown on this page."""
        keys = {*self.keys, *(one.key for one in self.lists)}.union(*(one.keys for one in self.groups))
        return bool(path) and path[0] in keys


_SPOKEN = Field(
    "spoken_as",
    "Also called",
    "names",
    "What patients say instead of the full name, between commas.",
    wide=True,
)

_PRACTICE = Group(
    "practice",
    "",
    (
        Field("name", "Name", required=True, hint="The desk says it when it greets.", wide=True),
        Field("address", "Address", wide=True),
        Field("phone", "Telephone number", hint="With its country code, like +1 202 555 0100."),
        Field("time_zone", "Time zone", required=True, hint="Like America/New_York or Europe/Berlin."),
        Field("emergency_number", "Emergency number", placeholder="911"),
        Field(
            "transfer_number",
            "Number for people",
            hint="Rung when a caller wants a person, or the desk is off.",
        ),
        Field(
            "urgent_care",
            "If it can't wait",
            "area",
            "Where the desk sends those who can't wait, no emergency.",
        ),
        Field("languages", "Languages", "names", "Codes like en, the first one first."),
        Field(
            "origins", "Websites", "lines", "Addresses of your websites that may show the chat, one a line."
        ),
    ),
)
_HOURS = Group(
    "",
    "",
    (Field("opening_hours", "Opening hours", "week", wide=True),),
    "Like 8-12:30, 13:30-18. A day that is left empty is closed.",
)
_CLOSURES = Listed(
    "closures",
    "closure",
    "Closures",
    "from to reason",
    (
        Field("from", "First day", required=True, placeholder="2026-12-24"),
        Field("to", "Last day", hint="Empty: just that one day.", placeholder="2026-12-26"),
        Field("reason", "Reason", wide=True, hint="For your own overview."),
    ),
    "Add a closure",
    "No closures: the desk books on every day that is open.",
)
_PRACTITIONERS = Listed(
    "practitioners",
    "doctor",
    "Doctors and others who are booked",
    "name",
    (
        Field("name", "Name", required=True, hint="As patients should read and hear it."),
        Field("specialty", "Specialty", hint="Like family medicine."),
        _SPOKEN,
        Field("working_hours", "Hours", "hours", wide=True),
        Field("accepts_new_patients", "Takes new patients", "check"),
        Field("languages", "Languages", "names", "Codes like en, es."),
        Field(
            "insurances", "Insurances", "names", "Empty: any. Patients are told before booking.", wide=True
        ),
    ),
    "Add a doctor",
    "Nobody yet: without anybody to book, nothing can be booked.",
    renames=True,
)
_TYPES = Listed(
    "appointment_types",
    "kind of visit",
    "Kinds of visits",
    "name",
    (
        Field("name", "Name", required=True),
        Field("minutes", "Length", "number", unit="minutes", required=True),
        _SPOKEN,
        Field("practitioners", "Offered by", "some", "None ticked: by everybody.", wide=True),
        Field("new_patients", "Open to new patients", "check"),
        Field("bring", "Said after booking", "area", "What to bring or do before, as a sentence.", wide=True),
    ),
    "Add a kind of visit",
    "No kinds of visits yet.",
    renames=True,
)
_BOOKING = Group(
    "booking",
    "Booking",
    (
        Field("lead_minutes", "Earliest, from now", "number", unit="minutes"),
        Field("horizon_days", "Latest, from today", "number", unit="days"),
        Field("grid_minutes", "A start every", "number", unit="minutes"),
        Field("hold_minutes", "A time is kept for", "number", "While the patient decides.", unit="minutes"),
        Field(
            "identify_by",
            "Patients are identified by",
            "some",
            options=(
                ("patient_name", "Name"),
                ("date_of_birth", "Date of birth"),
                ("phone", "Telephone number"),
            ),
            required=True,
            wide=True,
        ),
        Field("collect_email", "Nothing is booked without an e-mail address", "check", wide=True),
    ),
)
_REMINDERS = Group(
    "reminders",
    "Reminders",
    (
        Field(
            "hours_before",
            "Hours before the appointment",
            "names",
            "Like 48, 3: two days and three hours before. Empty: no reminders.",
            wide=True,
        ),
    ),
    "By text message, to those who get texts.",
)
_PRIVACY = Group(
    "privacy",
    "",
    (
        Field("notice_url", "Privacy notice", hint="Its address, shown in the chat.", wide=True),
        Field("record_calls", "Calls are recorded, if the caller agrees", "check", wide=True),
        Field("announce_transcripts", "Callers hear that their words are written down", "check", wide=True),
        Field(
            "retention_days",
            "Kept for so many days",
            "days",
            "Empty: kept until you erase it.",
            options=(
                ("conversations", "Conversations"),
                ("requests", "Requests"),
                ("appointments", "Appointments"),
                ("texts", "Text messages"),
                ("patients", "Patients who are not heard of any more"),
            ),
            wide=True,
        ),
    ),
)
_FIGURES = Group(
    "figures",
    "Staff time saved",
    (
        Field(
            "minutes",
            "Minutes each would cost somebody at the telephone",
            "days",
            unit="minutes",
            options=tuple((kind, f"{label} ({usual} if empty)") for kind, (label, usual) in MINUTES.items()),
            wide=True,
        ),
    ),
    "By these the figures page estimates what the desk saved.",
)
_ANSWERS = Listed(
    "answers",
    "answer",
    "Answers",
    "topic question",
    (
        Field("topic", "Topic", required=True, hint="One or two words, like parking."),
        Field("question", "Question", hint="As a patient would ask it.", wide=True),
        Field("answer", "Answer", "area", "What the desk says, word for word.", required=True, wide=True),
    ),
    "Add an answer",
    "No answers of your own yet. The desk tells hours, address and doctors by itself.",
)

SECTIONS: tuple[Section, ...] = (
    Section("practice", "Practice", "Who you are, and how patients reach you.", (_PRACTICE,)),
    Section(
        "hours",
        "Opening hours",
        "When you are open; nothing is booked outside of it.",
        (_HOURS,),
        (_CLOSURES,),
    ),
    Section("doctors", "Doctors", "Whom patients are booked with.", lists=(_PRACTITIONERS,)),
    Section("visits", "Kinds of visits", "What patients book, and how long it takes.", lists=(_TYPES,)),
    Section("booking", "Booking", "The rules the desk keeps, and reminders.", (_BOOKING, _REMINDERS)),
    Section("figures", "Figures", "What the figures page reckons with.", (_FIGURES,)),
    Section("privacy", "Privacy", "What is recorded, and how long it is kept.", (_PRIVACY,)),
    Section(
        "answers", "Answers", "What the desk answers to questions about the practice.", lists=(_ANSWERS,)
    ),
    Section("words", "Words", "Every sentence of the desk.", keys=("words",)),
)
BY_NAME = {one.name: one for one in SECTIONS}


def section_of(path: Path) -> Section | None:
    """The page that shows a place of the practice file."""
    return next((one for one in SECTIONS if one.holds(path)), None)
