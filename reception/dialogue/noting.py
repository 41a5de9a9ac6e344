"""Taking over what the patient would like, and noticing when that changes a time already chosen."""

from __future__ import annotations

from reception.dialogue.meaning import Days, Frame, Hours, Intent, Slot
from reception.dialogue.offers import matching, within
from reception.dialogue.searching import forget_time
from reception.dialogue.state import About, Expects, Facts, State, Task, Wish

_WISHING = (None, Task.BOOK, Task.MOVE, Task.WAITLIST, Task.CANCEL, Task.CHECK)


#: What a wish is a task of.
TASKS = {
    Intent.BOOK: Task.BOOK,
    Intent.RESCHEDULE: Task.MOVE,
    Intent.CANCEL: Task.CANCEL,
    Intent.CHECK: Task.CHECK,
    Intent.PRESCRIPTION: Task.PRESCRIPTION,
    Intent.REFERRAL: Task.REFERRAL,
    Intent.SICK_NOTE: Task.SICK_NOTE,
    Intent.TEST_RESULTS: Task.TEST_RESULTS,
    Intent.BILLING: Task.BILLING,
    Intent.MESSAGE: Task.MESSAGE,
}


def start_task(state: State, task: Task | None) -> None:
    """Begins a task with a clean sheet; who the patient is stays known.

    A reason told before (with a medical question) is kept for the appointment it leads to, and moving
    keeps the appointment that was just found.
    """
    reason = state.wish.reason if task is Task.BOOK else ""
    found = state.appointment if task in (Task.MOVE, Task.CANCEL) else None
    state.task = task
    state.later = tuple(one for one in state.later if one.task is not task)  # asked for again by itself
    state.expects, state.about, state.choices = None, None, ()  # the open question was the old task's
    state.wish = Wish(reason=reason)
    state.details = {}
    state.urgent = False
    state.refused, state.busy = (), ()
    state.asked = ()
    state.chosen = state.held = None
    state.appointment = found


def note_wish(state: State, frame: Frame, facts: Facts) -> bool:
    """Takes over the wished doctor, type, reason and time; True when there was any.

    A chosen time that no longer fits the wish is dropped, so that the search starts again.
    """
    if state.task not in _WISHING:
        return False
    wish, values, slots = state.wish, frame.values, frame.slots
    noted = _note_whom(wish, frame, facts) | _note_time(state, frame)
    if Slot.REASON in slots:
        wish.reason, noted = slots[Slot.REASON], True
    if isinstance(kind := values.get(Slot.APPOINTMENT_TYPE), str):
        changed = state.chosen is not None and state.chosen.appointment_type != kind
        wish.appointment_type, noted = kind, True
        if changed and not state.who.new:
            forget_time(state)
    if noted and state.chosen is not None and not _still_fits(state):
        forget_time(state)
    return noted


def _note_whom(wish: Wish, frame: Frame, facts: Facts) -> bool:
    doctor = frame.values.get(Slot.PRACTITIONER)
    if isinstance(doctor, str):
        wish.practitioner, wish.practitioners, wish.not_here = doctor, (), ""
        return True
    stranger = _not_here(named := frame.slots.get(Slot.PRACTITIONER, ""), facts)
    if stranger:
        wish.practitioner, wish.practitioners, wish.not_here = None, (), named
    if Slot.SPECIALTY in frame.slots:
        wish.practitioner, wish.practitioners = None, facts.of_specialty(frame.slots[Slot.SPECIALTY])
        return True
    return stranger


def _not_here(named: str, facts: Facts) -> bool:
    """Whether the words name a doctor, by a surname that nobody here has."""
    doctor = facts.cues.doctor.fullmatch(named)
    if doctor is None:
        return False
    ours = " ".join(" ".join((one.name, *one.spoken_as)) for one in facts.practice.practitioners)
    return doctor["name"].casefold().split()[-1] not in ours.casefold()


def _note_time(state: State, frame: Frame) -> bool:
    asked_who = state.expects is Expects.DATE_OF_BIRTH or state.about in (About.KNOWN_PATIENT, About.IDENTITY)
    if asked_who and Slot.DATE_OF_BIRTH in frame.slots:
        return False
    wish, values, noted = state.wish, frame.values, False
    days, hours = values.get(Slot.DATE), values.get(Slot.TIME)
    old_days, old_hours = values.get(Slot.OLD_DATE), values.get(Slot.OLD_TIME)
    if _names_the_old_one(state, frame):
        old_days, old_hours, days, hours = days, hours, None, None
    if isinstance(old_days, Days):
        wish.old_days, noted = old_days, True
    if isinstance(old_hours, Hours):
        wish.old_hours, noted = old_hours, True
    if isinstance(days, Days):
        if hours is None and wish.hours is not None and wish.hours.exact and wish.days is not None:
            wish.hours = None  # another day: the old clock time was for the old day
        wish.days, noted = days, True
    if isinstance(hours, Hours):
        wish.hours, noted = hours, True
    return noted


def _names_the_old_one(state: State, frame: Frame) -> bool:
    """Whether "the one on Thursday" tells which appointment to move, and not where to."""
    picks = frame.values.keys() & {Slot.CHOICE, Slot.OLD_DATE, Slot.OLD_TIME}
    if state.task is not Task.MOVE or state.expects is not Expects.APPOINTMENT or picks:
        return False
    days, hours = frame.values.get(Slot.DATE), frame.values.get(Slot.TIME)
    return any(
        (not isinstance(days, Days) or days.allows(one.existing.start.date()))
        and (not isinstance(hours, Hours) or within(hours, one.existing.start))
        for one in state.choices
        if one.existing is not None
    )


def _still_fits(state: State) -> bool:
    assert state.chosen is not None  # the caller has checked
    wish = state.wish
    theirs = not wish.practitioners or state.chosen.practitioner in wish.practitioners
    return theirs and bool(matching([state.chosen], wish.days, wish.hours, wish.practitioner))
