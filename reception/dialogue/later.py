"""A second wish said in one breath with the first: remembered, and taken up once that is done."""

from __future__ import annotations

from reception.dialogue.answers import answer
from reception.dialogue.asking import after
from reception.dialogue.identifying import turn_to_another
from reception.dialogue.meaning import Also, Intent, Slot
from reception.dialogue.noting import TASKS, note_wish, start_task
from reception.dialogue.requests import note_details
from reception.dialogue.state import Expects, Facts, Later, Line, Reply, State, Status


def remember(state: State, also: Also, facts: Facts) -> None:
    """Keeps the second wish, unless it is a question: that is answered at once (see `answered`)."""
    task = TASKS.get(also.frame.intent)
    if task is None:
        return
    alone = State(task=task)
    note_wish(alone, also.frame, facts)
    note_details(alone, facts, also.frame, also.words)
    values, slots = also.frame.values, also.frame.slots
    name = str(values.get(Slot.PATIENT_NAME, slots.get(Slot.PATIENT_NAME, "")))
    kept = Later(task, alone.wish, alone.details, alone.urgent, name, also.of_another)
    state.later = (*(one for one in state.later if one.task is not task), kept)


def answered(also: Also, reply: Reply, facts: Facts) -> Reply:
    """The reply with the answer to a question that was asked beside it."""
    if also.frame.intent is not Intent.PRACTICE_QUESTION:
        return reply
    line = answer(also.frame, also.words, facts) or Line("answer_unknown", {"phone": facts.practice.phone})
    return reply if line in reply.lines else after((line,), reply)


def next_in_line(state: State, reply: Reply) -> Later | None:
    """The wish to take up now: when the desk would ask whether there is anything else."""
    idle = reply.expects is Expects.ANYTHING_ELSE and state.status is Status.OPEN and state.task is None
    return state.later[0] if idle and state.later else None


def take_up(state: State, later: Later) -> None:
    """Starts the remembered task with what was said of it; of another person, who it is, is asked anew."""
    state.later = state.later[1:]
    start_task(state, later.task)
    state.wish, state.details, state.urgent = later.wish, later.details, later.urgent
    if later.of_another:
        turn_to_another(state, later.name)
