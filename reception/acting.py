"""Meets the needs of the dialogue inside one database transaction: searches, holds, bookings, requests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from reception.clock import same_moment
from reception.database.records import Appointment, Patient
from reception.database.store import Store
from reception.dialogue import needs
from reception.dialogue.needs import Identification, Need
from reception.dialogue.state import Claims, Existing, Offer, WaitingTime
from reception.errors import Invalid, SlotTaken
from reception.identity import duplicate, identification, person_key, ward
from reception.messaging.notices import Notices
from reception.practice import Practice
from reception.scheduling.absence import Absences
from reception.scheduling.booking import Booking
from reception.scheduling.calendar import OpenSlot, after_minutes
from reception.scheduling.waiting import WaitingList

#: Failed identifications of one caller at one practice before only people help, and for how long.
FAILURES = 3
FAILURES_KEPT = timedelta(hours=24)
#: Different birth dates that everybody together may try for one person, and one caller for all persons.
MOST_AT_ONE, MOST_BY_ONE = 10, 20
#: Look-ups of anybody in vain by all together who hide their number: each call of theirs counts for itself.
MOST_HIDDEN = 20


@dataclass
class Actor:
    """One turn's hands: all is done in the transaction of `store`, so a turn happens whole or not at all."""

    store: Store
    booking: Booking
    waiting: WaitingList
    absences: Absences
    practice: Practice
    conversation_id: UUID
    caller: str
    channel: str
    notices: Notices | None = None  # None where no texts are sent
    limited: bool = True  # False where request limits are off: load runs call as one person

    async def meet(self, need: Need) -> Any:
        """The answer to a need, of the type that needs.py names beside it."""
        match need:
            case needs.FindSlots():
                return await self._free(need)
            case needs.HoldSlot(offer, moving):
                return await self._hold(offer, moving)
            case needs.ReleaseHold():
                return await self.booking.release(self.conversation_id)
            case needs.Identify(claims):
                return await self._identify(claims)
            case needs.IdentifyWard(guardian_id, name):
                return ward(name, await self.store.wards(self.practice.id, UUID(guardian_id)))
            case needs.CountFailure(claims):
                return await self._count_failure(claims)
            case needs.AddPatient(claims):
                return await self._add_patient(claims)
            case needs.BookSlot():
                return await self._book(need)
            case needs.Upcoming(patient_id):
                return await self._upcoming(UUID(patient_id))
            case needs.MoveAppointment(existing, offer):
                return await self._move(existing, offer)
            case needs.CancelAppointment(existing):
                return await self._cancel(existing)
            case needs.Standing(appointment_id, start):
                return await self._stands(UUID(appointment_id), start)
            case needs.ConfirmAppointment(appointment_id, start):
                return await self.store.confirm_appointment(self.practice.id, UUID(appointment_id), start)
            case needs.TakeReplacement(case_id, offer):
                return await self._replace(UUID(case_id), offer)
            case needs.DeclineReplacement(case_id):
                await self.absences.decline(UUID(case_id))
            case needs.DeclineOffer(held):
                await self.waiting.pass_on(UUID(held), self.conversation_id)
            case needs.Waiting(patient_id):
                return await self._waiting_time(UUID(patient_id))
            case needs.SaveContact(patient_id, email, insurance):
                await self.store.update_patient_contact(UUID(patient_id), email=email, insurance=insurance)
            case _:
                return await self._inbox(need)
        return None

    async def _free(self, need: needs.FindSlots) -> tuple[Offer, ...]:
        kind = self.practice.type_by_name[need.appointment_type]
        doctors = [self.practice.practitioner_by_name[name] for name in need.practitioners]
        found = await self.booking.free(
            kind, doctors, need.first, need.last, self.conversation_id, moving=_uuid(need.moving)
        )
        return tuple(Offer(one.practitioner.name, one.appointment_type.name, one.start) for one in found)

    def _slot(self, offer: Offer) -> OpenSlot:
        kind = self.practice.type_by_name[offer.appointment_type]
        start = offer.start.astimezone(self.practice.time_zone)
        end = after_minutes(start, kind.minutes)
        return OpenSlot(self.practice.practitioner_by_name[offer.practitioner], kind, start, end)

    async def _hold(self, offer: Offer, moving: str | None) -> str | None:
        slot = self._slot(offer)
        try:
            return str(await self.booking.hold(slot, self.conversation_id, moving=_uuid(moving)))
        except SlotTaken:
            return None

    async def _book(self, need: needs.BookSlot) -> bool:
        try:
            booked = await self.booking.confirm(
                UUID(need.held),
                self._slot(need.offer),
                UUID(need.patient_id),
                reason=need.reason,
                booked_by=need.booked_by or None,
                conversation_id=self.conversation_id,
            )
        except SlotTaken:
            return False
        if self.notices is not None:
            await self.notices.booked(self.store, self.practice, booked, self.conversation_id)
        return True

    async def _move(self, existing: Existing, offer: Offer) -> bool:
        slot = self._slot(offer)
        await self.store.lock_calendars([slot.practitioner.id])  # always before the appointment
        old = await self._as_read_back(existing, offer)
        if old is None:
            return False
        try:
            moved = await self.booking.move(old.id, slot, self.conversation_id)
            await self.waiting.give(old)
        except (SlotTaken, Invalid):  # the staff may have cancelled the appointment itself meanwhile
            return False
        if self.notices is not None and not same_moment(old.start, moved.start):
            await self.notices.moved(self.store, self.practice, moved, self.conversation_id)
        return True

    async def _replace(self, case_id: UUID, offer: Offer) -> bool:
        booked = await self.absences.accept(case_id, offer.practitioner, offer.appointment_type, offer.start)
        if booked is None:
            return False
        details = {"start": booked.start.isoformat()}
        await self.store.audit(
            self.practice.id, self.conversation_id, "move", "appointment", booked.id, details
        )
        return True

    async def _as_read_back(self, existing: Existing, *others: Offer) -> Appointment | None:
        """The appointment, locked, if it is with whom and when the patient was told, or as one of `others`.

        Staff may move it between the question and the yes.
        """
        found = await self.store.appointment(self.practice.id, UUID(existing.id), lock=True)
        if found is None:
            return None
        tellings: tuple[Existing | Offer, ...] = (existing, *others)
        for told in tellings:
            if found.practitioner == told.practitioner and same_moment(found.start, told.start):
                return found
        return None

    async def _cancel(self, existing: Existing) -> bool:
        old = await self._as_read_back(existing)
        if old is None or old.status not in ("booked", "cancelled"):
            return False
        if old.status == "cancelled":
            return True
        cancelled = await self.booking.cancel(old.id, self.conversation_id)
        patient = cancelled.patient
        by_their_text = self.channel == "sms" and patient is not None and patient.phone == self.caller
        if self.notices is not None and not by_their_text:  # who wrote it reads the answer
            await self.notices.cancelled(self.store, self.practice, cancelled, self.conversation_id)
        await self.waiting.give(cancelled)
        return True

    async def _stands(self, appointment_id: UUID, start: datetime) -> bool:
        found = await self.store.appointment(self.practice.id, appointment_id)
        return found is not None and found.status == "booked" and same_moment(found.start, start)

    async def _waiting_time(self, patient_id: UUID) -> WaitingTime | None:
        kept = await self.waiting.kept_for(patient_id, self.conversation_id)
        if kept is None:
            return None
        offer = Offer(kept.hold.practitioner, kept.hold.appointment_type, kept.hold.start)
        return WaitingTime(str(kept.request_id), str(kept.hold.id), offer)

    async def _upcoming(self, patient_id: UUID) -> tuple[Existing, ...]:
        found = await self.booking.upcoming(patient_id)
        return tuple(
            Existing(str(one.id), one.practitioner, one.appointment_type, one.start, one.reason)
            for one in found
        )

    async def _identify(self, claims: Claims) -> Identification:
        if await self._locked(claims):
            return Identification("locked")
        candidates = await self._candidates(claims)
        found = identification(claims, claims.phone, candidates, self.practice.booking, self.caller)
        person, attempt = self._person(claims), self._mark(claims)
        if found.kind == "match":
            await self.store.forgive_identification_failures(self.conversation_id, attempt, person)
        elif found.kind != "near":  # a guess, until they say that they are new: in many chats, too
            await self.store.add_identification_failure(
                self.practice.id, self.caller, self.conversation_id, attempt, kind="unmatched", person=person
            )
        return found

    async def _candidates(self, claims: Claims) -> list[Patient]:
        """Who may be meant, by the details that the practice asks for."""
        by, here = self.practice.booking.identify_by, self.practice.id
        born = claims.date_of_birth if "date_of_birth" in by else None
        if "patient_name" in by and (born or "phone" not in by):
            return await self.store.patients_like(
                here, claims.name, date_of_birth=born, phone=self.caller if born else ""
            )
        if born:
            return await self.store.patients(here, date_of_birth=born)
        return await self.store.patients(here, phone=claims.phone)

    async def _count_failure(self, claims: Claims) -> bool:
        await self.store.add_identification_failure(
            self.practice.id, self.caller, self.conversation_id, self._mark(claims)
        )
        return await self._locked(claims)

    def _mark(self, claims: Claims) -> str:
        """Marks one person's attempts without keeping a name: what was said right at last is forgiven.

        Where no birth date is asked for, the number or the name stands for it, lest one success forgives all.
        """
        by = self.practice.booking.identify_by
        said = claims.phone if "phone" in by else claims.name
        if "date_of_birth" in by:
            said = str(claims.date_of_birth)
        return hashlib.sha256(said.encode()).hexdigest()

    def _person(self, claims: Claims) -> str:
        """Marks whom an attempt is about, however the name is spelled, without keeping it."""
        said = person_key(claims.name) if claims.name else claims.phone
        return hashlib.sha256(said.encode()).hexdigest() if said else ""

    async def _locked(self, claims: Claims) -> bool:
        """Whether only people help now: this caller failed, or somebody's birth date is being guessed."""
        hidden = self.conversation_id if self.channel == "phone" and not self.caller else None
        tried = await self.store.guesses(
            self.practice.id, self.caller, self._person(claims), FAILURES_KEPT, call=hidden
        )
        if tried.denied >= FAILURES or tried.of_person >= FAILURES:
            return True
        bounds = (
            (tried.at_person, MOST_AT_ONE),
            (tried.by_caller, MOST_BY_ONE),
            (tried.by_hidden, MOST_HIDDEN),
        )
        return self.limited and any(number >= most for number, most in bounds)

    async def _add_patient(self, claims: Claims) -> str:
        """A patient said to be new; someone much like them on file is a matter for staff only."""
        like = await self.store.patients_like(self.practice.id, claims.name)
        doubles = [one for one in like if duplicate(claims, one)]
        patient = await self.store.add_patient(
            self.practice.id,
            claims.name,
            claims.date_of_birth,
            claims.phone,
            claims.email,
            claims.insurance,
            possible_duplicate=bool(doubles),
        )
        return str(patient.id)

    async def _inbox(self, need: Need) -> str | None:
        match need:
            case needs.FileRequest(kind, details, priority, patient_id):
                request = await self.store.file_request(
                    self.practice.id, kind, dict(details), priority, _uuid(patient_id), self.conversation_id
                )
                return str(request)
            case needs.AmendRequest(request_id, details):
                # never into what is done already, nor closed by staff who have not read it
                await self.store.update_request(UUID(request_id), dict(details), reopen=True)
            case needs.WithdrawRequest(request_id):
                await self.store.withdraw_request(UUID(request_id))
            case needs.CloseRequest(request_id):
                await self.store.close_request(UUID(request_id))
        return None


def _uuid(identifier: str | None) -> UUID | None:
    return UUID(identifier) if identifier else None
