"""A recogniser that errs at a given rate, and the frame that follows what it heard. Ring: unit."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reception.dialogue.meaning import Intent, Slot
from reception.evaluation.cases import Case, faults, load_cases
from reception.evaluation.mishearing import Recogniser, segments

CASES = load_cases(Path(__file__).parents[1] / "understanding" / "heldout.jsonl")
KIM = Case(
    "", "Flu shot on Tuesday with Dr. Kim, please.", Intent.BOOK,
    {Slot.APPOINTMENT_TYPE: "Flu shot", Slot.DATE: "Tuesday", Slot.PRACTITIONER: "Dr. Kim"},
    {Slot.DATE: {"from": "2026-06-16", "to": "2026-06-16"}},
)  # fmt: skip


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(case.patient for case in CASES)


def test_an_utterance_is_cut_where_slots_begin_and_end() -> None:
    assert [part for part, _ in segments(KIM)] == [
        "", "Flu shot", " on ", "Tuesday", " with ", "Dr. Kim", ", please.",
    ]  # fmt: skip


def test_without_errors_all_words_stay(recogniser: Recogniser) -> None:
    heard = recogniser.hear(KIM, 0.0)
    assert (heard.patient, heard.slots) == (KIM.patient, KIM.slots)


def test_what_is_heard_is_the_same_each_time(recogniser: Recogniser) -> None:
    assert recogniser.hear(KIM, 0.5) == recogniser.hear(KIM, 0.5)


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.2, 1.0])
def test_frames_follow_what_was_heard(recogniser: Recogniser, rate: float) -> None:
    assert [list(faults(recogniser.hear(case, rate))) for case in CASES] == [[]] * len(CASES)


def test_what_is_added_after_a_slot_is_none_of_it() -> None:
    """Who knows no words takes none for another: each stays, is lost, or is followed by a filler."""
    recogniser = Recogniser([])
    said = [replace(KIM, patient=f"{n} with Kim", slots={Slot.PRACTITIONER: "Kim"}) for n in range(99)]
    heard = [recogniser.hear(case, 0.9) for case in said]
    assert {case.slots.get(Slot.PRACTITIONER, "").lower() for case in heard} == {"kim", ""}
    assert any(re.search(r"Kim \w+$", case.patient) for case in heard)


def test_a_lost_or_misheard_word_takes_its_stop_along() -> None:
    recogniser = Recogniser(["poem"])
    slots = {Slot.PRACTITIONER: "Dr. Kim", Slot.TIME: "8 p.m."}
    said = [Case(f"{n}", "At 8 p.m. sharp, Dr. Kim.", Intent.BOOK, slots, {}) for n in range(99)]
    heard = [recogniser.hear(case, 0.3) for case in said]
    assert not any(".." in case.patient for case in heard)
    times = {case.slots.get(Slot.TIME) for case in heard}
    assert "8 poem" in times and "8 poem." not in times


def test_the_rate_is_kept_over_many_utterances(recogniser: Recogniser) -> None:
    words = changed = 0
    for case in CASES:
        before, after = case.patient.split(), recogniser.hear(case, 0.2).patient.split()
        words += len(before)
        changed += len(set(before) - set(after))
    assert 0.12 < changed / words < 0.24


def test_misheard_words_sound_alike(recogniser: Recogniser) -> None:
    heard = {recogniser.hear(case, 1.0).patient for case in CASES if case.patient == "The first one."}
    assert recogniser._like("Tuesday") == ["test", "tuesdays", "tues"]
    assert heard != {"The first one."}
