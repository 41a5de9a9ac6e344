"""Postgres ring: whatever is held, booked, moved, cancelled and blocked in whatever order, a model agrees.

The model is a list of who has which time, and of who waits for one. After each step the rows must be the
model's, and where the model says that something is in the way, the calendar must say so too.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from reception.database.connection import Database
from reception.database.fence import everywhere
from reception.database.load import load_practice
from reception.database.records import Account
from reception.database.store import Store
from reception.errors import SlotTaken
from reception.practice import Practice
from reception.practice_file import parse_practice
from reception.scheduling.booking import Booking
from reception.scheduling.by_hand import ByHand
from reception.scheduling.calendar import OpenSlot, after_minutes
from reception.scheduling.waiting import WaitingList
from tests.conftest import EMPTY_ALL_TABLES, NOW, PRACTICE_YAML, Server
from tests.staff.access import person

pytestmark = pytest.mark.postgres

T = TypeVar("T")
HALF_HOURS = 6  # on Tuesday from nine o'clock
PLACES = st.tuples(
    st.integers(0, 1), st.integers(0, HALF_HOURS - 1), st.sampled_from(["Check-up", "Long visit"])
)
TALKS = st.integers(0, 2)
MINUTES = {"Check-up": 30, "Long visit": 60}
Place = tuple[int, int, str]


@dataclass(frozen=True)
class Taken:
    """A time in the model: whose (a conversation's hold, an appointment's row), with whom, and when."""

    status: str
    doctor: int
    start: int
    length: int
    talk: int | None = None
    row: UUID | None = None
    whose: int = 0  # the appointment, by the number of the patient

    def over(self, doctor: int, start: int, length: int) -> bool:
        return self.doctor == doctor and self.start < start + length and start < self.start + self.length


@dataclass
class Waits:
    """Somebody who waits, joined in a conversation: for which doctor and length, if they said so."""

    talk: int
    request: UUID
    doctor: int | None
    length: int | None
    offered: int | None = None  # the start of what was kept for them last


class Calendar(RuleBasedStateMachine):
    """One practice's Tuesday, in the hands of three conversations and one member of staff."""

    server: Server
    name: str
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.model: list[Taken] = []
        self.waiting: list[Waits] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        with everywhere():
            return self.loop.run_until_complete(work)

    @initialize()
    def opens(self) -> None:
        self.server.do(EMPTY_ALL_TABLES, self.name)
        self.run(self._open())

    async def _open(self) -> None:
        self.database = await Database.open(self.server.url(self.name), self.folder, pool_size=2)
        file = PRACTICE_YAML.partition("appointments:\n")[0]
        async with self.database.transaction() as store:
            self.practice: Practice = (
                await load_practice(store, parse_practice(file, "practice.yaml"))
            ).practice
            self.patient = (await store.patients(self.practice.id, name="Mary Jones"))[0].id
            self.waiters = [self.patient] + [  # the first is whose every appointment is
                (
                    await store.add_patient(
                        self.practice.id, name, date(1970, 1, 1), "", "", "", possible_duplicate=False
                    )
                ).id
                for name in ("Ann Early", "Bea Late")
            ]
            self.talks = [
                (await store.create_conversation(self.practice.id, "chat", "en", "", "", {})).id
                for _ in range(3)
            ]
        self.me: Account = (await person(self.database, self.practice)).account

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.loop.run_until_complete(self.database.close())
        self.loop.close()

    # what is done, by conversations and by hand

    @rule(talk=TALKS, place=PLACES)
    def hold(self, talk: int, place: Place) -> None:
        slot, busy = self._slot(place), self._busy(place, but=[one for one in self.model if one.talk == talk])
        held = self._try(lambda store: self._booking(store).hold(slot, self.talks[talk]))
        assert (held is None) == busy
        if held is not None:
            self.model = [one for one in self.model if one.talk != talk]
            self._enter("held", place, talk, held)

    @rule(talk=TALKS)
    def book_what_is_held(self, talk: int) -> None:
        self.confirm(talk, 0)

    def confirm(self, talk: int, whose: int) -> None:
        mine = next((one for one in self.model if one.talk == talk), None)
        if mine is None or mine.row is None:
            return
        row, slot = mine.row, self._slot_of(mine)
        for _ in range(2):  # said twice, it is booked once
            booked = self._try(
                lambda store: self._booking(store).confirm(
                    row,
                    slot,
                    self.waiters[whose],
                    reason="",
                    booked_by=None,
                    conversation_id=self.talks[talk],
                )
            )
            assert booked is not None and booked.id == row
        self.model.remove(mine)
        self.model.append(Taken("booked", mine.doctor, mine.start, mine.length, None, row, whose))

    @rule(talk=TALKS)
    def give_back(self, talk: int) -> None:
        self._try(lambda store: self._booking(store).release(self.talks[talk]))
        self.model = [one for one in self.model if one.talk != talk]

    @rule(talk=TALKS)
    def expire(self, talk: int) -> None:
        """The hold's time is over; its row is still there, and in nobody's way."""
        late = text(
            "UPDATE appointments SET hold_expires_at = now() - interval '1 s'"
            " WHERE conversation_id = :id AND status = 'held'"
        )
        self._try(lambda store: store._connection.execute(late, {"id": self.talks[talk]}))
        self.model = [one for one in self.model if one.talk != talk]

    @rule(which=st.integers(0, 9), place=PLACES, by_hand=st.booleans(), talk=TALKS)
    def move(self, which: int, place: Place, by_hand: bool, talk: int) -> None:
        old = self._some("booked", which)
        if old is None or old.row is None:
            return
        doctor, start, _ = place
        place = (doctor, start, "Check-up" if old.length == 1 else "Long visit")
        row, slot, was = old.row, self._slot(place), self._slot_of(old)
        spared = [old] if by_hand else [old, *(one for one in self.model if one.talk == talk)]
        busy = self._busy(place, but=spared)
        if by_hand:
            moved = self._try(
                lambda store: self._hand(store).move(row, self._place(store, place), was.start, anyway=True)
            )
        else:
            moved = self._try(lambda store: self._moved(store, row, slot, talk))
        assert (moved is None) == busy
        if moved is not None:
            if not by_hand:
                self.model = [one for one in self.model if one.talk != talk]
            self.model.remove(old)
            self._enter("booked", place, None, row, old.whose)
            if (old.doctor, old.start) != (doctor, start) or not by_hand:
                self._give(old)

    async def _moved(self, store: Store, row: UUID, slot: OpenSlot, talk: int) -> Any:
        """As a turn does it: the time that was given up goes to the waiting list."""
        old = await store.appointment(self.practice.id, row)
        moved = await self._booking(store).move(row, slot, self.talks[talk])
        assert old is not None
        await self._waiting(store).give(old)
        return moved

    async def _cancelled(self, store: Store, row: UUID) -> None:
        cancelled = await self._booking(store).cancel(row)
        assert await self._booking(store).cancel(row) == cancelled  # once cancelled it stays so
        await self._waiting(store).give(cancelled)

    @rule(which=st.integers(0, 9), by_hand=st.booleans())
    def cancel(self, which: int, by_hand: bool) -> None:
        old = self._some("booked", which)
        if old is None or old.row is None:
            return
        row, start = old.row, self._slot_of(old).start
        if by_hand:
            self._try(lambda store: self._hand(store).cancel(row, start))
        else:
            self._try(lambda store: self._cancelled(store, row))
        self.model.remove(old)
        self._give(old)

    @rule(talk=TALKS, doctor=st.none() | st.integers(0, 1), kind=st.sampled_from([None, *MINUTES]))
    def wait(self, talk: int, doctor: int | None, kind: str | None) -> None:
        """The conversation's patient joins the waiting list, once."""
        if any(one.talk == talk for one in self.waiting):
            return
        details = {"appointment_type": kind} if kind else {}
        if doctor is not None:
            details["practitioner"] = self.practice.practitioners[doctor].name
        request = self._try(
            lambda store: store.file_request(
                self.practice.id, "waitlist", details, "routine", self.waiters[talk], self.talks[talk]
            )
        )
        self.waiting.append(Waits(talk, request, doctor, MINUTES[kind] // 30 if kind else None))

    @rule(which=TALKS, talk=TALKS, takes=st.booleans())
    def hear_of_it(self, which: int, talk: int, takes: bool) -> None:
        """Who waits is in touch, in a conversation that holds nothing else: what is kept can be taken."""
        waits = next((one for one in self.waiting if one.talk == which), None)
        if waits is None or (talk != which and any(one.talk == talk for one in self.model)):
            return
        who = self.waiters[which]
        kept = self._try(lambda store: self._waiting(store).kept_for(who, self.talks[talk]))
        mine = next((one for one in self.model if one.talk == which and one.start == waits.offered), None)
        assert (kept and kept.hold.id) == (mine and mine.row)
        if mine is None or mine.row is None:
            return
        self.model.remove(mine)
        theirs = replace(mine, talk=talk)
        self.model.append(theirs)
        if takes:
            self.confirm(talk, which)
            self._try(lambda store: store.close_request(waits.request))
            self.waiting.remove(waits)

    def _give(self, freed: Taken) -> None:
        """In the model: the first who waits for such a time, and is kept none yet, is kept this one."""
        for one in self.waiting:
            length = one.length or freed.length
            fits = one.doctor in (None, freed.doctor) and length <= freed.length
            if one.talk == freed.whose or not fits or any(each.talk == one.talk for each in self.model):
                continue
            if any(each.over(freed.doctor, freed.start, length) for each in self.model):
                return
            held = self._held(one.talk)
            one.offered = freed.start
            self.model.append(Taken("held", freed.doctor, freed.start, length, one.talk, held))
            return

    def _held(self, talk: int) -> UUID:
        held: UUID = self._try(lambda store: store.hold_of(self.practice.id, self.talks[talk])).id
        return held

    @rule(place=PLACES)
    def book_by_hand(self, place: Place) -> None:
        busy = self._busy(place)
        booked = self._try(
            lambda store: self._hand(store).book(self._place(store, place), self.patient, "", anyway=True)
        )
        assert (booked is None) == busy
        if booked is not None:
            self._enter("booked", place, None, booked.id)

    @rule(place=PLACES)
    def block(self, place: Place) -> None:
        slot, busy = self._slot(place), self._busy(place)
        row = self._try(lambda store: self._hand(store).block(slot.practitioner.id, slot.start, slot.end, ""))
        assert (row is None) == busy
        if row is not None:
            self._enter("blocked", place, None, row)

    @rule(which=st.integers(0, 9))
    def unblock(self, which: int) -> None:
        old = self._some("blocked", which)
        if old is not None and old.row is not None:
            row = old.row
            self._try(lambda store: self._hand(store).unblock(row))
            self.model.remove(old)

    # what must always hold

    @invariant()
    def the_rows_are_the_models(self) -> None:
        if not hasattr(self, "practice"):
            return
        query = text(
            "SELECT status, practitioner_id, lower(during), upper(during) FROM appointments"
            " WHERE status IN ('held', 'booked', 'blocked')"
            " AND (hold_expires_at IS NULL OR hold_expires_at > clock_timestamp())"
        )
        rows = self._try(lambda store: store._connection.execute(query))
        found = sorted((row[0], str(row[1]), row[2].timestamp(), row[3].timestamp()) for row in rows)
        wanted = sorted(
            (one.status, str(slot.practitioner.id), slot.start.timestamp(), slot.end.timestamp())
            for one in self.model
            for slot in [self._slot_of(one)]
        )
        assert found == wanted

    def _try(self, work: Any) -> Any:
        """One transaction; None where something is in the way."""
        with suppress(SlotTaken):
            return self.run(self._done(work))
        return None

    async def _done(self, work: Any) -> Any:
        async with self.database.transaction() as store:
            return await work(store)

    def _booking(self, store: Store) -> Booking:
        return Booking(store, self.practice, NOW)

    def _hand(self, store: Store) -> ByHand:
        return ByHand(store, self.practice, self.me, NOW, self._waiting(store), None)

    def _waiting(self, store: Store) -> WaitingList:
        return WaitingList(store, self.practice, NOW)

    def _place(self, store: Store, place: Place) -> Any:
        slot = self._slot(place)
        return self._hand(store).place(slot.practitioner.id, slot.appointment_type.name, slot.start)

    def _slot(self, place: Place) -> OpenSlot:
        doctor, start, kind = place
        begins: datetime = NOW + timedelta(days=1, minutes=30 * start)
        type_ = self.practice.type_by_name[kind]
        return OpenSlot(
            self.practice.practitioners[doctor], type_, begins, after_minutes(begins, type_.minutes)
        )

    def _slot_of(self, one: Taken) -> OpenSlot:
        return self._slot((one.doctor, one.start, "Check-up" if one.length == 1 else "Long visit"))

    def _busy(self, place: Place, but: list[Taken] | None = None) -> bool:
        doctor, start, kind = place
        length = MINUTES[kind] // 30
        return any(one.over(doctor, start, length) for one in self.model if one not in (but or []))

    def _some(self, status: str, which: int) -> Taken | None:
        every = [one for one in self.model if one.status == status]
        return every[which % len(every)] if every else None

    def _enter(self, status: str, place: Place, talk: int | None, row: UUID, whose: int = 0) -> None:
        doctor, start, kind = place
        self.model.append(Taken(status, doctor, start, MINUTES[kind] // 30, talk, row, whose))


def test_whatever_is_done_in_whatever_order_the_calendar_is_the_models(
    server: Server, migrated: str, tmp_path: Path
) -> None:
    Calendar.server, Calendar.name, Calendar.folder = server, migrated, tmp_path
    chosen = settings(
        max_examples=int(os.environ.get("CALENDARS", "8")),
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Calendar, settings=chosen)
    server.do(EMPTY_ALL_TABLES, migrated)
