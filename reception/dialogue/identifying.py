"""Who is it? Asks what the practice identifies by, and never tells what is on file."""

from __future__ import annotations

from dataclasses import replace

from reception.dialogue.asking import after, ask, confirm
from reception.dialogue.meaning import Frame, Intent, Slot
from reception.dialogue.needs import CountFailure, Identification, Identify, Step, Talk
from reception.dialogue.people import hand_over
from reception.dialogue.state import About, Claims, Expects, Facts, Line, State, Who

_QUESTIONS = {
    "patient_name": Expects.PATIENT_NAME,
    "date_of_birth": Expects.DATE_OF_BIRTH,
    "phone": Expects.PHONE,
}


def note_claims(state: State, frame: Frame) -> bool:
    """Takes over what the patient says of themselves; True when that changes who they say they are."""
    before = replace(state.claims)
    claims = state.claims
    values = frame.values
    if Slot.PATIENT_NAME in frame.slots:
        claims.name = str(values.get(Slot.PATIENT_NAME, frame.slots[Slot.PATIENT_NAME]))
    born = values.get(Slot.DATE_OF_BIRTH)
    if born is not None:
        claims.date_of_birth = born  # type: ignore[assignment]  # interpret() gives a date here
    claims.phone = str(values.get(Slot.PHONE, claims.phone))
    claims.email = str(values.get(Slot.EMAIL, claims.email))
    claims.insurance = frame.slots.get(Slot.INSURANCE, claims.insurance)
    keys = ("name", "date_of_birth")
    return any(getattr(before, key) != getattr(claims, key) for key in keys) and any(
        getattr(before, key) for key in keys
    )


def identify(state: State, facts: Facts) -> Step:
    """The next question towards knowing the patient; None once it is settled."""
    if state.who.settled:
        return None
    by = facts.practice.booking.identify_by
    for key in by:
        have = {"patient_name": state.claims.name, "phone": state.claims.phone or facts.caller_phone}
        if not have.get(key, state.claims.date_of_birth):
            return ask(f"ask_{key}", _QUESTIONS[key])
    if not state.who.unmatched:
        found: Identification = yield Identify(state.claims)
        if found.kind == "locked":
            return (yield from hand_over(state, facts, "handover_identity"))
        if found.kind == "match":
            _settle(state, found)
            return None
        if found.kind == "near":
            state.who = Who(near=found.patient_id, email=found.email, insurance=found.insurance)
            return confirm(
                "confirm_identity", About.IDENTITY, name=state.claims.name, born=state.claims.date_of_birth
            )
        state.who.unmatched = True
    return confirm("ask_known", About.KNOWN_PATIENT)


def answer_identity(state: State, frame: Frame) -> None:
    """Takes the answer to "Is that right?" after a close name was read back."""
    if frame.intent is Intent.AFFIRM and state.who.near:
        state.who = replace(state.who, patient_id=state.who.near, name=state.claims.name, near=None)
    elif frame.intent is Intent.DENY:
        state.who = Who()
        if Slot.PATIENT_NAME not in frame.slots and Slot.DATE_OF_BIRTH not in frame.values:
            state.claims = Claims(phone=state.claims.phone)


def answer_known(state: State, facts: Facts, frame: Frame) -> Step:
    """Takes the answer to "Have you been here before?"; a reply when it leads to a question."""
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
        return (yield from hand_over(state, facts, "handover_identity"))
    state.who = Who()
    state.claims = Claims(phone=claims.phone, email=claims.email, insurance=claims.insurance)
    question = yield from identify(state, facts)
    assert question is not None  # the name was just forgotten, so there is one to ask
    return after((Line("not_identified"),), question)


def _settle(state: State, found: Identification) -> None:
    state.who = Who(
        patient_id=found.patient_id, name=found.name, email=found.email, insurance=found.insurance
    )
