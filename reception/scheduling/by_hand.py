"""The calendar in the hands of staff: they may bend the rules of booking, but nothing ever overlaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from reception.clock import same_moment
from reception.database.records import Account, Appointment
from reception.database.store import Store
from reception.errors import Invalid, NotFound, SlotTaken, Taken
from reception.messaging.notices import Notices
from reception.practice import AppointmentType, Practice, Practitioner
from reception.scheduling.calendar import after_minutes, bookable
from reception.scheduling.waiting import WaitingList

Outcome = Literal["booked", "completed", "no_show"]

#: How long a text to the patient waits: what is taken back at once nobody needs to hear of.
GRACE = timedelta(minutes=1)
#: Texts that tell where an appointment stands; the newest makes those before it void.
TOLD = ("booked", "moved", "cancelled")

#: What `bookable` finds, as staff are asked about it.
WARNINGS = {
    "type": "{practitioner} does not offer this kind of appointment.",
    "past": "This time has passed.",
    "lead": "This is sooner than patients may book.",
    "horizon": "This is later than patients may book.",
    "closed": "The practice is closed then.",
    "hours": "This is outside of {practitioner}'s hours.",
    "grid": "Appointments usually start at other times.",
}


class Bent(Invalid):
    """A rule of booking speaks against it; staff may say that they mean it."""

    status = 409
    title = "Against the practice's rules"


@dataclass(frozen=True)
class Place:
    """Where an appointment is to be: aware start, whom with, and what kind."""

    practitioner: Practitioner
    appointment_type: AppointmentType
    start: datetime

    @property
    def end(self) -> datetime:
        return after_minutes(self.start, self.appointment_type.minutes)


class ByHand:
    """One member of staff at the calendar, within one transaction; `now` is the desk's clock.

    Patients are told by text of what changes, and freed time goes to the waiting list first. Raises
    SlotTaken where something is in the way, Taken where somebody else changed it meanwhile, and Bent where
    a rule speaks against it and `anyway` is not given.

    `unsaid` are the kinds of texts about the last change's appointment that had not left yet, and never
    will: while there were any, the patient does not know where it stood before.
    """

    def __init__(
        self,
        store: Store,
        practice: Practice,
        me: Account,
        now: datetime,
        waiting: WaitingList,
        notices: Notices | None,
        *,
        grace: timedelta = timedelta(0),
    ) -> None:
        """Texts to patients wait for `grace`."""
        self.unsaid: set[str] = set()
        self._due = now + grace if grace else None
        self._store = store
        self._practice = practice
        self._me = me
        self._now = now
        self._waiting = waiting
        self._notices = notices

    def place(self, practitioner_id: UUID, appointment_type: str, start: datetime) -> Place:
        """The place of these names. Invalid for somebody or something the practice does not have."""
        doctor = next((one for one in self._practice.practitioners if one.id == practitioner_id), None)
        kind = self._practice.type_by_name.get(appointment_type)
        if doctor is None or kind is None:
            raise Invalid("Choose a practitioner and a kind of appointment of this practice.")
        return Place(doctor, kind, start.astimezone(self._practice.time_zone))

    async def book(self, place: Place, patient_id: UUID, reason: str, *, anyway: bool = False) -> Appointment:
        """Books the place for a patient."""
        if await self._store.patient(self._practice.id, patient_id) is None:
            raise NotFound("There is no such patient.")
        self._check(place, anyway)
        await self._clear(place)
        booked = await self._store.add_appointment(
            self._practice.id,
            place.practitioner.id,
            place.appointment_type.id,
            place.start,
            place.end,
            patient_id=patient_id,
            reason=reason,
        )
        if booked is None:
            raise SlotTaken(self._taken(place))
        await self._audit("book", booked, start=place.start.isoformat())
        appointment = await self._appointment(booked)
        await self._tell("booked", appointment)
        return appointment

    async def move(
        self,
        appointment_id: UUID,
        place: Place,
        seen: datetime,
        *,
        seen_with: UUID | None = None,
        anyway: bool = False,
        back: bool = False,
    ) -> Appointment:
        """Gives an appointment another place. `seen` and `seen_with`: when and whose it was when shown.

        With `back` it goes where the patient last knew it to be: a text that has not left is all they need.
        """
        old = await self._booked(appointment_id, seen, seen_with)
        same_place = old.practitioner_id == place.practitioner.id and same_moment(old.start, place.start)
        if same_place and old.appointment_type_id == place.appointment_type.id:
            return old
        self._check(place, anyway)
        await self._clear(place)
        moved = await self._store.move_appointment(
            appointment_id,
            place.practitioner.id,
            place.appointment_type.id,
            place.start,
            place.end,
            conversation_id=uuid4(),  # of no conversation: nobody's holds are dropped
        )
        if not moved:
            raise SlotTaken(self._taken(place))
        await self._audit(
            "move", appointment_id, old_start=old.start.isoformat(), start=place.start.isoformat()
        )
        await self._waiting.give(old)
        appointment = await self._appointment(appointment_id)
        if not same_place:
            await self._tell("moved", appointment, back=back)
        return appointment

    async def cancel(self, appointment_id: UUID, seen: datetime) -> Appointment:
        """Cancels an appointment."""
        await self._booked(appointment_id, seen)
        await self._store.set_appointment_status(appointment_id, "cancelled")
        cancelled = await self._appointment(appointment_id)
        await self._audit("cancel", appointment_id, start=cancelled.start.isoformat())
        await self._waiting.give(cancelled)
        await self._tell("cancelled", cancelled)
        return cancelled

    async def restore(self, appointment_id: UUID, *, back: bool = False) -> Appointment:
        """Takes a cancellation back, where the time is still free. `back` as with a move."""
        old = await self._appointment(appointment_id, lock=True)
        if old.status != "cancelled":
            return old
        await self._store.lock_calendars([old.practitioner_id])
        await self._store.drop_expired_holds(old.practitioner_id, old.start, old.end)
        if not await self._store.restore_appointment(appointment_id):
            raise SlotTaken("The time has gone to somebody else meanwhile.")
        await self._audit("restored", appointment_id, start=old.start.isoformat())
        restored = await self._appointment(appointment_id)
        await self._tell("moved", restored, back=back)
        return restored

    async def end(self, appointment_id: UUID, outcome: Outcome) -> Appointment:
        """How it went: the patient came, did not, or (again) it is not known yet."""
        old = await self._appointment(appointment_id, lock=True)
        if old.status not in ("booked", "completed", "no_show"):
            raise Invalid("This appointment was cancelled.")
        if outcome != "booked" and old.start > self._now:
            raise Invalid("This appointment is still to come.")
        if outcome != "booked":
            await self._store.set_appointment_status(appointment_id, outcome)
        elif not await self._store.restore_appointment(appointment_id):
            raise SlotTaken("Something else stands at that time now.")
        await self._audit(outcome, appointment_id)
        return await self._appointment(appointment_id)

    async def arrive(self, appointment_id: UUID, *, arrived: bool) -> Appointment:
        """The patient is here, or after all is not."""
        await self._appointment(appointment_id, lock=True)
        await self._store.note_arrival(appointment_id, arrived=arrived)
        await self._audit("arrived" if arrived else "not_arrived", appointment_id)
        return await self._appointment(appointment_id)

    async def block(self, practitioner_id: UUID, start: datetime, end: datetime, reason: str) -> UUID:
        """Keeps time of a practitioner from being booked."""
        if end <= start:
            raise Invalid("The end must lie after the beginning.")
        if practitioner_id not in {one.id for one in self._practice.practitioners}:
            raise NotFound("There is no such practitioner.")
        await self._store.lock_calendars([practitioner_id])
        await self._store.drop_expired_holds(practitioner_id, start, end)
        block = await self._store.block_time(self._practice.id, practitioner_id, start, end, reason)
        if block is None:
            raise SlotTaken("There are appointments in this time: move or cancel them first.")
        await self._store.audit(self._practice.id, None, "blocked", "block", block, {}, staff_id=self._me.id)
        return block

    async def unblock(self, block_id: UUID) -> None:
        """Gives blocked time back. NotFound without such a block."""
        if not await self._store.unblock_time(self._practice.id, block_id):
            raise NotFound("This time is no longer blocked.")
        await self._store.audit(
            self._practice.id, None, "unblocked", "block", block_id, {}, staff_id=self._me.id
        )

    def _check(self, place: Place, anyway: bool) -> None:
        why = bookable(self._practice, place.appointment_type, place.practitioner, place.start, self._now)
        if why is not None and not anyway:
            raise Bent(WARNINGS[why].format(practitioner=place.practitioner.name))

    async def _clear(self, place: Place) -> None:
        await self._store.lock_calendars([place.practitioner.id])
        await self._store.drop_expired_holds(place.practitioner.id, place.start, place.end)

    @staticmethod
    def _taken(place: Place) -> str:
        return f"{place.practitioner.name} has something else at that time; nothing was changed."

    async def _tell(self, kind: str, appointment: Appointment, *, back: bool = False) -> None:
        """Tells the patient, in place of what has not left yet."""
        self.unsaid = unsaid = await self._store.unsay_texts(appointment.id, TOLD)
        if self._notices is None or (back and unsaid) or (kind == "cancelled" and "booked" in unsaid):
            return
        if kind == "cancelled":
            tell = self._notices.cancelled
        else:
            tell = self._notices.booked if "booked" in {kind, *unsaid} else self._notices.moved
        await tell(self._store, self._practice, appointment, due_at=self._due)

    async def _booked(
        self, appointment_id: UUID, seen: datetime, seen_with: UUID | None = None
    ) -> Appointment:
        found = await self._appointment(appointment_id, lock=True)
        elsewhere = seen_with not in (None, found.practitioner_id)
        if found.status != "booked" or not same_moment(found.start, seen) or elsewhere:
            raise Taken("Somebody has changed this appointment meanwhile; it is shown as it is now.")
        return found

    async def _appointment(self, appointment_id: UUID, *, lock: bool = False) -> Appointment:
        found = await self._store.appointment(self._practice.id, appointment_id, lock=lock)
        if found is None or found.status == "held":
            raise NotFound("There is no such appointment.")
        return found

    async def _audit(self, action: str, appointment_id: UUID, **details: str) -> None:
        await self._store.audit(
            self._practice.id, None, action, "appointment", appointment_id, details, staff_id=self._me.id
        )
