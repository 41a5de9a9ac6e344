"""Booking a new appointment, from the first wish to the row in the calendar."""

from __future__ import annotations

from reception.dialogue.asking import after, ask, confirm, finish
from reception.dialogue.identifying import identify
from reception.dialogue.meaning import Frame, Intent
from reception.dialogue.needs import (
    AddPatient,
    BookSlot,
    FileRequest,
    FindSlots,
    ReleaseHold,
    SaveContact,
    Step,
    Talk,
    WithdrawRequest,
)
from reception.dialogue.offers import pick
from reception.dialogue.searching import choose, find_time, offer, refuse_offered, resolve
from reception.dialogue.state import About, Expects, Facts, Line, Offer, Reply, State, Task


def book(state: State, facts: Facts) -> Talk:
    """The next step towards a booked appointment."""
    said: list[Line] = []
    if state.chosen is None:
        question = yield from find_time(state, facts)
        if question is not None:
            return question
        if not state.who.settled:
            said.append(Line("time_free", {"offer": state.chosen}))
    question = yield from identify(state, facts)
    if question is None and state.who.new:
        question = yield from _fit_new_patient(state, facts, said)
    if question is None:
        question = _contact(state, facts)
    if question is not None:
        return after(said, question)
    return _read_back(state, facts)


def answer_booking(state: State, facts: Facts, frame: Frame) -> Talk:
    """Takes the answer to the read-back."""
    if frame.intent is Intent.AFFIRM:
        return (yield from _commit(state, facts))
    if frame.intent is Intent.DENY:
        return ask("ask_change", Expects.REQUEST)
    return _read_back(state, facts)


def answer_waitlist(state: State, facts: Facts, frame: Frame) -> Talk:
    """Takes the answer to the offer of the waiting list."""
    if frame.intent is not Intent.AFFIRM:
        return finish(state, Line("nothing_booked"), outcome="no_slot")
    question = yield from identify(state, facts)
    if question is not None:
        state.task = Task.WAITLIST
        return question
    return (yield from join_waitlist(state, facts))


def join_waitlist(state: State, facts: Facts) -> Talk:
    """Puts the wish on the waiting list once it is clear whose it is."""
    question = yield from identify(state, facts)
    if question is not None:
        return question
    patient = state.who.patient_id or (yield AddPatient(state.claims))
    wish = state.wish
    details = {
        "practitioner": wish.practitioner or "",
        "appointment_type": wish.appointment_type or "",
        "date": _range(wish.days.first, wish.days.last) if wish.days else "",
        "time": _range(wish.hours.first, wish.hours.last) if wish.hours else "",
    }
    details = {key: value for key, value in details.items() if value}
    yield FileRequest("waitlist", details, "routine", patient)
    return finish(state, Line("on_waitlist"), outcome="waitlist")


def _range(first: object, last: object) -> str:
    ends = [str(end) for end in (first, last) if end is not None]
    return " to ".join(dict.fromkeys(ends))


def _fit_new_patient(state: State, facts: Facts, said: list[Line]) -> Step:
    """A new patient's first appointment may need another type or doctor than the time was held for."""
    assert state.chosen is not None  # only called with a held time
    kind, doctors = resolve(state, facts.practice, said)
    chosen = state.chosen
    if kind.name == chosen.appointment_type and chosen.practitioner in doctors:
        return None
    day = chosen.start.date()
    free: tuple[Offer, ...] = yield FindSlots(kind.name, doctors, day, day)
    same = [one for one in free if one.start == chosen.start]
    same.sort(key=lambda one: one.practitioner != chosen.practitioner)
    for one in same:
        if (yield from choose(state, one)):
            return None
    yield ReleaseHold()
    state.chosen = state.held = None
    near = sorted(free, key=lambda one: abs(one.start - chosen.start))[:3]
    if near:
        offers = pick(near)
        return after([*said, Line("longer_first_visit", {"kind": kind.name})], offer(offers))
    return after([*said, Line("longer_first_visit", {"kind": kind.name})], (yield from book(state, facts)))


def _contact(state: State, facts: Facts) -> Reply | None:
    """Asks for the contact details the practice wants before it books."""
    who, claims = state.who, state.claims
    practice = facts.practice
    if who.new and not claims.name:
        return ask("ask_patient_name", Expects.PATIENT_NAME)
    if who.new and claims.date_of_birth is None:
        return ask("ask_date_of_birth", Expects.DATE_OF_BIRTH)
    if who.new and not (claims.phone or facts.caller_phone):
        return ask("ask_phone_new", Expects.PHONE)
    if practice.booking.collect_email and not (claims.email or who.email):
        return ask("ask_email", Expects.EMAIL)
    doctor = practice.practitioner_by_name[state.chosen.practitioner] if state.chosen else None
    if who.new and doctor and doctor.insurances and not claims.insurance and "insurance" not in state.asked:
        state.asked += ("insurance",)
        return ask("ask_insurance", Expects.INSURANCE)
    return None


def _read_back(state: State, facts: Facts) -> Reply:
    """Everything that will be written, in one sentence, to be confirmed."""
    assert state.chosen is not None  # a read-back follows a held time
    lines = []
    insurance = state.claims.insurance or state.who.insurance
    if not takes(facts, state.chosen.practitioner, insurance):
        lines.append(
            Line("insurance_not_taken", {"practitioner": state.chosen.practitioner, "insurance": insurance})
        )
    question = confirm(
        "confirm_booking",
        About.BOOKING,
        offer=state.chosen,
        reason=state.wish.reason,
        name=state.claims.name or state.who.name,
    )
    return after(lines, question)


def takes(facts: Facts, practitioner: str, insurance: str) -> bool:
    """Whether the practitioner takes this insurance; unknown or unrestricted counts as yes."""
    accepted = facts.practice.practitioner_by_name[practitioner].insurances
    said = insurance.casefold()
    if not accepted or not said or said in ("none", "self-pay", "private"):
        return True
    return any(one.casefold() in said or said in one.casefold() for one in accepted)


def _commit(state: State, facts: Facts) -> Talk:
    assert state.chosen is not None  # confirmed after a read-back
    chosen = state.chosen
    patient = state.who.patient_id
    if patient is None:
        state.claims.phone = state.claims.phone or facts.caller_phone
        patient = yield AddPatient(state.claims)
        state.who.patient_id = patient
    if state.claims.email or state.claims.insurance:
        yield SaveContact(patient, state.claims.email, state.claims.insurance)
    booked = yield BookSlot(state.held or "", chosen, patient, state.wish.reason)
    if not booked:
        refuse_offered(state)
        state.taken = True
        return (yield from book(state, facts))
    if state.medical_request:
        yield WithdrawRequest(state.medical_request)
        state.medical_request = None
    return finish(state, Line("booked", {"offer": chosen}), outcome="booked")
