"""Staff at the calendar: they book, move, cancel and block by hand, while patients do so by themselves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from reception.database.connection import Database
from reception.database.records import Account, Appointment
from reception.database.store import Store
from reception.errors import Invalid, NotFound, ReceptionError, SlotTaken, Taken
from reception.practice import Practice
from reception.scheduling.by_hand import ByHand, Place
from reception.scheduling.waiting import WaitingList
from tests.history.record import Event, Record
from tests.history.world import ZONE, Patient, Slot, patients, slots


@dataclass
class Seen:
    """An appointment or a block as it stood on the screen."""

    id: Any
    slot: Slot
    minutes: float
    owner: str


class Clerk:
    """One worker: looks at the calendar, then changes something in it, as the calendar's page does."""

    def __init__(
        self, name: str, database: Database, practice: Practice, account: Account, record: Record,
        own: tuple[Patient, ...], ids: dict[str, Any], seed: int,
    ) -> None:  # fmt: skip
        self.name, self._database, self._practice, self._account = name, database, practice, account
        self._record, self._own, self._ids, self._rng = record, own, ids, Random(seed)
        self._blocks: list[Seen] = []

    async def work(self) -> None:
        """Until the record is full."""
        while not self._record.full:
            await asyncio.sleep(self._rng.uniform(0.02, 0.25))
            choice = self._rng.random()
            try:
                if choice < 0.35:
                    await self._book()
                elif choice < 0.5:
                    await self._block()
                elif choice < 0.65 and self._blocks:
                    await self._unblock(self._blocks.pop(self._rng.randrange(len(self._blocks))))
                else:
                    await self._change()
            except ReceptionError:
                await asyncio.sleep(0.2)  # the database is away: the next look at the screen fails too

    async def _book(self) -> None:
        patient, slot = self._rng.choice(self._own), self._rng.choice(slots())
        event = self._begin("book", slot, patient.minutes, patient.name)

        async def work(store: Store) -> Appointment:
            hand, place = self._at(store, slot, patient.kind)
            return await hand.book(place, self._ids[patient.name], f"by hand {event.number}", anyway=True)

        await self._end(event, work)

    async def _block(self) -> None:
        slot = self._rng.choice(slots())
        event = self._begin("block", slot, 30, f"block {len(self._record.events)}")
        end = datetime.fromtimestamp(slot.start + 1800, ZONE)

        async def work(store: Store) -> Any:
            hand, place = self._at(store, slot, "Check-up")
            return await hand.block(place.practitioner.id, slot.local, end, event.given["owner"])

        done = await self._end(event, work)
        if done is not None:
            self._blocks.append(Seen(done, slot, 30, event.given["owner"]))

    async def _unblock(self, block: Seen) -> None:
        event = self._begin("unblock", block.slot, block.minutes, block.owner)

        async def work(store: Store) -> None:
            await self._at(store, block.slot, "Check-up")[0].unblock(block.id)

        await self._end(event, work)

    async def _change(self) -> None:
        """Moves or cancels one of the appointments that are there, patients' own among them."""
        seen = await self._screen()
        if not seen:
            return
        one = self._rng.choice(seen)
        kind = next(each.kind for each in patients() if each.name == one.owner)
        if self._rng.random() < 0.5:
            event = self._begin("cancel", one.slot, one.minutes, one.owner)

            async def work(store: Store) -> Appointment:
                return await self._at(store, one.slot, kind)[0].cancel(one.id, one.slot.local)
        else:
            to = self._rng.choice(slots())
            event = self._begin("move", to, one.minutes, one.owner, old=one.slot)

            async def work(store: Store) -> Appointment:
                hand, place = self._at(store, to, kind)
                return await hand.move(one.id, place, one.slot.local, anyway=True)

        await self._end(event, work)

    async def _screen(self) -> list[Seen]:
        first = datetime.fromtimestamp(slots()[0].start, ZONE).replace(hour=0)
        async with self._database.transaction() as store:
            sheet = await store.day_sheet(self._practice.id, first, first + timedelta(days=5))
        return [
            Seen(
                one.id, Slot(one.practitioner, one.start.timestamp()),
                (one.end.timestamp() - one.start.timestamp()) / 60, one.patient.name,
            )
            for one in sheet if one.patient is not None and one.status == "booked"
        ]  # fmt: skip

    def _at(self, store: Store, slot: Slot, kind: str) -> tuple[ByHand, Place]:
        now = datetime.fromisoformat("2026-10-30T20:00-04:00").astimezone(ZONE)
        waiting = WaitingList(store, self._practice, now)
        hand = ByHand(store, self._practice, self._account, now, waiting, None)
        doctor = self._practice.practitioner_by_name[slot.doctor]
        return hand, hand.place(doctor.id, kind, slot.local)

    def _begin(self, kind: str, slot: Slot, minutes: float, owner: str, old: Slot | None = None) -> Event:
        return self._record.invoke(
            self.name, kind, channel="staff", slot=slot, minutes=minutes, owner=owner, old=old
        )

    async def _end(self, event: Event, work: Any) -> Any:
        """`failed` is a plain no; an error of the database leaves open whether it was done."""
        try:
            done = await self._database.run(work)
        except SlotTaken:
            self._record.complete(event, "failed", why="taken")
        except (Taken, NotFound, Invalid) as error:
            self._record.complete(event, "failed", why=type(error).__name__)
        except ReceptionError:
            self._record.complete(event, "unknown")
            await asyncio.sleep(0.1)
        else:
            self._record.complete(event, "ok")
            return done if done is not None else True
        return None
