"""Postgres ring: whatever is held, booked, moved, cancelled and blocked in whatever order, a model agrees.

After each step the rows must be the model's, and where the model says that something is in the way, the
calendar must say so too.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from reception.database.fence import everywhere
from tests.conftest import EMPTY_ALL_TABLES, Server
from tests.scheduling.calendar_in_use import CalendarInUse
from tests.scheduling.calendar_model import MINUTES, Model, Place, Taken, Waits, half_hours, kind_of

pytestmark = pytest.mark.postgres

HALF_HOURS = 6  # on Tuesday from nine o'clock
PLACES = st.tuples(st.integers(0, 1), st.integers(0, HALF_HOURS - 1), st.sampled_from(list(MINUTES)))
TALKS = st.integers(0, 2)


class Calendar(RuleBasedStateMachine):
    """One practice's Tuesday, in the hands of three conversations and one member of staff."""

    server: Server
    name: str
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.model = Model()
        self.real: CalendarInUse | None = None

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        with everywhere():
            return self.loop.run_until_complete(work)

    @initialize()
    def opens(self) -> None:
        self.server.do(EMPTY_ALL_TABLES, self.name)
        self.real = self.run(CalendarInUse.open(self.server.url(self.name), self.folder))

    def teardown(self) -> None:
        if self.real is not None:
            self.loop.run_until_complete(self.real.database.close())
        self.loop.close()

    @property
    def desk(self) -> CalendarInUse:
        assert self.real is not None  # open since the beginning
        return self.real

    def _try(self, work: Any) -> Any:
        """One transaction; None where something is in the way."""
        return self.run(self.desk.do(work))

    # what is done, by conversations and by hand

    @rule(talk=TALKS, place=PLACES)
    def hold(self, talk: int, place: Place) -> None:
        slot, mine = self.desk.slot(place), [one for one in self.model.taken if one.talk == talk]
        busy = self.model.busy(place, but=mine)
        held = self._try(lambda store: self.desk.booking(store).hold(slot, self.desk.talks[talk]))
        assert (held is None) == busy
        if held is not None:
            self.model.release(talk)
            self.model.enter("held", place, talk, held)

    @rule(talk=TALKS, again=TALKS)
    def book_what_is_held(self, talk: int, again: int) -> None:
        self._confirm(talk, 0, again)

    def _confirm(self, talk: int, whose: int, again: int) -> None:
        mine = self.model.held_by(talk)
        if mine is None or mine.row is None:
            return
        row, slot = mine.row, self.desk.slot(mine.place)
        for where in (talk, again):  # said twice, wherever the second time, it is booked once
            booked = self._try(lambda store, where=where: self.desk.confirm(store, row, slot, whose, where))
            assert booked is not None and booked.id == row
        self.model.remove(mine)
        self.model.enter("booked", mine.place, None, row, whose)

    @rule(talk=TALKS)
    def give_back(self, talk: int) -> None:
        self._try(lambda store: self.desk.booking(store).release(self.desk.talks[talk]))
        self.model.release(talk)

    @rule(talk=TALKS)
    def expire(self, talk: int) -> None:
        """The hold's time is over; its row is still there, and in nobody's way."""
        self._try(lambda store: self.desk.expire(store, talk))
        self.model.release(talk)

    @rule(which=st.integers(0, 9), place=PLACES, by_hand=st.booleans(), talk=TALKS)
    def move(self, which: int, place: Place, by_hand: bool, talk: int) -> None:
        old = self.model.some("booked", which)
        if old is None or old.row is None:
            return
        place = (place[0], place[1], kind_of(old.length))
        row, slot, was = old.row, self.desk.slot(place), self.desk.slot(old.place)
        spared = [old] if by_hand else [old, *(one for one in self.model.taken if one.talk == talk)]
        busy = self.model.busy(place, but=spared)
        if by_hand:
            moved = self._try(
                lambda store: self.desk.by_hand(store).move(
                    row, self.desk.place(store, place), was.start, anyway=True
                )
            )
        else:
            moved = self._try(lambda store: self.desk.move(store, row, slot, talk))
        assert (moved is None) == busy
        if moved is not None:
            if not by_hand:
                self.model.release(talk)
            self.model.remove(old)
            self.model.enter("booked", place, None, row, old.whose)
            if old.place != place or not by_hand:
                self._give(old)

    @rule(which=st.integers(0, 9), by_hand=st.booleans())
    def cancel(self, which: int, by_hand: bool) -> None:
        old = self.model.some("booked", which)
        if old is None or old.row is None:
            return
        row, start = old.row, self.desk.slot(old.place).start
        if by_hand:
            self._try(lambda store: self.desk.by_hand(store).cancel(row, start))
        else:
            self._try(lambda store: self.desk.cancel(store, row))
        self.model.remove(old)
        self._give(old)

    @rule(talk=TALKS, doctor=st.none() | st.integers(0, 1), kind=st.sampled_from([None, *MINUTES]))
    def wait(self, talk: int, doctor: int | None, kind: str | None) -> None:
        """The conversation's patient joins the waiting list, once."""
        if self.model.waits(talk) is not None:
            return
        practice, details = self.desk.practice, {"appointment_type": kind} if kind else {}
        if doctor is not None:
            details["practitioner"] = practice.practitioners[doctor].name
        whose = (self.desk.patients[talk], self.desk.talks[talk])
        request = self._try(
            lambda store: store.file_request(practice.id, "waitlist", details, "routine", *whose)
        )
        self.model.waiting.append(Waits(talk, request, doctor, half_hours(kind) if kind else None))

    @rule(which=TALKS, talk=TALKS, takes=st.booleans(), again=TALKS)
    def hear_of_it(self, which: int, talk: int, takes: bool, again: int) -> None:
        """Who waits is in touch, in a conversation that holds nothing else: what is kept can be taken."""
        waits = self.model.waits(which)
        if waits is None or (talk != which and self.model.held_by(talk) is not None):
            return
        whose = (self.desk.patients[which], self.desk.talks[talk])
        kept = self._try(lambda store: self.desk.waiting(store).kept_for(*whose))
        mine = next(
            (one for one in self.model.taken if one.talk == which and one.start == waits.offered), None
        )
        assert (kept and kept.hold.id) == (mine and mine.row)
        if mine is None or mine.row is None:
            return
        self.model.remove(mine)
        self.model.taken.append(replace(mine, talk=talk))
        if takes:
            self._confirm(talk, which, again)
            self._try(lambda store: store.close_request(waits.request))
            self.model.waiting.remove(waits)

    def _give(self, freed: Taken) -> None:
        self.model.give(freed, self._row_of)

    def _row_of(self, talk: int) -> UUID:
        where = (self.desk.practice.id, self.desk.talks[talk])
        held: UUID = self._try(lambda store: store.hold_of(*where)).id
        return held

    @rule(place=PLACES)
    def book_by_hand(self, place: Place) -> None:
        busy, whose = self.model.busy(place), self.desk.patients[0]
        booked = self._try(
            lambda store: self.desk.by_hand(store).book(self.desk.place(store, place), whose, "", anyway=True)
        )
        assert (booked is None) == busy
        if booked is not None:
            self.model.enter("booked", place, None, booked.id)

    @rule(place=PLACES)
    def block(self, place: Place) -> None:
        slot, busy = self.desk.slot(place), self.model.busy(place)
        row = self._try(
            lambda store: self.desk.by_hand(store).block(slot.practitioner.id, slot.start, slot.end, "")
        )
        assert (row is None) == busy
        if row is not None:
            self.model.enter("blocked", place, None, row)

    @rule(which=st.integers(0, 9))
    def unblock(self, which: int) -> None:
        old = self.model.some("blocked", which)
        if old is not None and old.row is not None:
            row = old.row
            self._try(lambda store: self.desk.by_hand(store).unblock(row))
            self.model.remove(old)

    # what must always hold

    @invariant()
    def the_rows_are_the_models(self) -> None:
        if self.real is None:
            return
        slots = [(one.status, self.desk.slot(one.place)) for one in self.model.taken]
        assert self._try(self.desk.rows) == sorted(
            (status, str(slot.practitioner.id), slot.start.timestamp(), slot.end.timestamp())
            for status, slot in slots
        )


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
