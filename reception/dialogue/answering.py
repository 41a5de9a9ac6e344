"""Understanding an answer by the question it answers: a pick among options, or a yes or no."""

from __future__ import annotations

from reception.dialogue.asking import ask, finish
from reception.dialogue.booking import answer_booking, answer_waitlist
from reception.dialogue.changes import answer_cancel, answer_move
from reception.dialogue.identifying import answer_identity, answer_known
from reception.dialogue.meaning import Days, Frame, Hours, Intent, Slot
from reception.dialogue.needs import Step
from reception.dialogue.noting import start_task
from reception.dialogue.offers import matching, within
from reception.dialogue.people import hand_over
from reception.dialogue.requests import answer_request
from reception.dialogue.searching import choose, offer, refuse_offered
from reception.dialogue.state import About, Choice, Existing, Expects, Facts, Line, Offer, State, Task

_REFUSING = (Intent.DENY, Intent.ALTERNATIVES)


def answer_pending(state: State, frame: Frame, picked: Choice | None, facts: Facts) -> Step:
    """A reply where the answer leads straight to one; None when the task simply goes on."""
    if picked is not None and picked.yes is not None:
        frame = Frame(Intent.AFFIRM if picked.yes else Intent.DENY)
    if state.expects is Expects.SLOT:
        return (yield from _pick_offer(state, frame, picked))
    if state.expects is Expects.APPOINTMENT:
        _pick_appointment(state, frame, picked)
    elif state.expects is Expects.DATE and picked is not None and picked.day is not None:
        state.wish.days = Days(picked.day, picked.day)
    elif state.expects is Expects.CONFIRMATION:
        return (yield from _confirmation(state, frame, facts))
    return None


def _confirmation(state: State, frame: Frame, facts: Facts) -> Step:
    about = state.about
    if about is About.IDENTITY:
        answer_identity(state, frame)
        return None
    if about is About.KNOWN_PATIENT:
        return (yield from answer_known(state, facts, frame))
    if about is About.HANDOVER:
        if frame.intent is Intent.AFFIRM:
            return (yield from hand_over(state, facts, "handover"))
        state.misses = 0
        return None
    if about is About.OTHER and state.task is None:
        if frame.intent is Intent.AFFIRM:
            start_task(state, Task.BOOK)
            return None
        return finish(state, Line("medical_noted"))
    if about is About.WAITLIST:
        if frame.intent in (Intent.AFFIRM, Intent.DENY):
            return (yield from answer_waitlist(state, facts, frame))
        return None
    if about is About.REQUEST and state.task is not None:
        return (yield from answer_request(state, facts, frame))
    return (yield from _about_a_time(state, frame, facts))


def _about_a_time(state: State, frame: Frame, facts: Facts) -> Step:
    """A read-back of a time: what was changed in the same breath goes first."""
    if state.chosen is None and state.about in (About.BOOKING, About.MOVE):
        return None  # new details dropped the time: search again
    details = {slot for slot in frame.slots if slot not in (Slot.CHOICE, Slot.TOPIC)}
    if frame.intent in _REFUSING and not details and frame.intent is Intent.ALTERNATIVES:
        refuse_offered(state)
        return None
    if frame.intent in _REFUSING and details:
        return None
    if state.about is About.BOOKING:
        return (yield from answer_booking(state, facts, frame))
    if state.about is About.CANCEL:
        return (yield from answer_cancel(state, facts, frame))
    if state.about is About.MOVE:
        return (yield from answer_move(state, facts, frame))
    return None


def _pick_offer(state: State, frame: Frame, picked: Choice | None) -> Step:
    """Which of the offered times is meant, if any; None once one is held or the search must go on."""
    offers = tuple(one.offer for one in state.choices if one.offer is not None)
    meant = (picked.offer,) if picked is not None and picked.offer else _meant(frame, offers)
    if frame.intent in _REFUSING and not (picked or Slot.CHOICE in frame.values):
        refuse_offered(state, whoever=not frame.slots.keys() & {Slot.PRACTITIONER, Slot.SPECIALTY})
        return None
    if len(meant) == 1:
        yield from choose(state, meant[0])  # when somebody was faster, the search goes on near it
        state.wish.days = Days(meant[0].start.date(), meant[0].start.date())
        clock = meant[0].start.time().replace(tzinfo=None)
        state.wish.hours = Hours(clock, clock)
        return None
    if 1 < len(meant) < len(offers):
        return offer(meant)
    if _named(frame):
        return None  # another day or hour than those offered: search with it
    if frame.intent is Intent.AFFIRM and len(offers) > 1:
        return ask("ask_which", Expects.SLOT, *state.choices, offers=offers)
    return offer(offers)


def _named(frame: Frame) -> bool:
    return any(slot in frame.values for slot in (Slot.DATE, Slot.TIME, Slot.PRACTITIONER, Slot.SPECIALTY))


def _meant(frame: Frame, offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """The offers that fit the words; all of them when nothing was said to tell them apart."""
    index = frame.values.get(Slot.CHOICE)
    if isinstance(index, int) and -len(offers) <= index < len(offers):
        return (offers[index],)
    days, hours = frame.values.get(Slot.DATE), frame.values.get(Slot.TIME)
    doctor = frame.values.get(Slot.PRACTITIONER)
    if not _named(frame):
        return offers if len(offers) > 1 or frame.intent is Intent.AFFIRM else ()
    return tuple(
        matching(
            offers,
            days if isinstance(days, Days) else None,
            hours if isinstance(hours, Hours) else None,
            doctor if isinstance(doctor, str) else None,
        )
    )


def _pick_appointment(state: State, frame: Frame, picked: Choice | None) -> None:
    """Which of the patient's appointments is meant."""
    each = tuple(one.existing for one in state.choices if one.existing is not None)
    if picked is not None and picked.existing is not None:
        state.appointment = picked.existing
        return
    index = frame.values.get(Slot.CHOICE)
    if isinstance(index, int) and -len(each) <= index < len(each):
        state.appointment = each[index]
        return
    fitting = [one for one in each if _fits(one, frame)]
    if len(fitting) == 1:
        state.appointment = fitting[0]
        state.wish.days, state.wish.hours = (
            (None, None) if state.task is Task.MOVE else (state.wish.days, state.wish.hours)
        )


def _fits(one: Existing, frame: Frame) -> bool:
    values = frame.values
    days = values.get(Slot.OLD_DATE, values.get(Slot.DATE))
    hours = values.get(Slot.OLD_TIME, values.get(Slot.TIME))
    said = [values.get(Slot.PRACTITIONER), values.get(Slot.APPOINTMENT_TYPE)]
    if days is None and hours is None and not any(said):
        return False
    return (
        (not isinstance(days, Days) or days.allows(one.start.date()))
        and (not isinstance(hours, Hours) or within(hours, one.start))
        and said[0] in (None, one.practitioner)
        and said[1] in (None, one.appointment_type)
    )
