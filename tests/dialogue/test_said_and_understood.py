"""Whatever the desk says of a day, a clock time or a birth date, it understands again (ring: unit)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reception.dialogue.meaning import Days, Hours, Intent, Slot
from reception.dialogue.state import Choice, Line, Offer
from reception.dialogue.wording import Wording
from reception.understanding.interpret import Setting, interpret
from tests.dialogue.world import PRACTICE, WEBER, ZONE

WORDING = Wording(Path(__file__).parents[2] / "prompts" / "en")
TODAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
AHEAD = st.integers(1, 90)
#: Every five minutes of a day in which practices are open.
CLOCKS = st.integers(6 * 12, 22 * 12 - 1).map(lambda fives: time(fives // 12, fives % 12 * 5))


#: The same examples each time, however slow the machine.
STEADY = settings(derandomize=True, database=None, deadline=None)


def setting(today: date) -> Setting:
    return Setting(datetime.combine(today, time(10), tzinfo=ZONE), PRACTICE)


def read(slot: Slot, words: str, today: date) -> object:
    return interpret(Intent.INFORM, {slot: words}, "", setting(today)).get(slot)


@STEADY
@given(TODAYS, AHEAD)
def test_a_day(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    assert read(Slot.DATE, WORDING.day(day, today), today) == Days(day, day)


@STEADY
@given(CLOCKS)
def test_a_clock_time(clock: time) -> None:
    assert read(Slot.TIME, WORDING.clock(clock), date(2026, 6, 12)) == Hours(clock, clock)


@STEADY
@given(st.dates(date(1920, 1, 1), date(2025, 12, 31)))
def test_a_birth_date(born: date) -> None:
    today = date(2026, 6, 12)
    said = WORDING.say(Line("confirm_identity", {"name": "Maya Chen", "born": born}), today)
    words = said.partition("born ")[2].partition(". ")[0]
    assert read(Slot.DATE_OF_BIRTH, words, today) == born


@STEADY
@given(TODAYS, AHEAD, CLOCKS)
def test_the_day_and_the_clock_of_an_offer_across_summer_time(today: date, ahead: int, clock: time) -> None:
    start = datetime.combine(today + timedelta(days=ahead), clock, tzinfo=ZONE)
    text = WORDING.option(Choice(offer=Offer(WEBER.name, "Consultation", start)), today).text
    day, _, rest = text.partition(" at ")
    assert read(Slot.DATE, day, today) == Days(start.date(), start.date())
    assert read(Slot.TIME, rest.partition(" with ")[0], today) == Hours(clock, clock)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Sydney", "UTC"])
def test_tomorrow_is_the_practices_own(zone: str) -> None:
    now = datetime(2026, 3, 28, 23, 30, tzinfo=ZoneInfo(zone))  # the night before summer time in Berlin
    found = interpret(Intent.INFORM, {Slot.DATE: "tomorrow"}, "", Setting(now, PRACTICE))
    assert found[Slot.DATE] == Days(date(2026, 3, 29), date(2026, 3, 29))


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [("June 8 to June 10", 8, 10), ("just for Friday", 12, 12)],
)
def test_the_days_of_a_sick_note_lie_behind(words: str, first: int, last: int) -> None:
    today = date(2026, 6, 12)
    desk = WORDING.say(Line("ask_sick_note_date"), today)
    found = interpret(Intent.INFORM, {Slot.DATE: words}, desk, setting(today))
    assert found[Slot.DATE] == Days(date(2026, 6, first), date(2026, 6, last))
