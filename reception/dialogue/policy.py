"""Decides what the desk does with one utterance: the whole conversation's traffic control, in one place."""

from __future__ import annotations

from dataclasses import replace

from reception.dialogue.answering import answer_pending, what_to_change
from reception.dialogue.asides import FREE_TEXT, TIMES, WHO, aside
from reception.dialogue.asking import after, ask, confirm
from reception.dialogue.booking import book, join_waitlist
from reception.dialogue.changes import change
from reception.dialogue.doubt import ALARMED, ALARMED_ANYWAY, answer_danger, answer_offers, drop_offers
from reception.dialogue.identifying import failed, note_claims, respelled, somebody_else
from reception.dialogue.later import answered, next_in_line, remember, take_up
from reception.dialogue.meaning import SURE, Days, Frame, Hours, Intent, Slot
from reception.dialogue.needs import ReleaseHold, Step, Talk
from reception.dialogue.noting import TASKS, note_wish, start_task
from reception.dialogue.nurse import start_call, wants_a_call
from reception.dialogue.offers import within
from reception.dialogue.people import emergency, handed_over
from reception.dialogue.requests import FORMS, give_up, note_details, request
from reception.dialogue.safety import only_sounds_so
from reception.dialogue.state import (
    About,
    Choice,
    Claims,
    Expects,
    Facts,
    Line,
    Reply,
    State,
    Status,
    Task,
)
from reception.dialogue.texted import answer_text
from reception.dialogue.waiting import start_waiting, tell_of_waiting, wants_to_wait

#: Intents after which hearing the same question again is no sign of a misunderstanding.
_ASIDE = frozenset(
    {Intent.REPEAT, Intent.PRACTICE_QUESTION, Intent.GREET, Intent.THANK, Intent.MEDICAL_QUESTION}
)
#: Details by which somebody names an appointment they already have.
_EXISTING = TIMES | {Slot.OLD_DATE, Slot.OLD_TIME}
_YES_NO = frozenset({Intent.AFFIRM, Intent.DENY})
_UNHELPFUL = frozenset({"out_of_scope", "answer_unknown", "why_identify"})
MISSES = 3
_REASON_LENGTH = 200


def welcome(state: State, facts: Facts) -> Reply:
    """The first words of a conversation."""
    reply = ask(
        "greeting",
        Expects.REQUEST,
        practice=facts.practice.name,
        number=facts.practice.emergency_number,
    )
    return _remember(state, reply)


def resting(state: State, facts: Facts) -> Reply:
    """The only words of a conversation while the practice answers itself."""
    state.status = Status.CLOSED
    practice = facts.practice
    line = Line(
        "desk_off", {"practice": practice.name, "phone": practice.phone, "number": practice.emergency_number}
    )
    return Reply((line,))


def decide(state: State, frame: Frame, heard: str, picked: Choice | None, facts: Facts) -> Talk:
    """One turn: takes in what was said (`picked` is an option chosen by its very text) and answers.

    Changes `state`; yields needs (see needs.py) and returns the reply.
    """
    state.turns += 1
    known = _known(state)
    if frame.also is not None:
        remember(state, frame.also, facts)
    reply = yield from _respond(state, frame, heard, picked, facts)
    if frame.also is not None and state.status is Status.OPEN:
        reply = answered(frame.also, reply, facts)
    while (later := next_in_line(state, reply)) is not None:
        take_up(state, later)
        said = (*reply.lines[:-1], Line(f"also_{later.task}"))
        question = yield from advance(state, facts)
        reply = after(said, question)
    reply = yield from tell_of_waiting(state, reply, facts)
    if known == _known(state) and _again(state, frame, reply):
        state.misses += 1
        reply = _repair(state, reply)
        if reply.about is About.HANDOVER:
            yield from drop_offers(state)
    else:
        state.misses = 0
    return _remember(state, reply)


def _respond(state: State, frame: Frame, heard: str, picked: Choice | None, facts: Facts) -> Talk:
    if frame.caller and state.who.patient_id is None:
        state.booked_by = frame.caller
    no_danger = False  # a no to the alarm answers nothing else
    if state.maybe_danger:
        answered = yield from answer_danger(state, frame, heard, picked, facts)
        if answered is not None:
            return answered
        no_danger = state.expects is None
    alarm = frame.intent is Intent.EMERGENCY and state.status is Status.OPEN
    if alarm and frame.confidence < (ALARMED_ANYWAY if only_sounds_so(heard) else ALARMED):
        yield from drop_offers(state)
        state.maybe_danger = heard
        return confirm("mean_emergency", About.OTHER, number=facts.practice.emergency_number)
    if frame.intent is Intent.EMERGENCY:
        return (yield from emergency(state, facts, heard))
    if state.status is Status.HANDED_OVER:
        return (yield from handed_over(state, facts, frame, heard))
    doubtful = frame.confidence < SURE
    if doubtful and state.expects is Expects.CONFIRMATION and frame.intent in _YES_NO:
        frame = replace(frame, intent=Intent.INFORM)  # half a yes books nothing: the question is put again
    if doubtful and state.expects is not Expects.ANYTHING_ELSE and frame.intent is Intent.GOODBYE:
        frame = replace(frame, intent=Intent.OUT_OF_SCOPE)  # nobody is hung up on for what may be a goodbye
    if state.texted is not None and not no_danger:
        answered = yield from answer_text(state, frame, heard, facts)
        if answered is not None:
            return answered
    if state.waited_for is not None or state.doubted is not None:
        answered = yield from answer_offers(state, frame, picked, facts)
        if answered is not None:
            return answered
    if picked is None and wants_a_call(state, frame, heard, facts):
        start_call(state, frame)
        return (yield from advance(state, facts))
    if picked is None and wants_to_wait(state, frame, heard, facts):
        frame = yield from start_waiting(state, frame)
    if picked is None:
        beside = yield from aside(state, frame, heard, facts)
        if beside is not None:
            return beside
    dropped = yield from _switch_task(state, frame)
    if dropped is not None:
        return dropped
    told = dict(state.details)
    question = yield from _take_in(state, frame, heard, facts)
    if state.details != told and state.about is About.REQUEST and frame.intent is Intent.DENY:
        frame = replace(frame, intent=Intent.INFORM)  # a no with the right detail: nothing starts anew
    if question is None and state.doubted is not None:
        return confirm(f"mean_{state.doubted}", About.OTHER)
    if question is None and picked is None:
        question = give_up(state, frame, heard)
    if question is None:
        question = yield from answer_pending(state, frame, picked, facts)
    if question is None:
        declined = state.about is About.HANDOVER
        question = yield from advance(state, facts)
        if declined and question.expects is not None:
            question = after((Line(f"help_{question.expects}"),), question)
    return question


def advance(state: State, facts: Facts) -> Talk:
    """The next step of whatever is going on."""
    if state.task is Task.BOOK:
        return (yield from book(state, facts))
    if state.task in (Task.MOVE, Task.CANCEL, Task.CHECK):
        return (yield from change(state, facts))
    if state.task is Task.WAITLIST:
        return (yield from join_waitlist(state, facts))
    if state.task in FORMS:
        return (yield from request(state, facts))
    return ask("ask_request", Expects.REQUEST)


def _switch_task(state: State, frame: Frame) -> Step:
    """Starts what was asked for; a reply only when that means dropping what was going on."""
    wanted = TASKS.get(frame.intent)
    if wanted is None or wanted is state.task:
        return None
    choosing = state.expects in (Expects.SLOT, Expects.DATE, Expects.TIME) or state.about is About.BOOKING
    if state.task is Task.BOOK and wanted is Task.MOVE:  # perhaps of a time that is not booked yet
        if choosing:
            return None
        if _of_the_held(state, frame):
            return (yield from what_to_change(state, frame))
    not_yet = choosing or (state.chosen is not None and not frame.values.keys() & _EXISTING)
    sure = frame.confidence >= SURE
    if state.task is Task.BOOK and not_yet and wanted is Task.CANCEL and sure:
        yield ReleaseHold()
        start_task(state, None)
        return after((Line("nothing_booked"),), ask("anything_else", Expects.ANYTHING_ELSE))
    if state.task is Task.MOVE and wanted is Task.BOOK and state.expects is not Expects.ANYTHING_ELSE:
        return None  # "I need Tuesday" while moving is about the new time
    if state.task in FORMS and state.expects in FREE_TEXT and state.task is Task.MESSAGE:
        return None  # the words of a message may speak of anything
    if not sure:
        if state.expects in FREE_TEXT:
            return None  # an answer in own words to what was asked
        if state.expects in WHO and not frame.slots:
            return None  # "mine or his?": words about the question, and no new wish
        state.doubted = wanted
        if state.task is not None:  # nothing is dropped for a guess
            return confirm(f"mean_{wanted}", About.OTHER)
    yield ReleaseHold()
    start_task(state, wanted)
    return None


def _of_the_held(state: State, frame: Frame) -> bool:
    """Whether "can we move it to Thursday" is about the held time, and not about another appointment."""
    held, days, hours = state.chosen, frame.values.get(Slot.OLD_DATE), frame.values.get(Slot.OLD_TIME)
    if frame.slots:
        told = bool(frame.slots.keys() & _EXISTING)
    else:
        told = frame.confidence >= SURE or state.question_key == "ask_change"
    return (
        told
        and held is not None
        and (not isinstance(days, Days) or days.allows(held.start.date()))
        and (not isinstance(hours, Hours) or within(hours, held.start))
    )


def _take_in(state: State, frame: Frame, heard: str, facts: Facts) -> Step:
    """Notes every detail that was said, whatever was asked."""
    looked_up = state.who.looked_up
    only_said_new = state.who.new and state.who.patient_id is None
    old = replace(state.claims)
    changed = note_claims(state, frame, facts)
    if changed and state.who.settled:
        somebody_else(state, frame, old)
        looked_up = only_said_new and not state.who.settled  # "not been here" is no way to guess for ever
    if changed and looked_up and not _only_respelled(state, frame, old):
        now = state.claims
        question = yield from failed(state, facts, old)
        if state.status is Status.HANDED_OVER:
            return question
        state.claims = now
    if state.task is None and note_wish(state, frame, facts):
        state.task = Task.BOOK
    elif state.task is not None:
        note_wish(state, frame, facts)
    if _is_the_reason(state, frame):
        state.wish.reason = heard.strip().rstrip(".")[:_REASON_LENGTH]
    note_details(state, facts, frame, heard)
    return None


def _only_respelled(state: State, frame: Frame, old: Claims) -> bool:
    """Whether a read-back is corrected in the spelling alone: that is no guess at somebody else."""
    reading = state.about is About.IDENTITY and frame.intent is Intent.AFFIRM
    same_day = state.claims.date_of_birth == old.date_of_birth
    return (reading or state.who.new) and same_day and respelled(state.claims.name, old.name)


def _is_the_reason(state: State, frame: Frame) -> bool:
    """Whether the whole answer is the reason that was asked for: too long a one has no slot of its own."""
    return (
        state.task in (Task.BOOK, Task.WAITLIST)
        and state.expects is Expects.REASON
        and not (state.wish.reason or frame.slots)
        and (frame.intent in (Intent.INFORM, Intent.MEDICAL_QUESTION) or frame.confidence < SURE)
    )


def _known(state: State) -> str:
    """All that is known of the patient and their wish, to see whether a turn added to it."""
    s = state
    return repr((s.task, s.wish, s.claims, s.who, s.details, s.urgent, s.chosen, s.refused, s.appointment))


def _again(state: State, frame: Frame, reply: Reply) -> bool:
    """Whether the patient would hear the very same question a second time for no reason of theirs."""
    keys = tuple(line.key for line in reply.lines)
    unhelpful = bool(keys) and keys[0] in _UNHELPFUL
    explained = keys[:1] == ("why_identify",)
    the_same = unhelpful and (state.misses > 0 or keys == state.said_keys)
    return (
        (the_same or (not explained and frame.intent not in _ASIDE and frame.manner is None))
        and reply.expects is not None
        and reply.expects is state.expects
        and reply.about is state.about
        and reply.choices == state.choices
        and reply.lines[-1].key in (state.question_key, "verbatim")
    )


def _repair(state: State, reply: Reply) -> Reply:
    """Not the same sentence again: an excuse, then help, then a person."""
    if state.status is not Status.OPEN:
        return reply  # a person is already on the way
    if state.misses >= MISSES and state.about is not About.HANDOVER:
        return confirm("offer_handover", About.HANDOVER)
    if reply.lines[0].key in _UNHELPFUL:
        reply = replace(reply, lines=reply.lines[1:])
    help_key = "not_understood" if state.misses == 1 else f"help_{state.expects}"
    return after((Line(help_key),), reply)


def _remember(state: State, reply: Reply) -> Reply:
    state.said_keys = tuple(line.key for line in reply.lines)
    if reply.lines and reply.lines[-1].key != "verbatim":
        state.question_key = reply.lines[-1].key
    state.expects, state.about, state.choices = reply.expects, reply.about, reply.choices
    return reply
