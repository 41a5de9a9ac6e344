"""Fixed turns of phrase: what they do to a frame, and what they leave alone (ring: unit)."""

from __future__ import annotations

import pytest

from reception.dialogue.meaning import Frame, Intent, Manner, Slot
from reception.understanding.sayings import heed, without_fillers


@pytest.mark.parametrize(
    "heard",
    [
        "One moment, please.",
        "hold on",
        "oh wait a second let me get my glasses",
        "Just a minute",
        "hang on, let me look",
    ],
)
def test_a_moment_is_no_yes(heard: str) -> None:
    assert heed(Frame(Intent.AFFIRM), heard, "en").manner is Manner.WAITS


@pytest.mark.parametrize(
    "heard",
    ["wait, I meant Tuesday", "I've been waiting a second time", "hold on, it's the 5th of May", "yes"],
)
def test_who_says_more_is_not_only_waiting(heard: str) -> None:
    assert heed(Frame(Intent.INFORM), heard, "en").manner is None


@pytest.mark.parametrize(
    "heard",
    [
        "never mind",
        "No, leave the appointment as it is.",
        "then leave it with Dr. Asante as it was",
        "oh forget it",
        "I changed my mind.",
        "just keep it how it was",
    ],
)
def test_leaving_it_drops_what_is_going_on(heard: str) -> None:
    frame = heed(Frame(Intent.CANCEL), heard, "en")
    assert (frame.intent, frame.manner) == (Intent.DENY, Manner.DROPS)


@pytest.mark.parametrize("heard", ["forget the pills, I need a check-up", "can I leave it until Monday?"])
def test_a_new_wish_is_heard_behind_it(heard: str) -> None:
    assert heed(Frame(Intent.BOOK), heard, "en").intent is Intent.BOOK


def test_the_last_word_can_be_a_goodbye_but_not_of_an_emergency() -> None:
    assert heed(Frame(Intent.MESSAGE), "he can call you himself, goodbye", "en").intent is Intent.GOODBYE
    assert heed(Frame(Intent.EMERGENCY), "I took them all, goodbye", "en").intent is Intent.EMERGENCY


@pytest.mark.parametrize(
    ("heard", "labelled", "patient", "caller"),
    [
        (
            "Hi, my name is Linda Brandt, I'm calling for my dad, Walter Pruitt. He is ill.",
            "Linda Brandt",
            "Walter Pruitt",
            "Linda Brandt",
        ),
        ("this is amina yusuf i'm calling for my son leo he has an earache", "leo", "leo", "Amina Yusuf"),
        ("My name is Linda Brandt and it's for my father", "Linda Brandt", None, "Linda Brandt"),
        ("My name is Linda Brandt, for my knee", "Linda Brandt", "Linda Brandt", ""),
    ],
)
def test_of_two_names_the_patients_is_the_patients(
    heard: str, labelled: str, patient: str | None, caller: str
) -> None:
    frame = heed(Frame(Intent.BOOK, {Slot.PATIENT_NAME: labelled}), heard, "en")
    assert frame.slots.get(Slot.PATIENT_NAME) == patient
    assert frame.caller == caller


@pytest.mark.parametrize(
    ("heard", "left"),
    [
        ("um I need uh my pills", "I need my pills"),
        ("Walter er Pruitt", "Walter Pruitt"),
        ("I was in the er last night", "I was in the er last night"),
        ("a 5 mm mole", "a 5 mm mole"),
        ("uh huh", "uh huh"),
        ("mm-hmm", "mm-hmm"),
        ("um", "um"),
    ],
)
def test_hesitations_are_left_out(heard: str, left: str) -> None:
    assert without_fillers(heard, "en") == left
