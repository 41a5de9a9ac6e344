"""Draws words for the placeholders of a phrase: names, complaints, medicines, days, numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from fine_tune import contact, spoken

_ARTICLE = re.compile(r"(?:the|an?|my) ")
_FOLDER = Path(__file__).parent / "lexicon"


def read_words(path: Path) -> dict[str, list[str]]:
    """The entries of a lexicon file by section ("" where it has none), parted by | or line ends."""
    sections: dict[str, list[str]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[] ")
        elif line and not line.startswith("#"):
            sections.setdefault(name, []).extend(word for part in line.split("|") if (word := part.strip()))
    return sections


class Lexicon:
    """All word lists. `draw` returns (words outside the label, words inside)."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._lists = {path.stem: read_words(path) for path in sorted(folder.glob("*.txt"))}
        self._draws: dict[str, Callable[[Random, str], tuple[str, str]]] = {
            "date": spoken.date,
            "old_date": spoken.old_day,
            "weekday": lambda rng, _: ("", rng.choice(spoken.WEEKDAYS)),
            "time": lambda rng, before: spoken.time(rng, before, after_date=before in _DAY_ENDS),
            "old_time": spoken.old_time,
            "date_of_birth": lambda rng, _: spoken.birth_date(rng),
            "phone": lambda rng, _: ("", contact.phone(rng)),
            "email": lambda rng, _: ("", contact.email(rng, self.first(rng), self.last(rng))),
            "practitioner": lambda rng, _: ("", self.doctor(rng)),
            "patient_name": lambda rng, _: ("", self.person(rng)),
            "_name": lambda rng, _: ("", self.first(rng)),
            "_number": lambda rng, _: ("", str(rng.randint(2, 30))),
            "_month_day": lambda rng, _: ("", f"{rng.choice(spoken.MONTHS)} {rng.randint(1, 28)}"),
            "medication": lambda rng, _: self._medicine(rng),
            "choice": lambda rng, before: _choice(rng, before),
            "reason": self._noun("reasons"),
            "specialty": self._noun("specialties"),
            "appointment_type": self._noun("appointment_types"),
            "insurance": self._noun("insurances"),
            "topic": self._noun("topics"),
        }

    def draw(self, name: str, rng: Random, before: str = "") -> tuple[str, str]:
        """Words for `name`; `before` is the word in front of it, in lower case."""
        return self._draws[name](rng, before)

    def words(self, name: str, section: str = "") -> list[str]:
        """The entries of one list."""
        return self._lists[name][section]

    def first(self, rng: Random) -> str:
        """A given name."""
        return rng.choice(self.words("first_names"))

    def last(self, rng: Random) -> str:
        """A family name."""
        return rng.choice(self.words("surnames"))

    def doctor(self, rng: Random) -> str:
        """Someone patients are booked with, as they say it."""
        first, last, draw = self.first(rng), self.last(rng), rng.random()
        if draw < 0.55:
            return f"{rng.choice(['Dr. ', 'Dr. ', 'Dr ', 'Doctor '])}{last}"
        if draw < 0.68:
            return f"{rng.choice(['Dr. ', 'Dr ', 'doctor '])}{first} {last}"
        if draw < 0.8:
            return last
        if draw < 0.87:
            return f"{first} {last}"
        if draw < 0.92:
            return first
        title = rng.choice(["Nurse ", "Prof. ", "Professor ", "Mrs. ", "Mr. ", "Ms. ", "Dr. "])
        return title + (first if title == "Nurse " and rng.random() < 0.5 else last)

    def person(self, rng: Random) -> str:
        """A patient's name."""
        first, last, draw = self.first(rng), self.last(rng), rng.random()
        if draw < 0.86:
            return f"{first} {last}"
        if draw < 0.92:
            return f"{first} {rng.choice('ABCDEFGHJKLMNPRSTW')}. {last}"
        return f"{first} {self.first(rng)} {last}" if draw < 0.96 else f"{first} {last}-{self.last(rng)}"

    def _noun(self, name: str) -> Callable[[Random, str], tuple[str, str]]:
        def draw(rng: Random, before: str) -> tuple[str, str]:
            phrase = rng.choice([word for part in self._lists[name].values() for word in part])
            article = _ARTICLE.match(phrase)
            if not article:
                return "", phrase
            bare = phrase[article.end() :]
            return ("" if before in _DETERMINERS else article[0], bare)

        return draw

    def _medicine(self, rng: Random) -> tuple[str, str]:
        outside, name = self._noun("medications")(rng, "")
        if rng.random() < 0.3 and " " not in name:
            strength = rng.choice([5, 10, 20, 25, 40, 50, 75, 80, 100, 150, 200, 250, 400, 500, 850, 1000])
            unit = rng.choice([" mg", "mg", " milligrams", " milligram", "", " mcg"])
            said = spoken.words(strength) if strength < 100 and rng.random() < 0.3 else str(strength)
            name = f"{name} {said}{unit if said.isdigit() or unit.startswith(' ') else ' ' + unit}".rstrip()
        return outside, name


_BEFORE_A_NOUN = "my your his her our their the a an this that any some another bad no"
_DETERMINERS = frozenset(_BEFORE_A_NOUN.split())
_DAY_ENDS = frozenset(
    f"{day.lower()}{comma}" for day in (*spoken.WEEKDAYS, "tomorrow", "today") for comma in ("", ",")
)
_CHOICES = [
    "first one", "first", "second one", "second", "third one", "third", "last one", "last", "earlier one",
    "later one",
    "first option", "second option", "third option", "earliest one", "latest one", "middle one", "earliest",
    "latest",
    "later", "earlier", "latter", "former", "first time", "one in the middle", "last of those",
    "fourth one", "last option",
    "first slot", "later time", "earlier slot", "top one", "one you said first", "one you mentioned last",
    "earliest of those",
]  # fmt: skip
_NUMBERED = [
    "option two",
    "option 1",
    "number 3",
    "number two",
    "option three",
    "number one",
    "option 2",
    "number 1",
]


def _choice(rng: Random, before: str) -> tuple[str, str]:
    if before in ("the", "your", "that", "this"):
        return "", rng.choice(_CHOICES)
    if rng.random() < 0.2:
        return "", rng.choice(_NUMBERED)
    return ("the " if rng.random() < 0.9 else ""), rng.choice(_CHOICES)
