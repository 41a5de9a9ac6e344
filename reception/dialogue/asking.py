"""Small pieces every flow is made of: a question, a yes-or-no, and what follows a finished task."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reception.dialogue.state import About, Choice, Expects, Line, Reply, State, Wish

YES_OR_NO = (Choice(yes=True), Choice(yes=False))


def ask(key: str, expects: Expects, *choices: Choice, **values: Any) -> Reply:
    """A question by the key of its sentence."""
    return Reply((Line(key, values),), expects, choices=choices)


def confirm(key: str, about: About, **values: Any) -> Reply:
    """A yes-or-no question."""
    return Reply((Line(key, values),), Expects.CONFIRMATION, about, YES_OR_NO)


def after(said: list[Line] | tuple[Line, ...], reply: Reply) -> Reply:
    """The reply with these lines said first."""
    return replace(reply, lines=(*said, *reply.lines))


def finish(state: State, *lines: Line, outcome: str = "") -> Reply:
    """Ends the running task and asks whether there is anything else."""
    state.task = None
    state.wish = Wish()
    state.details = {}
    state.urgent = False
    state.chosen = state.held = state.appointment = None
    state.refused, state.busy = (), ()
    state.asked = ()
    state.outcome = outcome or state.outcome
    return after(lines, ask("anything_else", Expects.ANYTHING_ELSE))


def ask_again(state: State) -> Reply:
    """The open question once more, after something else was said."""
    changing = state.question_key == "ask_change"  # a request in the middle of a booking
    if not state.question or state.expects is None or (state.expects is Expects.REQUEST and not changing):
        return ask("anything_else" if state.turns > 1 else "ask_request", Expects.ANYTHING_ELSE)
    return Reply((Line("verbatim", {"text": state.question}),), state.expects, state.about, state.choices)
