"""A plain yes or no outweighs the thanks or the goodbye after it (ring: unit)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from reception.dialogue.meaning import Frame, Intent, Slot
from reception.practice import Practice
from reception.understanding.expected import complete, not_reversed
from reception.understanding.interpret import Setting, interpret


@pytest.mark.parametrize(
    ("heard", "read", "meant"),
    [
        ("yes, thank you, bye", Intent.GOODBYE, Intent.AFFIRM),
        ("Yes thanks", Intent.THANK, Intent.AFFIRM),
        ("no thanks", Intent.THANK, Intent.DENY),
        ("no, goodbye", Intent.GOODBYE, Intent.GOODBYE),
        ("thank you", Intent.THANK, Intent.THANK),
        ("no", Intent.AFFIRM, Intent.DENY),
    ],
)
def test_a_read_back_is_answered_by_its_first_word(heard: str, read: Intent, meant: Intent) -> None:
    assert not_reversed(Frame(read), "confirmation", heard, "en").intent is meant


def test_thanks_at_the_end_stay_thanks() -> None:
    assert not_reversed(Frame(Intent.THANK), "anything_else", "no thanks", "en").intent is Intent.THANK


@pytest.mark.parametrize(
    ("heard", "read"),
    [
        ("yeah, sorry, could you say that again?", Intent.REPEAT),
        ("Okay, can you say that again?", Intent.REPEAT),
        ("Yes, but how much will that cost?", Intent.PRACTICE_QUESTION),
        ("yes but not before I have asked my wife", Intent.INFORM),
        ("Right, who is that with?", Intent.PRACTICE_QUESTION),
    ],
)
def test_a_yes_that_says_something_else_too_is_not_only_a_yes(heard: str, read: Intent) -> None:
    assert not_reversed(Frame(read, confidence=0.95), "confirmation", heard, "en").intent is read


@pytest.mark.parametrize(
    ("heard", "read"),
    [
        ("Yes, sorry again.", Intent.REPEAT),
        ("no problem, book it", Intent.AFFIRM),
        ("No, that's right.", Intent.AFFIRM),
    ],
)
def test_a_plain_yes_is_one_however_it_is_put(heard: str, read: Intent) -> None:
    found = not_reversed(Frame(read, confidence=0.95), "confirmation", heard, "en")
    assert found.intent is Intent.AFFIRM


NOW = datetime(2026, 6, 12, 10, 0, tzinfo=ZoneInfo("America/New_York"))
SETTING = Setting(NOW, Practice(UUID(int=1), "Elm", "elm", ZoneInfo("America/New_York")))


@pytest.mark.parametrize(
    ("labelled", "heard", "name"),
    [
        ("delgado rosa", "delgado rosa delgado", "Rosa Delgado"),
        ("rosa", "rosa delgado", "Rosa Delgado"),
        ("Rosa Delgado", "Rosa Delgado, and hurry up", "Rosa Delgado"),
    ],
)
def test_a_name_is_the_whole_of_a_short_answer(labelled: str, heard: str, name: str) -> None:
    frame = Frame(Intent.INFORM, {Slot.PATIENT_NAME: labelled}, {Slot.PATIENT_NAME: labelled})
    read = complete(frame, "patient_name", heard, "What is the patient's full name?", SETTING)
    assert read.values[Slot.PATIENT_NAME] == name


@pytest.mark.parametrize(
    ("said", "expects", "born"),
    [
        ("April 12, 1988", "date", True),
        ("4/12/1988", "date", True),
        ("April 12, 2025", "date", False),  # a slip of the year, and no birth
        ("April 12, 2025", "slot", True),
    ],
)
def test_a_whole_date_of_years_ago_is_a_birth_date_even_where_a_day_is_asked(
    said: str, expects: str, *, born: bool
) -> None:
    slots = {Slot.DATE: said}
    frame = Frame(Intent.INFORM, slots, interpret(Intent.INFORM, slots, "", SETTING))
    unlabelled = [Frame(Intent.INFORM)] if expects == "date" else []
    for each in (frame, *unlabelled):
        read = complete(each, expects, said, "Which day would suit you?", SETTING)
        assert (Slot.DATE_OF_BIRTH in read.values, Slot.DATE in read.values) == (born, not born)


def test_a_day_to_come_that_was_taken_for_a_birth_date_is_the_day() -> None:
    frame = Frame(Intent.INFORM, {Slot.DATE_OF_BIRTH: "6/16/26"}, {Slot.DATE_OF_BIRTH: date(1926, 6, 16)})
    read = complete(frame, "date", "6/16/26", "Which day would suit you?", SETTING)
    assert set(read.values) == {Slot.DATE}
