"""A practitioner is away, and each patient is found another time. Ring: postgres."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from reception.clock import Clock
from reception.database.connection import Database
from reception.database.records import AbsenceCase, Account
from reception.errors import Invalid, Taken
from reception.messaging.notices import Notices
from reception.messaging.replacements import ReplacementByText, Replacements
from reception.practice import Practice
from reception.scheduling.absence import Absences
from reception.scheduling.booking import Booking
from reception.scheduling.other_times import OtherTimes
from reception.settings import ROOT
from tests.staff.access import person

pytestmark = pytest.mark.postgres

NOTICES = Notices(ROOT / "prompts")


class Away:
    """Dr. Anna Weber is away on Tuesday, when Mary Jones (who has a number) is to come at ten."""

    def __init__(self, database: Database, practice: Practice, me: Account, now: datetime) -> None:
        self.database, self.practice, self.me, self.now = database, practice, me, now
        self.weber, self.ortega = practice.practitioners
        self.tuesday = now.date() + timedelta(days=1)
        ask = ReplacementByText(ROOT / "prompts", timedelta(0))
        self.worker = Replacements(database, Clock(now), ask, NOTICES)
        self.id = uuid4()

    @asynccontextmanager
    async def absences(self) -> AsyncIterator[Absences]:
        async with self.database.transaction() as store:
            yield Absences(store, self.practice, self.now, NOTICES)

    def at(self, hour: int, minute: int = 0, day: int = 1) -> datetime:
        return self.now.replace(hour=hour, minute=minute) + timedelta(days=day)

    async def book(self, name: str, start: datetime, phone: str = "") -> UUID:
        """An appointment with Dr. Weber, of somebody new."""
        kind = self.practice.appointment_types[0]
        async with self.database.transaction() as store:
            patient = await store.add_patient(self.practice.id, name, date(1970, 1, 1), phone)
            booked = await store.add_appointment(
                self.practice.id, self.weber.id, kind.id, start, start + timedelta(minutes=kind.minutes),
                patient_id=patient.id,
            )  # fmt: skip
        assert booked is not None
        return booked

    async def begin(self, *, with_others: bool = True, calls: tuple[UUID, ...] = ()) -> None:
        async with self.absences() as absences:
            start, end = absences.span(self.tuesday, self.tuesday)
            self.id = await absences.begin(self.me, self.weber, start, end, calls, with_others=with_others)

    async def take_back_waits(self) -> asyncio.Task[int]:
        """Takes the absence back from elsewhere, once that waits for what the caller's transaction locks."""

        async def take_back() -> int:
            async with self.absences() as absences:
                return await absences.take_back(self.me, self.id)

        waiting = text(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE datname = current_database() AND NOT granted"
        )
        task = asyncio.create_task(take_back())
        async with self.database.transaction() as store:
            while not await store._connection.scalar(waiting):
                assert not task.done(), "It should have waited."
                await store._connection.execute(text("SELECT pg_stat_clear_snapshot(), pg_sleep(0.02)"))
        return task

    async def cases(self) -> list[AbsenceCase]:
        async with self.database.transaction() as store:
            return await store.absence_cases(self.practice.id, self.id)

    async def texts(self) -> list[str]:
        async with self.database.transaction() as store:
            kinds = await store._connection.scalars(text("SELECT kind FROM outbox ORDER BY created_at"))
            return list(kinds)

    async def bodies(self) -> list[str]:
        """What is due leaves."""
        async with self.database.transaction() as store:
            due = await store.claim_texts(self.practice.time_zone.key, self.now, 50)
        return [one.body for one in due]

    async def rows(self) -> list[tuple[str, str]]:
        """Status and local start of all rows of the calendar."""
        async with self.database.transaction() as store:
            rows = await store._connection.execute(
                text("SELECT status, lower(during) FROM appointments ORDER BY lower(during), status")
            )
            return [(status, f"{at.astimezone(self.practice.time_zone):%a %H:%M}") for status, at in rows]


@pytest.fixture
async def away(database: Database, practice: Practice, now: datetime) -> Away:
    return Away(database, practice, (await person(database, practice)).account, now)


async def test_the_time_is_blocked_and_nobody_is_lost_sight_of(away: Away) -> None:
    await away.book("Ivy Green", away.at(11))
    await away.begin()
    assert await away.rows() == [
        ("blocked", "Tue 00:00"),
        ("cancelled", "Tue 10:00"),
        ("cancelled", "Tue 11:00"),
    ]
    assert [
        (one.status, one.appointment.patient.name) for one in await away.cases() if one.appointment.patient
    ] == [
        ("waiting", "Mary Jones"),
        ("call", "Ivy Green"),  # no number
    ]
    async with away.database.transaction() as store:
        free = await Booking(store, away.practice, away.now).free(
            away.practice.appointment_types[0], [away.weber], away.tuesday, away.tuesday
        )
    assert free == []
    assert await away.texts() == []  # the offer tells them; a cancellation by itself would not help


async def test_asked_by_text_with_a_time_kept_and_a_yes_keeps_the_appointments_id(away: Away) -> None:
    await away.begin()
    await away.worker.round()
    [case] = await away.cases()
    assert (case.status, case.offered, case.text) == ("asked", away.at(10), "queued")
    [body] = await away.bodies()
    assert "Dr. Anna Weber is away on Tue, Jun 16, 10:00 AM" in body
    assert "we keep Tue, Jun 16, 10:00 AM with Dr. Luis Ortega for you. Reply YES" in body
    assert ("held", "Tue 10:00") in await away.rows()
    async with away.absences() as absences:
        assert case.offered is not None
        booked = await absences.accept(case.id, "Dr. Luis Ortega", "Check-up", case.offered)
        assert booked is not None and (booked.id, booked.status) == (case.appointment.id, "booked")
        assert await absences.accept(case.id, "Dr. Luis Ortega", "Check-up", case.offered) is None
    assert await away.rows() == [("blocked", "Tue 00:00"), ("booked", "Tue 10:00")]
    assert [one.status for one in await away.cases()] == ["accepted"]


async def test_two_are_never_offered_the_same_time_and_nothing_is_asked_twice(away: Away) -> None:
    await away.book("Ivy Green", away.at(10, 30), "+12125550123")
    await away.begin(with_others=False)
    await asyncio.gather(away.worker.round(), away.worker.round())
    await away.worker.round()
    offered = [one.offered for one in await away.cases()]
    assert offered == [away.at(10, day=2), away.at(10, 30, day=2)]
    assert len(await away.texts()) == 2


async def test_a_worker_that_dies_has_asked_nobody_and_the_next_asks_all(away: Away) -> None:
    class Dying(ReplacementByText):
        async def __call__(self, *given: Any) -> timedelta | None:
            await super().__call__(*given)
            raise KeyboardInterrupt

    await away.begin()
    dying = Replacements(away.database, Clock(away.now), Dying(ROOT / "prompts"), NOTICES)
    with pytest.raises(KeyboardInterrupt):
        await dying.round()
    assert [one.status for one in await away.cases()] == ["waiting"] and await away.texts() == []
    assert "held" not in [status for status, _ in await away.rows()]
    await away.worker.round()
    assert [one.status for one in await away.cases()] == ["asked"]


async def test_who_says_no_or_nothing_is_called(away: Away) -> None:
    await away.book("Ivy Green", away.at(10, 30), "+12125550123")
    await away.begin()
    await away.worker.round()
    mary, ivy = await away.cases()
    async with away.absences() as absences:
        await absences.decline(mary.id)
    async with away.database.transaction() as store:
        await store._connection.execute(
            text(
                "UPDATE appointments SET hold_expires_at = now() - interval '1 second' WHERE status = 'held'"
            )
        )
    await away.worker.round()
    assert [one.status for one in await away.cases()] == ["declined", "silent"]
    assert "held" not in [status for status, _ in await away.rows()]
    async with away.absences() as absences:  # a late yes counts while the time is free
        assert ivy.offered is not None
        assert await absences.accept(ivy.id, "Dr. Luis Ortega", "Check-up", ivy.offered) is not None


async def test_on_the_telephone_staff_book_one_of_the_free_times(away: Away) -> None:
    await away.book("Ivy Green", away.at(11))
    await away.begin()
    ivy = (await away.cases())[1]
    async with away.database.transaction() as store:
        times = await OtherTimes(store, away.practice, away.now).free(ivy, 3, soonest=away.now)
    assert [f"{one.start:%a %H:%M}" for one in times] == ["Mon 11:00", "Tue 11:00", "Wed 11:00"]
    assert [one.practitioner.name for one in times][1] == "Dr. Luis Ortega"
    async with away.absences() as absences:
        booked = await absences.book(away.me, ivy.id, times[1].practitioner.id, times[1].start)
    assert (booked.id, booked.start) == (ivy.appointment.id, away.at(11))
    with pytest.raises(Taken, match="settled already"):
        async with away.absences() as absences:
            await absences.settle(away.me, ivy.id)


async def test_taken_back_at_once_everybody_comes_as_before_and_hears_nothing(away: Away) -> None:
    await away.begin()
    await away.worker.round()
    async with away.absences() as absences:
        assert await absences.take_back(away.me, away.id) == 0
    assert await away.rows() == [("booked", "Tue 10:00")]
    assert await away.texts() == []
    with pytest.raises(Taken):
        async with away.absences() as absences:
            await absences.end(away.me, away.id)


async def test_a_yes_under_way_when_it_is_taken_back_keeps_the_new_time(away: Away) -> None:
    await away.begin()
    await away.worker.round()
    [case] = await away.cases()
    assert case.offered is not None
    await away.bodies()  # the question has left
    async with away.absences() as absences:
        booked = await absences.accept(case.id, "Dr. Luis Ortega", "Check-up", case.offered)
        taking_back = await away.take_back_waits()
    assert await taking_back == 0 and booked is not None
    assert [one.status for one in await away.cases()] == ["accepted"]
    [now] = [one.appointment for one in await away.cases()]
    assert (now.status, now.practitioner, now.start) == ("booked", "Dr. Luis Ortega", booked.start)
    assert "moved" not in await away.texts()


async def test_a_question_under_way_when_it_is_taken_back_is_never_sent(away: Away) -> None:
    await away.begin()
    [case] = await away.cases()
    async with away.absences() as absences:
        await absences.offer(case.id, ReplacementByText(ROOT / "prompts", timedelta(0)))
        taking_back = await away.take_back_waits()
    assert await taking_back == 0
    assert await away.rows() == [("booked", "Tue 10:00")]  # and nothing is kept any more
    assert await away.texts() == []


async def test_what_has_begun_takes_place_and_lunch_is_blocked_already(away: Away) -> None:
    running = await away.book("Ivy Green", away.now - timedelta(minutes=10))
    async with away.database.transaction() as store:
        await store.block_time(
            away.practice.id, away.weber.id, away.at(12, day=0), away.at(13, day=0), "Lunch"
        )
    async with away.absences() as absences:
        start, end = absences.span(away.now.date(), away.now.date())
        away.id = await absences.begin(away.me, away.weber, start, end, (), with_others=True)
        with pytest.raises(Invalid, match="in the past"):
            absences.span(away.now.date() - timedelta(days=2), away.now.date() - timedelta(days=1))
    assert await away.cases() == [] and running
    assert [one for one in await away.rows() if one[1].startswith("Mon")] == [
        ("booked", "Mon 08:50"), ("blocked", "Mon 09:20"), ("blocked", "Mon 12:00"), ("blocked", "Mon 13:00"),
    ]  # fmt: skip
    async with away.absences() as absences:
        await absences.end(away.me, away.id)
    assert [status for status, at in await away.rows() if at.startswith("Mon")] == ["booked", "blocked"]
