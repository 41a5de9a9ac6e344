"""A real calendar for the state machine: one practice's Tuesday, three conversations, one member of staff."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text

from reception.database.connection import Database
from reception.database.fence import everywhere
from reception.database.load import load_practice
from reception.database.records import Account, Appointment
from reception.database.store import Store
from reception.errors import SlotTaken
from reception.practice import Practice
from reception.practice_file import parse_practice
from reception.scheduling.booking import Booking
from reception.scheduling.by_hand import ByHand
from reception.scheduling.calendar import OpenSlot, after_minutes
from reception.scheduling.waiting import WaitingList
from tests.conftest import NOW, PRACTICE_YAML
from tests.scheduling.calendar_model import Place
from tests.staff.access import person

T = TypeVar("T")
_ROWS = text(
    "SELECT status, practitioner_id, lower(during), upper(during) FROM appointments"
    " WHERE status IN ('held', 'booked', 'blocked')"
    " AND (hold_expires_at IS NULL OR hold_expires_at > clock_timestamp())"
)
_LATE = text(
    "UPDATE appointments SET hold_expires_at = now() - interval '1 s'"
    " WHERE conversation_id = :id AND status = 'held'"
)


class CalendarInUse:
    """What turns and staff do with a calendar; each call of `do` is one transaction."""

    def __init__(
        self, database: Database, practice: Practice, me: Account, patients: list[UUID], talks: list[UUID]
    ) -> None:
        """Of the patients the first is whose every appointment is that nobody waited for."""
        self.database, self.practice, self.me = database, practice, me
        self.patients, self.talks = patients, talks

    @classmethod
    async def open(cls, url: str, folder: Path) -> CalendarInUse:
        database = await Database.open(url, folder, pool_size=2)
        file = PRACTICE_YAML.partition("appointments:\n")[0]
        async with database.transaction() as store:
            practice = (await load_practice(store, parse_practice(file, "practice.yaml"))).practice
            patients = [(await store.patients(practice.id, name="Mary Jones"))[0].id]
            for name in ("Ann Early", "Bea Late"):
                added = await store.add_patient(
                    practice.id, name, date(1970, 1, 1), "", "", "", possible_duplicate=False
                )
                patients.append(added.id)
            talks = [
                (await store.create_conversation(practice.id, "chat", "en", "", "", {})).id for _ in range(3)
            ]
        me = (await person(database, practice)).account
        return cls(database, practice, me, patients, talks)

    async def do(self, work: Callable[[Store], Awaitable[T]]) -> T | None:
        """One transaction; None where something is in the way."""
        with everywhere(), suppress(SlotTaken):
            async with self.database.transaction() as store:
                return await work(store)
        return None

    def booking(self, store: Store) -> Booking:
        return Booking(store, self.practice, NOW)

    def by_hand(self, store: Store) -> ByHand:
        return ByHand(store, self.practice, self.me, NOW, self.waiting(store), None)

    def waiting(self, store: Store) -> WaitingList:
        return WaitingList(store, self.practice, NOW)

    def place(self, store: Store, place: Place) -> Any:
        """As staff name it."""
        slot = self.slot(place)
        return self.by_hand(store).place(slot.practitioner.id, slot.appointment_type.name, slot.start)

    def slot(self, place: Place) -> OpenSlot:
        doctor, start, kind = place
        begins: datetime = NOW + timedelta(days=1, minutes=30 * start)
        type_ = self.practice.type_by_name[kind]
        end = after_minutes(begins, type_.minutes)
        return OpenSlot(self.practice.practitioners[doctor], type_, begins, end)

    async def confirm(self, store: Store, row: UUID, slot: OpenSlot, whose: int, talk: int) -> Appointment:
        return await self.booking(store).confirm(
            row, slot, self.patients[whose], reason="", booked_by=None, conversation_id=self.talks[talk]
        )

    async def move(self, store: Store, row: UUID, slot: OpenSlot, talk: int) -> Appointment:
        """As a turn does it: the time that was given up goes to the waiting list."""
        old = await store.appointment(self.practice.id, row)
        moved = await self.booking(store).move(row, slot, self.talks[talk])
        assert old is not None
        await self.waiting(store).give(old)
        return moved

    async def cancel(self, store: Store, row: UUID) -> None:
        """As a turn does it."""
        cancelled = await self.booking(store).cancel(row)
        assert await self.booking(store).cancel(row) == cancelled  # once cancelled it stays so
        await self.waiting(store).give(cancelled)

    async def expire(self, store: Store, talk: int) -> None:
        """The time of the conversation's hold is over; its row is still there."""
        await store._connection.execute(_LATE, {"id": self.talks[talk]})

    async def rows(self, store: Store) -> list[tuple[str, str, float, float]]:
        """What is taken: status, doctor, start and end, in order."""
        found = await store._connection.execute(_ROWS)
        return sorted((row[0], str(row[1]), row[2].timestamp(), row[3].timestamp()) for row in found)
