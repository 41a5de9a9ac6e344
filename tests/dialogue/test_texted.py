"""Plain answers to a reminder or an offer by text. Ring: unit."""

from __future__ import annotations

from datetime import datetime

import pytest

from reception.dialogue.meaning import Frame, Intent
from reception.dialogue.state import Expects, Offer, Replacement, Status, Texted, WaitingTime
from reception.dialogue.text_cues import ENGLISH
from tests.dialogue.world import WEBER, ZONE, World, appointment

TUESDAY = Offer(WEBER.name, "Consultation", datetime(2026, 6, 16, 9, tzinfo=ZONE))


@pytest.mark.parametrize(
    "text",
    ["C", "c.", "Confirm", "yes", "Yes!", "Yes, I'll be there", "ok thanks", "see you then",
     "We will be there tomorrow", "I am coming", "Yes see you there, thank you", "Hi, I'll be there!"],
)  # fmt: skip
def test_they_come(text: str) -> None:
    assert ENGLISH.comes.fullmatch(text)
    assert not ENGLISH.comes_not.fullmatch(text)


@pytest.mark.parametrize(
    "text",
    ["X", "x please", "Sorry, I can't make it", "can't come tomorrow", "I won't be able to make it, sorry",
     "We are not coming", "please cancel my appointment", "No, I cannot make it"],
)  # fmt: skip
def test_they_do_not_come(text: str) -> None:
    assert ENGLISH.comes_not.fullmatch(text)
    assert not ENGLISH.comes.fullmatch(text)


@pytest.mark.parametrize(
    "text",
    ["yes but can we make it later", "I'll be there if my car starts", "will I be there long?",
     "I can't make it at 10, is 11 free?", "I can't come because of chest pain", "I'll be late",
     "who is this"],
)  # fmt: skip
def test_anything_more_is_left_to_the_model(text: str) -> None:
    for cue in (ENGLISH.comes, ENGLISH.comes_not, ENGLISH.moves, ENGLISH.yes, ENGLISH.no):
        assert not cue.fullmatch(text)


@pytest.mark.parametrize(
    "texted",
    [
        Texted("maya", waiting=WaitingTime("request 7", "hold 7", TUESDAY)),
        Texted("maya", replacement=Replacement("case 7", TUESDAY)),
        Texted("maya", appointment=appointment("a", "2026-06-16T09:00")),
    ],
)
def test_a_no_to_the_alarm_answers_no_text(texted: Texted) -> None:
    desk = World()
    desk.state.texted, desk.state.expects = texted, Expects.CONFIRMATION
    desk.means(Frame(Intent.EMERGENCY, confidence=0.4), "will it hurt my chest")
    assert desk.state.maybe_danger
    desk.says(Intent.DENY, "no")
    assert (desk.state.texted, desk.state.status) == (texted, Status.OPEN)
    assert desk.state.task is None
