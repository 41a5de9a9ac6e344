"""Who is it? Asks what the practice identifies by, and never tells what is on file."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from reception.dialogue.asking import after, ask, confirm
from reception.dialogue.meaning import Frame, Intent, Slot
from reception.dialogue.needs import (
    AddPatient,
    CountFailure,
    Identification,
    Identify,
    IdentifyWard,
    Need,
    Step,
    Talk,
)
from reception.dialogue.people import hand_over
from reception.dialogue.state import About, Claims, Expects, Facts, Line, Reply, State, Who

_QUESTIONS = {
    "patient_name": Expects.PATIENT_NAME,
    "date_of_birth": Expects.DATE_OF_BIRTH,
    "phone": Expects.PHONE,
}
#: From this likeness on, a name is the one before, spelled otherwise.
_RESPELLED = 0.85
#: From this likeness on, a single word is meant as a correction of a part of the name.
_SAME_PART = 0.6


def note_claims(state: State, frame: Frame, facts: Facts) -> bool:
    """Takes over what the patient says of themselves; True when that changes who they say they are.

    A detail said for the first time changes nothing, unless it is another name than the one identified. A
    number does only where it was looked up: once the patient is known, it is just a number to reach them on.
    """
    before = replace(state.claims, name=state.claims.name or state.who.name, phone=_number(state, facts))
    claims = state.claims
    values = frame.values
    if Slot.PATIENT_NAME in frame.slots:
        said_name = str(values.get(Slot.PATIENT_NAME, frame.slots[Slot.PATIENT_NAME]))
        asked_last = state.question_key == "ask_last_name"
        claims.name = _put_right(before.name, said_name, asked_last=asked_last)
    born = values.get(Slot.DATE_OF_BIRTH)
    if born is not None:
        claims.date_of_birth = born  # type: ignore[assignment]  # interpret() gives a date here
    claims.phone = str(values.get(Slot.PHONE, claims.phone))
    claims.email = str(values.get(Slot.EMAIL, claims.email))
    claims.insurance = frame.slots.get(Slot.INSURANCE, claims.insurance)
    keys = ["name", "date_of_birth"]
    if "phone" in facts.practice.booking.identify_by and not state.who.settled:
        keys.append("phone")
    said = replace(claims, name=claims.name or before.name, phone=_number(state, facts))
    return any(getattr(before, key) and getattr(before, key) != getattr(said, key) for key in keys)


def note_by_the_way(state: State, frame: Frame, facts: Facts) -> None:
    """What a question tells of the patient; who they are is not changed by the way, once it was looked up."""
    if not (state.who.settled or state.who.looked_up):
        note_claims(state, frame, facts)
    elif Slot.INSURANCE in frame.slots:
        state.claims.insurance = frame.slots[Slot.INSURANCE]


def somebody_else(state: State, frame: Frame, old: Claims) -> None:
    """After the patient was identified: another name is another person, another birth date a correction."""
    known = old.name or state.who.name
    said, before = set(state.claims.name.casefold().split()), set(known.casefold().split())
    if said <= before or before <= said:
        state.claims.name = max(state.claims.name, known, key=len)
        if state.claims.date_of_birth == old.date_of_birth or frame.intent not in (
            Intent.INFORM,
            Intent.DENY,
        ):
            state.claims.date_of_birth = old.date_of_birth
            return
    elif state.who.patient_id is not None and not (state.who.new and respelled(state.claims.name, known)):
        state.guardian = state.who.patient_id
        itself = state.claims.name.casefold() == state.booked_by.casefold()
        state.booked_by = "" if itself else state.booked_by or known
        state.claims = _said_now(state.claims, frame)
        state.medical_request, state.medical_words, state.told_of_waiting = None, "", False
    elif Slot.DATE_OF_BIRTH not in frame.values and not respelled(state.claims.name, known):
        state.claims.date_of_birth = None
    # Nothing found for the one may be shown to, or changed for, the other.
    if state.appointment is not None:
        state.chosen = state.held = state.appointment = None
        state.wish.practitioner = state.wish.appointment_type = None
        state.refused = ()
    if state.expects is Expects.APPOINTMENT:
        state.expects, state.about, state.choices = None, None, ()
    state.who, state.busy = Who(), ()


def turn_to_another(state: State, name: str = "") -> None:
    """What comes next is, or may be, for another patient: who that is, is asked; the number stays."""
    known = state.claims.name or state.who.name
    if state.who.patient_id is not None and known.casefold() != name.casefold():
        state.guardian = state.who.patient_id
        state.booked_by = state.booked_by or known
        state.claims = Claims(name, phone=state.claims.phone)
        state.medical_request, state.medical_words, state.told_of_waiting = None, "", False
        state.who, state.busy = Who(), ()


def _put_right(name: str, said: str, *, asked_last: bool) -> str:
    """The name with the one part that is said anew, or with the last name that was asked for.

    "It's Kellner" after "Johanna Keller" is Johanna Kellner.
    """
    parts = name.split()
    if asked_last and len(parts) == 1 and name.casefold() not in said.casefold().split():
        return f"{name} {said}"
    if len(said.split()) > 1 or len(parts) < 2:
        return said
    likeness = [SequenceMatcher(None, said.casefold(), part.casefold()).ratio() for part in parts]
    best = max(range(len(parts)), key=likeness.__getitem__)
    if likeness[best] < _SAME_PART:
        return said
    return " ".join((*parts[:best], said, *parts[best + 1 :]))


def respelled(name: str, before: str) -> bool:
    """Whether a name only corrects the spelling of the one before."""
    return SequenceMatcher(None, name.casefold(), before.casefold()).ratio() >= _RESPELLED


def _said_now(claims: Claims, frame: Frame) -> Claims:
    """Only what this very turn says: what was told before is another person's, but for the number."""
    return Claims(
        claims.name,
        claims.date_of_birth if Slot.DATE_OF_BIRTH in frame.values else None,
        claims.phone,
        claims.email if Slot.EMAIL in frame.values else "",
        claims.insurance if Slot.INSURANCE in frame.slots else "",
    )


def identify(state: State, facts: Facts) -> Step:
    """The next question towards knowing the patient; None once it is settled."""
    if state.who.settled:
        return None
    by = facts.practice.booking.identify_by
    claims = replace(state.claims, phone=_number(state, facts))
    if state.guardian and claims.name and not state.who.unmatched:
        ward: Identification = yield IdentifyWard(state.guardian, claims.name)
        if ward.kind == "match":
            _settle(state, ward)
            state.claims.name = ward.name
            return None
    for key in by:
        have = {"patient_name": claims.name, "phone": claims.phone}
        if not have.get(key, claims.date_of_birth):
            return ask(f"ask_{key}", _QUESTIONS[key])
    one_word = "patient_name" in by and len(claims.name.split()) == 1
    if one_word and not state.who.unmatched and "last_name" not in state.asked:
        state.asked += ("last_name",)
        return ask("ask_last_name", Expects.PATIENT_NAME)
    if not state.who.unmatched and not state.who.misheard:
        found: Identification = yield Identify(claims)
        if found.kind == "locked":
            return (yield from hand_over(state, facts, "handover_identity", why="identity"))
        if found.kind == "match":
            _settle(state, found)
            return None
        if found.kind == "near":
            state.who = Who(near=found.patient_id, email=found.email, insurance=found.insurance)
        state.who.misheard = found.kind == "misheard"
        state.who.unmatched = found.kind == "none"
    if state.who.near or state.who.misheard:
        return confirm(
            "confirm_identity", About.IDENTITY, name=state.claims.name, born=state.claims.date_of_birth
        )
    return confirm("ask_known", About.KNOWN_PATIENT)


def answer_identity(state: State, facts: Facts, frame: Frame) -> Step:
    """Takes the answer to "Is that right?" after the details were read back; a bare no is a failure too."""
    if frame.intent is Intent.AFFIRM and state.who.near:
        state.who = replace(state.who, patient_id=state.who.near, name=state.claims.name, near=None)
    elif frame.intent is Intent.AFFIRM and state.who.misheard:
        state.who = Who(unmatched=True)  # caught rightly, so it is not what the practice has on file
    elif frame.intent is Intent.DENY and (state.who.near or state.who.misheard):
        return (yield from failed(state, facts, state.claims))
    return None


def answer_known(state: State, facts: Facts, frame: Frame) -> Step:
    """Takes the answer to "Have you been here before?"; a reply when it leads to a question."""
    if not state.who.unmatched:
        return None  # "no, I said the 12th": another detail came with the answer, and is looked up first
    if frame.intent is Intent.DENY:
        state.who.new = True
        return None
    if frame.intent is not Intent.AFFIRM:
        return None
    return (yield from failed(state, facts, state.claims))


def failed(state: State, facts: Facts, claims: Claims) -> Talk:
    """Counts a failed identification, then asks again from the start or hands over."""
    locked = yield CountFailure(claims)
    if locked:
        return (yield from hand_over(state, facts, "handover_identity", why="identity"))
    by_phone = "phone" in facts.practice.booking.identify_by
    state.who = Who()
    state.number_failed = state.number_failed or by_phone
    phone = "" if by_phone else claims.phone
    state.claims = Claims(phone=phone, email=claims.email, insurance=claims.insurance)
    question = yield from identify(state, facts)
    assert question is not None  # all that identifies was just forgotten, so there is something to ask
    return after((Line("not_identified"),), question)


def new_patient_question(state: State, facts: Facts) -> Reply | None:
    """The next detail without which a new patient can't be taken on; None when all are known."""
    claims = state.claims
    if not state.who.new:
        return None
    if not claims.name:
        return ask("ask_patient_name", Expects.PATIENT_NAME)
    if claims.date_of_birth is None:
        return ask("ask_date_of_birth", Expects.DATE_OF_BIRTH)
    if not (claims.phone or facts.caller_phone):
        return ask("ask_phone_new", Expects.PHONE)
    return None


def patient_row(state: State, facts: Facts) -> Generator[Need, Any, str]:
    """The patient's id; a new patient is taken on with this."""
    if state.who.patient_id is None:
        state.claims.phone = state.claims.phone or facts.caller_phone
        state.who.patient_id = yield AddPatient(state.claims)
    assert state.who.patient_id is not None  # just set
    return state.who.patient_id


def _number(state: State, facts: Facts) -> str:
    """The number to look the patient up by: the one they said, else the one they call from.

    The latter is shown by whoever likes, so that it never identifies anybody by itself.
    """
    alone = facts.practice.booking.identify_by == ("phone",)
    return state.claims.phone or ("" if state.number_failed or alone else facts.caller_phone)


def _settle(state: State, found: Identification) -> None:
    state.who = Who(
        patient_id=found.patient_id, name=found.name, email=found.email, insurance=found.insurance
    )
