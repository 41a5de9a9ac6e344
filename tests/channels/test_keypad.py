"""Unit ring: keys pressed on a phone stand for words."""

from __future__ import annotations

from datetime import date

import pytest

from reception.channels.keypad import Keypad, birth_date
from reception.channels.phone_words import phone_words
from reception.channels.relay_voice import spoken
from reception.settings import ROOT

OPTIONS = [{"text": "Monday at 9:00 AM"}, {"text": "Monday at 9:15 AM"}]


@pytest.fixture
def keypad() -> Keypad:
    return Keypad(phone_words(ROOT / "prompts"))


@pytest.mark.parametrize(
    ("keys", "expects", "said"),
    [
        ("2", "slot", "Monday at 9:15 AM"),
        ("3", "slot", None),
        ("1", "confirmation", "Monday at 9:00 AM"),
        ("0", "slot", "I want to speak to a person"),
        ("*", "slot", "can you say that again"),
        ("#", "slot", None),
        ("03141980", "date_of_birth", "March 14, 1980"),
        ("14031980", "date_of_birth", "March 14, 1980"),
        ("19800314", "date_of_birth", "March 14, 1980"),
        ("0314", "date_of_birth", None),
        ("9*03141980", "date_of_birth", "March 14, 1980"),
        ("2125550111", "phone", "2125550111"),
        ("0012125550111#", "phone", "0012125550111"),
        ("5550111#", "phone", "5550111"),
        ("#", "phone", None),
        ("*", "date_of_birth", "can you say that again"),
        ("0#", "date_of_birth", "I want to speak to a person"),
        ("0#", "phone", "I want to speak to a person"),
        ("1", "request", "Monday at 9:00 AM"),
    ],
)
def test_what_keys_stand_for(keypad: Keypad, keys: str, expects: str, said: str | None) -> None:
    heard = [keypad.press(key, expects, OPTIONS) for key in keys]
    assert heard[-1] == said
    assert heard[:-1] == [None] * (len(keys) - 1)


@pytest.mark.parametrize("expects", ["confirmation", "anything_else"])
def test_without_options_one_and_two_are_yes_and_no(keypad: Keypad, expects: str) -> None:
    assert [keypad.press(key, expects, []) for key in "12"] == ["yes", "no"]


def test_half_a_number_is_forgotten_when_the_caller_speaks(keypad: Keypad) -> None:
    keypad.press("9", "date_of_birth", [])
    keypad.clear()
    assert keypad.type("03141980", "date_of_birth", []) == "March 14, 1980"


@pytest.mark.parametrize(
    ("digits", "born"), [("02301980", None), ("1980", None), ("02291980", date(1980, 2, 29))]
)
def test_birth_dates_must_exist(digits: str, born: date | None) -> None:
    assert birth_date(digits) == born


def test_an_answer_is_spoken_sentence_by_sentence_and_titles_end_none() -> None:
    frames = spoken("Dr. Weber is free at 9:30 A.M. on Monday. Would that suit you?")
    assert "".join(frame["token"] for frame in frames).endswith("Monday. Would that suit you?")
    assert frames[0]["token"].startswith("Dr. Weber is free")
    assert [frame["last"] for frame in frames] == [False] * (len(frames) - 1) + [True]
