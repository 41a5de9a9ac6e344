"""Unit ring: the phone's sentences, the names it expects, and how long it waits for a silent caller."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reception.channels.hints import MOST_CHARACTERS, hints
from reception.channels.patience import CHARACTERS_A_SECOND, MOMENT, QUIET, Patience, Silence
from reception.channels.phone_words import PhoneWords, phone_words
from reception.errors import MisconfiguredError
from reception.practice_file import PracticeFile
from reception.settings import ROOT


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('goodbye: "Goodbye."', "", "goodbye is missing"),
        ('goodbye: "Goodbye."', 'goodbye: "Bye {name}."', "goodbye may not use {name}"),
        ('goodbye: "Goodbye."', 'goodbye: "Goodbye."\nfarewell: "Bye."', "farewell is not known"),
        ('goodbye: "Goodbye."', "goodbye: [a, b]", "goodbye must be a text"),
        (
            'filler: ["One moment.", "Let me see.", "Just a second."]',
            "filler: [Hm.]",
            "filler must be a list",
        ),
    ],
)
def test_a_sentence_that_is_off_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    shutil.copytree(ROOT / "prompts" / "en", tmp_path / "en")
    file = tmp_path / "en" / "phone.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(MisconfiguredError, match=problem.replace("{", r"\{")):
        PhoneWords(file.parent)


def test_a_language_without_a_phone_speaks_english_on_it() -> None:
    assert phone_words(ROOT / "prompts", "xx").language == "en"


def test_names_are_expected_up_to_what_twilio_takes(practice_file: PracticeFile) -> None:
    practice = practice_file.to_practice()
    assert hints(practice, ["metformin", "a, b"]).split(",") == [
        "Dr. Anna Weber", "dr weber", "Dr. Luis Ortega", "dr ortega", "Check-up", "Long visit", "metformin",
        "a b",
    ]  # fmt: skip
    assert hints(None, ["x" * 101]) == ""
    assert len(hints(practice, [f"medicine number {number}" for number in range(1000)])) <= MOST_CHARACTERS


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_silence_begins_where_the_desk_has_ended() -> None:
    clock = Clock()
    patience = Patience(clock)
    patience.heard()
    assert patience.left == QUIET
    patience.spoke("x" * 28)
    patience.spoke("x" * 28)  # a second sentence follows the first
    assert patience.left == pytest.approx(56 / CHARACTERS_A_SECOND + QUIET)
    patience.spoke("", asked_to_wait=True)
    assert patience.left == pytest.approx(56 / CHARACTERS_A_SECOND + MOMENT)
    patience.heard()  # over the desk's words: it has fallen silent
    clock.now += 1
    assert patience.left == pytest.approx(QUIET - 1)
    clock.now += 100
    assert patience.left == 0


def test_whoever_speaks_is_forgiven_all_silences() -> None:
    patience = Patience(Clock())
    assert [patience.over(), patience.over()] == [Silence.ASK, Silence.ASK]
    patience.heard()
    outcomes = [patience.over() for _ in range(4)]
    assert outcomes == [Silence.ASK, Silence.ASK, Silence.OFFER_CALLBACK, Silence.GIVE_UP]
