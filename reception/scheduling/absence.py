"""A practitioner is away: the time is blocked at once, and each patient is found another, by text or call.

What can't take place is cancelled in the same transaction that blocks the time, so nobody loses sight of it:
each appointment is a case until it has a new time or staff have settled it. A new time keeps the id.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from reception.database.records import AbsenceCase, Account, Appointment, TimeBlock
from reception.database.store import Store
from reception.errors import Invalid, NotFound, Taken
from reception.messaging.notices import Notices
from reception.messaging.numbers import number_for_texts
from reception.practice import AppointmentType, Practice, Practitioner
from reception.scheduling.by_hand import TOLD
from reception.scheduling.calendar import OpenSlot
from reception.scheduling.other_times import OtherTimes

#: How long a time is kept for one who was asked by text; a later yes counts while it is still free.
KEPT = timedelta(hours=4)
#: Nobody is offered a time by text that begins sooner than this: they might read it too late.
SOONEST = timedelta(hours=2)
#: Cases that may still be given a time.
UNSETTLED = ("waiting", "asked", "declined", "silent", "call")

#: Asks a patient by text whether they take the time that is held for them; for how long it is to be held
#: then, None when they can't be reached so.
AskInstead = Callable[[Store, Practice, AbsenceCase, Appointment, datetime], Awaitable[timedelta | None]]


@dataclass(frozen=True)
class Affected:
    """An appointment that an absence hits; `text` is the number that can be written to, or empty."""

    appointment: Appointment
    text: str


class Absences:
    """One practice's absences within one transaction; `now` is the practice's clock."""

    def __init__(self, store: Store, practice: Practice, now: datetime, notices: Notices | None) -> None:
        """Without `notices` no texts are sent: everybody is called."""
        self._store = store
        self._practice = practice
        self._now = now
        self._notices = notices
        self._times = OtherTimes(store, practice, now)

    def span(self, first: date, last: date) -> tuple[datetime, datetime]:
        """From now (or the first day's beginning) to the last day's end. Invalid when in the past."""
        zone = self._practice.time_zone
        start = max(datetime.combine(first, time(), zone), self._now.replace(second=0, microsecond=0))
        end = datetime.combine(last + timedelta(days=1), time(), zone)
        if end <= start:
            raise Invalid("The last day must not lie before the first, nor in the past.")
        if last > first + timedelta(days=366):
            raise Invalid("An absence lasts a year at most.")
        return start, end

    async def affected(self, practitioner: Practitioner, start: datetime, end: datetime) -> list[Affected]:
        """Whose appointments lie in that time, soonest first; those that have begun take place."""
        booked = await self._store.booked_within(self._practice.id, practitioner.id, start, end)
        return [Affected(one, await self._number(one)) for one in booked if one.start >= start]

    async def begin(
        self,
        me: Account,
        practitioner: Practitioner,
        start: datetime,
        end: datetime,
        calls: Collection[UUID],
        *,
        with_others: bool,
    ) -> UUID:
        """Blocks the time and opens a case for each appointment in it; `calls` are to be called."""
        store, here = self._store, self._practice.id
        await store.lock_calendars([practitioner.id])
        running = await store.booked_within(here, practitioner.id, start, end)
        start = max([start, *(one.end for one in running if one.start < start)])
        absence = await store.add_absence(
            here, practitioner.id, start, end, with_others=with_others, begun_by=me.id
        )
        for one in await self.affected(practitioner, start, end):
            by_text = bool(one.text) and one.appointment.id not in calls
            await store.set_appointment_status(one.appointment.id, "cancelled")
            await store.unsay_texts(one.appointment.id, TOLD)
            await store.add_absence_case(here, absence, one.appointment, "waiting" if by_text else "call")
            await self._audit(me, "cancel", one.appointment.id, absence=str(absence))
        await store.drop_holds_within(practitioner.id, start, end)
        for gap, until in gaps(await store.time_blocks(here, start, end), practitioner.id, start, end):
            await store.block_time(here, practitioner.id, gap, until, "Away", absence_id=absence)
        await store.audit(here, None, "away", "absence", absence, {}, staff_id=me.id)
        await store.wake_worker()
        return absence

    async def offer(self, case_id: UUID, ask: AskInstead) -> None:
        """Finds a case another time, keeps it and asks by text; the telephone where there is none."""
        case = await self._store.absence_case(self._practice.id, case_id, lock=True)
        if case is None or case.status != "waiting":
            return
        await self._store.lock_calendars([one.id for one in self._practice.practitioners])
        soonest = max(self._now + SOONEST, case.was, key=datetime.timestamp)  # nobody has to come earlier
        slot = next(iter(await self._times.free(case, 1, soonest=soonest)), None)
        hold = None if slot is None else await self._hold(slot)
        if hold is None:
            await self._store.set_absence_case(case.id, "call")
            return
        kept = await ask(self._store, self._practice, case, hold, self._now)
        if kept is None:
            await self._store.drop_hold(hold.id)
            await self._store.set_absence_case(case.id, "call")
            return
        await self._store.keep_hold(hold.id, kept / timedelta(minutes=1))
        await self._store.set_absence_case(case.id, "asked", held=hold.id, offered=hold.start)

    async def accept(
        self, case_id: UUID, practitioner: str, kind: str, start: datetime
    ) -> Appointment | None:
        """The case gets that time; None when it is taken, or the case is settled already."""
        case = await self._store.absence_case(self._practice.id, case_id, lock=True)
        doctor = self._practice.practitioner_by_name.get(practitioner)
        wanted = self._practice.type_by_name.get(kind)
        if case is None or doctor is None or wanted is None or start <= self._now:
            return None
        if case.status not in UNSETTLED or case.appointment.status != "cancelled":
            return None
        return await self._book(case, doctor, wanted, start)

    async def decline(self, case_id: UUID) -> None:
        """They don't want that time: it is free again, and they are called."""
        case = await self._store.absence_case(self._practice.id, case_id, lock=True)
        if case is not None and case.status in ("asked", "silent"):
            await self._drop(case)
            await self._store.set_absence_case(case.id, "declined")

    async def unanswered(self, case_id: UUID, *, failed: bool) -> None:
        """Nobody answered in time, or the text did not arrive: they are called."""
        case = await self._store.absence_case(self._practice.id, case_id, lock=True)
        if case is not None and case.status == "asked":
            await self._drop(case)
            await self._store.set_absence_case(case.id, "call" if failed else "silent", offered=case.offered)

    async def book(self, me: Account, case_id: UUID, practitioner_id: UUID, start: datetime) -> Appointment:
        """Staff give a case a time, as agreed on the telephone; the patient is told by text."""
        case = await self._unsettled(case_id)
        doctor = next((one for one in self._practice.practitioners if one.id == practitioner_id), None)
        kind = self._times.kind(case)
        if doctor is None or kind is None or start <= self._now:
            raise Invalid("Choose one of the times that are offered.")
        booked = await self._book(case, doctor, kind, start)
        if booked is None:
            raise Taken("That time has just been taken; nothing was changed. Choose another.")
        await self._audit(me, "move", booked.id, old_start=case.was.isoformat(), start=start.isoformat())
        if self._notices is not None:
            await self._notices.moved(self._store, self._practice, booked)
        return booked

    async def settle(self, me: Account, case_id: UUID) -> None:
        """Nothing more is to be done: the appointment stays cancelled."""
        case = await self._unsettled(case_id)
        await self._drop(case)
        await self._store.set_absence_case(case.id, "settled")
        await self._audit(me, "settled", case.appointment.id)

    async def call(self, me: Account, case_id: UUID) -> None:
        """Somebody calls instead: what is kept for them is free again, and a text that waits is not sent."""
        case = await self._unsettled(case_id)
        await self._drop(case)
        await self._store.set_absence_case(case.id, "call")
        await self._audit(me, "to_call", case.appointment.id)

    async def end(self, me: Account, absence_id: UUID) -> None:
        """They are back: the rest of the time can be booked again. Cases go on."""
        if not await self._store.end_absence(self._practice.id, absence_id):
            raise Taken("This absence has ended already.")
        await self._store.audit(self._practice.id, None, "back", "absence", absence_id, {}, staff_id=me.id)

    async def take_back(self, me: Account, absence_id: UUID) -> int:
        """It was a mistake: appointments that have no new time stand again; how many could not."""
        await self.end(me, absence_id)
        lost = 0
        for listed in await self._store.absence_cases(self._practice.id, absence_id):
            # locked and read again: a yes, or the worker's question, may have been under way
            case = await self._store.absence_case(self._practice.id, listed.id, lock=True)
            if case is None or case.status not in UNSETTLED or case.was <= self._now:
                continue
            told = case.text not in (None, "queued", "withdrawn")
            await self._drop(case)
            if not await self._store.restore_appointment(case.appointment.id):
                lost += 1
                await self._store.set_absence_case(case.id, "call")
                continue
            await self._store.set_absence_case(case.id, "restored")
            await self._audit(me, "restored", case.appointment.id)
            if told and self._notices is not None:
                await self._notices.moved(self._store, self._practice, case.appointment)
        return lost

    async def _book(
        self, case: AbsenceCase, doctor: Practitioner, kind: AppointmentType, start: datetime
    ) -> Appointment | None:
        end = start + timedelta(minutes=kind.minutes)
        await self._store.lock_calendars([doctor.id])
        async with self._store.savepoint():
            await self._drop(case)
            await self._store.drop_expired_holds(doctor.id, start, end)
            booked = await self._store.book_again(case.appointment.id, doctor.id, kind.id, start, end)
        if not booked:
            return None
        await self._store.set_absence_case(case.id, "accepted", offered=start)
        return await self._store.appointment(self._practice.id, case.appointment.id)

    async def _unsettled(self, case_id: UUID) -> AbsenceCase:
        case = await self._store.absence_case(self._practice.id, case_id, lock=True)
        if case is None:
            raise NotFound("There is no such patient in this list.")
        if case.status not in UNSETTLED:
            raise Taken("This is settled already; it is shown as it is now.")
        return case

    async def _hold(self, slot: OpenSlot) -> Appointment | None:
        """The slot, kept; its calendar is locked already."""
        await self._store.drop_expired_holds(slot.practitioner.id, slot.start, slot.end)
        held = await self._store.add_hold(
            self._practice.id,
            slot.practitioner.id,
            slot.appointment_type.id,
            slot.start,
            slot.end,
            conversation_id=None,
            minutes=KEPT / timedelta(minutes=1),
        )
        return None if held is None else await self._store.appointment(self._practice.id, held)

    async def _drop(self, case: AbsenceCase) -> None:
        """Gives up the time that is kept, and what was to be written about it."""
        if case.held is not None:
            await self._store.drop_hold(case.held)
        await self._store.unsay_texts(case.appointment.id, ("absence",))

    async def _number(self, appointment: Appointment) -> str:
        number = number_for_texts(self._practice, appointment.patient)
        if self._notices is None or not number or await self._store.opted_out(self._practice.id, number):
            return ""
        return number

    async def _audit(self, me: Account, action: str, appointment_id: UUID, **details: str) -> None:
        await self._store.audit(
            self._practice.id, None, action, "appointment", appointment_id, details, staff_id=me.id
        )


def gaps(
    blocks: Collection[TimeBlock], practitioner_id: UUID, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """What of a practitioner's time is not blocked yet."""
    at = start
    for one in blocks:
        if one.practitioner_id == practitioner_id:
            if at < one.start:
                yield at, one.start
            at = max(at, one.end)
    if at < end:
        yield at, end
