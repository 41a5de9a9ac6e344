"""The sections of a practice file as typed models: what each key may hold, and nothing beyond those keys.

The models keep values that JSON can carry and that read back unchanged; `practice_file` turns them into a
`Practice` and checks what concerns more than one entry.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    model_validator,
)

from reception.practice_values import (
    BirthDate,
    BlockText,
    Day,
    DialledNumber,
    Email,
    HoursBefore,
    Kind,
    Language,
    Minutes,
    Origin,
    Phone,
    RetentionDays,
    Slug,
    Start,
    Text,
    WebAddress,
    ZoneName,
    block_of,
    expected,
    slug_of,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Entry(BaseModel):
    """A mapping in the file; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    _line: int = PrivateAttr(0)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_unset(cls, data: Any) -> Any:
        """An empty text where a text may be left out says the same as leaving it out."""
        if not isinstance(data, dict):
            return data
        optional = {name for name, field in cls.model_fields.items() if field.default == ""}
        return {key: value for key, value in data.items() if value != "" or key not in optional}

    @property
    def line(self) -> int:
        """The line of the file it came from, 1-based; 0 when it came from elsewhere."""
        return self._line

    def stands_at(self, line: int) -> None:
        """Remembers the line it came from."""
        self._line = line


def _some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Not `min_length`: that also complains when there are values, but wrong ones."""
    if not values:
        raise expected("at least one")
    return values


AtLeastOne = AfterValidator(_some)


def _in_order(blocks: tuple[str, ...]) -> tuple[str, ...]:
    ordered = sorted(blocks)
    for one, other in pairwise(ordered):
        if block_of(one).end > block_of(other).start:
            raise expected(f"blocks that don't overlap, but {one} and {other} do")
    return tuple(ordered)


DayBlocks = Annotated[tuple[BlockText, ...], AfterValidator(_in_order)]


class WeekEntry(Entry):
    """Opening or working hours: blocks of local time for each weekday; a weekday left out is closed."""

    mon: DayBlocks = ()
    tue: DayBlocks = ()
    wed: DayBlocks = ()
    thu: DayBlocks = ()
    fri: DayBlocks = ()
    sat: DayBlocks = ()
    sun: DayBlocks = ()


class PracticeEntry(Entry):
    """The practice itself."""

    name: Text
    slug: Slug
    address: Text = ""
    phone: Phone = ""
    time_zone: ZoneName
    languages: Annotated[tuple[Language, ...], AtLeastOne] = ("en",)
    emergency_number: DialledNumber = "911"
    transfer_number: Phone = ""
    urgent_care: Text = ""
    origins: tuple[Origin, ...] = ()
    answering: Literal["on", "off", "after_hours"] = "on"

    @model_validator(mode="before")
    @classmethod
    def _default_slug(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "slug" in data:
            return data
        name = data.get("name")
        slug = slug_of(name) if isinstance(name, str) else "unnamed"  # the name is complained of anyway
        return {**data, "slug": slug} if slug else data


class ClosureEntry(Entry):
    """Days on which the practice is closed, both included; without `to` it is one day."""

    first: Day = Field(alias="from")
    last: Day | None = Field(None, alias="to")
    reason: Text = ""

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise expected("the day in `to` on or after the day in `from`")
        return self


class PractitionerEntry(Entry):
    """Someone patients are booked with; without working hours or slots the opening hours count.

    `formerly` is the name under which somebody renamed was first known: their appointments stay theirs.
    """

    name: Text
    formerly: Text = ""
    spoken_as: tuple[Text, ...] = ()
    specialty: Text = ""
    languages: tuple[Language, ...] = ()
    working_hours: WeekEntry | None = None
    slots: tuple[Start, ...] | None = None
    accepts_new_patients: bool = True
    insurances: tuple[Text, ...] = ()


class TypeEntry(Entry):
    """A kind of appointment; without `practitioners` all of them offer it. `bring` is said after booking.

    `formerly` is as for practitioners.
    """

    name: Text
    formerly: Text = ""
    spoken_as: tuple[Text, ...] = ()
    minutes: Minutes
    practitioners: Annotated[tuple[Text, ...], AtLeastOne] | None = None
    new_patients: bool = True
    bring: Text = ""


Detail = Literal["patient_name", "date_of_birth", "phone"]


class BookingEntry(Entry):
    """The rules of booking, in minutes and days."""

    lead_minutes: int = Field(60, ge=0, le=366 * 24 * 60)
    horizon_days: int = Field(90, ge=0, le=3660)
    grid_minutes: Minutes = 15
    identify_by: Annotated[tuple[Detail, ...], AtLeastOne] = ("patient_name", "date_of_birth")
    collect_email: bool = False
    hold_minutes: float = Field(5, gt=0, le=24 * 60, allow_inf_nan=False)

    @model_validator(mode="after")
    def _details_once(self) -> Self:
        if len(set(self.identify_by)) < len(self.identify_by):
            raise expected("each detail in identify_by once")
        return self


class RemindersEntry(Entry):
    """When patients are reminded, in hours before the appointment: one number or a list."""

    hours_before: Annotated[
        tuple[HoursBefore, ...],
        BeforeValidator(lambda value: value if isinstance(value, list | tuple) else [value]),
    ] = ()


class PrivacyEntry(Entry):
    """Where the privacy notice is, whether calls are recorded, and how long records are kept (days).

    `announce_transcripts`: whether callers are told that what they say is written down.
    """

    notice_url: WebAddress = ""
    record_calls: bool = False
    announce_transcripts: bool = False
    retention_days: dict[Kind, RetentionDays] = Field(default_factory=dict)


#: What the desk does that would have cost somebody at the telephone time.
SpareTime = Literal[
    "booked", "moved", "cancelled", "checked", "confirmed", "waitlist", "practice_question", "inbox"
]


class FiguresEntry(Entry):
    """How many minutes each thing the desk does would have cost staff; what is left out has its default."""

    minutes: dict[SpareTime, Annotated[float, Field(ge=0, le=24 * 60, allow_inf_nan=False)]] = Field(
        default_factory=dict
    )


class AnswerEntry(Entry):
    """One of the practice's own answers."""

    topic: Text
    question: Text = ""
    answer: Text


def _by_channel(value: Any) -> Any:
    """A sentence, or several, for all channels may stand without "any"."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list | tuple):
        return {"any": value}
    if isinstance(value, dict):
        return {name: [one] if isinstance(one, str) else one for name, one in value.items()}
    return value


Wordings = Annotated[
    dict[Literal["any", "chat", "phone", "sms"], tuple[Text, ...]], BeforeValidator(_by_channel)
]
WordsFile = Literal["desk", "phone", "texts", "staff", "widget"]
#: Language → file → key → channel → wordings.
OwnWords = dict[Language, dict[WordsFile, dict[Kind, Wordings]]]


class PatientEntry(Entry):
    """A patient already on file; `phone` in E.164, what is not known is empty.

    `guardians` are names of other patients of the file who may speak for this one.
    """

    name: Text
    date_of_birth: BirthDate | None = None
    phone: Phone = ""
    email: Email = ""
    insurance: Text = ""
    guardians: tuple[Text, ...] = ()


class AppointmentEntry(Entry):
    """An appointment already made: names as in the file, `start` in local time without an offset."""

    patient: Text
    date_of_birth: BirthDate | None = None
    practitioner: Text
    appointment_type: Text
    start: Start
    reason: Text = ""


class PracticeSettings(Entry):
    """All of the file but its patients and appointments."""

    practice: PracticeEntry
    opening_hours: WeekEntry | None = None
    closures: tuple[ClosureEntry, ...] = ()
    practitioners: Annotated[tuple[PractitionerEntry, ...], AtLeastOne]
    appointment_types: Annotated[tuple[TypeEntry, ...], AtLeastOne]
    booking: BookingEntry = Field(default_factory=lambda: BookingEntry.model_validate({}))
    reminders: RemindersEntry = Field(default_factory=RemindersEntry)
    privacy: PrivacyEntry = Field(default_factory=PrivacyEntry)
    figures: FiguresEntry = Field(default_factory=FiguresEntry)
    answers: tuple[AnswerEntry, ...] = ()
    words: OwnWords = Field(default_factory=dict)
