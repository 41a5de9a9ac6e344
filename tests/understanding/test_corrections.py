"""What is put right or ruled out in other words than those labelled (ring: unit)."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from reception.dialogue.meaning import Days, Frame, Hours, Intent, Slot
from reception.practice import Practice
from reception.understanding.corrections import meant, mended_birth_date, without_ruled_out
from reception.understanding.interpret import Setting, interpret

ZONE = ZoneInfo("America/New_York")
SETTING = Setting(datetime(2026, 6, 12, 10, 0, tzinfo=ZONE), Practice(UUID(int=1), "Elm", "elm", ZONE))
READ_BACK = "So that is Consultation, Tuesday, June 16 at 9:00 AM with Dr. Weber. Shall I book it?"
THURSDAY = Days(date(2026, 6, 18), date(2026, 6, 18))


@pytest.mark.parametrize(
    "heard",
    [
        "Did I say Tuesday? It has to be Thursday.",
        "oh did i say tuesday i meant thursday",
        "I said Tuesday, make it Thursday",
    ],
)
def test_the_day_that_has_to_be(heard: str) -> None:
    frame = meant(Frame(Intent.REPEAT), heard, READ_BACK, SETTING)
    assert frame.intent is Intent.INFORM
    assert frame.values == {Slot.DATE: THURSDAY}


def test_the_time_that_has_to_be() -> None:
    frame = meant(Frame(Intent.REPEAT), "Did I say ten? I mean eleven.", READ_BACK, SETTING)
    assert frame.values == {Slot.TIME: Hours(time(11), time(11))}


@pytest.mark.parametrize("heard", ["Did I say Tuesday?", "I said it's my back", "Can you say that again?"])
def test_nothing_else_has_to_be(heard: str) -> None:
    frame = Frame(Intent.REPEAT)
    assert meant(frame, heard, READ_BACK, SETTING) is frame


def _days(labelled: str, heard: str) -> Days:
    slots = {Slot.DATE: labelled}
    frame = Frame(Intent.INFORM, slots, interpret(Intent.INFORM, slots, "", SETTING))
    days = without_ruled_out(frame, heard, SETTING).values[Slot.DATE]
    assert isinstance(days, Days)
    return days


NEXT_WEEK = (date(2026, 6, 15), date(2026, 6, 21))


@pytest.mark.parametrize(
    ("labelled", "heard"),
    [
        ("next week", "next week, I'm quite free, only Mondays are out since my mother has her dialysis"),
        ("next week", "next week in the morning but not mondays i drive my mother"),
        ("next week", "any day next week except Monday"),
        ("Mondays are out", "Any day next week really, but Mondays are out because I drive my mother"),
    ],
)
def test_days_that_are_out_wherever_that_is_said(labelled: str, heard: str) -> None:
    days = _days(labelled, heard)
    assert (days.first, days.last) == NEXT_WEEK
    assert days.weekdays == frozenset(range(1, 7))


def test_two_days_are_out() -> None:
    days = _days("next week", "next week, but Mondays and Fridays don't work")
    assert days.weekdays == frozenset({1, 2, 3, 5, 6})


def test_days_that_are_out_are_not_the_wish_where_nothing_else_was_labelled() -> None:
    days = _days("Mondays", "it has to be a morning, and Mondays are out, the sooner the better")
    assert days == Days(weekdays=frozenset(range(1, 7)))


def test_a_day_that_is_wanted_stays_whatever_else_is_out() -> None:
    assert _days("Thursday", "Thursday, Mondays are out") == THURSDAY
    assert _days("next week", "next week, Tuesday would be best") == Days(*NEXT_WEEK)


@pytest.mark.parametrize(
    ("heard", "born"),
    [
        ("nineteenth of September, no, August, sixty six", date(1966, 8, 19)),
        ("27th of May 1988 no 28th", date(1988, 5, 28)),
        ("March 4th 1978, sorry, 1979", date(1979, 3, 4)),
        ("the 27th, no, that's mine, hers is the 6th of May 2019", None),  # said anew: read as usual
        ("March 14th, 1979", None),
        ("no, sorry", None),
    ],
)
def test_a_birth_date_of_which_one_part_is_put_right(heard: str, born: date | None) -> None:
    assert mended_birth_date(heard, "And the date of birth?", SETTING) == born
