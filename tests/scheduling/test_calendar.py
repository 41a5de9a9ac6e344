"""Unit ring: which starts the calendar offers, against examples and against a minute-by-minute model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reception.practice import AppointmentType, Block, BookingRules, Closure, Hours, Practice, Practitioner
from reception.scheduling.calendar import (
    Busy,
    OpenSlot,
    after_minutes,
    bookable,
    minutes_between,
    open_slots,
)

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 6, 15)
WEBER, OKOYE = UUID(int=1), UUID(int=2)


def week(*blocks: str, days: Iterable[int] = range(7)) -> Hours:
    """The same blocks "HH:MM-HH:MM" on each of the days."""
    ends = [block.split("-") for block in blocks]
    return {day: tuple(Block(time.fromisoformat(a), time.fromisoformat(b)) for a, b in ends) for day in days}


def at(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def consultation(minutes: int = 30, practitioners: tuple[UUID, ...] = (WEBER, OKOYE)) -> AppointmentType:
    return AppointmentType(UUID(int=9), "Consultation", minutes, practitioners=practitioners)


def practice(
    weber: Hours | None = None,
    *,
    slots: tuple[datetime, ...] | None = None,
    opening: Hours | None = None,
    closures: tuple[Closure, ...] = (),
    zone: ZoneInfo = NEW_YORK,
    rules: BookingRules | None = None,
) -> Practice:
    """Dr. Weber with these hours or slots, and Dr. Okoye, who works from nine to ten."""
    return Practice(
        id=UUID(int=0),
        name="Practice",
        slug="practice",
        time_zone=zone,
        opening_hours=opening,
        closures=closures,
        booking=rules or BookingRules(lead_minutes=0, grid_minutes=30),
        practitioners=(
            Practitioner(WEBER, "Dr. Weber", working_hours=weber, slots=slots),
            Practitioner(OKOYE, "Dr. Okoye", working_hours=week("09:00-10:00")),
        ),
        appointment_types=(consultation(),),
    )


def offered(
    place: Practice,
    minutes: int = 30,
    first: date = MONDAY,
    last: date = MONDAY,
    now: str = "2026-06-15T00:00",
    busy: Busy | None = None,
) -> list[str]:
    """Dr. Weber's open starts as local "HH:MM", with the day in front when there are several."""
    slots = open_slots(
        place,
        consultation(minutes),
        place.practitioners[:1],
        first,
        last,
        busy or {},
        at(now, place.time_zone),
    )
    return [f"{slot.start:%H:%M}" if first == last else f"{slot.start:%a %H:%M}" for slot in slots]


def test_starts_lie_on_the_grid_of_each_block() -> None:
    place = practice(week("08:00-09:10", "13:10-14:10"))
    assert offered(place) == ["08:00", "08:30", "13:10", "13:40"]
    assert offered(place, minutes=70) == ["08:00"]


def test_opening_hours_cut_the_working_hours_but_keep_their_grid() -> None:
    place = practice(week("08:00-12:00"), opening=week("08:10-10:00", "11:00-18:00"))
    assert offered(place) == ["08:30", "09:00", "09:30", "11:00", "11:30"]


def test_an_appointment_may_cross_from_one_block_into_the_next() -> None:
    place = practice(week("08:00-08:45", "08:45-09:30"))
    assert offered(place, minutes=45) == ["08:00", "08:30", "08:45"]


def test_without_own_hours_the_opening_hours_count() -> None:
    assert offered(practice(opening=week("08:00-09:00"))) == ["08:00", "08:30"]
    assert offered(practice()) == []


def test_listed_slots_are_the_only_starts() -> None:
    slots = tuple(
        datetime(2026, 6, 15, hour, minute) for hour, minute in [(11, 50), (9, 7), (7, 50), (9, 7), (8, 15)]
    )
    assert offered(practice(slots=slots)) == ["07:50", "08:15", "09:07", "11:50"]
    assert offered(practice(slots=slots, opening=week("08:00-12:00"))) == ["08:15", "09:07"]
    assert offered(practice(week("09:00-18:00"), slots=slots)) == ["09:07", "11:50"]
    assert offered(practice(slots=())) == []


def test_nothing_starts_on_or_runs_into_a_closed_day() -> None:
    closed = Closure(MONDAY + timedelta(days=1), MONDAY + timedelta(days=2))
    place = practice(week("08:00-08:30"), closures=(closed,))
    assert offered(place, last=date(2026, 6, 19)) == ["Mon 08:00", "Thu 08:00", "Fri 08:00"]
    late = practice(slots=(datetime(2026, 6, 15, 23, 30), datetime(2026, 6, 15, 23, 45)), closures=(closed,))
    assert offered(late) == ["23:30"]
    assert offered(replace(late, closures=())) == ["23:30", "23:45"]


def test_the_lead_is_allowed_exactly() -> None:
    place = practice(week("08:00-10:00"), rules=BookingRules(lead_minutes=60, grid_minutes=30))
    assert offered(place, now="2026-06-15T08:00") == ["09:00", "09:30"]
    assert offered(place, now="2026-06-15T08:01") == ["09:30"]
    night = practice(week("00:00-01:00"), rules=BookingRules(lead_minutes=60, grid_minutes=30))
    assert offered(night, last=date(2026, 6, 16), now="2026-06-15T23:15") == ["Tue 00:30"]


def test_the_last_day_is_today_and_the_horizon() -> None:
    place = practice(week("08:00-08:30"), rules=BookingRules(lead_minutes=0, horizon_days=1))
    assert offered(place, 15, date(2026, 1, 1), date(2027, 1, 1))[-2:] == ["Tue 08:00", "Tue 08:15"]


def test_the_clock_may_be_in_another_zone() -> None:
    place = practice(week("22:00-23:00"), rules=BookingRules(lead_minutes=0, horizon_days=0, grid_minutes=30))
    now = datetime(2026, 6, 16, 2, 15, tzinfo=UTC)  # Monday 22:15 in New York
    slots = open_slots(place, consultation(), place.practitioners, MONDAY, date(2026, 6, 20), {}, now)
    assert [slot.start for slot in slots] == [at("2026-06-15T22:30")]


def test_busy_stretches_are_left_out_and_may_touch() -> None:
    place = practice(week("08:00-11:00"))
    taken = [
        (datetime(2026, 6, 15, 13, 0, tzinfo=UTC), at("2026-06-15T09:30")),  # from 09:00 in New York
        (at("2026-06-15T08:31"), at("2026-06-15T08:32")),
        (at("2026-06-15T09:10"), at("2026-06-15T09:20")),
        (at("2026-06-15T10:00"), at("2026-06-15T10:00")),
    ]
    assert offered(place, busy={WEBER: taken}) == ["08:00", "09:30", "10:00", "10:30"]
    assert len(offered(place, busy={OKOYE: taken})) == 6


def test_chronological_then_in_the_practice_s_order() -> None:
    place = practice(week("09:00-10:00"))
    weber, okoye = place.practitioners
    slots = list(
        open_slots(place, consultation(), (okoye, weber), MONDAY, MONDAY, {}, at("2026-06-15T00:00"))
    )
    assert [(slot.start.hour * 60 + slot.start.minute, slot.practitioner.name) for slot in slots] == [
        (540, "Dr. Weber"),
        (540, "Dr. Okoye"),
        (570, "Dr. Weber"),
        (570, "Dr. Okoye"),
    ]
    assert slots[0].end == at("2026-06-15T09:30") and slots[0].start.tzinfo is NEW_YORK
    only_okoye = consultation(practitioners=(OKOYE,))
    assert not list(open_slots(place, only_okoye, (weber,), MONDAY, MONDAY, {}, at("2026-06-15T00:00")))


def test_clocks_go_forward() -> None:
    sunday = date(2026, 3, 8)  # 02:00 becomes 03:00
    place = practice(week("01:00-04:00"))
    starts = ["01:00", "01:30", "03:00", "03:30"]
    assert offered(place, first=sunday, last=sunday, now="2026-03-08T00:00") == starts
    across = list(
        open_slots(place, consultation(60), place.practitioners, sunday, sunday, {}, at("2026-03-08"))
    )
    assert [f"{slot.start:%H:%M}-{slot.end:%H:%M}" for slot in across][:2] == ["01:00-03:00", "01:30-03:30"]
    listed = practice(slots=(datetime(2026, 3, 8, 2, 30),))
    assert offered(listed, first=sunday, last=sunday, now="2026-03-08T00:00") == []


def test_clocks_go_back() -> None:
    sunday = date(2026, 11, 1)  # 02:00 becomes 01:00: the hour from one to two comes twice
    place = practice(week("00:30-02:30"))
    slots = list(
        open_slots(
            place, consultation(30), place.practitioners[:1], sunday, sunday, {}, at("2026-11-01T00:00")
        )
    )
    assert [slot.start.isoformat()[11:] for slot in slots] == [
        "00:30:00-04:00",
        "01:00:00-04:00",
        "01:30:00-04:00",
        "02:00:00-05:00",
    ]
    second = at("2026-11-01T01:30").replace(fold=1)
    who, now = place.practitioners[0], at("2026-10-31T00:00")
    assert bookable(place, consultation(), who, second, now) == "grid"
    assert bookable(place, consultation(), who, second.replace(fold=0), now) is None


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ("2026-06-15T11:00", None),
        ("2026-06-15T09:59", "past"),
        ("2026-06-15T10:59", "lead"),
        ("2026-06-18T11:00", "horizon"),
        ("2026-06-16T11:00", "closed"),
        ("2026-06-17T11:00", "closed"),
        ("2026-06-15T11:45", "hours"),
        ("2026-06-15T11:10", "grid"),
    ],
)
def test_the_reason_why_a_start_cannot_be_booked(start: str, reason: str | None) -> None:
    place = practice(
        week("08:00-12:00"),
        opening=week("08:00-18:00", days=(0, 1, 3)),
        closures=(Closure(date(2026, 6, 16), date(2026, 6, 16)),),
        rules=BookingRules(lead_minutes=60, horizon_days=2, grid_minutes=15),
    )
    weber, okoye = place.practitioners
    now = at("2026-06-15T10:00")
    assert bookable(place, consultation(), weber, at(start), now) == reason
    assert bookable(place, consultation(), weber, at(start).astimezone(UTC), now) == reason
    assert bookable(place, consultation(practitioners=(OKOYE,)), weber, at(start), now) == "type"
    assert bookable(place, consultation(practitioners=(WEBER,)), okoye, at(start), now) == "type"


SLOW = [HealthCheck.too_slow]  # a busy machine is no failure

# The model: a day is a set of minutes, and an appointment is every one of its minutes. It knows no clock
# changes, so it runs in a zone without any; the properties below it run in zones that have them.


@st.composite
def any_hours(draw: st.DrawFn) -> Hours:
    days = {}
    for day in range(7):
        marks = sorted(draw(st.sets(st.integers(0, 95), max_size=4)))
        ends = list(zip(marks[::2], marks[1::2], strict=False))
        days[day] = tuple(Block(_clock(15 * a), _clock(15 * b)) for a, b in ends)
    return days


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


@st.composite
def any_practice(draw: st.DrawFn, zone: ZoneInfo, today: date) -> Practice:
    slots = st.tuples(st.integers(0, 4), st.integers(0, 95)).map(
        lambda pair: datetime.combine(today, time()) + timedelta(days=pair[0], minutes=15 * pair[1])
    )
    closure = st.tuples(st.integers(0, 4), st.integers(0, 1)).map(
        lambda pair: Closure(today + timedelta(days=pair[0]), today + timedelta(days=sum(pair)))
    )
    return practice(
        draw(st.none() | any_hours()),
        slots=draw(st.none() | st.lists(slots, max_size=6).map(tuple)),
        opening=draw(st.none() | any_hours()),
        closures=tuple(draw(st.lists(closure, max_size=1))),
        zone=zone,
        rules=BookingRules(
            lead_minutes=draw(st.sampled_from([0, 60, 1500])),
            horizon_days=draw(st.integers(0, 4)),
            grid_minutes=draw(st.sampled_from([10, 15, 45])),
        ),
    )


@st.composite
def any_busy(draw: st.DrawFn, now: datetime) -> Busy:
    stretch = st.tuples(st.integers(0, 4 * 96), st.integers(0, 8)).map(
        lambda pair: (
            (now.astimezone(UTC) + timedelta(minutes=15 * pair[0])),
            (now.astimezone(UTC) + timedelta(minutes=15 * sum(pair))),
        )
    )
    return {WEBER: draw(st.lists(stretch, max_size=6)), OKOYE: draw(st.lists(stretch, max_size=3))}


def minutes_of(hours: Hours | None, day: date, otherwise: bool) -> set[datetime]:
    """The minutes of `day` that lie within the hours; without hours all or none."""
    midnight = datetime.combine(day, time())
    whole = {midnight + timedelta(minutes=minute) for minute in range(24 * 60)}
    if hours is None:
        return whole if otherwise else set()
    blocks = hours.get(day.weekday(), ())
    return {minute for minute in whole for block in blocks if block.start <= minute.time() < block.end}


def model_starts(
    place: Practice, minutes: int, now: datetime, busy: Busy, days: list[date]
) -> list[datetime]:
    """Dr. Weber's open starts, by trying every minute of the days."""
    weber = place.practitioners[0]
    hours = weber.working_hours
    if hours is None and weber.slots is None:
        hours = place.opening_hours or {}
    free: set[datetime] = set()
    for day in [*days, days[-1] + timedelta(days=1)]:
        if not any(one.first <= day <= one.last for one in place.closures):
            free |= minutes_of(place.opening_hours, day, True) & minutes_of(hours, day, True)
    taken = [
        tuple(end.astimezone(place.time_zone).replace(tzinfo=None) for end in one) for one in busy[WEBER]
    ]
    earliest = now.replace(tzinfo=None) + timedelta(minutes=place.booking.lead_minutes)
    found = []
    for day in days:
        for minute in range(24 * 60):
            start = datetime.combine(day, time()) + timedelta(minutes=minute)
            end = start + timedelta(minutes=minutes)
            on_grid = (
                start in weber.slots
                if weber.slots is not None
                else any(
                    block.start <= start.time() < block.end
                    and (start - datetime.combine(day, block.start))
                    % timedelta(minutes=place.booking.grid_minutes)
                    == timedelta()
                    for block in (hours or {}).get(day.weekday(), ())
                )
            )
            if (
                on_grid
                and start >= earliest
                and day <= now.date() + timedelta(days=place.booking.horizon_days)
                and all(start + timedelta(minutes=each) in free for each in range(minutes))
                and not any(other < end and start < until and other < until for other, until in taken)
            ):
                found.append(start)
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_open_slots_are_those_of_the_model(data: st.DataObject) -> None:
    zone = ZoneInfo("America/Phoenix")
    now = at("2026-06-15T00:00", zone) + timedelta(minutes=15 * data.draw(st.integers(0, 95)))
    place = data.draw(any_practice(zone, MONDAY))
    busy = data.draw(any_busy(now))
    minutes = data.draw(st.sampled_from([10, 15, 40, 90]))
    days = [MONDAY + timedelta(days=each) for each in range(3)]
    slots = open_slots(place, consultation(minutes), place.practitioners[:1], days[0], days[-1], busy, now)
    assert [slot.start.replace(tzinfo=None) for slot in slots] == model_starts(
        place, minutes, now, busy, days
    )


CHANGES = [
    ("America/New_York", date(2026, 3, 7)),
    ("America/New_York", date(2026, 10, 31)),
    ("Europe/Berlin", date(2026, 3, 28)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),  # half an hour
    ("Africa/Cairo", date(2026, 4, 23)),  # at midnight
    ("Asia/Kolkata", date(2026, 6, 15)),
]


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_every_open_slot_is_bookable_and_free_whatever_the_clocks_do(data: st.DataObject) -> None:
    name, today = data.draw(st.sampled_from(CHANGES))
    zone = ZoneInfo(name)
    now = at(f"{today}T00:00", zone) + timedelta(minutes=15 * data.draw(st.integers(0, 95)))
    place = data.draw(any_practice(zone, today))
    busy = data.draw(any_busy(now))
    kind = consultation(data.draw(st.sampled_from([10, 15, 40, 90])))
    slots = list(open_slots(place, kind, place.practitioners, today, today + timedelta(days=5), busy, now))
    for slot in slots:
        assert bookable(place, kind, slot.practitioner, slot.start, now) is None
        assert _utc(slot)[1] - _utc(slot)[0] == timedelta(minutes=kind.minutes)
        for start, end in busy[slot.practitioner.id]:
            assert start == end or end <= _utc(slot)[0] or _utc(slot)[1] <= start
    assert [_utc(slot)[0] for slot in slots] == sorted(_utc(slot)[0] for slot in slots)
    assert len({(slot.practitioner.id, _utc(slot)[0]) for slot in slots}) == len(slots)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_what_is_bookable_is_an_open_slot(data: st.DataObject) -> None:
    name, today = data.draw(st.sampled_from(CHANGES))
    zone = ZoneInfo(name)
    now = at(f"{today}T00:00", zone)
    place = data.draw(any_practice(zone, today))
    weber, kind, last = place.practitioners[0], consultation(15), today + timedelta(days=2)
    slots = open_slots(place, kind, (weber,), today, last, {}, now)
    open_starts = {_utc(slot)[0] for slot in slots}
    instants = [now.astimezone(UTC) + timedelta(minutes=5 * step) for step in range(2 * 24 * 12)]
    booked = {start for start in instants if bookable(place, kind, weber, start, now) is None}
    assert booked == open_starts & set(instants)


def _utc(slot: OpenSlot) -> tuple[datetime, datetime]:
    return slot.start.astimezone(UTC), slot.end.astimezone(UTC)


def test_minutes_are_real_ones_in_the_night_when_the_clocks_are_set_back() -> None:
    half_past_one = at("2026-11-01T01:30")
    assert minutes_between(half_past_one, after_minutes(half_past_one, 60)) == 60
    assert after_minutes(half_past_one, 60).timestamp() == at("2026-11-01T01:30").timestamp() + 3600
    assert (after_minutes(half_past_one, 60).hour, after_minutes(half_past_one, 60).fold) == (1, 1)
