"""Unit ring: what the words for days mean on Friday, 12 June 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reception.dialogue.meaning import EVERY_WEEKDAY, Days
from reception.understanding.values.dates import days_named, read_days
from reception.understanding.values.day_items import Scene
from reception.understanding.values.english import ENGLISH
from reception.understanding.values.language import words

TODAY = date(2026, 6, 12)
OFFER = "I have Tuesday, June 23 at 9:00 AM or Thursday, June 25 at 2:15 PM with Dr. Weber."
APPOINTMENT = "Your appointment is on Tuesday, June 16 at 9:00 AM. When would suit you instead?"
WEEKDAYS = words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS = words("January February March April May June July August September October November December")


def read(text: str, desk: str = "", today: date = TODAY, **scene: bool) -> Days | None:
    return read_days(text, Scene(today, anchors=days_named(desk, today, ENGLISH), **scene), ENGLISH)


def june(day: int) -> date:
    return date(2026, 6, day)


def july(day: int) -> date:
    return date(2026, 7, day)


def on(day: date) -> Days:
    return Days(day, day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", june(12)),
        ("tomorrow", june(13)),
        ("tmrw", june(13)),
        ("tomoz", june(13)),
        ("tommorrow", june(13)),
        ("the day after tomorrow", june(14)),
        ("yesterday", june(11)),
        ("Tuesday", june(16)),
        ("this Tuesday", june(16)),
        ("next Tuesday", june(16)),
        ("coming Monday", june(15)),
        ("next Friday", june(19)),
        ("last Monday", june(8)),
        ("tues", june(16)),
        ("weds", june(17)),
        ("thurs 18th", june(18)),
        ("Tuseday", june(16)),
        ("wendsday", june(17)),
        ("thrusday", june(18)),
        ("Tuesday week", june(23)),
        ("a week from Tuesday", june(23)),
        ("a week on Tuesday", june(23)),
        ("Tuesday after next", june(23)),
        ("Tuesday of next week", june(16)),
        ("next week Thursday", june(18)),
        ("the week after next on Thursday", june(25)),
        ("a week today", june(19)),
        ("in two weeks", june(26)),
        ("in a fortnight", june(26)),
        ("two weeks from now", june(26)),
        ("in three weeks' time", july(3)),
        ("in a couple of days", june(14)),
        ("in 10 days", june(22)),
        ("in a month", july(12)),
        ("two weeks from Monday", june(29)),
        ("the day after the 16th", june(17)),
        ("two days before the 20th", june(18)),
        ("the 24th", june(24)),
        ("the 5th", july(5)),
        ("the twenty-third", june(23)),
        ("16", june(16)),
        ("June 16th", june(16)),
        ("16 June", june(16)),
        ("the sixteenth of june", june(16)),
        ("june sixteenth twenty twenty six", june(16)),
        ("Tuesday the 16th", june(16)),
        ("Friday the 3rd of July", july(3)),
        ("the 5th of next month", july(5)),
        ("the first Monday in July", july(6)),
        ("Wednesday fortnight", july(1)),
        ("6/16", june(16)),
        ("16/6", june(16)),
        ("6/16/26", june(16)),
        ("2026-06-16", june(16)),
        ("16.6.2026", june(16)),
        ("June 5", date(2027, 6, 5)),
        ("Monday morning", june(15)),
        ("tomorrow at 3", june(13)),
    ],
)
def test_one_day(text: str, day: date) -> None:
    assert read(text) == on(day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("next week", june(15), june(21)),
        ("sometime next week please", june(15), june(21)),
        ("this week", june(12), june(14)),
        ("later this week", june(13), june(14)),
        ("early next week", june(15), june(17)),
        ("end of next week", june(18), june(19)),
        ("the week after next", june(22), june(28)),
        ("the week of the 15th", june(15), june(21)),
        ("midweek", june(16), june(18)),
        ("not next week, the week after", june(22), june(28)),
        ("in two or three weeks", june(26), july(3)),
        ("the weekend", june(13), june(14)),
        ("next month", july(1), july(31)),
        ("July", july(1), july(31)),
        ("the first week of July", july(1), july(7)),
        ("beginning of July", july(1), july(10)),
        ("end of the month", june(21), june(30)),
        ("in the next two weeks", june(12), june(26)),
        ("before the 9th", None, july(8)),
        ("before the weekend", None, june(12)),
        ("by Friday", None, june(19)),
        ("Friday at the latest", None, june(19)),
        ("after the 9th", july(10), None),
        ("after next week", june(22), None),
        ("from the 9th", july(9), None),
        ("not before the 20th", june(20), None),
        ("Tuesday or later", june(16), None),
        ("not this week", june(15), None),
        ("since Monday", june(8), None),
        ("between the 3rd and the 7th", july(3), july(7)),
        ("Monday through Thursday", june(15), june(18)),
        ("June 29th to the 3rd", june(29), july(3)),
        ("after the 9th but before the 20th", july(10), july(19)),
    ],
)
def test_a_stretch_of_days(text: str, first: date | None, last: date | None) -> None:
    assert read(text) == Days(first, last)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("any day but Friday", Days(weekdays=EVERY_WEEKDAY - {4})),
        ("not Mondays", Days(weekdays=EVERY_WEEKDAY - {0})),
        ("any day except Monday or Friday", Days(weekdays=EVERY_WEEKDAY - {0, 4})),
        ("Mondays or Wednesdays", Days(weekdays=frozenset({0, 2}))),
        ("weekdays", Days(weekdays=frozenset(range(5)))),
        ("any Monday", Days(weekdays=frozenset({0}))),
        ("any day", Days()),
        ("any day next week except Friday", Days(june(15), june(21), EVERY_WEEKDAY - {4})),
        ("Tuesday or Thursday next week", Days(june(16), june(18), frozenset({1, 3}))),
        ("Tuesday, Wednesday or Friday", Days(june(16), june(19), frozenset({1, 2, 4}))),
        ("as soon as possible", Days(soonest=True)),
        ("as early as you can", Days(soonest=True)),
        ("asap", Days(soonest=True)),
        ("the earliest", Days(soonest=True)),
        ("first available", Days(soonest=True)),
        ("the earliest next week", Days(june(15), june(21), soonest=True)),
        ("Friday", Days(either=(june(12), june(19)))),
        ("Monday the 16th", Days(either=(june(15), june(16)))),
    ],
)
def test_weekdays_wishes_and_doubts(text: str, expected: Days) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text", ["June 31", "February 30th", "the 32nd", "13/32", "banana", "", "the day before"]
)
def test_what_is_no_day_has_no_value(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "desk", "first", "last"),
    [
        ("the day before", APPOINTMENT, june(15), june(15)),
        ("the day after", APPOINTMENT, june(17), june(17)),
        ("the same day", APPOINTMENT, june(16), june(16)),
        ("a week later", APPOINTMENT, june(23), june(23)),
        ("the following Tuesday", APPOINTMENT, june(23), june(23)),
        ("the following week", APPOINTMENT, june(22), june(28)),
        ("same day next week", APPOINTMENT, june(23), june(23)),
        ("earlier", APPOINTMENT, None, june(15)),
        ("the Tuesday", OFFER, june(23), june(23)),
        ("Thursday", OFFER, june(25), june(25)),
        ("Wednesday", OFFER, june(17), june(17)),
        ("later", OFFER, june(26), None),
    ],
)
def test_days_hang_on_the_desks_words(text: str, desk: str, first: date | None, last: date) -> None:
    assert read(text, desk) == Days(first, last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("from Monday to Wednesday", june(15), june(17)),
        ("from last Monday until today", june(8), june(12)),
        ("June 8th to June 10th", june(8), june(10)),
        ("the 8th to the 10th", june(8), june(10)),
        ("the last three days", june(10), june(12)),
        ("three days", june(12), june(14)),
        ("from tomorrow for three days", june(13), june(15)),
        ("last week", june(1), june(7)),
        ("Friday", june(12), june(12)),
    ],
)
def test_days_off_sick_may_lie_behind(text: str, first: date, last: date) -> None:
    assert read(text, nearest=True) == Days(first, last)


def test_an_existing_appointment_may_lie_behind() -> None:
    assert read("June 5", existing=True) == on(june(5))


def test_the_region_decides_between_month_and_day() -> None:
    assert read("7/6") == on(july(6))
    assert read("7/6", month_first=False) == on(date(2027, 6, 7))


@pytest.mark.parametrize(
    ("desk", "days"),
    [
        (OFFER, (june(23), june(25))),
        ("The first available is Tuesday at 9:00 AM.", (june(16),)),
        ("Our office is at 12 Harbour Street, open Mondays. May I have your name?", ()),
        ("How about tomorrow, or Thursday the 18th?", (june(13), june(18))),
    ],
)
def test_days_named_by_the_desk(desk: str, days: tuple[date, ...]) -> None:
    assert days_named(desk, TODAY, ENGLISH) == days


ONES = words("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen") + (
    words("sixteen seventeen eighteen nineteen")
)
ORDINALS = words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
) + (words("fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"))


def ordinal_word(number: int) -> str:
    if number <= 20:
        return ORDINALS[number - 1]
    return (
        "thirtieth"
        if number == 30
        else f"{'twenty' if number < 30 else 'thirty'}-{ORDINALS[number % 10 - 1]}"
    )


def ways_to_say(day: date) -> list[str]:
    month, name = MONTHS[day.month - 1], WEEKDAYS[day.weekday()]
    ending = "th" if 10 < day.day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return [
        f"{month} {day.day}",
        f"{month} {day.day}{ending}",
        f"{day.day} {month}",
        f"the {day.day}{ending} of {month}",
        f"{month[:3]} {day.day}",
        f"{month.lower()} {ordinal_word(day.day)}",
        f"the {ordinal_word(day.day)} of {month.lower()}",
        f"{name}, {month} {day.day}{ending}",
        f"{name.lower()} the {ordinal_word(day.day)} of {month.lower()}",
        f"{month} the {day.day}{ending}",
        f"{day.month}/{day.day}",
        f"{day.month}/{day.day}/{day.year}",
        f"{day.month}/{day.day}/{day.year % 100:02}",
        day.isoformat(),
        f"{month} {day.day}, {day.year}",
        f"{month.lower()} {ordinal_word(day.day)} twenty {'twenty' if day.year < 2030 else 'thirty'} "
        + (ONES[day.year % 10 - 1] if day.year % 10 else ""),
    ]


TODAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(TODAYS, st.integers(0, 364))
def test_every_way_of_saying_a_day_means_it(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    for said in ways_to_say(day):
        assert read(said, today=today) == on(day), said


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(TODAYS, st.integers(1, 7))
def test_a_weekday_is_its_next_occurrence(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    name = WEEKDAYS[day.weekday()]
    said = [f"next {name}", f"coming {name}", f"next {name.lower()[:3]}"]
    said += [name, f"this {name}", name.upper()] if ahead < 7 else []
    for text in said:
        assert read(text, today=today) == on(day), text
    assert read(f"{name} week", today=today) == on(day + timedelta(days=7))


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(TODAYS, st.integers(0, 27))
def test_a_day_number_is_its_next_occurrence(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    assert read(f"the {ordinal_word(day.day)}", today=today) == on(day)
    assert read(f"{WEEKDAYS[day.weekday()]} the {ordinal_word(day.day)}", today=today) == on(day)


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(
    TODAYS,
    st.lists(st.sampled_from(sorted(ENGLISH.dates.words | {"the", "3", "16th", "31", "99"})), max_size=8),
)
def test_any_jumble_of_date_words_is_read_without_failing(today: date, jumble: list[str]) -> None:
    found = read(" ".join(jumble), today=today)
    assert found is None or found.first is None or found.last is None or found.first <= found.last
