"""Unit ring: the hand-written test sets of understanding keep the labelling rules that can be checked.

`heldout.jsonl` is looked at while working; of `blind.jsonl` only the final figures are, and these tests.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, time
from pathlib import Path

import pytest

from reception.dialogue.meaning import Intent, Slot
from reception.evaluation.cases import VALUED, Case, load_cases
from reception.practice_file import read_practice_file

HERE = Path(__file__).parent
CASES = [*load_cases(HERE / "heldout.jsonl"), *load_cases(HERE / "blind.jsonl")]
PRACTICE = read_practice_file(HERE / "practice.yaml")
EMPTY_START = re.compile(r"(the|a|an|my|his|her|our|your|on|at|for|to|with|about)\b", re.IGNORECASE)
WORDLESS = {
    Intent.EMERGENCY,
    Intent.STAFF,
    Intent.REPEAT,
    Intent.GREET,
    Intent.THANK,
    Intent.GOODBYE,
    Intent.OUT_OF_SCOPE,
}


def show(case: Case) -> str:
    return case.patient[:60]


def test_they_are_large_and_say_nothing_twice() -> None:
    assert len(CASES) >= 900
    assert len({(one.desk, one.patient.casefold()) for one in CASES}) == len(CASES)


def test_every_intent_and_every_slot_is_covered() -> None:
    intents = Counter(one.intent for one in CASES)
    slots = Counter(slot for one in CASES for slot in one.slots)
    assert all(intents[intent] >= 15 for intent in Intent), intents
    assert all(slots[slot] >= 10 for slot in Slot), slots


def test_emergencies_and_near_misses_are_many() -> None:
    near = [one for one in CASES if one.group == "near_miss"]
    assert sum(one.intent == Intent.EMERGENCY for one in CASES) >= 80
    assert len(near) >= 120
    assert not any(one.intent == Intent.EMERGENCY for one in near)


@pytest.mark.parametrize("intent", sorted(WORDLESS))
def test_intents_that_carry_no_details_have_none(intent: Intent) -> None:
    assert [one.patient for one in CASES if one.intent == intent and one.slots] == []


def test_spans_begin_without_articles_possessives_and_empty_prepositions() -> None:
    loose = [(slot, words) for one in CASES for slot, words in one.slots.items() if EMPTY_START.match(words)]
    assert loose == []


def test_old_dates_and_times_belong_to_moving_only() -> None:
    misplaced = [
        show(one)
        for one in CASES
        if {Slot.OLD_DATE, Slot.OLD_TIME} & one.slots.keys() and one.intent != Intent.RESCHEDULE
    ]
    assert misplaced == []


@pytest.mark.parametrize("slot", [Slot.DATE, Slot.OLD_DATE, Slot.TIME, Slot.OLD_TIME])
def test_days_and_hours_are_ranges_that_run_forward(slot: Slot) -> None:
    read = date.fromisoformat if "date" in slot else time.fromisoformat
    for one in CASES:
        value = one.values.get(slot)
        if value is not None:
            assert value and value.keys() <= {"from", "to"}, show(one)
            ends = [read(value[end]) for end in ("from", "to") if end in value]
            assert ends == sorted(ends), show(one)


def test_other_values_have_their_public_form() -> None:
    for one in CASES:
        for slot, pattern in (
            (Slot.PHONE, r"\+1\d{10}"),
            (Slot.EMAIL, r"[a-z0-9._]+@example\.(com|org|net)"),
            (Slot.DATE_OF_BIRTH, r"\d{4}-\d\d-\d\d"),
        ):
            if slot in one.slots:
                assert re.fullmatch(pattern, one.values[slot]), show(one)
        assert isinstance(one.values.get(Slot.CHOICE, 0), int), show(one)


def test_doctors_and_types_are_those_of_the_practice() -> None:
    doctors = {one.name for one in PRACTICE.practitioners}
    types = {one.name for one in PRACTICE.appointment_types}
    assert {one.values[Slot.PRACTITIONER] for one in CASES if Slot.PRACTITIONER in one.values} <= doctors
    assert {
        one.values[Slot.APPOINTMENT_TYPE] for one in CASES if Slot.APPOINTMENT_TYPE in one.values
    } <= types


def test_only_wishes_that_name_no_single_stretch_lack_a_value() -> None:
    without = {
        words.casefold()
        for one in CASES
        for slot, words in one.slots.items()
        if slot in VALUED and slot not in one.values
    }
    assert without == {
        "as soon as possible",
        "asap",
        "any day",
        "any day but friday",
        "any day but thursday",
        "friday",  # said on a Friday: asked back
        "weekdays",
    }
