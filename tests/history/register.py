"""One practitioner's calendar as a register of intervals, and whether a concurrent history of it is possible.

The search is Wing and Gong's with Lowe's memory: an order of all operations is looked for in which each takes
effect at one moment between its invocation and its completion, and every answer is what the calendar then had
to say. Times are seconds; an operation whose end nobody saw ends at infinity and, where it is `optional`,
may never have happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal, NamedTuple

#: Steps after which a search gives up; a history that is fine needs about as many as it has operations.
MOST_STEPS = 500_000

Kind = Literal["take", "loosen", "release", "book", "move", "cancel", "block", "unblock", "free", "taken"]


class Entry(NamedTuple):
    """Occupied time. A hold may be free from `may` on and is free from `must` on; what is booked never is."""

    start: float
    end: float
    owner: str
    may: float = inf
    must: float = inf


State = tuple[Entry, ...]


@dataclass(frozen=True)
class Op:
    """What somebody did to one practitioner's calendar, or saw in it.

    `who` holds or asks, `owner` is whose appointment or block it is; `start` and `end` are the time it is
    about, `old` the time that is given up, which is no obstacle; with `spares` nothing of the owner's is. A
    `gentle` change may find that somebody was faster.
    """

    kind: Kind
    invoked: float
    completed: float
    who: str
    start: float = 0.0
    end: float = 0.0
    owner: str = ""
    old: tuple[float, float] | None = None
    hold_seconds: float = 0.0
    optional: bool = False
    gentle: bool = False
    spares: bool = False
    about: str = ""  # for the report: where in the history it comes from


def after(state: State, op: Op) -> State | None:
    """The calendar after the operation; None when its answer is impossible at this point."""
    match op.kind:
        case "take":
            if not _free(state, op):
                return None
            rest = _without(_cleared(state, op), op.who)
            until = op.completed + op.hold_seconds
            new = [Entry(*each, op.who, op.invoked + op.hold_seconds, until) for each in _beside(state, op)]
            return _sorted([*rest, *new])
        case "book" if op.gentle and _own(state, op) is not None:  # it is theirs already
            return _without(state, op.who)
        case "book" | "block":
            if not _free(state, op):
                return None
            rest = _without(_cleared(state, op), op.who)
            return _sorted([*rest, Entry(op.start, op.end, op.owner)])
        case "move":
            own = _own(state, op)
            if own is None and not op.gentle:
                return None
            if not _free(state, op):
                return None
            rest = [one for one in _without(_cleared(state, op), op.who) if one != own]
            return _sorted([*rest, Entry(op.start, op.end, op.owner)])
        case "cancel" | "unblock":
            own = _own(state, op)
            if own is None:
                return state if op.gentle else None
            return tuple(one for one in state if one != own)
        case "release":
            return _without(state, op.who)
        case "loosen":
            return tuple(one._replace(may=-inf) if one.owner == op.who else one for one in state)
        case "free":
            return state if _free(state, op) else None
        case "taken":
            return state if any(one.must > op.invoked for one in _others(state, op)) else None


def _others(state: State, op: Op) -> list[Entry]:
    """What lies over the operation's time and is in its way."""
    return [one for one in state if one.start < op.end and op.start < one.end and not _is_own(one, op)]


def _is_own(one: Entry, op: Op) -> bool:
    if one.owner == op.owner:
        return op.spares or op.old == (one.start, one.end)
    return one.owner == op.who


def _free(state: State, op: Op) -> bool:
    return all(one.may <= op.completed for one in _others(state, op))


def _cleared(state: State, op: Op) -> State:
    """Without the holds in the way, which have then expired."""
    gone = set(_others(state, op))
    return tuple(one for one in state if one not in gone)


def _without(state: State, who: str) -> State:
    return tuple(one for one in state if one.owner != who)


def _own(state: State, op: Op) -> Entry | None:
    where = op.old or (op.start, op.end)
    return next((one for one in state if one.owner == op.owner and (one.start, one.end) == where), None)


def _beside(state: State, op: Op) -> list[tuple[float, float]]:
    """The time to hold: all of it, or what the appointment that is to be moved does not occupy itself."""
    parts = [(op.start, op.end)]
    for own in [one for one in state if one.owner == op.owner and _is_own(one, op)]:
        around = [((start, min(end, own.start)), (max(start, own.end), end)) for start, end in parts]
        parts = [part for pair in around for part in pair if part[0] < part[1]]
    return parts


def _sorted(entries: Sequence[Entry]) -> State:
    return tuple(sorted(entries))


@dataclass(frozen=True)
class Verdict:
    """Whether an order exists; where not, how far the best attempt came and what could not follow it.

    `decided` is false where the search was given up.
    """

    possible: bool
    decided: bool = True
    reached: int = 0
    stuck: tuple[Op, ...] = ()
    state: State = ()


def judge(history: Sequence[Op], state: State = (), most_steps: int = MOST_STEPS) -> Verdict:
    """Looks for an order of the operations that explains all answers.

    What somebody only saw comes as soon as it is true: it changes nothing, so nothing is lost by that. Of a
    place in the search its state is remembered, and what is done beyond the first that is not.
    """
    ops = sorted(history, key=lambda one: (one.invoked, one.completed))
    needed = sum(1 << place for place, one in enumerate(ops) if not one.optional)
    optional = [place for place, one in enumerate(ops) if one.optional]
    seen: set[tuple[int, int, State]] = set()
    done = _seen_now(ops, 0, needed, state)
    stack: list[tuple[int, State, Iterator[int]]] = [(done, state, iter(_next(ops, done, needed, optional)))]
    best, steps = Verdict(False, stuck=tuple(ops[:1]), state=state), 0
    while stack:
        done, now, candidates = stack[-1]
        if done & needed == needed:
            return Verdict(True, reached=len(ops))
        place = next(candidates, None)
        if place is None:
            stack.pop()
            continue
        steps += 1
        if steps > most_steps:
            return Verdict(False, False, best.reached, best.stuck, best.state)
        then = after(now, ops[place])
        if then is None or (ops[place].optional and then == now):
            continue
        further = _seen_now(ops, done | 1 << place, needed, then)
        first = _first(further)
        known = (first, further >> first, then)
        if known in seen:
            continue
        seen.add(known)
        following = _next(ops, further, needed, optional)
        if further.bit_count() > best.reached:
            stuck = tuple(ops[each] for each in following)
            best = Verdict(False, True, further.bit_count(), stuck, then)
        stack.append((further, then, iter(following)))
    return best


def _first(done: int) -> int:
    """The first place that is not done."""
    return (~done & (done + 1)).bit_length() - 1


def _seen_now(ops: Sequence[Op], done: int, needed: int, state: State) -> int:
    """What is done, with all that may have been seen by now and is true now."""
    while True:
        before = done
        for place in _open(ops, done, needed)[0]:
            if ops[place].kind in ("free", "taken") and after(state, ops[place]) is not None:
                done |= 1 << place
        if done == before:
            return done


def _open(ops: Sequence[Op], done: int, needed: int) -> tuple[list[int], float]:
    """What began before anything that is not done yet has ended, and when that is."""
    left = needed & ~done
    if not left:
        return [], inf
    place = (left & -left).bit_length() - 1
    bound, found = inf, []
    while place < len(ops) and ops[place].invoked <= bound:
        if left >> place & 1:
            bound = min(bound, ops[place].completed)
            found.append(place)
        place += 1
    return [each for each in found if ops[each].invoked <= bound], bound


def _next(ops: Sequence[Op], done: int, needed: int, optional: Sequence[int]) -> list[int]:
    """What may come next: what ended first is tried first, what may never have happened last."""
    found, bound = _open(ops, done, needed)
    if not found:
        return []
    found.sort(key=lambda each: ops[each].completed)
    perhaps = [each for each in optional if not done >> each & 1 and ops[each].invoked <= bound]
    return found + perhaps
