"""The practice of a history: its times over a night in which the clocks are set, its patients, the sentences.

Conversations are understood from the desk's own sentences alone, as a caller understands them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from itertools import product
from typing import Any
from uuid import NAMESPACE_DNS, uuid5
from zoneinfo import ZoneInfo

import yaml

from reception.carrier.load.crowd import crowd
from reception.dialogue.state import Choice, Offer
from reception.dialogue.wording import Wording
from reception.settings import ROOT

ZONE = ZoneInfo("America/New_York")
NUMBER = "+12125550100"
#: How the world sees the service.
PUBLIC = "http://desk.example"
DOCTORS = ("Anna Weber", "Luis Ortega", "Priya Shah")
#: Minutes by the type that a patient always books.
TYPES = {"Check-up": 30, "Long visit": 60}


@dataclass(frozen=True)
class Season:
    """The desk's clock, from one restart to the next, and the days that can be booked.

    It crosses an hour that comes twice, or never; while patients may be asked by text, it is evening at most.
    """

    name: str
    clocks: tuple[str, ...]
    days: tuple[date, ...]
    night: date  # in which the clocks are set
    closing: int = 12  # on all other days

    @property
    def crowded(self) -> Season:
        """With so few times that people soon wait for one."""
        return replace(self, closing=10)

    @property
    def last_clock(self) -> float:
        return datetime.fromisoformat(self.clocks[-1]).timestamp()


AUTUMN = Season(
    "autumn",
    ("2026-10-30T20:00-04:00", "2026-11-01T00:20-04:00", "2026-11-01T01:10-05:00", "2026-11-01T20:30-05:00"),
    (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)),
    date(2026, 11, 1),
)
SPRING = Season(
    "spring",
    ("2027-03-12T20:00-05:00", "2027-03-14T00:20-05:00", "2027-03-14T03:10-04:00", "2027-03-14T20:30-04:00"),
    (date(2027, 3, 13), date(2027, 3, 14), date(2027, 3, 15), date(2027, 3, 16)),
    date(2027, 3, 14),
)


@dataclass(frozen=True, order=True)
class Slot:
    """A time with a doctor; `start` in seconds since 1970."""

    doctor: str
    start: float

    @property
    def local(self) -> datetime:
        return datetime.fromtimestamp(self.start, ZONE)

    @property
    def day(self) -> str:
        return f"{self.local:%B} {self.local.day}"

    @property
    def clock(self) -> str:
        return f"{self.local:%I:%M %p}".lstrip("0")


@dataclass(frozen=True)
class Patient:
    """Somebody on file, who always comes for the same type of appointment."""

    name: str
    born: date
    phone: str
    kind: str

    @property
    def minutes(self) -> int:
        return TYPES[self.kind]

    @property
    def birthday(self) -> str:
        return f"{self.born:%B} {self.born.day}, {self.born.year}"


@cache
def patients() -> tuple[Patient, ...]:
    """All of them; every third needs an hour."""
    kinds = list(TYPES)
    return tuple(
        Patient(one.name, one.born, one.phone, kinds[number % 3 == 0])
        for number, one in enumerate(crowd(300))
    )


@cache
def slots(season: Season = AUTUMN) -> tuple[Slot, ...]:
    """Every start there is; of the hour that comes twice the first one, none in the hour that never comes."""
    every = (
        Slot(doctor, datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).timestamp())
        for doctor, day in product(DOCTORS, season.days)
        for hour in (range(6) if day == season.night else range(8, season.closing))
        for minute in (0, 30)
    )
    return tuple(dict.fromkeys(every))  # what never comes is another name of the hour after it


def practice_yaml(hold_seconds: float, season: Season = AUTUMN) -> str:
    """The practice as a file."""
    return yaml.safe_dump(
        {
            "practice": {
                "name": "Harbor Clinic", "time_zone": ZONE.key, "phone": NUMBER, "languages": ["en"],
            },
            "opening_hours": {
                **{day: [f"08:00-{season.closing}:00"] for day in ("mon", "tue", "sat")},
                "sun": ["00:00-06:00"],
            },
            "practitioners": [{"name": name} for name in DOCTORS],
            "appointment_types": [{"name": name, "minutes": minutes} for name, minutes in TYPES.items()],
            "booking": {
                "lead_minutes": 0, "horizon_days": 5, "grid_minutes": 30, "hold_minutes": hold_seconds / 60,
            },
            "patients": [
                {"name": one.name, "date_of_birth": one.born.isoformat(), "phone": one.phone}
                for one in patients()
            ],
        },
        sort_keys=False,
    )  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One sentence of the desk by its key, with the times it names."""

    key: str
    slot: Slot | None = None
    old: Slot | None = None


class Reader:
    """Recognises the desk's sentences, written or spoken."""

    def __init__(self, season: Season = AUTUMN) -> None:
        self._wording = Wording(ROOT / "prompts" / "en")
        self._slots: dict[str, Slot] = {}
        for slot in slots(season):
            offer = Offer(slot.doctor, "", slot.local)
            written = self._wording.option(Choice(offer=offer), slot.local.date()).text
            self._slots[written] = self._slots[_aloud(written)] = slot
        time = "|".join(re.escape(one) for one in sorted(self._slots, key=len, reverse=True))
        groups = {"offer": f"(?P<offer>{time})", "existing": f"(?P<existing>{time})"}
        self._patterns = [
            (key, re.compile(_pattern(sentence, groups)))
            for key, written in yaml.safe_load((ROOT / "prompts/en/desk.yaml").read_text("utf-8")).items()
            for sentence in _variants(written)
            if not sentence.startswith("{") or sentence.startswith("{offer}")
        ]

    def told(self, text: str) -> list[Told]:
        """The sentences of a reply, in the order in which they stand."""
        found: dict[int, Told] = {}
        for key, pattern in self._patterns:
            for match in pattern.finditer(text):
                named = match.groupdict()
                slot, old = (self._slots.get(named.get(name) or "") for name in ("offer", "existing"))
                known = found.get(match.start())
                if known is None or (known.slot, known.old) == (None, None):
                    found[match.start()] = Told(key, slot or old, old if slot else None)
        return [found[place] for place in sorted(found)]

    def slot(self, words: str) -> Slot | None:
        """The time that the text of an option names."""
        return self._slots.get(words)

    def said(self, slot: Slot) -> str:
        """The text of the option."""
        return next(words for words, one in self._slots.items() if one == slot)


def _aloud(written: str) -> str:
    spoken = written.replace("12:00 PM", "noon").replace("12:00 AM", "midnight")
    return re.sub(r"\b(\d{1,2}):00(?= [AP]M\b)", r"\1", spoken)


def _variants(written: Any) -> list[str]:
    if isinstance(written, str):
        return [written]
    each = written.values() if isinstance(written, dict) else written
    return list(dict.fromkeys(one for some in each for one in _variants(some)))


def _pattern(sentence: str, groups: dict[str, str]) -> str:
    parts = re.split(r"\{(\w+)\}", sentence)
    return "".join(
        re.escape(part) if number % 2 == 0 else groups.get(part, ".*?") for number, part in enumerate(parts)
    )


def step_id(text: str) -> str:
    """An identifier that is the same for the same text."""
    return str(uuid5(NAMESPACE_DNS, text))
