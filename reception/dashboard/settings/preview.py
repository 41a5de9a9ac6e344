"""What the desk would say with the draft: the sentences that a page of settings is about, ready to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reception.channels.phone_words import PhoneWords
from reception.dialogue.state import Line, Offer
from reception.dialogue.wording import Wording
from reception.messaging.text_words import TextWords
from reception.practice import Practice


@dataclass(frozen=True)
class Saying:
    """A sentence of the desk, and when it says it."""

    when: str
    text: str


@dataclass(frozen=True)
class Preview:
    """The desk's words for a practice; `now` is its local time."""

    practice: Practice
    wording: Wording
    phone: PhoneWords
    texts: TextWords
    now: datetime

    def of(self, section: str) -> list[Saying]:
        """What the settings of that page make the desk say."""
        said = {
            "practice": self._practice,
            "hours": self._hours,
            "doctors": self._doctors,
            "visits": self._visits,
            "booking": self._booking,
            "privacy": self._privacy,
            "answers": self._answers,
        }.get(section)
        return [] if said is None else [Saying(*one) for one in said()]

    def _practice(self) -> Iterator[tuple[str, str]]:
        greeting = Line(
            "greeting", {"practice": self.practice.name, "number": self.practice.emergency_number}
        )
        yield "A chat begins", self._say(greeting)
        yield "A call begins", self._say(greeting, spoken=True)
        yield "An emergency", self._say(Line("emergency", {"number": self.practice.emergency_number}))
        if self.practice.address:
            yield "“Where are you?”", self._say(Line("address", {"address": self.practice.address}))
        if self.practice.urgent_care:
            yield "It can't wait", self._say(Line("urgent_care", {"urgent_care": self.practice.urgent_care}))

    def _hours(self) -> Iterator[tuple[str, str]]:
        if self.practice.opening_hours:
            yield (
                "“When are you open?”",
                self._say(Line("opening_hours", {"hours": self.practice.opening_hours})),
            )
        for one in self.practice.closures[:2]:
            if one.last >= self.now.date():
                blocks = self.practice.blocks_on(one.first)
                yield (
                    "Asked for a closed day",
                    self._say(Line("hours_on_day", {"day": one.first, "blocks": blocks})),
                )

    def _doctors(self) -> Iterator[tuple[str, str]]:
        doctors = [(one.name, one.specialty) for one in self.practice.practitioners]
        yield "“Which doctors do you have?”", self._say(Line("doctors", {"doctors": doctors}))
        for one in self.practice.practitioners:
            if not one.accepts_new_patients:
                yield (
                    "A new patient asks for them",
                    self._say(Line("not_taking_new", {"practitioner": one.name})),
                )
        plans = sorted({plan for one in self.practice.practitioners for plan in one.insurances})
        if plans:
            yield "“Which insurance do you take?”", self._say(Line("insurances", {"plans": plans}))

    def _visits(self) -> Iterator[tuple[str, str]]:
        for kind in self.practice.appointment_types[:4]:
            offer = self._offer(kind.name)
            confirm = Line("confirm_booking", {"kind": kind.name, "name": "Robin Example", "offer": offer})
            yield f"Books “{kind.name}”", self._say(confirm)
            if kind.bring:
                yield "And after it", self._say(Line("bring", {"bring": kind.bring}))

    def _booking(self) -> Iterator[tuple[str, str]]:
        last = self.now.date() + timedelta(days=self.practice.booking.horizon_days)
        yield "Wants a day too far away", self._say(Line("beyond_horizon", {"last": last}))
        yield "Asks who it is", self._say(Line(f"ask_{self.practice.booking.identify_by[0]}"))
        if self.practice.reminders_hours_before:
            offer = self._offer("")
            when = self.texts.when(offer.start)
            text = self.texts.say(
                "reminder", practice=self.practice.name, when=when, practitioner=offer.practitioner
            )
            yield "Reminder by text", text

    def _privacy(self) -> Iterator[tuple[str, str]]:
        if self.practice.record_calls:
            yield "A call begins", self.phone.say("greeting_recorded", self.practice)
            yield "Says no", self.phone.say("not_recorded", self.practice)

    def _answers(self) -> Iterator[tuple[str, str]]:
        for one in self.practice.answers:
            asked = f"“{one.question}”" if one.question else f"Asked about {one.topic}"
            yield asked, self._say(Line("own_answer", {"answer": one.answer}))

    def _offer(self, kind: str) -> Offer:
        start = (self.now + timedelta(days=1)).replace(hour=9, minute=30, second=0, microsecond=0)
        return Offer(self.practice.practitioners[0].name, kind, start)

    def _say(self, line: Line, *, spoken: bool = False) -> str:
        return self.wording.say(line, self.now.date(), spoken=spoken)
