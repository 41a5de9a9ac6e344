"""Unit ring: what a caller who spoke over the desk has heard, and what their answer then means."""

from __future__ import annotations

from typing import Any

import pytest

from reception.dialogue.hearing import as_heard, heard_part, options_heard
from reception.dialogue.meaning import Frame, Intent, Slot
from reception.dialogue.state import About, Expects, State

SAID = "I have Tuesday at 9:00 AM or 9:30 AM with Dr. Weber. Which one suits you?"


@pytest.mark.parametrize(
    ("spoken", "heard"),
    [
        ("I have Tuesday at 9:00", "I have Tuesday at 9:00"),
        ("I have Tues", "I have"),
        ("i have tuesday", "I have Tuesday"),
        ("One moment. I have", "I have"),
        ("One moment. I", "I"),
        (SAID, SAID),
        ("", ""),
        ("Are you still there", None),
        ("One mo", None),
    ],
)
def test_the_part_that_was_heard(spoken: str, heard: str | None) -> None:
    assert heard_part(SAID, spoken) == heard


@pytest.mark.parametrize(
    ("heard", "count"),
    [(SAID, 2), ("I have Tuesday at 9:00 AM or", 1), ("I have Tuesday at", 0), ("at 19:00 AM", 0)],
)
def test_how_many_options_were_heard(heard: str, count: int) -> None:
    assert options_heard(heard, ("9:00 AM", "9:30 AM")) == count


def state(heard: str | None, **more: Any) -> State:
    return State(said=SAID, heard=heard, options_heard=1, **more)


@pytest.mark.parametrize(
    ("index", "heard", "intent"),
    [
        (0, "I have Tuesday at 9:00 AM or", Intent.INFORM),
        (1, "I have Tuesday at 9:00 AM or", Intent.REPEAT),
        (-1, "I have Tuesday at 9:00 AM or", Intent.REPEAT),
        (1, None, Intent.INFORM),
    ],
)
def test_only_what_was_heard_can_be_picked_by_its_place(
    index: int, heard: str | None, intent: Intent
) -> None:
    frame = Frame(Intent.INFORM, {Slot.CHOICE: "that one"}, {Slot.CHOICE: index})
    assert as_heard(frame, state(heard, expects=Expects.SLOT)).intent is intent


@pytest.mark.parametrize(
    ("heard", "about", "intent"),
    [
        ("I have", About.BOOKING, Intent.REPEAT),
        (SAID[:-10], About.BOOKING, Intent.AFFIRM),
        ("I have", About.OTHER, Intent.AFFIRM),
        (None, About.BOOKING, Intent.AFFIRM),
    ],
)
def test_a_yes_binds_nobody_to_what_they_did_not_hear(
    heard: str | None, about: About, intent: Intent
) -> None:
    frame = as_heard(Frame(Intent.AFFIRM), state(heard, expects=Expects.CONFIRMATION, about=about))
    assert frame.intent is intent


def test_an_emergency_is_one_whatever_was_heard() -> None:
    assert as_heard(Frame(Intent.EMERGENCY), state("", expects=Expects.SLOT)).intent is Intent.EMERGENCY
