"""Unit ring: what is said on the phone is put so that a voice reads it as a person would."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import yaml

from reception.dialogue.aloud import Aloud, one_by_one
from reception.dialogue.hearing import options_heard
from reception.dialogue.state import Choice, Line, Offer
from reception.dialogue.wording import Wording
from reception.errors import MisconfiguredError
from reception.settings import ROOT
from reception.understanding.interpret import language_of
from reception.understanding.values.dates import days_named
from reception.understanding.values.times import times_named

ENGLISH = ROOT / "prompts" / "en"
WORDING = Wording(ENGLISH)
ALOUD = Aloud(yaml.safe_load((ENGLISH / "format.yaml").read_text("utf-8"))["aloud"])
TODAY = date(2026, 6, 12)


def offer(day: int, hour: int, minute: int = 0) -> Offer:
    start = datetime(2026, 6, day, hour, minute, tzinfo=ZoneInfo("America/New_York"))
    return Offer("Dr. Helen Marchetti", "ECG", start)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("at 9:00 AM or 2:45 PM", "at 9 AM or 2:45 PM"),
        ("8:00 AM to 12:00 PM", "8 AM to noon"),
        ("Our phone number is +12025550140.", "Our phone number is 2 0 2, 5 5 5, 0 1 4 0."),
        ("call (202) 555-0140 or 202-555-0141", "call 2 0 2, 5 5 5, 0 1 4 0 or 2 0 2, 5 5 5, 0 1 4 1"),
        ("with Dr. Helen Marchetti", "with Doctor Helen Marchetti"),
        ("480 St. James Ave., Suite 12", "480 Saint James Avenue, Suite 12"),
        ("12 Main St., Brookfield, NY 10598.", "12 Main Street, Brookfield, NY 1 0 5 9 8."),
        ("lisinopril 10 mg, 5ml", "lisinopril 10 milligrams, 5 milliliters"),
    ],
)
def test_what_a_voice_would_mangle_is_written_out(written: str, said: str) -> None:
    assert ALOUD.put(written) == said
    assert ALOUD.put(said) == said


@pytest.mark.parametrize(
    "sentence",
    [
        "Please hang up and call 911 right now.",
        "I have Mary Jones, born March 3, 1980. Is that right?",
        "We can only book up to Sunday, January 3, 2027 so far.",
        "The fee is 12000 dollars, policy 4-1.",
        "Drive to the Street Stage.",
    ],
)
def test_all_else_stays_as_it_is(sentence: str) -> None:
    assert ALOUD.put(sentence) == sentence


def test_only_what_is_spoken_is_put_otherwise() -> None:
    line = Line("offer_times", {"offers": (offer(16, 9), offer(16, 10, 30))})
    assert WORDING.say(line, TODAY, spoken=True) == (
        "I have Tuesday, June 16 at 9 AM or 10:30 AM with Doctor Helen Marchetti. Which one suits you?"
    )
    assert "at 9:00 AM or 10:30 AM with Dr. Helen" in WORDING.say(line, TODAY)


def test_what_is_spoken_is_understood_as_what_is_written() -> None:
    line = Line("offer_times", {"offers": (offer(16, 9), offer(16, 12), offer(16, 15))})
    said, written = WORDING.say(line, TODAY, spoken=True), WORDING.say(line, TODAY)
    english = language_of("en")
    assert times_named(said, english, now=600).offered == times_named(written, english, now=600).offered
    assert days_named(said, TODAY, english, month_first=True) == (date(2026, 6, 16),)


def test_options_are_known_by_what_is_said_of_them() -> None:
    offers = [offer(16, 9), offer(16, 12), offer(16, 15)]
    marks = WORDING.marks([Choice(offer=one) for one in offers])
    said = WORDING.say(Line("offer_times", {"offers": tuple(offers)}), TODAY, spoken=True)
    assert options_heard(said, marks) == 3
    assert options_heard(said[: said.index("noon") + 4], marks) == 2


def test_groups_of_digits_are_parted() -> None:
    assert one_by_one("+44 20 7946 0958") == "4 4, 2 0, 7 9 4 6, 0 9 5 8"


def test_a_language_without_rules_says_what_is_written() -> None:
    assert Aloud({}).put("+12025550140 at 9:00 AM") == "+12025550140 at 9:00 AM"


def test_a_broken_pattern_is_named() -> None:
    with pytest.raises(MisconfiguredError, match=r"'\(' is no pattern"):
        Aloud({"words": {"(": "x"}})
