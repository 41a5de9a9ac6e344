"""Settings may change between two turns: doctors and kinds of visit that are gone are forgotten."""

from __future__ import annotations

from reception.dialogue.state import About, Expects, Offer, State, Wish
from reception.practice import Practice


def forget_what_is_gone(state: State, practice: Practice) -> None:
    """Takes out of the memory whom and what the practice has no more; the search then begins anew.

    What was held under an old name runs out by itself.
    """
    for wish in (state.wish, *(one.wish for one in state.later)):
        _mend(wish, practice)
    offered = [one.offer for one in state.choices if one.offer is not None]
    if any(not _stands(one, practice) for one in (*offered, *([state.chosen] if state.chosen else ()))):
        state.chosen = state.held = None
        state.choices = ()
        if state.expects in (Expects.SLOT, Expects.CONFIRMATION) and state.about in (
            None,
            About.BOOKING,
            About.MOVE,
        ):
            state.expects, state.about = Expects.DATE, None
    if state.waited_for is not None and not _stands(state.waited_for.offer, practice):
        state.waited_for = None


def _mend(wish: Wish, practice: Practice) -> None:
    doctors = practice.practitioner_by_name
    if wish.practitioner is not None and wish.practitioner not in doctors:
        wish.practitioner = None
    wish.practitioners = tuple(name for name in wish.practitioners if name in doctors)
    if wish.appointment_type is not None and wish.appointment_type not in practice.type_by_name:
        wish.appointment_type = None


def _stands(offer: Offer, practice: Practice) -> bool:
    return (
        offer.practitioner in practice.practitioner_by_name
        and offer.appointment_type in practice.type_by_name
    )
