"""The waiting list: a time that becomes free is kept for whoever has waited longest for one like it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from reception.database.records import OFFERED, Appointment, Request
from reception.database.store import Store
from reception.errors import Invalid, SlotTaken, Taken
from reception.practice import AppointmentType, Practice
from reception.scheduling.calendar import after_minutes, bookable, minutes_between

#: How long a freed time is kept for one who waits, in minutes; then it is everybody's.
KEPT_MINUTES = 120
#: How long for one who was asked by text.
OFFER_MINUTES = 30

#: Asks somebody by text whether they want the time that is held for them; the last argument is the practice's
#: clock. For how many minutes it is to be held then; None when they can't be reached in time.
AskByText = Callable[[Store, Practice, Request, Appointment, datetime], Awaitable[float | None]]


@dataclass(frozen=True)
class Kept:
    """A time that is kept for a patient who waits: the hold's id, and the request it answers."""

    request_id: UUID
    hold: Appointment


class WaitingList:
    """One practice's waiting list, inside a transaction; `now` is aware, in the practice's zone.

    With `ask`, who can be reached by text is asked at once, and has half an hour; then the next is asked.
    Without it, and for the others, the time waits until they are in touch.
    """

    def __init__(self, store: Store, practice: Practice, now: datetime, ask: AskByText | None = None) -> None:
        self._store = store
        self._practice = practice
        self._now = now
        self._ask = ask

    async def give(self, freed: Appointment, but: UUID | None = None) -> UUID | None:
        """Keeps the time of a cancelled or moved appointment for the first it fits; the request's id.

        Not for the request `but`, from which it was taken.

        None when nobody waits for it, when it is too soon, or when somebody else has it already.
        """
        if freed.start < self._now + timedelta(minutes=self._practice.booking.lead_minutes):
            return None
        for request in await self._store.open_requests(self._practice.id, "waitlist"):
            if request.conversation_id is None or request.patient is None or request.id == but:
                continue
            own = freed.patient is not None and request.patient.id == freed.patient.id
            kind = self._type_for(request.details, freed)
            if own or kind is None or not fits(request.details, freed.practitioner, freed.start):
                continue
            # Locked first: two times may become free at once.
            if not await self._store.lock_open_request(request.id):
                continue
            if await self._store.hold_of(self._practice.id, request.conversation_id) is not None:
                continue  # another time is kept for them already
            if await self._store.asked_by_text(self._practice.id, offer_key(request, freed)):
                continue  # they did not want it, or did not answer
            kept = await self._keep(
                request, request.conversation_id, freed.practitioner_id, kind, freed.start
            )
            return None if kept is None else request.id
        return None

    async def offer(self, request: Request, place: tuple[UUID, str, datetime]) -> bool:
        """Keeps a time (practitioner, type, start) for one who waits; returns whether a text asks them.

        SlotTaken when it is not free, Invalid for somebody who can't be offered one, or has another.
        """
        practitioner_id, type_name, start = place
        kind = self._practice.type_by_name.get(type_name)
        doctor = next((one for one in self._practice.practitioners if one.id == practitioner_id), None)
        if kind is None or doctor is None or bookable(self._practice, kind, doctor, start, self._now):
            raise Invalid("Choose one of the times that are offered.")
        if request.patient is None or request.conversation_id is None:
            raise Invalid("Nothing can be kept for them without a conversation: book it in the calendar.")
        await self._store.lock_calendars([practitioner_id])
        if not await self._store.lock_open_request(request.id):
            raise Invalid("This request is done already: nobody waits for a time any more.")
        if await self._store.hold_of(self._practice.id, request.conversation_id) is not None:
            raise Taken("Another time is kept for them already.")
        await self._store.drop_expired_holds(practitioner_id, start, after_minutes(start, kind.minutes))
        asked = await self._keep(request, request.conversation_id, practitioner_id, kind, start)
        if asked is None:
            raise SlotTaken("This time has gone to somebody else meanwhile.")
        return asked

    async def _keep(
        self,
        request: Request,
        conversation_id: UUID,
        practitioner_id: UUID,
        kind: AppointmentType,
        start: datetime,
    ) -> bool | None:
        """Holds a time for one who waits, and asks them if that can be; None when it is not free."""
        added = await self._store.add_hold(
            self._practice.id,
            practitioner_id,
            kind.id,
            start,
            after_minutes(start, kind.minutes),
            conversation_id=conversation_id,
            minutes=KEPT_MINUTES,
        )
        if added is None:
            return None
        await self._store.update_request(request.id, {OFFERED: start.isoformat()})
        return await self._asked(request, added)

    async def pass_on(
        self, held: UUID, conversation_id: UUID | None = None, *, but: UUID | None = None
    ) -> None:
        """Offers a held time to the next who waits; with a conversation, only if that one holds it."""
        hold = await self._store.appointment(self._practice.id, held, lock=True)
        if hold is None or hold.status != "held":
            return
        if conversation_id is not None and hold.conversation_id != conversation_id:
            return
        await self._store.drop_hold(held)
        await self.give(hold, but)

    async def _asked(self, request: Request, held: UUID) -> bool:
        hold = await self._store.appointment(self._practice.id, held)
        if self._ask is None or hold is None:
            return False
        minutes = await self._ask(self._store, self._practice, request, hold, self._now)
        if minutes is not None:
            await self._store.keep_hold(held, minutes)
        return minutes is not None

    async def kept_for(self, patient_id: UUID, conversation_id: UUID) -> Kept | None:
        """The time that is kept for the patient, from now on held by this conversation; None without one."""
        for request in await self._store.open_requests(self._practice.id, "waitlist", patient_id):
            if request.conversation_id is None:
                continue
            hold = await self._store.hold_of(self._practice.id, request.conversation_id)
            if hold is not None and hold.start.isoformat() == request.details.get(OFFERED):
                await self._store.hand_hold(hold.id, conversation_id, self._practice.booking.hold_minutes)
                return Kept(request.id, hold)
        return None

    def _type_for(self, details: Mapping[str, str], freed: Appointment) -> AppointmentType | None:
        """The type they wait for, if the freed time is long enough for it and its doctor offers it."""
        kind = self._practice.type_by_name.get(details.get("appointment_type") or freed.appointment_type)
        long_enough = kind is not None and kind.minutes <= minutes_between(freed.start, freed.end)
        return kind if kind and long_enough and freed.practitioner_id in kind.practitioners else None


def offer_key(request: Request, freed: Appointment) -> str:
    """The outbox's key of the offer of a time to one who waits: nobody is asked twice for the same."""
    return f"waitlist:{request.id}:{freed.practitioner_id}:{int(freed.start.timestamp())}"


def fits(details: Mapping[str, str], practitioner: str, start: datetime) -> bool:
    """Whether a wish on the list ("practitioner", "date" and "time" as filed) is met; the start is local."""
    return (
        details.get("practitioner") in (None, "", practitioner)
        and _within(details.get("date", ""), start.date().isoformat())
        and _within(details.get("time", ""), f"{start:%H:%M}")
    )


def _within(filed: str, value: str) -> bool:
    """Whether a day or clock lies in "a", "a to b", "from a" or "until b", all in ISO 8601, which sorts."""
    if not filed:
        return True
    if filed.startswith("from "):
        return value >= filed.removeprefix("from ")
    if filed.startswith("until "):
        return value <= filed.removeprefix("until ")
    first, _, last = filed.partition(" to ")
    return first <= value <= (last or first)
