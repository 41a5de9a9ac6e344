"""From a wish to a held time: which type, whose calendar, which days, and what to offer instead."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from reception.dialogue.asking import ask, confirm
from reception.dialogue.meaning import Days
from reception.dialogue.needs import FindSlots, HoldSlot, Need, Step
from reception.dialogue.offers import matching, pick
from reception.dialogue.state import About, Choice, Existing, Expects, Facts, Line, Offer, Reply, State, Task
from reception.practice import AppointmentType, Practice

#: How far to look when no day was named, before the whole horizon is searched.
NEAR = timedelta(days=21)


def find_time(state: State, facts: Facts, said: list[Line]) -> Step:
    """Asks for or offers times until one is held in `state.chosen`; then None.

    What is to be told before the next question, whichever that is, is added to `said`.
    """
    if state.taken:
        _say_taken(state, said)
    if state.wish.not_here:
        said.append(Line("not_here", {"practitioner": state.wish.not_here}))
        state.wish.not_here = ""
    question = _before_searching(state, facts)
    if question is not None:
        return question
    kind, doctors = resolve(state, facts.practice, said)
    fitting, others = yield from _search(state, facts, kind, doctors)
    wish = state.wish
    if fitting and _settled(state, fitting):
        if (yield from choose(state, fitting[0])):
            return None
        _say_taken(state, said)
        fitting = _not_refused(state, fitting)
    offers = pick(fitting, wish.hours, soonest=wish.days is None or wish.days.soonest)
    if not offers:
        offers = pick(others, wish.hours, soonest=wish.days is None)
        if not offers:
            return confirm("offer_waitlist", About.WAITLIST)
        if Line("slot_taken") not in said:
            said.append(_nothing(state, facts))
    return offer(offers)


def _say_taken(state: State, said: list[Line]) -> None:
    state.taken = False
    if Line("slot_taken") not in said:
        said.append(Line("slot_taken"))


def offer(offers: tuple[Offer, ...]) -> Reply:
    """The sentence that offers times, with each as an option."""
    key = "offer_one" if len(offers) == 1 else "offer_times"
    choices = (Choice(offer=one) for one in offers)
    return ask(key, Expects.SLOT, *choices, offers=offers)


def choose(state: State, chosen: Offer) -> Generator[Need, Any, bool]:
    """Holds a time for the conversation; False (and never offered again) when somebody was faster."""
    state.held = yield HoldSlot(chosen, _moving(state))
    if state.held is None:
        state.chosen = None
        state.refused = (*state.refused, chosen)
        state.taken = True
        return False
    state.chosen = chosen
    return True


def resolve(state: State, practice: Practice, said: list[Line]) -> tuple[AppointmentType, tuple[str, ...]]:
    """The type to book and the practitioners to look at, by name; says so where a wish can't be met."""
    wish = state.wish
    doctors = (wish.practitioner,) if wish.practitioner else wish.practitioners
    if state.who.new:
        taking = tuple(one.name for one in practice.practitioners if one.accepts_new_patients)
        if wish.practitioner and wish.practitioner not in taking:
            said.append(Line("not_taking_new", {"practitioner": wish.practitioner}))
            wish.practitioner = None
        elif doctors and not set(doctors) & set(taking):
            said.append(Line("not_taking_new", {"practitioner": doctors[0]}))
            wish.practitioners = ()
        doctors = tuple(name for name in doctors if name in taking) or taking
    kind = _type_for(state, practice, doctors, said)
    offering = tuple(one.name for one in practice.practitioners if one.id in kind.practitioners)
    if state.who.new:
        offering = tuple(name for name in offering if name in taking)
    both = tuple(name for name in doctors if name in offering)
    if doctors and offering and not both and (wish.practitioner or wish.practitioners):
        said.append(
            Line("not_offered_by", {"practitioner": doctors[0], "kind": kind.name, "others": offering})
        )
        wish.practitioner, wish.practitioners = None, ()
    return kind, both or offering


def takes_new_patients(practice: Practice) -> bool:
    """Whether anybody here sees new patients, and for anything."""
    return new_patient_type(practice, ()) is not None


def new_patient_type(practice: Practice, doctors: tuple[str, ...]) -> AppointmentType | None:
    """The type a new patient starts with, when they named no other; rather one of the wished doctors'."""
    taking = {one.id for one in practice.practitioners if one.accepts_new_patients}
    wished = {practice.practitioner_by_name[name].id for name in doctors}
    open_to_new = [
        one for one in practice.appointment_types if one.new_patients and taking & set(one.practitioners)
    ]
    theirs = [one for one in open_to_new if wished & set(one.practitioners)] or open_to_new
    first_visits = [one for one in theirs if one.name.casefold() == "new patient visit"]
    return next(iter(first_visits or theirs), None)


def only_type(practice: Practice, practitioner: str | None) -> str | None:
    """The name of the type that a practitioner offers, where it is only one."""
    offered = _offered(practice, (practitioner,)) if practitioner else []
    return offered[0].name if len(offered) == 1 else None


def _offered(practice: Practice, doctors: tuple[str, ...]) -> list[AppointmentType]:
    ids = {practice.practitioner_by_name[name].id for name in doctors}
    return [one for one in practice.appointment_types if not ids or ids & set(one.practitioners)]


def _type_for(
    state: State, practice: Practice, doctors: tuple[str, ...], said: list[Line]
) -> AppointmentType:
    named = practice.type_by_name.get(state.wish.appointment_type or "")
    if state.who.new and (named is None or not named.new_patients):
        first = new_patient_type(practice, doctors)
        if first is not None:
            if named is not None:
                said.append(Line("type_not_for_new", {"kind": named.name, "instead": first.name}))
                state.wish.appointment_type = first.name
            return first
    if named is not None:
        return named
    offered = _offered(practice, doctors)
    usual = [one for one in offered if one.name.casefold() != "new patient visit"]
    return next(iter(usual or offered or practice.appointment_types))


def _before_searching(state: State, facts: Facts) -> Reply | None:
    """What has to be asked before looking makes sense."""
    wish = state.wish
    days = wish.days
    if not (wish.reason or wish.appointment_type) and "reason" not in state.asked:
        state.asked += ("reason",)
        return ask("ask_reason", Expects.REASON)
    if days is not None and days.either is not None:
        both = days.either
        return ask("ask_which_day", Expects.DATE, *(Choice(day=one) for one in both), days=both)
    if days is not None and days.last is not None and days.last < facts.today:
        wish.days = None
        return ask("day_past", Expects.DATE)
    horizon = facts.today + timedelta(days=facts.practice.booking.horizon_days)
    if days is not None and days.first is not None and days.first > horizon:
        wish.days = None
        return ask("beyond_horizon", Expects.DATE, last=horizon)
    if days is None and wish.hours is None and "date" not in state.asked:
        state.asked += ("date",)
        return ask("ask_date_move" if state.task is Task.MOVE else "ask_date", Expects.DATE)
    return None


def _search(
    state: State, facts: Facts, kind: AppointmentType, doctors: tuple[str, ...]
) -> Generator[Need, Any, tuple[list[Offer], list[Offer]]]:
    """What fits the wish, and, only when nothing does, the nearest to it."""
    wish, today = state.wish, facts.today
    horizon = today + timedelta(days=facts.practice.booking.horizon_days)
    days = wish.days or Days()
    first = max(today, days.first or today)
    last = min(horizon, days.last or first + NEAR)
    free = yield from _free(state, facts, kind, doctors, first, last)
    fitting = matching(free, days, wish.hours)
    if fitting:
        return fitting, []
    same_days = matching(free, days, None)
    if same_days:
        return [], same_days
    everyone = tuple(one.name for one in facts.practice.practitioners if one.id in kind.practitioners)
    free = yield from _free(state, facts, kind, doctors, today, horizon)
    if not free and not state.who.new:
        free = yield from _free(state, facts, kind, everyone, today, horizon)
    later = [one for one in free if one.start.date() >= first] or free
    if days.last is None:  # an open wish may simply be met after the near days
        fitting = matching(later, days, wish.hours)
        if fitting:
            return fitting, []
    return [], matching(later, None, wish.hours) or later


def _free(
    state: State, facts: Facts, kind: AppointmentType, doctors: tuple[str, ...], first: date, last: date
) -> Generator[Need, Any, list[Offer]]:
    found: tuple[Offer, ...] = yield FindSlots(kind.name, doctors, first, last, _moving(state))
    free = (one for one in found if not any(overlap(facts.practice, one, other) for other in state.busy))
    return _not_refused(state, free)


def overlap(practice: Practice, offer: Offer, existing: Existing) -> bool:
    """Whether a time and an appointment lie over each other, with whomever they are."""

    def end(one: Offer | Existing) -> float:
        kind = practice.type_by_name.get(one.appointment_type)  # an old appointment's may be gone
        return one.start.timestamp() + 60 * (kind.minutes if kind else 1)

    # In seconds, because times of one zone are compared by their wall clocks, which jump twice a year.
    return offer.start.timestamp() < end(existing) and existing.start.timestamp() < end(offer)


def _not_refused(state: State, offers: Iterable[Offer]) -> list[Offer]:
    """The offers but for those refused or lost, whatever type they were offered for.

    A refused time without a practitioner is refused with everybody.
    """
    refused = {(one.practitioner, one.start) for one in state.refused}
    return [one for one in offers if not {(one.practitioner, one.start), ("", one.start)} & refused]


def _moving(state: State) -> str | None:
    """The appointment that is being moved, whose own time is free for it."""
    return state.appointment.id if state.task is Task.MOVE and state.appointment else None


def _settled(state: State, fitting: list[Offer]) -> bool:
    """Whether the patient's words leave one time only: a day and an hour."""
    hours = state.wish.hours
    return (
        hours is not None
        and hours.exact
        and len({one.start for one in fitting}) == 1
        and (
            state.wish.days is not None
            and state.wish.days.first == state.wish.days.last
            and state.wish.days.first is not None
        )
    )


def _nothing(state: State, facts: Facts) -> Line:
    """Says plainly that the wish itself is not to be had."""
    wish = state.wish
    refused = matching(state.refused, wish.days, wish.hours) if wish.days else []
    return Line(
        "nothing_else_then" if refused else "nothing_then",
        {"days": wish.days, "hours": wish.hours, "practitioner": wish.practitioner, "today": facts.today},
    )


def forget_time(state: State) -> None:
    """Drops the chosen time, keeping the wish; the hold itself is replaced by the next one."""
    state.chosen = state.held = None


def refuse_offered(state: State, *, whoever: bool = True) -> None:
    """Never offers these times again in this task, with `whoever` or only with the same practitioner."""
    shown = [one.offer for one in state.choices if one.offer is not None]
    shown += [state.chosen] if state.chosen else []
    state.refused += tuple(replace(one, practitioner="") if whoever else one for one in shown)
    forget_time(state)
