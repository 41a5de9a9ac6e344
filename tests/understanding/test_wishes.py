"""Where one utterance is two wishes, and where it is one (ring: unit)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reception.dialogue.meaning import Frame, Intent, Slot
from reception.understanding.guess import Guesser
from reception.understanding.wishes import Halves, halves, together

GUESSER = Guesser.load()
GREETING = "Hello, this is the automated assistant. What can I do for you?"
READ_BACK = "So that is Consultation for Rosa Delgado. Shall I book it?"


def cut(heard: str, expects: str = "request", desk: str = GREETING) -> tuple[str, str] | None:
    found = halves(heard, desk, expects, GUESSER, "en")
    return None if found is None else (found.first, found.second)


@pytest.mark.parametrize(
    ("heard", "first", "second"),
    [
        (
            "i need a refill of my lisinopril and can i also move my tuesday appointment",
            "i need a refill of my lisinopril",
            "can i also move my tuesday appointment",
        ),
        (
            "Please cancel my appointment on Tuesday, and I also have a question about a bill.",
            "Please cancel my appointment on Tuesday",
            "I also have a question about a bill.",
        ),
        ("I need a sick note and a refill for my insulin", "I need a sick note", "a refill for my insulin"),
        ("when do you open and where can I park", "when do you open", "where can I park"),
    ],
)  # fmt: skip
def test_two_wishes(heard: str, first: str, second: str) -> None:
    assert cut(heard) == (first, second)


@pytest.mark.parametrize(
    "heard",
    [
        "I have an appointment on Tuesday and I need to move it",
        "My knee hurts and I'd like to see a doctor",
        "I need to see Dr. Weber and I can come in the morning",
        "Can I have my blood test results and please call me back",
        "I want to cancel, and I also want to say thank you",
    ],
)
def test_one_wish(heard: str) -> None:
    assert cut(heard) is None


def test_beside_an_answer_only_another_matter_is_a_second_wish() -> None:
    refill = "Yes, and I also need a refill of my ramipril."
    assert cut(refill, "confirmation", READ_BACK) == ("Yes", "I also need a refill of my ramipril.")
    assert cut("no, and I also want to move it to Friday", "confirmation", READ_BACK) is None
    assert cut("my cough, and I also need a refill of my ramipril", "reason") is None  # words of an answer


def test_no_hand_written_utterance_of_one_wish_is_cut() -> None:
    lines = (Path(__file__).parent / "heldout.jsonl").read_text("utf-8").splitlines()
    each = [json.loads(line) for line in lines]
    assert [one["patient"] for one in each if cut(one["patient"], desk=one["desk"])] == []


MOVE, REFILL = Frame(Intent.RESCHEDULE), Frame(Intent.PRESCRIPTION)


def test_both_halves_must_be_surely_wishes() -> None:
    two = Halves("a refill", "move my appointment")
    both = together(two, REFILL, MOVE, "en")
    assert both is not None
    frame, words = both
    assert (frame.intent, words) == (Intent.PRESCRIPTION, "a refill")
    assert frame.also is not None and frame.also.frame is MOVE
    assert together(two, REFILL, Frame(Intent.RESCHEDULE, confidence=0.4), "en") is None
    assert together(two, REFILL, Frame(Intent.MEDICAL_QUESTION), "en") is None
    assert together(two, REFILL, REFILL, "en") is None


def test_a_question_is_answered_beside_whatever_was_said_first() -> None:
    both = together(Halves("where can I park", "a refill"), Frame(Intent.PRACTICE_QUESTION), REFILL, "en")
    assert both is not None
    assert both[0].intent is Intent.PRESCRIPTION
    assert both[0].also is not None and both[0].also.words == "where can I park"


def test_two_people_are_noticed() -> None:
    both = together(Halves("a checkup for my son", "a refill"), Frame(Intent.BOOK), REFILL, "en")
    assert both is not None and both[0].also is not None and both[0].also.of_another
    named = Frame(Intent.PRESCRIPTION, {Slot.PATIENT_NAME: "Leo Chen"})
    both = together(Halves("a checkup", "a refill for Leo Chen"), Frame(Intent.BOOK), named, "en")
    assert both is not None and both[0].also is not None and both[0].also.of_another
