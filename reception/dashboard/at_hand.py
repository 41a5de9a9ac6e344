"""What the calendar's pages share: a practice with its clock, staff's hands on it, and forms' times."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from reception.database.records import Account, Appointment
from reception.database.store import Store
from reception.errors import Invalid, NotFound
from reception.practice import Practice
from reception.scheduling.by_hand import GRACE, ByHand
from reception.scheduling.calendar import OpenSlot, local_instant, open_slots
from reception.scheduling.waiting import WaitingList
from reception.service import Service

#: An identifier that may be left empty.
Maybe = Annotated[UUID | None, BeforeValidator(lambda given: given or None)]
#: Days and times of a form, as browsers send them.
Day = Annotated[date, Field(title="Day")]
Clock = Annotated[time, Field(title="Time")]
#: How far the next free start is looked for.
AHEAD, _DAY = timedelta(days=28), timedelta(days=1)


@dataclass(frozen=True)
class AtHand:
    """One transaction at the calendar; `now` is the practice's clock."""

    store: Store
    practice: Practice
    now: datetime
    hand: ByHand

    def at(self, day: date, clock: time) -> datetime:
        """The aware time of a form. Invalid for one that the clocks skip on that day."""
        wall = datetime.combine(day, clock.replace(second=0, microsecond=0, tzinfo=None))
        instant = local_instant(wall, self.practice.time_zone)
        if instant is None:
            raise Invalid("That time does not exist on that day: the clocks are put forward.")
        return instant.astimezone(self.practice.time_zone)

    async def appointment(self, appointment_id: UUID) -> Appointment:
        """An appointment or hold of this practice, else NotFound."""
        found = await self.store.appointment(self.practice.id, appointment_id)
        if found is None:
            raise NotFound("There is no such appointment. Somebody may have removed it.")
        return found


@asynccontextmanager
async def calendar_of(service: Service, me: Account) -> AsyncIterator[AtHand]:
    """The calendar of the practice of `me`, until the transaction ends."""
    async with service.database.transaction() as store:
        practice = await store.practice_by_id(me.practice_id)
        assert practice is not None  # whoever is logged in belongs to a practice: a foreign key keeps it
        now = service.clock.now(practice.time_zone)
        waiting = WaitingList(store, practice, now, service.ask_by_text)
        grace = timedelta(0) if service.clock.pinned else GRACE  # a clock that stands never comes to its end
        yield AtHand(
            store, practice, now, ByHand(store, practice, me, now, waiting, service.notices, grace=grace)
        )


async def next_start(here: AtHand, day: date, who: str) -> OpenSlot | None:
    """The next start from `day` on that is free with `who` (an id; of anybody where there is none).

    For the first kind of appointment that they offer. Staff may book at once: no lead time is kept.
    """
    practice = here.practice
    doctors = [one for one in practice.practitioners if str(one.id) == who] or list(practice.practitioners)
    ids = {one.id for one in doctors}
    kind = next((one for one in practice.appointment_types if ids & set(one.practitioners)), None)
    if kind is None:
        return None
    first = max(day, here.now.date())
    last = first + AHEAD
    begin, end = (datetime.combine(each, time(), practice.time_zone) for each in (first, last + _DAY))
    busy = await here.store.busy(ids, begin, end)
    at_once = replace(practice, booking=replace(practice.booking, lead_minutes=0))
    return next(open_slots(at_once, kind, doctors, first, last, busy, here.now), None)


def day_of(text: str, today: date) -> date:
    """The day in an address; today where there is none, or none that can be shown."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if 1990 <= found.year <= 2200 else today
