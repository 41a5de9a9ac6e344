"""Unit: public dialogues become test cases where their acts mean what our intents mean."""

from __future__ import annotations

from typing import Any

import pytest

from fine_tune.therapists import read_case


def turn(patient: str, *acts: str, desk: str = "Which day?", **spans: str) -> dict[str, Any]:
    """A turn in the public form; an act that is a service's intent is written as one."""
    own = [
        {"act": "INFORM_INTENT", "slot": "intent", "values": [act]}
        if act[1].islower()
        else {"act": act, "slot": "", "values": []}
        for act in acts
    ]
    own += [{"act": "INFORM", "slot": slot, "values": [words]} for slot, words in spans.items()]
    texts = [{"slot": slot, "text": words} for slot, words in spans.items()]
    return {"desk": desk, "patient": patient, "actions": own, "spans": texts}


def test_only_an_article_at_the_start_is_cut_off() -> None:
    case = read_case(turn("4 in the evening", "INFORM", appointment_time="4 in the evening"))
    assert isinstance(case, dict)
    assert case["slots"] == {"time": "4 in the evening"}


def test_spans_follow_our_rules() -> None:
    case = read_case(
        turn(
            "On the 7th, around half past 3",
            "INFORM",
            appointment_date="the 7th",
            appointment_time="half past 3",
        )
    )
    assert isinstance(case, dict)
    assert (case["intent"], case["slots"]) == ("inform", {"date": "7th", "time": "around half past 3"})


@pytest.mark.parametrize(
    ("patient", "acts", "intent"),
    [
        ("Yes, that's right.", ["AFFIRM"], "affirm"),
        ("Yes, please book it.", ["BookAppointment", "SELECT"], "affirm"),
        ("That therapist, book an appointment.", ["BookAppointment", "SELECT"], "book_appointment"),
        ("Is there anybody else?", ["REQUEST_ALTS"], "ask_alternatives"),
        ("No, that's all, thanks.", ["NEGATE", "THANK_YOU"], "thank"),
    ],
)
def test_acts_become_intents(patient: str, acts: list[str], intent: str) -> None:
    case = read_case(turn(patient, *acts))
    assert isinstance(case, dict)
    assert case["intent"] == intent


@pytest.mark.parametrize(
    ("patient", "acts", "why"),
    [
        ("Thanks, bye.", ["GOODBYE", "THANK_YOU"], "thanks and goodbye in one"),
        ("Yes, and the address?", ["AFFIRM", "REQUEST"], "two intents"),
        ("Later. What's the weather like?", ["NEGATE_INTENT"], "another service"),
        ("Please try one o'clock.", ["BookAppointment"], "only inform"),
    ],
)
def test_the_rest_is_left_out_for_a_reason(patient: str, acts: list[str], why: str) -> None:
    assert why in str(read_case(turn(patient, *acts)))
