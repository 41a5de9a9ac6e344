"""Unit ring: the values of a whole frame, with what hangs on its other slots and on the desk's words."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from reception.dialogue.meaning import Days, Hours, Intent, Slot, Value
from reception.practice_file import read_practice_file
from reception.understanding.interpret import Setting, interpret, month_first
from reception.understanding.values.english import ENGLISH
from reception.understanding.values.language import words

PRACTICE = read_practice_file(Path(__file__).parent / "practice.yaml").to_practice()
SETTING = Setting(datetime(2026, 6, 12, 10, tzinfo=ZoneInfo("America/New_York")), PRACTICE)
OFFERS = "I have Tuesday, June 16 at 9:00 AM, 9:15 AM or 10:30 AM with Dr. Helen Marchetti."


def on(month: int, day: int) -> Days:
    return Days(date(2026, month, day), date(2026, month, day))


def read(intent: Intent, desk: str = "", **slots: str) -> dict[str, Value]:
    found = interpret(intent, {Slot(name): text for name, text in slots.items()}, desk, SETTING)
    return {slot.value: value for slot, value in found.items()}


def test_a_booking() -> None:
    assert read(
        Intent.BOOK,
        practitioner="doctor marketti",
        appointment_type="flu jab",
        date="next tuesday",
        time="mornings",
    ) == {
        "practitioner": "Dr. Helen Marchetti",
        "appointment_type": "Flu shot",
        "date": on(6, 16),
        "time": Hours(time(0), time(12)),
    }


def test_details_of_a_patient() -> None:
    assert read(
        Intent.INFORM,
        patient_name="Maya Chen",
        date_of_birth="4/12/88",
        phone="two oh two five five five oh two oh one",
        email="maya at example dot com",
    ) == {"date_of_birth": date(1988, 4, 12), "phone": "+12025550201", "email": "maya@example.com"}


def test_moving_counts_from_what_is_moved() -> None:
    values = read(
        Intent.RESCHEDULE, old_date="Tuesday", old_time="at 9", date="the day after", time="an hour later"
    )
    assert values["date"] == on(6, 17)
    assert values["time"] == Hours(time(10), time(10))


def test_choices_and_faces_are_read_against_the_offers() -> None:
    assert read(Intent.INFORM, OFFERS, choice="the middle one") == {"choice": 1}
    assert read(Intent.INFORM, OFFERS, date="the Tuesday", time="half past ten") == {
        "date": on(6, 16),
        "time": Hours(time(10, 30), time(10, 30)),
    }


def test_days_off_sick_may_lie_behind() -> None:
    desk = "From which day to which day do you need the sick note?"
    assert read(Intent.INFORM, desk, date="from Monday to today") == {
        "date": Days(date(2026, 6, 8), date(2026, 6, 12))
    }


def test_what_cannot_be_told_has_no_value() -> None:
    assert read(Intent.BOOK, date="June 31", time="25:00", practitioner="Dr. Nobody", phone="12") == {}


def test_the_order_of_day_and_month_follows_the_time_zone() -> None:
    assert month_first("America/Chicago")
    assert not month_first("Europe/London")


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(st.sampled_from(Intent), st.text(max_size=80), st.text(max_size=80))
def test_any_text_in_any_slot_is_read_without_failing(intent: Intent, desk: str, text: str) -> None:
    interpret(intent, dict.fromkeys(Slot, text), desk, SETTING)


PIECES = st.sampled_from(
    [*sorted(ENGLISH.vocabulary), *words("0 00 9 31 99 999 9999 20269 1st 22nd / - : . , @ ፩ ٣ ½ İ x")]
)


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(st.sampled_from(Intent), st.lists(PIECES, max_size=10), st.lists(PIECES, max_size=10))
def test_any_jumble_of_telling_pieces_is_read_without_failing(
    intent: Intent, desk: list[str], text: list[str]
) -> None:
    interpret(intent, dict.fromkeys(Slot, " ".join(text)), " ".join(desk), SETTING)
