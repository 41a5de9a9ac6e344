"""Thousands of different utterances, always the same ones: the hand-written set, and variations of it.

An engine that remembers prompts answers a repeated one from memory, so no contender of a comparison may be
given any patient's words twice.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path

from reception.dialogue.meaning import Slot
from reception.evaluation.cases import Case, load_cases
from reception.settings import ROOT

HAND_WRITTEN = ROOT / "tests" / "understanding" / "heldout.jsonl"
#: How many different ones there are for certain; the lines that can be varied allow some more.
MOST = 10_000

_FIRST = (
    "Aisha", "Anneliese", "Bao", "Beatriz", "Callum", "Chiara", "Dariusz", "Efua", "Elif", "Esperanza",
    "Farhad", "Freya", "Gustavo", "Hana", "Henrik", "Ifeanyi", "Ingrid", "Jamal", "Jiho", "Kavita",
    "Leilani", "Ludmila", "Malik", "Marisol", "Mei", "Nikolai", "Noor", "Oisín", "Parveen", "Priya",
    "Rafael", "Roza", "Santiago", "Siobhan", "Soren", "Tariq", "Thandiwe", "Wei", "Yusuf", "Zofia",
)  # fmt: skip
_LAST = (
    "Abubakar", "Andersson", "Bianchi", "Boateng", "Castellanos", "Chaudhry", "Demir", "Fitzgerald",
    "Goldberg", "Grigoryan", "Hakimi", "Hernandez", "Ibrahim", "Ivanova", "Johansen", "Kapoor", "Kimura",
    "Lindqvist", "MacLeod", "Molina", "Nakagawa", "Ng", "Nowak", "O'Sullivan", "Obi", "Papadopoulos", "Park",
    "Quispe", "Rahman", "Rossi", "Schneider", "Silva", "Tamm", "Tran", "Turner", "Uzun", "Van Dijk",
    "Whitaker", "Yilmaz", "Zhang",
)  # fmt: skip
_TITLES = ("Dr.", "Doctor", "dr", "Nurse")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "March", "April", "May", "June", "August", "September", "November")
_DATES = (
    *_WEEKDAYS,
    *(f"{which} {day}" for which in ("next", "this coming", "the following") for day in _WEEKDAYS),
    *(f"{month} {day}" for month in _MONTHS for day in ("2nd", "11th", "the 5th", "twenty-third")),
    *(f"the {day} of {month}" for month in _MONTHS for day in ("ninth", "14th", "28th")),
    "tomorrow", "the day after tomorrow", "next week", "in two weeks", "in ten days", "as soon as possible",
    "any day but Friday", "early next month", "7/3", "8/19", "the weekend",
)  # fmt: skip
_TIMES = (
    *(f"{hour} {half}" for hour in (8, 9, 10, 11, 2, 3, 4, 5) for half in ("o'clock", "thirty", "fifteen")),
    *(f"{edge} {hour}" for edge in ("before", "after", "around") for hour in ("nine", "eleven", "two", "4")),
    "8:15am", "9:40", "10:45 am", "1:20 pm", "15:30", "half past two", "quarter to nine", "noon", "lunchtime",
    "early in the morning", "late afternoon", "the evening", "between ten and twelve", "not before three",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What the desk said last ("" for nothing), and what the patient says then."""

    desk: str
    patient: str


def utterances(count: int, seed: int = 1) -> list[Said]:
    """`count` utterances, no two of which have the same patient's words; the first ones are hand-written.

    A longer list begins with the shorter one of the same seed. Raises ValueError for more than `MOST`.
    """
    if count > MOST:
        raise ValueError(f"there are only {MOST} different utterances")
    cases = _hand_written(HAND_WRITTEN)
    found = {case.patient: case.desk for case in cases[:count]}
    for case in _variations(cases, random.Random(seed)):
        if len(found) >= count:
            break
        found.setdefault(case.patient, case.desk)
    return [Said(desk, patient) for patient, desk in found.items()]


@cache
def _hand_written(path: Path) -> tuple[Case, ...]:
    return tuple({case.patient: case for case in load_cases(path)}.values())


def _variations(cases: tuple[Case, ...], chance: random.Random) -> Iterator[Case]:
    """The lines that can be varied, in turn, each time with other words, which may be known ones."""
    for case in cycle([case for case in cases if _swaps(case, chance)]):
        yield _varied(case, chance)


def _varied(case: Case, chance: random.Random) -> Case:
    patient = case.patient
    for slot, other in _swaps(case, chance).items():
        span = rf"(?<!\w){re.escape(case.slots[slot])}(?!\w)"
        patient = re.sub(span, other, patient, count=1)
    return Case(case.desk, patient, case.intent, {}, {})


def _swaps(case: Case, chance: random.Random) -> dict[Slot, str]:
    """Other words for each span of a kind that has some."""
    last, first = chance.choice(_LAST), chance.choice(_FIRST)
    others = {
        Slot.DATE: chance.choice(_DATES),
        Slot.TIME: chance.choice(_TIMES),
        Slot.PRACTITIONER: f"{chance.choice(_TITLES)} {last}",
        Slot.PATIENT_NAME: f"{first} {chance.choice(_LAST)}",
    }
    return {slot: other for slot, other in others.items() if slot in case.slots}
