"""Booking: one time goes to one patient, whoever else tries; every step may be repeated. Ring: postgres."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from reception.database.connection import Database
from reception.database.export import export
from reception.database.records import Appointment
from reception.database.store import Store
from reception.errors import Invalid, NotFound, SlotTaken
from reception.practice import Practice
from reception.scheduling.booking import Booking
from reception.scheduling.calendar import OpenSlot

pytestmark = pytest.mark.postgres

TUESDAY = date(2026, 6, 16)


class Desk:
    """Does each step in a transaction of its own, as turns of conversations do."""

    def __init__(self, database: Database, practice: Practice, now: datetime) -> None:
        self.database = database
        self.practice = practice
        self.now = now

    def booking(self, store: Store) -> Booking:
        return Booking(store, self.practice, self.now)

    def slot(self, clock: str, kind: str = "Check-up", doctor: str = "Dr. Luis Ortega") -> OpenSlot:
        start = datetime.fromisoformat(f"{TUESDAY}T{clock}").replace(tzinfo=self.practice.time_zone)
        appointment_type = self.practice.type_by_name[kind]
        end = start + timedelta(minutes=appointment_type.minutes)
        return OpenSlot(self.practice.practitioner_by_name[doctor], appointment_type, start, end)

    async def free(self, doctor: str = "Dr. Luis Ortega", **options: UUID) -> list[str]:
        kind, who = self.practice.type_by_name["Check-up"], self.practice.practitioner_by_name[doctor]
        async with self.database.transaction() as store:
            slots = await self.booking(store).free(kind, [who], TUESDAY, TUESDAY, **options)
        return [f"{slot.start:%H:%M}" for slot in slots]

    async def conversation(self) -> UUID:
        async with self.database.transaction() as store:
            opened = await store.create_conversation(self.practice.id, "chat", "en", "hash", "caller", {})
        return opened.id

    async def patient(self) -> UUID:
        async with self.database.transaction() as store:
            return (await store.patients(self.practice.id, name="mary jones"))[0].id

    async def hold(self, slot: OpenSlot, conversation_id: UUID, moving: UUID | None = None) -> UUID:
        async with self.database.transaction() as store:
            return await self.booking(store).hold(slot, conversation_id, moving=moving)

    async def confirm(self, hold_id: UUID, slot: OpenSlot, conversation_id: UUID) -> Appointment:
        patient_id = await self.patient()
        async with self.database.transaction() as store:
            return await self.booking(store).confirm(
                hold_id, slot, patient_id, reason="cough", booked_by=None, conversation_id=conversation_id
            )

    async def move(self, appointment_id: UUID, slot: OpenSlot, conversation_id: UUID) -> Appointment:
        async with self.database.transaction() as store:
            return await self.booking(store).move(appointment_id, slot, conversation_id)

    async def cancel(self, appointment_id: UUID) -> Appointment:
        async with self.database.transaction() as store:
            return await self.booking(store).cancel(appointment_id)

    async def let_holds_expire(self) -> None:
        async with self.database.transaction() as store:
            await store._connection.execute(
                text("UPDATE appointments SET hold_expires_at = clock_timestamp() WHERE status = 'held'")
            )

    async def audited(self) -> list[tuple[str, dict[str, str]]]:
        async with self.database.transaction() as store:
            rows = await store._connection.execute(text("SELECT action, details FROM audit_log ORDER BY id"))
            return [(row.action, row.details) for row in rows]


@pytest.fixture
def desk(database: Database, practice: Practice, now: datetime) -> Desk:
    return Desk(database, practice, now)


async def test_a_hold_keeps_the_time_from_others_and_becomes_the_appointment(desk: Desk) -> None:
    mine, other = await desk.conversation(), await desk.conversation()
    slot = desk.slot("11:00")
    hold_id = await desk.hold(slot, mine)

    assert "11:00" not in await desk.free(conversation_id=other)
    assert "11:00" in await desk.free(conversation_id=mine)
    with pytest.raises(SlotTaken):
        await desk.hold(desk.slot("10:45"), other)

    booked = await desk.confirm(hold_id, slot, mine)
    assert (booked.id, booked.status, booked.start) == (hold_id, "booked", slot.start)
    assert booked.patient is not None and booked.patient.name == "Mary Jones"
    assert await desk.confirm(hold_id, slot, mine) == booked
    assert await desk.confirm(hold_id, slot, other) == booked  # the same patient, who says it elsewhere
    assert [action for action, _ in await desk.audited()] == ["book"]


async def test_a_new_hold_replaces_the_earlier_one_unless_it_fails(desk: Desk) -> None:
    mine, other = await desk.conversation(), await desk.conversation()
    await desk.hold(desk.slot("11:00"), other)
    await desk.hold(desk.slot("12:00"), mine)
    with pytest.raises(SlotTaken):
        await desk.hold(desk.slot("11:15"), mine)
    assert "12:00" not in await desk.free()
    await desk.hold(desk.slot("12:15"), mine)
    assert "11:45" in await desk.free() and "12:15" not in await desk.free()


async def test_a_taken_slot_leaves_the_transaction_usable(desk: Desk) -> None:
    mine, other = await desk.conversation(), await desk.conversation()
    await desk.hold(desk.slot("11:00"), other)
    async with desk.database.transaction() as store:
        booking = desk.booking(store)
        with pytest.raises(SlotTaken):
            await booking.hold(desk.slot("11:00"), mine)
        held = await booking.hold(desk.slot("11:30"), mine)
    assert (await desk.confirm(held, desk.slot("11:30"), mine)).status == "booked"


async def test_of_a_hundred_at_once_exactly_one_gets_the_slot(desk: Desk) -> None:
    conversations = [await desk.conversation() for _ in range(100)]
    slot, patient_id = desk.slot("11:00"), await desk.patient()

    async def attempt(conversation_id: UUID) -> str:
        async def book(store: Store) -> None:
            booking = desk.booking(store)
            hold_id = await booking.hold(slot, conversation_id)
            await booking.confirm(
                hold_id, slot, patient_id, reason="", booked_by=None, conversation_id=conversation_id
            )

        try:
            await desk.database.run(book)
        except SlotTaken:
            return "taken"
        return "booked"

    async with asyncio.timeout(30):
        outcomes = await asyncio.gather(*map(attempt, conversations))
    assert sorted(outcomes) == ["booked"] + ["taken"] * 99


async def test_overlapping_times_raced_for_never_overlap_in_the_end(desk: Desk) -> None:
    starts = [f"{hour:02}:{minute:02}" for hour in range(9, 13) for minute in (0, 15, 30, 45)]

    async def attempt(clock: str) -> bool:
        conversation_id, slot = await desk.conversation(), desk.slot(clock)
        try:
            await desk.confirm(await desk.hold(slot, conversation_id), slot, conversation_id)
        except SlotTaken:
            return False
        return True

    outcomes = await asyncio.gather(*(attempt(clock) for clock in starts * 2))
    async with desk.database.transaction() as store:
        booked = [one for one in await store.all_appointments() if one.practitioner == "Dr. Luis Ortega"]
    assert len(booked) == sum(outcomes) >= 4
    assert all(one.end <= after.start for one, after in pairwise(booked))


async def test_an_expired_hold_is_retaken_by_whoever_comes_first(desk: Desk) -> None:
    slow, quick = await desk.conversation(), await desk.conversation()
    slot = desk.slot("11:00")
    lost = await desk.hold(slot, slow)
    await desk.let_holds_expire()
    assert "11:00" in await desk.free(conversation_id=quick)
    await desk.confirm(await desk.hold(slot, quick), slot, quick)
    with pytest.raises(SlotTaken):
        await desk.confirm(lost, slot, slow)


async def test_holds_run_out_in_real_time_though_the_clock_stands_still(
    database: Database, practice: Practice, now: datetime
) -> None:
    brief = replace(practice, booking=replace(practice.booking, hold_minutes=0.025))
    desk = Desk(database, brief, now)
    await desk.hold(desk.slot("11:00"), await desk.conversation())
    assert "11:00" not in await desk.free()
    await asyncio.sleep(1.55)
    assert "11:00" in await desk.free()
    await desk.hold(desk.slot("11:15"), await desk.conversation())


@pytest.mark.parametrize("swept", [True, False])
async def test_an_expired_hold_still_confirms_while_the_time_is_free(desk: Desk, swept: bool) -> None:
    mine = await desk.conversation()
    slot = desk.slot("11:00")
    hold_id = await desk.hold(slot, mine)
    await desk.let_holds_expire()
    if swept:
        async with desk.database.transaction() as store:
            assert await store.sweep_expired_holds() == 1
    booked = await desk.confirm(hold_id, slot, mine)
    assert booked.id == hold_id
    assert await desk.confirm(hold_id, slot, mine) == booked


async def test_a_released_time_is_free_again(desk: Desk) -> None:
    mine = await desk.conversation()
    await desk.hold(desk.slot("11:00"), mine)
    async with desk.database.transaction() as store:
        await desk.booking(store).release(mine)
    assert "11:00" in await desk.free()


async def test_a_move_keeps_the_id_and_frees_the_old_time(desk: Desk) -> None:
    mine = await desk.conversation()
    old, new = desk.slot("11:00"), desk.slot("14:00", doctor="Dr. Anna Weber")
    booked = await desk.confirm(await desk.hold(old, mine), old, mine)
    await desk.hold(new, mine)
    moved = await desk.move(booked.id, new, mine)
    assert (moved.id, moved.start, moved.status) == (booked.id, new.start, "booked")
    assert moved.practitioner == "Dr. Anna Weber"
    assert "11:00" in await desk.free()
    assert await desk.move(booked.id, new, mine) == moved
    assert (await desk.audited())[1:] == [
        ("move", {"old_start": old.start.isoformat(), "start": new.start.isoformat()})
    ]


async def test_a_move_to_a_taken_time_changes_nothing(desk: Desk) -> None:
    mine, other = await desk.conversation(), await desk.conversation()
    slot = desk.slot("11:00")
    booked = await desk.confirm(await desk.hold(slot, mine), slot, mine)
    await desk.hold(desk.slot("14:00"), other)
    async with desk.database.transaction() as store:
        booking = desk.booking(store)
        with pytest.raises(SlotTaken):
            await booking.move(booked.id, desk.slot("14:15"), mine)
        assert [one.start for one in await booking.upcoming(await desk.patient())][-1] == slot.start


async def test_an_appointment_moves_to_a_time_that_overlaps_its_own(desk: Desk) -> None:
    mine, other = await desk.conversation(), await desk.conversation()
    old, new = desk.slot("11:00"), desk.slot("11:15")
    booked = await desk.confirm(await desk.hold(old, mine), old, mine)
    assert "11:15" in await desk.free(conversation_id=mine, moving=booked.id)
    await desk.hold(new, mine, moving=booked.id)
    with pytest.raises(SlotTaken):
        await desk.hold(desk.slot("11:30"), other)
    assert (await desk.move(booked.id, new, mine)).start == new.start
    assert await desk.hold(new, mine, moving=booked.id) == booked.id


async def test_two_who_swap_into_each_others_times_at_once_both_fail_or_one_waits(desk: Desk) -> None:
    mine, other = await desk.conversation(), await desk.conversation()
    ten, noon = desk.slot("10:00"), desk.slot("12:00")
    one = await desk.confirm(await desk.hold(ten, mine), ten, mine)
    two = await desk.confirm(await desk.hold(noon, other), noon, other)
    outcomes = await asyncio.gather(
        desk.move(one.id, noon, mine), desk.move(two.id, ten, other), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [SlotTaken, SlotTaken]


async def test_cancelling_frees_the_time_and_may_be_repeated(desk: Desk) -> None:
    mine = await desk.conversation()
    slot = desk.slot("11:00")
    booked = await desk.confirm(await desk.hold(slot, mine), slot, mine)
    cancelled = await desk.cancel(booked.id)
    assert cancelled.status == "cancelled"
    assert await desk.cancel(booked.id) == cancelled
    assert [action for action, _ in await desk.audited()] == ["book", "cancel"]
    assert "11:00" in await desk.free()
    with pytest.raises(Invalid):
        await desk.move(booked.id, desk.slot("12:00"), mine)
    with pytest.raises(NotFound):
        await desk.cancel(uuid4())


async def test_upcoming_begins_now_and_knows_booked_ones_only(desk: Desk) -> None:
    mine, patient_id = await desk.conversation(), await desk.patient()
    slot = desk.slot("11:00")
    await desk.cancel((await desk.confirm(await desk.hold(slot, mine), slot, mine)).id)
    async with desk.database.transaction() as store:
        from_file = await desk.booking(store).upcoming(patient_id)
        assert [f"{one.start:%H:%M}" for one in from_file] == ["10:00"]
        later = Booking(store, desk.practice, from_file[0].start + timedelta(seconds=1))
        assert await later.upcoming(patient_id) == []


async def test_the_database_itself_refuses_overlaps_and_half_made_rows(desk: Desk) -> None:
    async with desk.database.transaction() as store:
        for change, broken in (
            ("id = gen_random_uuid(), source_key = NULL", "never_overlap"),
            ("id = gen_random_uuid(), source_key = NULL, status = 'held'", "only_holds_expire"),
            (
                "id = gen_random_uuid(), source_key = NULL, status = 'cancelled', patient_id = NULL",
                "patient_known",
            ),
        ):
            with pytest.raises(IntegrityError, match=broken):
                async with store.savepoint():
                    await _copy_changed(store, change)


async def _copy_changed(store: Store, change: str) -> None:
    """Inserts a changed copy of the one appointment."""
    for statement in (
        "CREATE TEMP TABLE copies ON COMMIT DROP AS SELECT * FROM appointments",
        f"UPDATE copies SET {change}",
        "INSERT INTO appointments SELECT * FROM copies",
    ):
        await store._connection.execute(text(statement))


async def test_holds_stay_out_of_the_export(desk: Desk) -> None:
    await desk.hold(desk.slot("11:00"), await desk.conversation())
    async with desk.database.transaction(snapshot=True) as store:
        assert [one["status"] for one in (await export(store))["appointments"]] == ["booked"]
