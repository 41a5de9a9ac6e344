"""A cancelled time goes to the waiting list first, and to whoever has waited longest. Ring: postgres."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from reception.database.connection import Database
from reception.database.records import Appointment
from reception.database.store import Store
from reception.practice import Practice
from reception.scheduling.booking import Booking
from reception.scheduling.calendar import OpenSlot
from reception.scheduling.waiting import Kept, WaitingList, fits

TUESDAY = date(2026, 6, 16)
DOCTOR = "Dr. Luis Ortega"


class Desk:
    """Does each step in a transaction of its own, as turns of conversations do."""

    def __init__(self, database: Database, practice: Practice, now: datetime) -> None:
        self.database = database
        self.practice = practice
        self.now = now

    def waiting(self, store: Store) -> WaitingList:
        return WaitingList(store, self.practice, self.now)

    def slot(self, clock: str, doctor: str = DOCTOR) -> OpenSlot:
        start = datetime.fromisoformat(f"{TUESDAY}T{clock}").replace(tzinfo=self.practice.time_zone)
        kind = self.practice.type_by_name["Check-up"]
        end = start + timedelta(minutes=kind.minutes)
        return OpenSlot(self.practice.practitioner_by_name[doctor], kind, start, end)

    async def conversation(self) -> UUID:
        async with self.database.transaction() as store:
            opened = await store.create_conversation(self.practice.id, "chat", "en", "hash", "caller", {})
        return opened.id

    async def new_patient(self, name: str) -> UUID:
        async with self.database.transaction() as store:
            added = await store.add_patient(
                self.practice.id, name, date(1970, 1, 1), "", "", "", possible_duplicate=False
            )
        return added.id

    async def waits(self, name: str, **details: str) -> tuple[UUID, UUID]:
        """A patient who joins the list; returns the ids of patient and request."""
        patient, conversation = await self.new_patient(name), await self.conversation()
        async with self.database.transaction() as store:
            request = await store.file_request(
                self.practice.id, "waitlist", details, "routine", patient, conversation
            )
        return patient, request

    async def booked(self, clock: str, doctor: str = DOCTOR) -> Appointment:
        patient, conversation, slot = (
            await self.new_patient("Ivy"),
            await self.conversation(),
            self.slot(clock, doctor),
        )
        async with self.database.transaction() as store:
            booking = Booking(store, self.practice, self.now)
            held = await booking.hold(slot, conversation)
            return await booking.confirm(
                held, slot, patient, reason="", booked_by=None, conversation_id=conversation
            )

    async def cancel(self, appointment: Appointment) -> UUID | None:
        async with self.database.transaction() as store:
            return await self.cancel_in(store, appointment)

    async def cancel_in(self, store: Store, appointment: Appointment) -> UUID | None:
        cancelled = await Booking(store, self.practice, self.now).cancel(appointment.id)
        return await self.waiting(store).give(cancelled)

    async def free(self) -> list[str]:
        kind, who = self.practice.type_by_name["Check-up"], self.practice.practitioner_by_name[DOCTOR]
        async with self.database.transaction() as store:
            slots = await Booking(store, self.practice, self.now).free(kind, [who], TUESDAY, TUESDAY)
        return [f"{slot.start:%H:%M}" for slot in slots]

    async def kept_for(self, patient: UUID, conversation: UUID) -> Kept | None:
        async with self.database.transaction() as store:
            return await self.waiting(store).kept_for(patient, conversation)


@pytest.fixture
def desk(database: Database, practice: Practice, now: datetime) -> Desk:
    return Desk(database, practice, now)


@pytest.mark.postgres
async def test_a_cancelled_time_is_kept_for_who_has_waited_longest(desk: Desk) -> None:
    first, request = await desk.waits("Ann", practitioner=DOCTOR)
    second, _ = await desk.waits("Bea", practitioner=DOCTOR)
    appointment = await desk.booked("11:00")

    assert await desk.cancel(appointment) == request
    assert "11:00" not in await desk.free()

    mine = await desk.conversation()
    kept = await desk.kept_for(first, mine)
    assert kept is not None
    assert (kept.request_id, kept.hold.start) == (request, appointment.start)
    assert await desk.kept_for(second, await desk.conversation()) is None

    async with desk.database.transaction() as store:  # their yes: the hold is this conversation's now
        booked = await Booking(store, desk.practice, desk.now).confirm(
            kept.hold.id, desk.slot("11:00"), first, reason="", booked_by=None, conversation_id=mine
        )
        await store.close_request(request)
    assert booked.status == "booked"
    assert await desk.kept_for(first, await desk.conversation()) is None


@pytest.mark.postgres
async def test_a_no_makes_the_time_everybodys(desk: Desk) -> None:
    patient, _ = await desk.waits("Ann")
    await desk.cancel(await desk.booked("11:00"))
    mine = await desk.conversation()
    assert await desk.kept_for(patient, mine) is not None
    async with desk.database.transaction() as store:
        await Booking(store, desk.practice, desk.now).release(mine)
    assert "11:00" in await desk.free()


@pytest.mark.postgres
async def test_a_time_that_nobody_waits_for_is_everybodys_at_once(desk: Desk) -> None:
    await desk.waits("Ann", date="2026-06-17")
    assert await desk.cancel(await desk.booked("11:00")) is None
    assert "11:00" in await desk.free()


@pytest.mark.postgres
async def test_two_times_go_to_two_people(desk: Desk) -> None:
    _, first = await desk.waits("Ann")
    _, second = await desk.waits("Bea")
    one, other = await desk.booked("11:00"), await desk.booked("12:00")
    assert await desk.cancel(one) == first
    assert await desk.cancel(other) == second


@pytest.mark.postgres
async def test_of_two_times_that_become_free_at_once_one_is_kept_for_who_waits(desk: Desk) -> None:
    _, request = await desk.waits("Ann")
    one, other = await desk.booked("11:00"), await desk.booked("12:00", "Dr. Anna Weber")
    async with desk.database.transaction() as store:
        assert await desk.cancel_in(store, one) == request
        meanwhile = asyncio.create_task(desk.cancel(other))
        await asyncio.sleep(0.3)  # it comes as far as it can before this one is committed
    assert await meanwhile is None


def appointment(clock: str) -> Appointment:
    start = datetime.fromisoformat(f"{TUESDAY}T{clock}")
    ident = UUID(int=0)
    return Appointment(
        ident, None, DOCTOR, ident, "Check-up", ident, "", start, start + timedelta(minutes=30), "cancelled",
        None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("details", "fitting"),
    [
        ({}, True),
        ({"practitioner": DOCTOR}, True),
        ({"practitioner": "Dr. Somebody Else"}, False),
        ({"date": "2026-06-16"}, True),
        ({"date": "2026-06-15 to 2026-06-17"}, True),
        ({"date": "2026-06-17"}, False),
        ({"date": "from 2026-06-17"}, False),
        ({"date": "until 2026-06-16"}, True),
        ({"time": "00:00 to 12:00"}, True),
        ({"time": "from 12:00"}, False),
        ({"date": "2026-06-16", "time": "until 10:00"}, False),
    ],
)
def test_the_wish_as_it_was_filed_decides(details: dict[str, str], fitting: bool) -> None:
    freed = appointment("11:00")
    assert fits(details, freed.practitioner, freed.start) is fitting
