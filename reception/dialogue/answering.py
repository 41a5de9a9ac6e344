"""Understanding an answer by the question it answers: a pick among options, or a yes or no."""

from __future__ import annotations

from reception.dialogue.asking import after, ask, finish
from reception.dialogue.booking import answer_booking, answer_waitlist
from reception.dialogue.changes import answer_cancel, answer_move, own_day
from reception.dialogue.identifying import answer_identity, answer_known
from reception.dialogue.meaning import Days, Frame, Hours, Intent, Slot
from reception.dialogue.needs import ReleaseHold, Step
from reception.dialogue.nurse import answer_care
from reception.dialogue.offers import matching, within
from reception.dialogue.people import hand_over
from reception.dialogue.requests import answer_request
from reception.dialogue.searching import choose, offer, refuse_offered
from reception.dialogue.state import About, Choice, Existing, Expects, Facts, Line, Offer, Reply, State, Task

_REFUSING = (Intent.DENY, Intent.ALTERNATIVES)
#: What tells an appointment that exists from another one; moving, the new time and doctor tell nothing of it.
_TELLING_WHEN_MOVING = frozenset({Slot.OLD_DATE, Slot.OLD_TIME})
_TELLING = _TELLING_WHEN_MOVING | {Slot.DATE, Slot.TIME, Slot.PRACTITIONER, Slot.APPOINTMENT_TYPE}


def answer_pending(state: State, frame: Frame, picked: Choice | None, facts: Facts) -> Step:
    """A reply where the answer leads straight to one; None when the task simply goes on."""
    if picked is not None and picked.yes is not None:
        frame = Frame(Intent.AFFIRM if picked.yes else Intent.DENY)
    if _another_is_meant(state, frame):
        _look_for_the_other(state, frame)
        return None
    if state.expects is Expects.SLOT:
        return (yield from _pick_offer(state, frame, picked))
    if state.expects is Expects.APPOINTMENT:
        _pick_appointment(state, frame, picked)
    elif state.expects is Expects.DATE:
        return _day(state, frame, picked)
    elif state.question_key == "ask_change" and state.task is Task.BOOK and state.chosen is not None:
        return (yield from what_to_change(state, frame))
    elif state.expects is Expects.CONFIRMATION:
        return (yield from _confirmation(state, frame, facts))
    return None


def _day(state: State, frame: Frame, picked: Choice | None) -> Reply | None:
    """Which of two days is meant; and who wants no other day after all keeps their appointment."""
    days = [one.day for one in state.choices if one.day is not None]
    index = frame.values.get(Slot.CHOICE)
    day = picked.day if picked is not None else None
    if day is None and isinstance(index, int) and -len(days) <= index < len(days):
        day = days[index]
    if day is not None:
        state.wish.days = Days(day, day)
    elif Slot.DATE_OF_BIRTH in frame.values and not (_named(frame) or state.wish.days or state.wish.hours):
        key = "ask_date_move" if state.task is Task.MOVE else "ask_date"
        return after((Line("birth_noted"),), ask(key, Expects.DATE))
    elif frame.intent is Intent.DENY and not frame.slots:
        if state.task is Task.MOVE:
            return finish(state, Line("kept"))
        if state.task is Task.BOOK and state.refused:
            return finish(state, Line("nothing_booked"))
    return None


def what_to_change(state: State, frame: Frame) -> Step:
    """After a "no" to the read-back and no new detail: the time is what is changed most, so it goes."""
    if frame.slots or frame.intent is Intent.AFFIRM:
        return None
    yield ReleaseHold()
    if frame.intent is Intent.DENY:
        return finish(state, Line("nothing_booked"))
    elsewhen = frame.intent in (Intent.ALTERNATIVES, Intent.RESCHEDULE)
    refuse_offered(state, whoever=elsewhen)  # else it may be the doctor that is to change
    state.wish.hours = None
    if frame.intent is Intent.ALTERNATIVES:
        return None
    return ask("ask_date", Expects.DATE)


def _confirmation(state: State, frame: Frame, facts: Facts) -> Step:
    about = state.about
    if about is About.IDENTITY:
        return (yield from answer_identity(state, facts, frame))
    if about is About.KNOWN_PATIENT:
        return (yield from answer_known(state, facts, frame))
    if about is About.HANDOVER:
        if frame.intent is Intent.AFFIRM:
            return (yield from hand_over(state, facts, "handover", why="misunderstood"))
        state.misses = 0
        if frame.intent is Intent.DENY and not frame.slots and state.task is not None:
            if "handover" in state.asked:
                return (yield from drop(state))
            state.asked += ("handover",)  # what was asked is asked once more, in simpler words
        return None
    if about is About.OTHER and state.task is None:
        return answer_care(state, frame)
    if about is About.WAITLIST:
        elsewhen = frame.intent is Intent.DENY and frame.slots  # "no, what about Friday?": search again
        if frame.intent in (Intent.AFFIRM, Intent.DENY) and not elsewhen:
            return (yield from answer_waitlist(state, facts, frame))
        return None
    if about is About.REQUEST and state.task is not None:
        return (yield from answer_request(state, facts, frame))
    return (yield from _about_a_time(state, frame, facts))


def drop(state: State) -> Step:
    """Neither the question nor a person is wanted: what was going on ends here."""
    task = state.task
    yield ReleaseHold()
    if task in (Task.BOOK, Task.WAITLIST):
        return finish(state, Line("nothing_booked"))
    if task is Task.MEDICAL_QUESTION:
        return finish(state, Line("medical_noted"))
    if task is Task.CHECK:
        return finish(state, Line("dropped"))
    return finish(state, Line("kept" if task in (Task.MOVE, Task.CANCEL) else "request_dropped"))


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
    if state.about is About.BOOKING and frame.intent is Intent.RESCHEDULE and not details:
        return (yield from what_to_change(state, frame))  # "can we move that?", not said to when
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
        again = len(state.refused) > 1
        refuse_offered(state, whoever=not frame.slots.keys() & {Slot.PRACTITIONER, Slot.SPECIALTY})
        if frame.intent is Intent.DENY and not frame.slots and (again or state.task is Task.MOVE):
            key = "ask_date_move" if state.task is Task.MOVE else "ask_date"
            return ask(key, Expects.DATE)  # not offer after offer: a no here is a way out
        return None
    if len(meant) == 1:
        yield from choose(state, meant[0])  # when somebody was faster, the search goes on near it
        state.wish.days = Days(meant[0].start.date(), meant[0].start.date())
        clock = meant[0].start.time().replace(tzinfo=None)
        state.wish.hours = Hours(clock, clock)
        return None
    if 1 < len(meant) < len(offers):
        return offer(meant)
    if len(meant) > 1 and _named(frame) and len({one.start.time() for one in meant}) == 1:
        return offer(meant[:1])  # "half past five" on each of several days: rather the soonest than again all
    if _named(frame):
        return None  # another day or hour than those offered: search with it
    if frame.intent is Intent.AFFIRM and len(offers) > 1:
        return ask("ask_which", Expects.SLOT, *state.choices, offers=offers, which=len(offers))
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


def _another_is_meant(state: State, frame: Frame) -> bool:
    """Whether "no, the one on Thursday" tells of another appointment than the one found to move or cancel."""
    if state.appointment is None or state.expects is Expects.APPOINTMENT:
        return False
    said = frame.values.keys() & (_TELLING if state.task is Task.CANCEL else _TELLING_WHEN_MOVING)
    if state.about is About.CANCEL and frame.intent is Intent.DENY and Slot.CHOICE in frame.values:
        return True
    if state.task is Task.MOVE:
        frame = Frame(frame.intent, values={key: frame.values[key] for key in said})
    return state.task in (Task.MOVE, Task.CANCEL) and bool(said) and not _fits(state.appointment, frame)


def _look_for_the_other(state: State, frame: Frame) -> None:
    """Forgets the appointment and what told it apart; where to move one stays wished."""
    wish, values = state.wish, frame.values
    if state.task is Task.MOVE and state.appointment is not None and wish.days == own_day(state.appointment):
        wish.days = None  # only the hour was to change: the other one stays on its own day
    state.appointment = state.chosen = state.held = None
    state.refused = ()
    days, hours = values.get(Slot.OLD_DATE), values.get(Slot.OLD_TIME)
    wish.old_days = days if isinstance(days, Days) else None
    wish.old_hours = hours if isinstance(hours, Hours) else None
    doctor, kind = values.get(Slot.PRACTITIONER), values.get(Slot.APPOINTMENT_TYPE)
    wish.practitioner = doctor if isinstance(doctor, str) else None
    wish.appointment_type = kind if isinstance(kind, str) else None
    if state.task is Task.CANCEL:
        days, hours = values.get(Slot.DATE), values.get(Slot.TIME)
        wish.days = days if isinstance(days, Days) else None
        wish.hours = hours if isinstance(hours, Hours) else None


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
