"""Unit ring: sentences in a practice's own words: what they must keep, and that they are said."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reception.catalogue import PROMPTS, catalogue
from reception.channels.phone_words import phone_words_of
from reception.channels.widget_words import read_widget_words, words_for
from reception.dialogue.state import Line
from reception.dialogue.wording import Wording
from reception.errors import PracticeFileError
from reception.messaging.text_words import text_words_of
from reception.own_words import in_own_words
from reception.practice_checks import setting_problems
from reception.practice_file import parse_practice, practice_from_json, settings_yaml
from tests.conftest import PRACTICE_YAML

EN = PROMPTS / "en"
TODAY = date(2026, 6, 15)
OWN = {
    "en": {
        "desk": {
            "greeting": {"chat": "Hi, {practice} here. Emergency? {number}!"},
            "hello": ["Ahoy!", "Good day!"],
            "emergency": {"chat": "Call {number} at once.", "phone": "Hang up and call {number}."},
        },
        "phone": {"filler": ["Hm.", "Well."], "goodbye": "So long."},
        "texts": {"where": "We are at {address}."},
        "widget": {"you": "Yourself"},
    }
}


def settings(words: Any) -> dict[str, Any]:
    own = parse_practice(PRACTICE_YAML, "test").settings()
    return {**own, "words": words}


def problems(words: Any) -> list[tuple[str, str]]:
    return [(".".join(map(str, one.path)), one.words) for one in setting_problems(settings(words))]


def test_own_words_are_said_and_the_others_stay_standard() -> None:
    assert problems(OWN) == []
    practice = practice_from_json(settings(OWN))
    standard = Wording(EN)
    own = in_own_words(standard, practice, "en", "desk")
    assert in_own_words(standard, practice, "en", "desk") is own
    greeting = Line("greeting", {"practice": "Harbor Clinic", "number": "911"})
    assert own.say(greeting, TODAY) == "Hi, Harbor Clinic here. Emergency? 911!"
    assert own.say(greeting, TODAY, spoken=True) == standard.say(greeting, TODAY, spoken=True)
    assert [own.say(Line("hello"), TODAY, turn) for turn in range(3)] == ["Ahoy!", "Good day!", "Ahoy!"]
    assert own.say(Line("welcome"), TODAY) == standard.say(Line("welcome"), TODAY)
    phone = phone_words_of(PROMPTS, practice)
    assert (phone.fillers, phone.say("goodbye")) == (("Hm.", "Well."), "So long.")
    assert text_words_of(PROMPTS, practice).say("where", address="1 Elm St") == " We are at 1 Elm St."
    assert words_for(read_widget_words(PROMPTS), practice)["you"] == "Yourself"


@pytest.mark.parametrize(
    ("file", "key", "said", "objection"),
    [
        ("desk", "emergency", {"chat": "Please get help."}, "{number} must stay in it"),
        ("desk", "booked", "Booked: {ofer}.", "{ofer} is not known here; this sentence may use: {kind},"),
        ("desk", "booked", "Booked: {offer", "a brace stands alone"),
        ("desk", "booked", "Booked: {offer!r}", "a name between braces and nothing else"),
        ("desk", "booked", "Booked: {offer:>999999999}", "a name between braces and nothing else"),
        ("desk", "booked", "Booked: {offer.__class__}", "a name between braces and nothing else"),
        ("desk", "confirm_booking", {"sms": "{kind} {name} {offer}{for_reason}?"}, "{for_reason} is not"),
        ("desk", "hello", {"sms": "Hi"}, "expected one of any"),
        ("desk", "hello", "x" * 481, "at most 480 characters"),
        ("desk", "verbatim", "{text}", "no such sentence, or it can't be changed"),
        ("phone", "voice", "Joe", "no such sentence, or it can't be changed"),
        ("phone", "filler", ["Hm."], "at least 2 different ones"),
        ("texts", "reminder", "Come on {when} to {practitioner}.", "{practice} must stay in it"),
    ],
)  # fmt: skip
def test_what_can_not_be_said_is_refused_with_what_to_do(
    file: str, key: str, said: Any, objection: str
) -> None:
    [(path, words)] = problems({"en": {file: {key: said}}})
    assert path.startswith(f"words.en.{file}.{key}") and objection in words


def test_own_words_travel_in_the_practice_file_and_are_refused_by_line() -> None:
    text = settings_yaml(settings(OWN))
    assert parse_practice(text, "test").to_practice() == practice_from_json(settings(OWN))
    broken = text.replace("Call {number} at once.", "Call somebody.")
    line = broken.splitlines().index("        - Call somebody.")
    with pytest.raises(PracticeFileError, match=rf"line {line}|line {line + 1}"):
        parse_practice(broken, "test")


def test_words_that_keep_no_rule_any_more_are_passed_over(tmp_path: Path) -> None:
    kept = {"en": {"desk": {"booked": {"any": ("It is booked: {time}.",)}, "gone": {"any": ("x",)}}}}
    own = Wording(EN).but(kept["en"]["desk"])
    assert own.say(Line("nothing_booked"), TODAY) == Wording(EN).say(Line("nothing_booked"), TODAY)


def test_every_sentence_has_its_topic_and_its_standard_keeps_its_own_rule() -> None:
    for sentences in catalogue().values():
        for one in sentences.values():
            for channel, wordings in one.rule.standard.items():
                assert one.rule.fits(channel, wordings), one.key
    assert catalogue()["desk"]["booked"].topic == "booking"
