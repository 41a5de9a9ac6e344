"""Booking a new appointment, from the first wish to the row in the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from reception.dialogue.asking import after, ask, confirm, finish
from reception.dialogue.identifying import identify, new_patient_question, patient_row
from reception.dialogue.meaning import Frame, Intent
from reception.dialogue.needs import (
    BookSlot,
    FileRequest,
    FindSlots,
    ReleaseHold,
    SaveContact,
    Step,
    Talk,
    Upcoming,
    WithdrawRequest,
)
from reception.dialogue.offers import pick
from reception.dialogue.searching import (
    choose,
    find_time,
    forget_time,
    offer,
    only_type,
    overlap,
    refuse_offered,
    resolve,
    takes_new_patients,
)
from reception.dialogue.state import About, Existing, Expects, Facts, Line, Offer, Reply, State, Task


def book(state: State, facts: Facts) -> Talk:
    """The next step towards a booked appointment."""
    found: list[Line] = []
    held: list[Line] = []
    if state.who.new and not takes_new_patients(facts.practice):
        return (yield from _no_new_patients(state))
    if state.chosen is None:
        question = yield from find_time(state, facts, found)
        if question is not None:
            return after(found, question)
        if not state.who.settled:
            held.append(Line("time_free", {"offer": state.chosen}))
    question = yield from identify(state, facts)
    said: list[Line] = []
    if question is None and state.who.new:
        if not takes_new_patients(facts.practice):
            return (yield from _no_new_patients(state))
        question = yield from _fit_new_patient(state, facts, said)
    if question is None:
        question = yield from _not_twice(state, facts, said)
    if question is None:
        question = _contact(state, facts)
    if question is not None:
        still_held = held if state.chosen and held == [Line("time_free", {"offer": state.chosen})] else []
        return after([*found, *still_held, *said], question)
    return after([*found, *said], _read_back(state, facts))


def _not_twice(state: State, facts: Facts, said: list[Line]) -> Step:
    """Nobody can be in two rooms: a time at which the patient has an appointment already is not booked."""
    if state.who.patient_id is None or state.chosen is None:
        return None
    coming: tuple[Existing, ...] = yield Upcoming(state.who.patient_id)
    other = next((one for one in coming if overlap(facts.practice, state.chosen, one)), None)
    if other is None:
        return None
    said.append(Line("already_then", {"existing": other}))
    yield ReleaseHold()
    state.refused = (*state.refused, replace(state.chosen, practitioner=""))
    forget_time(state)
    state.busy = coming
    return (yield from find_time(state, facts, said))


def answer_booking(state: State, facts: Facts, frame: Frame) -> Talk:
    """Takes the answer to the read-back."""
    if frame.intent is Intent.AFFIRM:
        return (yield from _commit(state, facts))
    if frame.intent is Intent.DENY and "change" in state.asked:  # no twice: not a detail, the whole
        yield ReleaseHold()
        return finish(state, Line("nothing_booked"), outcome="not_booked")
    if frame.intent is Intent.DENY:
        state.asked += ("change",)
        return ask("ask_change", Expects.REQUEST)
    return _read_back(state, facts)


def answer_waitlist(state: State, facts: Facts, frame: Frame) -> Talk:
    """Takes the answer to the offer of the waiting list."""
    if frame.intent is not Intent.AFFIRM and state.task is Task.WAITLIST:
        return finish(state, Line("request_dropped"))
    if frame.intent is not Intent.AFFIRM:
        line = Line("kept" if state.task is Task.MOVE else "nothing_booked")
        return finish(state, line, outcome="no_slot")
    state.task = Task.WAITLIST
    state.asked += ("waitlist",)
    return (yield from join_waitlist(state, facts))


def join_waitlist(state: State, facts: Facts) -> Talk:
    """Puts the wish on the waiting list once it is clear whose it is."""
    question = yield from identify(state, facts)
    question = question or new_patient_question(state, facts)
    if question is not None:
        return question
    wish = state.wish
    if len(wish.practitioners) == 1:  # the only one of the specialty that was named
        wish.practitioner, wish.practitioners = wish.practitioners[0], ()
    wish.appointment_type = wish.appointment_type or only_type(facts.practice, wish.practitioner)
    if "waitlist" not in state.asked:  # asked for by themselves: it was not offered, nor said yes to
        return confirm(
            "confirm_waitlist",
            About.WAITLIST,
            name=state.claims.name or state.who.name,
            kind=wish.appointment_type,
            days=wish.days,
            hours=wish.hours,
            practitioner=wish.practitioner,
        )
    patient = yield from patient_row(state, facts)
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
    if first is None or last is None:
        return f"from {_plain(first)}" if first is not None else f"until {_plain(last)}" if last else ""
    return " to ".join(dict.fromkeys((_plain(first), _plain(last))))


def _plain(end: object) -> str:
    return end.isoformat("minutes") if isinstance(end, time) else str(end)


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
    if kind.name != chosen.appointment_type:
        said.append(Line("longer_first_visit", {"kind": kind.name}))
    yield ReleaseHold()
    state.chosen = state.held = None
    near = sorted(free, key=lambda one: abs(one.start - chosen.start))[:3]
    if near:
        return offer(pick(near))
    return (yield from find_time(state, facts, said))


def _no_new_patients(state: State) -> Talk:
    """Nobody here takes new patients: nothing is held for one, but there is the waiting list."""
    yield ReleaseHold()
    state.chosen = state.held = None
    return confirm("offer_waitlist_new", About.WAITLIST)


def _contact(state: State, facts: Facts) -> Reply | None:
    """Asks for the contact details the practice wants before it books."""
    who, claims = state.who, state.claims
    practice = facts.practice
    question = new_patient_question(state, facts)
    if question is not None:
        return question
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
    question = confirm(
        "confirm_booking",
        About.BOOKING,
        offer=state.chosen,
        reason=state.wish.reason,
        name=state.claims.name or state.who.name,
    )
    return after(insurance_lines(state, facts, state.chosen), question)


def insurance_lines(state: State, facts: Facts, offer: Offer) -> list[Line]:
    """Says that the time's doctor does not take the patient's insurance; nothing where they do."""
    insurance = state.claims.insurance or state.who.insurance
    if takes(facts, offer.practitioner, insurance):
        return []
    values = {"practitioner": offer.practitioner, "insurance": insurance}
    return [Line("insurance_not_taken", values)]


def takes(facts: Facts, practitioner: str, insurance: str) -> bool:
    """Whether the practitioner takes this insurance; unknown or unrestricted counts as yes."""
    accepted = facts.practice.practitioner_by_name[practitioner].insurances
    said = insurance.casefold()
    if not accepted or not said or facts.cues.uninsured.search(said):
        return True
    return any(one.casefold() in said or said in one.casefold() for one in accepted)


def _commit(state: State, facts: Facts) -> Talk:
    assert state.chosen is not None  # confirmed after a read-back
    if not state.who.settled:  # "yes, for my son": somebody else, who is not known yet
        return (yield from book(state, facts))
    chosen = state.chosen
    patient = yield from patient_row(state, facts)
    if state.claims.email or state.claims.insurance:
        yield SaveContact(patient, state.claims.email, state.claims.insurance)
    own = state.booked_by.casefold() == (state.claims.name or state.who.name).casefold()
    booked_by = "" if own else state.booked_by
    booked = yield BookSlot(state.held or "", chosen, patient, state.wish.reason, booked_by)
    if not booked:
        refuse_offered(state)
        state.taken = True
        return (yield from book(state, facts))
    if state.medical_request:
        yield WithdrawRequest(state.medical_request)
        state.medical_request, state.medical_words = None, ""
    return finish(state, *booked_lines(facts, chosen), outcome="booked")


def booked_lines(facts: Facts, offer: Offer) -> tuple[Line, ...]:
    """That it is booked, and what to bring."""
    bring = facts.practice.type_by_name[offer.appointment_type].bring
    return (Line("booked", {"offer": offer}), *((Line("bring", {"bring": bring}),) if bring else ()))
