"""A simulated patient: a wish, and what they answer to what the desk asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random

import msgspec
import yaml

from reception.carrier.load.crowd import Person, doctor_names
from reception.database.records import Message

WISHES = Path(__file__).with_name("wishes.yaml")
FAREWELL = "No, that's all, thank you."
_DAYS = ("Tuesday", "Wednesday", "Thursday", "Friday", "next Monday", "next Tuesday", "next Thursday")


class Wish(msgspec.Struct, frozen=True):
    """Why somebody calls; `weight` is how often, `also` is asked before the end of the call."""

    name: str
    weight: int
    says: list[str]
    also: list[str] = []
    has_appointment: bool = False
    answers: dict[str, list[str]] = {}


class Wishes(msgspec.Struct, frozen=True):
    """All of them, and the answers that they have in common."""

    common: dict[str, list[str]]
    wishes: list[Wish]


@cache
def wishes() -> Wishes:
    """The wishes of wishes.yaml."""
    return msgspec.convert(yaml.safe_load(WISHES.read_text(encoding="utf-8")), Wishes)


def draw_wish(person: Person, rng: Random) -> Wish:
    """A wish that this person can have."""
    possible = [one for one in wishes().wishes if one.has_appointment == (person.start is not None)]
    return rng.choices(possible, [one.weight for one in possible])[0]


class Patient:
    """One person during one call."""

    def __init__(self, person: Person, wish: Wish, rng: Random) -> None:
        self.person, self.wish = person, wish
        self._rng = rng
        self._answers: Mapping[str, Sequence[str]] = {**wishes().common, **wish.answers}
        self._also = list(wish.also)
        self._begun = False
        doctor = rng.choice(doctor_names())
        self._words = {**person.words(), "doctor": doctor, "day": rng.choice(_DAYS)}

    def answer(self, message: Message | None) -> str:
        """What they say to the desk's last message; keys begin with `#`."""
        expects, about = (message.expects, message.about) if message is not None else (None, None)
        if not self._begun:
            self._begun = True
            return self._one_of(self.wish.says)
        if expects == "anything_else" and self._also:
            return self._one_of([self._also.pop()])
        for name in (f"{expects}.{about}", f"{expects}"):
            if name in self._answers:
                return self._one_of(self._answers[name])
        return FAREWELL

    def _one_of(self, wordings: Sequence[str]) -> str:
        return self._rng.choice(wordings).format(**self._words)
