"""The calendar in the hands of staff. Ring: postgres."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from reception.database.connection import Database
from reception.database.records import Account
from reception.errors import Invalid, NotFound, SlotTaken, Taken
from reception.messaging.notices import Notices
from reception.practice import Practice
from reception.scheduling.booking import Booking
from reception.scheduling.by_hand import Bent, ByHand
from reception.scheduling.waiting import WaitingList
from reception.settings import ROOT
from tests.staff.access import person

pytestmark = pytest.mark.postgres


class Staff:
    """Somebody at the calendar, each time in a transaction of their own."""

    def __init__(self, database: Database, practice: Practice, me: Account, now: datetime) -> None:
        self.database, self.practice, self.me, self.now = database, practice, me, now
        self.weber, self.ortega = practice.practitioners
        self.tuesday = now.replace(hour=0) + timedelta(days=1)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[ByHand]:
        async with self.database.transaction() as store:
            waiting = WaitingList(store, self.practice, self.now)
            yield ByHand(store, self.practice, self.me, self.now, waiting, Notices(ROOT / "prompts"))

    def at(self, hour: int, minute: int = 0) -> datetime:
        """A time on Tuesday, on which Mary Jones has half an hour with Dr. Anna Weber at ten."""
        return self.tuesday.replace(hour=hour, minute=minute)

    async def mary(self) -> UUID:
        async with self.database.transaction() as store:
            return (await store.patients(self.practice.id, name="Mary Jones"))[0].id

    async def hers(self) -> UUID:
        async with self.database.transaction() as store:
            return (await store.booked_after(self.practice.id, self.now))[0].id

    async def texts(self) -> list[str]:
        async with self.database.transaction() as store:
            return list(await store._connection.scalars(text("SELECT kind FROM outbox ORDER BY created_at")))


@pytest.fixture
async def staff(database: Database, practice: Practice, now: datetime) -> Staff:
    return Staff(database, practice, (await person(database, practice)).account, now)


async def test_booked_by_hand_and_the_patient_is_told(staff: Staff) -> None:
    async with staff.at_work() as hand:
        place = hand.place(staff.ortega.id, "Check-up", staff.at(9))
        booked = await hand.book(place, await staff.mary(), "ear")
    assert (booked.practitioner, booked.start, booked.reason) == ("Dr. Luis Ortega", staff.at(9), "ear")
    assert await staff.texts() == ["booked"]


async def test_an_appointment_takes_its_minutes_whatever_the_clocks_do(staff: Staff) -> None:
    before = staff.now.replace(month=11, day=1, hour=1, minute=30)  # half an hour later it is one o'clock
    async with staff.at_work() as hand:
        place = hand.place(staff.ortega.id, "Check-up", before)
        booked = await hand.book(place, await staff.mary(), "", anyway=True)
    assert booked.end.timestamp() - booked.start.timestamp() == 30 * 60


async def test_nothing_ever_overlaps_however_much_they_mean_it(staff: Staff) -> None:
    with pytest.raises(SlotTaken, match=r"Dr\. Anna Weber has something else"):
        async with staff.at_work() as hand:
            place = hand.place(staff.weber.id, "Long visit", staff.at(9, 30))
            await hand.book(place, await staff.mary(), "", anyway=True)


@pytest.mark.parametrize(
    ("hour", "minute", "why"), [(7, 0, "outside"), (9, 10, "usually"), (23, 0, "outside")]
)
async def test_rules_are_told_and_may_be_bent(staff: Staff, hour: int, minute: int, why: str) -> None:
    async with staff.at_work() as hand:
        place = hand.place(staff.ortega.id, "Check-up", staff.at(hour, minute))
        with pytest.raises(Bent, match=why):
            await hand.book(place, await staff.mary(), "")
        assert (await hand.book(place, await staff.mary(), "", anyway=True)).start == staff.at(hour, minute)


async def test_moved_keeps_its_id_and_frees_its_time(staff: Staff, database: Database) -> None:
    own = await staff.hers()
    async with staff.at_work() as hand:
        moved = await hand.move(own, hand.place(staff.ortega.id, "Check-up", staff.at(11)), staff.at(10))
    assert (moved.id, moved.practitioner, moved.start) == (own, "Dr. Luis Ortega", staff.at(11))
    assert await staff.texts() == ["moved"]
    async with database.transaction() as store:
        booking = Booking(store, staff.practice, staff.now)
        free = await booking.free(
            staff.practice.appointment_types[0],
            [staff.weber],
            staff.tuesday.date(),
            staff.tuesday.date(),
        )
    assert staff.at(10) in [slot.start for slot in free]


async def test_dragged_onto_a_busy_time_it_stays_where_it_was(staff: Staff) -> None:
    async with staff.at_work() as hand:
        place = hand.place(staff.weber.id, "Check-up", staff.at(12))
        other = await hand.book(place, await staff.mary(), "")
    with pytest.raises(SlotTaken):
        async with staff.at_work() as hand:
            await hand.move(
                other.id, hand.place(staff.weber.id, "Check-up", staff.at(10, 15)), staff.at(12), anyway=True
            )
    async with staff.at_work() as hand:
        assert (await hand.cancel(other.id, staff.at(12))).status == "cancelled"


async def test_of_two_who_move_the_same_the_second_learns_it(staff: Staff) -> None:
    own = await staff.hers()
    async with staff.at_work() as hand:
        await hand.move(own, hand.place(staff.weber.id, "Check-up", staff.at(11)), staff.at(10))
    for late in ("move", "cancel"):
        with pytest.raises(Taken, match="meanwhile"):
            async with staff.at_work() as hand:
                if late == "cancel":
                    await hand.cancel(own, staff.at(10))
                else:
                    await hand.move(own, hand.place(staff.weber.id, "Check-up", staff.at(12)), staff.at(10))


async def test_a_cancellation_is_taken_back_while_the_time_is_free(staff: Staff) -> None:
    own = await staff.hers()
    async with staff.at_work() as hand:
        await hand.cancel(own, staff.at(10))
        assert (await hand.restore(own)).status == "booked"
        await hand.cancel(own, staff.at(10))
        await hand.book(hand.place(staff.weber.id, "Check-up", staff.at(10)), await staff.mary(), "")
        with pytest.raises(SlotTaken, match="somebody else"):
            await hand.restore(own)


async def test_blocked_time_is_offered_to_nobody_and_blocks_nothing_booked(
    staff: Staff, database: Database
) -> None:
    async with staff.at_work() as hand:
        with pytest.raises(SlotTaken, match="move or cancel"):
            await hand.block(staff.weber.id, staff.at(8), staff.at(18), "training")
        block = await hand.block(staff.weber.id, staff.at(11), staff.at(18), "training")
    async with database.transaction() as store:
        (found,) = await store.time_blocks(staff.practice.id, staff.at(0), staff.at(23))
        assert (found.id, found.start, found.reason) == (block, staff.at(11), "training")
        booking = Booking(store, staff.practice, staff.now)
        day = staff.tuesday.date()
        free = await booking.free(staff.practice.appointment_types[0], [staff.weber], day, day)
        assert free and max(slot.end for slot in free) == staff.at(11)
    with pytest.raises(SlotTaken):
        async with staff.at_work() as hand:
            await hand.book(hand.place(staff.weber.id, "Check-up", staff.at(12)), await staff.mary(), "")
    async with staff.at_work() as hand:
        await hand.unblock(block)
        with pytest.raises(NotFound):
            await hand.unblock(block)
        await hand.book(hand.place(staff.weber.id, "Check-up", staff.at(12)), await staff.mary(), "")


async def test_who_came_and_who_did_not(staff: Staff) -> None:
    own = await staff.hers()
    async with staff.at_work() as hand:
        assert (await hand.arrive(own, arrived=True)).arrived_at is not None
        assert (await hand.arrive(own, arrived=False)).arrived_at is None
        with pytest.raises(Invalid, match="still to come"):
            await hand.end(own, "no_show")
    staff.now = staff.at(17)
    async with staff.at_work() as hand:
        assert (await hand.end(own, "no_show")).status == "no_show"
        assert (await hand.end(own, "completed")).status == "completed"
        assert (await hand.end(own, "booked")).status == "booked"


async def test_what_is_taken_back_before_its_text_has_left_nobody_hears_of(staff: Staff) -> None:
    own = await staff.hers()
    check_up = ("Check-up", staff.at(11))
    async with staff.at_work() as hand:
        await hand.move(own, hand.place(staff.weber.id, *check_up), staff.at(10))
        assert hand.unsaid == set()  # she knew of ten o'clock
        await hand.move(own, hand.place(staff.weber.id, "Check-up", staff.at(10)), staff.at(11), back=True)
    assert await staff.texts() == []
    async with staff.at_work() as hand:
        await hand.cancel(own, staff.at(10))
        await hand.restore(own, back=True)
    assert await staff.texts() == []
    async with staff.at_work() as hand:
        await hand.move(own, hand.place(staff.weber.id, *check_up), staff.at(10))
        await hand.move(own, hand.place(staff.weber.id, "Check-up", staff.at(12)), staff.at(11))
        assert hand.unsaid == {"moved"}  # of eleven she never heard: going back there has to be told
    assert await staff.texts() == ["moved"]


async def test_a_booking_that_is_moved_or_cancelled_at_once_is_confirmed_once_or_never(staff: Staff) -> None:
    async with staff.at_work() as hand:
        booked = await hand.book(hand.place(staff.ortega.id, "Check-up", staff.at(9)), await staff.mary(), "")
        await hand.move(booked.id, hand.place(staff.ortega.id, "Check-up", staff.at(13)), staff.at(9))
    assert await staff.texts() == ["booked"]
    async with staff.at_work() as hand:
        await hand.cancel(booked.id, staff.at(13))
    assert await staff.texts() == []


async def test_what_is_not_there_is_not_found(staff: Staff) -> None:
    async with staff.at_work() as hand:
        with pytest.raises(NotFound):
            await hand.cancel(uuid4(), staff.at(10))
        with pytest.raises(NotFound):
            await hand.book(hand.place(staff.weber.id, "Check-up", staff.at(12)), uuid4(), "")
        with pytest.raises(Invalid, match="Choose"):
            hand.place(uuid4(), "Check-up", staff.at(12))


async def test_the_day_sheet_shows_all_that_fills_a_day(
    staff: Staff, database: Database, conversation_id: UUID
) -> None:
    async with database.transaction() as store:
        kind = staff.practice.appointment_types[0]
        held = await store.add_hold(
            staff.practice.id,
            staff.ortega.id,
            kind.id,
            staff.at(9),
            staff.at(9, 30),
            conversation_id=conversation_id,
            minutes=5,
        )
        sheet = await store.day_sheet(staff.practice.id, staff.at(0), staff.at(23))
    assert [(one.status, one.start) for one in sheet] == [("held", staff.at(9)), ("booked", staff.at(10))]
    assert sheet[0].id == held
