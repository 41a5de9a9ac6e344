"""What a patient says next, whatever the channel: from the desk's last sentences to an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.history.world import Patient, Season, Slot, Told, slots

#: How often somebody says no, leaves without a word, and does everything once more.
NO, LEAVING = 0.08, 0.10
#: How often any time of a day will do.
ANY_TIME = 0.4
#: How often somebody wants to wait for a time, and then takes the one that is kept for them.
WAITING = 0.75
#: How often the next to be in touch is one who waits.
ASKING = 0.3
#: The hot times, which everybody wants first.
HOT = 0.6
_MESSAGE = "please tell the doctor that the form has come"


@dataclass
class Wish:
    """What somebody says: the words, whether they pick an option, and the time that is meant."""

    words: str
    slot: Slot | None = None
    about: str = ""


@dataclass
class Person:
    """A patient over all their conversations: what they think they have, and whether they wait for a time."""

    patient: Patient
    booked: list[Slot] = field(default_factory=list)
    waits: bool = False


def someone(people: Sequence[Person], rng: Random) -> Person:
    """Who is in touch next: rather one who waits."""
    waiting = [one for one in people if one.waits]
    return rng.choice(waiting if waiting and rng.random() < ASKING else people)


@dataclass
class Mind:
    """One person in one conversation."""

    person: Person
    rng: Random
    by_phone: bool
    season: Season
    turns: int = 0
    task: str = ""
    options: list[Slot] = field(default_factory=list)

    @property
    def patient(self) -> Patient:
        return self.person.patient

    def opening(self) -> Wish:
        """The wish of this conversation."""
        if self.rng.random() < 0.08:
            self.task = "message"
            return Wish("I'd like to leave a message")
        if self.person.waits or (self.person.booked and self.rng.random() < 0.8):
            self.task = "cancel" if self.person.waits else self.rng.choice(("move", "cancel"))
            if self.task == "cancel":
                return Wish("I want to cancel my appointment")
            slot = self._wanted()
            return Wish(f"I have to move my appointment to {slot.day} at {slot.clock}", slot, "asked")
        self.task = "book"
        slot = self._wanted()
        words = f"I'd like a {self.patient.kind} on {slot.day}"
        if self.rng.random() < ANY_TIME:
            return Wish(words, None, "asked")
        words += f" at {slot.clock} with {slot.doctor}"
        return Wish(words, slot, "asked")

    def answer(self, told: Sequence[Told]) -> Wish | None:
        """What to say; None for somebody who leaves without a word."""
        self.turns += 1
        if self.turns > 14 or self.rng.random() < LEAVING / 4:
            return None
        for one in reversed(told):
            answer = self._to(one.key)
            if answer is not None:
                return answer
        return Wish("goodbye")

    def _to(self, key: str) -> Wish | None:
        known: dict[str, str] = {
            "ask_reason": "It is about a check-up",
            "ask_patient_name": f"My name is {self.patient.name}",
            "ask_last_name": f"My name is {self.patient.name}",
            "ask_date_of_birth": f"I was born on {self.patient.birthday}",
            "ask_known": "yes, please",
            "confirm_identity": "yes, please",
            "ask_message_text": _MESSAGE,
            "ask_message_callback": "tomorrow morning",
            "confirm_message": "yes, please",
            "anything_else": "goodbye",
            "ask_request": "goodbye",
            "offer_handover": "no, thank you",
            "ask_appointment": "the first one",
        }
        if key in known:
            return Wish(known[key])
        if key in ("offer_waitlist", "waiting_free"):
            return Wish("yes, please" if self.rng.random() < WAITING else "no, thank you")
        if key in ("ask_date", "ask_date_move", "ask_change"):
            slot = self._wanted()
            return Wish(f"on {slot.day} at {slot.clock}")
        if key in ("offer_one", "offer_times", "ask_which"):
            return self._choose(key)
        if key in ("confirm_booking", "confirm_move", "confirm_cancel"):
            chance = self.rng.random()
            if chance < LEAVING:
                return Wish("", about="leave")
            return Wish("no, thank you" if chance < LEAVING + NO else "yes, please")
        return None

    def _choose(self, key: str) -> Wish:
        if self.options and not self.by_phone:
            slot = self.rng.choice(self.options)
            return Wish("", slot, "option")
        return Wish("yes, please" if key == "offer_one" else "the first one")

    def _wanted(self) -> Slot:
        """A time that is wanted: mostly one of a few, so that people meet."""
        every = slots(self.season)
        hot = [one for place, one in enumerate(every) if place % 7 == 0]
        return self.rng.choice(hot if self.rng.random() < HOT else every)

    def learn(self, told: Sequence[Told]) -> None:
        """What the patient now believes to have."""
        for one in told:
            if one.key in ("booked", "moved") and one.slot is not None:
                self.person.booked[:] = [one.slot]
            elif one.key in ("cancelled", "no_appointments"):
                self.person.booked.clear()
            elif one.key == "on_waitlist":
                self.person.waits = True
            elif one.key == "waiting_free":
                self.person.waits = False
