"""A practice in memory, so that conversations can be driven without database or model."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, uuid5
from zoneinfo import ZoneInfo

from reception.dialogue import needs
from reception.dialogue.meaning import Frame, Intent, Slot, Value
from reception.dialogue.needs import Identification
from reception.dialogue.policy import decide, welcome
from reception.dialogue.state import Choice, Existing, Facts, Offer, Reply, State, WaitingTime
from reception.dialogue.wording import Wording
from reception.practice import Answer, AppointmentType, Block, Practice, Practitioner
from reception.scheduling.calendar import open_slots

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 6, 12, 10, 0, tzinfo=ZONE)  # a Friday
WORDING = Wording(Path(__file__).parents[2] / "prompts" / "en")


def _id(name: str) -> Any:
    return uuid5(NAMESPACE_DNS, name)


_WEEK = {day: (Block(time(8), time(12)), Block(time(13), time(17))) for day in range(5)}
WEBER = Practitioner(_id("weber"), "Dr. Anna Weber", specialty="general practice", working_hours=_WEEK)
OKOYE = Practitioner(
    _id("okoye"),
    "Dr. Samuel Okoye",
    specialty="general practice",
    working_hours=_WEEK,
    accepts_new_patients=False,
    insurances=("Aetna",),
)
EVERYONE = (WEBER.id, OKOYE.id)
PRACTICE = Practice(
    id=_id("practice"),
    name="Lakeside",
    slug="lakeside",
    time_zone=ZONE,
    phone="+12025550100",
    address="12 Harbour Street",
    opening_hours=_WEEK,
    practitioners=(WEBER, OKOYE),
    appointment_types=(
        AppointmentType(_id("consultation"), "Consultation", 15, practitioners=EVERYONE),
        AppointmentType(_id("new"), "New patient visit", 30, practitioners=(WEBER.id,)),
        AppointmentType(_id("check"), "Annual check-up", 45, practitioners=EVERYONE, new_patients=False),
    ),
    answers=(Answer("parking", "Where can I park?", "Behind the building."),),
)


@dataclass
class World:
    """Answers the dialogue's needs from lists, and drives a conversation frame by frame."""

    practice: Practice = PRACTICE
    patients: dict[tuple[str, date], str] = field(
        default_factory=lambda: {("Maya Chen", date(1988, 4, 12)): "maya"}
    )
    phones: dict[str, str] = field(default_factory=dict)  # number → patient, where that identifies
    caller_phone: str = ""
    near: dict[tuple[str, date], str] = field(default_factory=dict)
    misheard: set[tuple[str, date]] = field(default_factory=set)
    now: datetime = NOW
    existing: list[Existing] = field(default_factory=list)
    taken: set[datetime] = field(default_factory=set)
    taken_with: set[tuple[str, datetime]] = field(default_factory=set)  # of one practitioner, once offered
    taken_at_booking: set[datetime] = field(default_factory=set)
    booked: list[tuple[str, Offer, str]] = field(default_factory=list)
    booked_by: list[str] = field(default_factory=list)
    moved: list[tuple[str, Offer]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], str, str | None]] = field(default_factory=list)
    kept: WaitingTime | None = None  # a time that became free for the patient, who waits for one
    closed: list[str] = field(default_factory=list)
    wards: dict[str, str] = field(default_factory=dict)  # name → patient, of whoever was identified first
    specialties: dict[str, tuple[str, ...]] = field(default_factory=dict)  # a patient's words → who has it
    failures: int = 0
    state: State = field(default_factory=State)
    reply: Reply | None = None
    text: str = ""

    def __post_init__(self) -> None:
        self._render(welcome(self.state, self.facts))

    @property
    def facts(self) -> Facts:
        return Facts(
            self.practice, self.now, self.caller_phone, lambda words: self.specialties.get(words, ())
        )

    def says(self, intent: Intent, heard: str = "…", **slots: Value) -> Reply:
        """One turn with a frame made by hand: slots by name with their values (a str is words and value)."""
        words = {Slot(name): str(value) for name, value in slots.items()}
        values = {Slot(name): value for name, value in slots.items()}
        return self.means(Frame(intent, words, values), heard)

    def means(self, frame: Frame, heard: str = "…") -> Reply:
        """One turn with this frame."""
        return self._turn(frame, heard, None)

    def picks(self, index: int) -> Reply:
        """Presses an option."""
        return self._turn(Frame(Intent.INFORM), "…", self.state.choices[index])

    def _turn(self, frame: Frame, heard: str, picked: Choice | None) -> Reply:
        talk = decide(self.state, frame, heard, picked, self.facts)
        answer: Any = None
        while True:
            try:
                need = talk.send(answer)
            except StopIteration as stop:
                return self._render(stop.value)
            answer = self._meet(need)

    def _render(self, reply: Reply) -> Reply:
        sentences = [WORDING.say(line, NOW.date(), 0) for line in reply.lines]
        self.reply, self.text = reply, " ".join(sentences)
        self.state.said, self.state.question = self.text, sentences[-1] if reply.expects else ""
        return reply

    def _meet(self, need: needs.Need) -> Any:
        match need:
            case needs.FindSlots(kind, doctors, first, last, _):
                chosen = [self.practice.practitioner_by_name[name] for name in doctors]
                found = open_slots(
                    self.practice, self.practice.type_by_name[kind], chosen, first, last, {}, NOW
                )
                offers = (Offer(one.practitioner.name, kind, one.start) for one in found)
                return tuple(one for one in offers if one.start not in self.taken)
            case needs.HoldSlot(offer, _):
                lost = offer.start in self.taken or (offer.practitioner, offer.start) in self.taken_with
                return None if lost else f"hold {offer.start}"
            case needs.Identify(claims):
                key = (claims.name, claims.date_of_birth)
                if self.failures >= 3:
                    return Identification("locked")
                if "phone" in self.practice.booking.identify_by:
                    found = self.phones.get(claims.phone)
                    return Identification("match", found, "Maya Chen") if found else Identification("none")
                if key in self.patients:
                    return Identification("match", self.patients[key], claims.name)  # type: ignore[index]
                if key in self.near:
                    return Identification("near", self.near[key])  # type: ignore[index]
                if key in self.misheard:
                    return Identification("misheard")
                return Identification("none")
            case needs.IdentifyWard(_, name):
                found = self.wards.get(name)
                return Identification("match", found, name) if found else Identification("none")
            case needs.CountFailure():
                self.failures += 1
                return self.failures >= 3
            case needs.AddPatient(claims):
                return f"new {claims.name}"
            case needs.BookSlot(_, offer, patient, reason, booked_by):
                if offer.start in self.taken_at_booking:
                    self.taken.add(offer.start)
                    return False
                self.booked.append((patient, offer, reason))
                self.booked_by.append(booked_by)
                return True
            case needs.Upcoming():
                return tuple(self.existing)
            case needs.MoveAppointment(existing, offer):
                if existing not in self.existing:
                    return False
                self.moved.append((existing.id, offer))
                return True
            case needs.CancelAppointment(existing):
                if existing not in self.existing:
                    return False
                self.cancelled.append(existing.id)
                return True
            case needs.FileRequest(kind, details, priority, patient):
                self.requests.append((kind, dict(details), priority, patient))
                return str(len(self.requests) - 1)
            case needs.AmendRequest(request, details):
                self.requests[int(request)][1].update(details)
            case needs.Waiting():
                return self.kept
            case needs.CloseRequest(request):
                self.closed.append(request)
            case needs.WithdrawRequest(request):
                self.requests.pop(int(request))
        return None


def day(text: str) -> Any:
    """A wish for one day, by its ISO date."""
    from reception.dialogue.meaning import Days

    one = date.fromisoformat(text)
    return Days(one, one)


def appointment(identifier: str, start: str, practitioner: str = WEBER.name) -> Existing:
    """An appointment of the patient at a local time."""
    return Existing(
        identifier, practitioner, "Consultation", datetime.fromisoformat(start).replace(tzinfo=ZONE)
    )


HOUR = timedelta(hours=1)
