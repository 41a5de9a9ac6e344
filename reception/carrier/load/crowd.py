"""The people who call during a load run, each another, and the practice that knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import yaml

PRACTICE = Path(__file__).with_name("practice.yaml")
#: When the calls take place, at the practice: a Monday.
NOW = datetime(2026, 6, 15, 9, 0)
#: Every so many patients have an appointment that they may move or cancel.
WITH_APPOINTMENT = 3

_FIRST = """Alice Brian Carol David Emma Frank Helen Ian Julia Kevin Laura Mark Nora Oscar Paula Robert Sarah
Simon Teresa Victor Wendy William Susan George Martha Henry Diana Philip Rachel Stephen"""
_LAST = """Adams Bennett Carter Dawson Ellis Foster Graham Hughes Irving Jensen Keller Lawson Mitchell Norris
Owens Parker Quinn Reynolds Sanders Turner Underwood Vaughn Walsh Young Zimmerman"""


@dataclass(frozen=True)
class Person:
    """A patient of the practice; `start` is when their appointment begins, local, if they have one."""

    name: str
    born: date
    phone: str
    start: datetime | None = None

    def words(self) -> dict[str, str]:
        """What may stand in braces in what they say."""
        day = f"{self.born.day}{_ordinal(self.born.day)}"
        return {
            "name": self.name,
            "phone": f"{self.phone[2:5]}-{self.phone[5:8]}-{self.phone[8:]}",
            "born": f"{self.born:%B} {day}, {self.born.year}",
            "born_short": f"{self.born.month}/{self.born.day}/{self.born.year}",
            "born_keys": f"{self.born:%m%d%Y}",
        }


def crowd(count: int) -> list[Person]:
    """So many different people (at most 750), in a random order that is always the same."""
    names = [f"{first} {last}" for first, last in product(_FIRST.split(), _LAST.split())]
    Random(7).shuffle(names)
    people = []
    for number, name in enumerate(names[:count]):
        born = date(1944, 1, 9) + timedelta(days=29 * number)
        start = _start(number // WITH_APPOINTMENT) if number % WITH_APPOINTMENT == 0 else None
        people.append(Person(name, born, f"+1312556{1000 + number:04d}", start))
    return people


def practice_file(people: Sequence[Person]) -> str:
    """The practice with all of them in it, as YAML."""
    practice: dict[str, Any] = yaml.safe_load(PRACTICE.read_text(encoding="utf-8"))
    doctors = doctor_names()
    practice["patients"] = [
        {"name": one.name, "date_of_birth": one.born.isoformat(), "phone": one.phone} for one in people
    ]
    practice["appointments"] = [
        {
            "patient": one.name,
            "practitioner": doctors[number % len(doctors)],
            "appointment_type": "Consultation",
            "start": f"{one.start:%Y-%m-%dT%H:%M}",
            "reason": "check",
        }
        for number, one in enumerate([one for one in people if one.start is not None])
    ]
    return yaml.safe_dump(practice, sort_keys=False, allow_unicode=True)


@cache
def doctor_names() -> list[str]:
    """The doctors of the practice."""
    practice = yaml.safe_load(PRACTICE.read_text(encoding="utf-8"))
    return [str(one["name"]) for one in practice["practitioners"]]


def _start(number: int) -> datetime:
    """Starts that no two appointments of a doctor share: afternoons from next week on."""
    place = number // len(doctor_names())
    week, rest = divmod(place, 60)
    day, slot = divmod(rest, 12)
    return NOW.replace(hour=13) + timedelta(days=7 + 7 * week + day, minutes=20 * slot)


def _ordinal(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
