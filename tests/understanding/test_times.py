"""Unit ring: what the words for times mean, alone and after the desk's words."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reception.dialogue.meaning import Hours
from reception.understanding.values.english import ENGLISH
from reception.understanding.values.language import words
from reception.understanding.values.times import DayScene, read_hours, says_today, times_named

NUMBERS = words("twelve one two three four five six seven eight nine ten eleven")
TENS = {10: "ten", 15: "fifteen", 20: "twenty", 30: "thirty", 40: "forty", 45: "forty-five", 50: "fifty"}


def read(text: str, desk: str = "") -> Hours | None:
    return read_hours(text, times_named(desk, ENGLISH), ENGLISH)


def at(clock: str) -> Hours:
    return Hours(time.fromisoformat(clock), time.fromisoformat(clock))


def hours(first: str | None, last: str | None) -> Hours:
    return Hours(time.fromisoformat(first) if first else None, time.fromisoformat(last) if last else None)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("half past three", "15:30"),
        ("elevenish, please", "11:00"),
        ("twenty to um two", "13:40"),
        ("too thirty sharp", "14:30"),
        ("half past free", "15:30"),
        ("half-past two", "14:30"),
        ("half nine", "09:30"),
        ("quarter to ten", "09:45"),
        ("quater to ten", "09:45"),
        ("quarter of four", "15:45"),
        ("a quarter past nine", "09:15"),
        ("quarter to one", "12:45"),
        ("twenty past four", "16:20"),
        ("ten to five", "16:50"),
        ("twenty minutes to four", "15:40"),
        ("9", "09:00"),
        ("9:15", "09:15"),
        ("9.30", "09:30"),
        ("nine fifteen", "09:15"),
        ("ten oh five", "10:05"),
        ("three thirty", "15:30"),
        ("1530", "15:30"),
        ("15:30", "15:30"),
        ("15h30", "15:30"),
        ("16 hours", "16:00"),
        ("fourteen hundred hours", "14:00"),
        ("0930", "09:30"),
        ("930", "09:30"),
        ("530", "17:30"),
        ("05:30", "05:30"),
        ("3 pm", "15:00"),
        ("3 p.m.", "15:00"),
        ("10:30am", "10:30"),
        ("3 in the afternoon", "15:00"),
        ("seven in the evening", "19:00"),
        ("tonight at 8", "20:00"),
        ("noon", "12:00"),
        ("midday", "12:00"),
        ("twelve", "12:00"),
        ("12:30 pm", "12:30"),
        ("12 am", "00:00"),
        ("around five", "17:00"),
        ("3ish", "15:00"),
        ("at nine o'clock", "09:00"),
        ("one o clock", "13:00"),
        ("six", "18:00"),
        ("seven", "07:00"),
        ("the 9:15 one", "09:15"),
        ("monday at 9", "09:00"),
        ("june 16 at 9", "09:00"),
    ],
)
def test_a_clock_time(text: str, clock: str) -> None:
    assert read(text) == at(clock)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("after two", "14:00", None),
        ("any time after 3", "15:00", None),
        ("not before 10", "10:00", None),
        ("from 2 onwards", "14:00", None),
        ("3 o'clock or later", "15:00", None),
        ("before noon", None, "12:00"),
        ("no later than 4", None, "16:00"),
        ("by eleven", None, "11:00"),
        ("10 at the latest", None, "10:00"),
        ("before 10 in the morning", None, "10:00"),
        ("between 10 and noon", "10:00", "12:00"),
        ("from 3 to 5", "15:00", "17:00"),
        ("9-11", "09:00", "11:00"),
        ("10 to 2", "10:00", "14:00"),
        ("from ten to two", "10:00", "14:00"),
        ("between 9 and 5", "09:00", "17:00"),
        ("between 11 and 1", "11:00", "13:00"),
        ("from 7 to 9 pm", "19:00", "21:00"),
        ("between half past two and four", "14:30", "16:00"),
        ("4 or 5", "16:00", "17:00"),
        ("morning", "00:00", "12:00"),
        ("mornings only", "00:00", "12:00"),
        ("mornign", "00:00", "12:00"),
        ("in the am", "00:00", "12:00"),
        ("afternoon", "12:00", "17:00"),
        ("this afternoon", "12:00", "17:00"),
        ("evening", "17:00", None),
        ("this evening", "17:00", None),
        ("tonight", "17:00", None),
        ("morning or afternoon", "00:00", "17:00"),
        ("not in the morning", "12:00", None),
        ("early morning", "00:00", "10:00"),
        ("late afternoon", "15:00", "17:00"),
        ("first thing", "00:00", "10:00"),
        ("1st thing", "00:00", "10:00"),
        ("the first appointment of the day", "00:00", "10:00"),
        ("lunchtime", "12:00", "14:00"),
        ("end of the day", "16:00", None),
        ("after work", "17:00", None),
        ("just after lunch", "13:00", None),
        ("any time", None, None),
    ],
)
def test_a_part_of_the_day(text: str, first: str | None, last: str | None) -> None:
    assert read(text) == hours(first, last)


@pytest.mark.parametrize(
    "text", ["banana", "", "25:00", "9:75", "half past", "between 4 pm and 1 pm", "later"]
)
def test_what_is_no_time_has_no_value(text: str) -> None:
    assert read(text) is None


MORNINGS = "I have 9:00 AM, 9:15 AM or 9:30 AM with Dr. Weber."


@pytest.mark.parametrize(
    ("text", "desk", "expected"),
    [
        ("5:30", "I have 5:30 AM or 6:15 AM.", at("05:30")),
        ("half past five", "I have 5:30 AM or 6:15 AM.", at("05:30")),
        ("seven", "I have 5 PM, 7 PM and 8 PM.", at("19:00")),
        ("seven", "What time in the evening would suit you?", at("19:00")),
        ("quarter past", MORNINGS, at("09:15")),
        ("an hour later", "Your appointment is at 9:00 AM.", at("10:00")),
        ("half an hour earlier", "Your appointment is at 9:00 AM.", at("08:30")),
        ("after that", MORNINGS, hours("09:30", None)),
        ("later", MORNINGS, hours("09:30", None)),
        ("earlier", MORNINGS, hours(None, "09:00")),
        ("later in the morning", MORNINGS, hours("09:30", "12:00")),
    ],
)
def test_times_hang_on_the_desks_words(text: str, desk: str, expected: Hours) -> None:
    assert read(text, desk) == expected


def test_numbers_that_are_no_times_are_not_taken_for_offers() -> None:
    desk = "Our office is at 12 Harbour Street. On June 16 I have 9:00 AM, ten or half past two."
    assert times_named(desk, ENGLISH) == DayScene((540, 600, 870))


@pytest.mark.parametrize(("text", "today"), [("tonight", True), ("This evening", True), ("morning", False)])
def test_fused_words_say_today(text: str, today: bool) -> None:
    assert says_today(text, ENGLISH) is today


def ways_to_say(hour: int, minute: int) -> list[str]:
    """Ways that leave no doubt about the half of the day, which is by custom 07:00 to 18:59 otherwise."""
    face, half = NUMBERS[hour % 12], "am" if hour < 12 else "pm"
    part = "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"
    typed = f"{(hour - 1) % 12 + 1}:{minute:02}"
    said = [f"{typed} {half}", f"{typed}{half}", f"{typed} in the {part}", f"{hour:02}:{minute:02}"]
    said += [f"{hour:02}{minute:02}"] if hour > 9 else []
    said += [f"{face} {TENS[minute]} {half}"] if minute in TENS else []
    if minute == 0:
        said += [f"{face} {half}", f"{face} o'clock in the {part}"]
    if minute == 15:
        said += [f"quarter past {face} in the {part}", f"a quarter after {face} {half}"]
    if minute == 30:
        said += [f"half past {face} {half}"]
    if 7 <= hour < 19:
        said += [typed, f"at {typed}", f"{face} {TENS[minute]}" if minute in TENS else typed]
    return said


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.integers(0, 23), st.sampled_from([0, 5, 10, 15, 20, 30, 40, 45, 50, 59]))
def test_every_way_of_saying_a_time_means_it(hour: int, minute: int) -> None:
    for said in ways_to_say(hour, minute):
        assert read(said) == Hours(time(hour, minute), time(hour, minute)), said


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(st.integers(0, 11), st.sampled_from(range(0, 60, 5)), st.sampled_from(["AM", "PM"]))
def test_an_offered_time_is_taken_by_its_face(hour: int, minute: int, half: str) -> None:
    face = f"{hour or 12}:{minute:02}"
    expected = time(hour + (12 if half == "PM" else 0), minute)
    assert read(face, f"I have {face} {half} on Tuesday.") == Hours(expected, expected)


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(ENGLISH.times.words | {"9", ":", "30", "45", "pm", "seven"})), max_size=8)
)
def test_any_jumble_of_time_words_is_read_without_failing(jumble: list[str]) -> None:
    found = read(" ".join(jumble), MORNINGS)
    assert found is None or found.first is None or found.last is None or found.first <= found.last
