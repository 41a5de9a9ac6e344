"""Unit ring: the judge of histories finds what is wrong with made-up ones, and nothing in good ones."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from random import Random

import pytest

from tests.history.register import Op, State, after, judge

HOLD = 10.0


def op(kind: str, invoked: float, completed: float, who: str, start: float = 9, **more: object) -> Op:
    """An operation on half an hour (or `end`) of a calendar; whoever books owns what they book."""
    given = {"end": start + 0.5, "owner": who.upper(), "hold_seconds": HOLD} | more
    return Op(kind, invoked, completed, who, start, **given)  # type: ignore[arg-type]


GOOD = {
    "one after the other": [op("take", 0, 1, "a"), op("book", 2, 3, "a"), op("taken", 4, 5, "b")],
    "who overlaps may come in either order": [op("taken", 0, 9, "b"), op("take", 1, 2, "a")],
    "two touch and do not overlap": [op("book", 0, 1, "a", 9), op("book", 0, 1, "b", 9.5)],
    "a hold expires": [op("take", 0, 1, "a"), op("take", 10.5, 12, "b"), op("taken", 13, 14, "a")],
    "a hold that expired is taken again": [op("take", 0, 1, "a"), op("book", 30, 31, "a")],
    "a hold is given back": [op("take", 0, 1, "a"), op("release", 2, 3, "a"), op("take", 4, 5, "b")],
    "a hold that may have been given back": [
        op("take", 0, 1, "a"), op("loosen", 2, 3, "a"), op("taken", 4, 5, "b"), op("take", 6, 7, "c"),
    ],
    "another time instead of the first": [
        op("take", 0, 1, "a", 9), op("take", 2, 3, "a", 10), op("take", 4, 5, "b", 9),
    ],
    "moved, and the old time is free": [
        op("book", 0, 1, "a"), op("move", 2, 3, "a", 10, old=(9, 9.5)), op("book", 4, 5, "b", 9),
    ],
    "moved into its own time": [
        op("book", 0, 1, "a", 9, end=10), op("take", 2, 3, "a", 9.5, end=10.5, old=(9, 10)),
        op("taken", 4, 5, "b", 10), op("move", 6, 7, "a", 9.5, end=10.5, old=(9, 10)),
    ],
    "nobody knows, and it happened": [op("book", 0, inf, "a", optional=True), op("taken", 2, 3, "b")],
    "nobody knows, and it did not": [op("book", 0, inf, "a", optional=True), op("book", 2, 3, "b")],
    "nobody knows, and it happened late": [
        op("book", 0, inf, "a", optional=True), op("free", 2, 3, "b"), op("taken", 4, 5, "b"),
    ],
    "somebody else cancelled first": [
        op("book", 0, 1, "a"), op("cancel", 2, 3, "s", owner="A"), op("cancel", 4, 5, "a", gentle=True),
    ],
    "taken in one conversation and, as it was offered twice, in another": [
        op("book", 0, 1, "a"), op("book", 2, 3, "a by text", owner="A", gentle=True),
        op("cancel", 4, 5, "a"), op("free", 6, 7, "b"),
    ],
}  # fmt: skip

BAD = {
    "booked twice": [op("book", 0, 1, "a"), op("book", 2, 3, "b")],
    "booked twice, as it was offered to two": [op("book", 0, 1, "a"), op("book", 2, 3, "b", gentle=True)],
    "booked twice at the same moment": [op("book", 0, 3, "a"), op("book", 1, 2, "b")],
    "two lie over each other": [op("book", 0, 1, "a", 9, end=10), op("book", 2, 3, "b", 9.5)],
    "booked over somebody's hold": [op("take", 0, 1, "a"), op("book", 2, 3, "b")],
    "offered although taken": [op("book", 0, 1, "a"), op("free", 2, 3, "b")],
    "refused although free": [op("taken", 0, 1, "a")],
    "a hold that never expires": [op("take", 0, 1, "a"), op("taken", 12, 13, "b")],
    "a hold that expires too soon": [op("take", 0, 1, "a"), op("take", 8, 9, "b")],
    "a booking that was lost": [op("book", 0, 1, "a"), op("cancel", 2, 3, "s", owner="A"),
                                op("cancel", 4, 5, "a")],
    "cancelled, and still taken": [op("book", 0, 1, "a"), op("cancel", 2, 3, "a"), op("taken", 4, 5, "b")],
    "moved, and still at the old time": [
        op("book", 0, 1, "a"), op("move", 2, 3, "a", 10, old=(9, 9.5)), op("taken", 4, 5, "b", 9),
    ],
    "moved onto somebody": [
        op("book", 0, 1, "b", 10), op("book", 0, 1, "a"), op("move", 2, 3, "a", 10, old=(9, 9.5)),
    ],
    "it happened, and then it had not": [
        op("book", 0, inf, "a", optional=True), op("taken", 2, 3, "b"), op("free", 4, 5, "b"),
    ],
    "blocked time was booked": [op("block", 0, 1, "s", end=12, owner="block"), op("book", 2, 3, "a", 11)],
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_good_history_is_possible(name: str) -> None:
    assert judge(GOOD[name]).possible


@pytest.mark.parametrize("name", BAD)
def test_a_bad_history_is_not(name: str) -> None:
    verdict = judge(BAD[name])
    assert not verdict.possible and verdict.decided and verdict.stuck


def made_up(seed: int, count: int) -> list[Op]:
    """What twelve people really did, one at a time, seen with blurred times; some of it nobody saw end."""
    rng, state, history = Random(seed), (), []
    clock = 0.0
    while len(history) < count:
        clock += rng.uniform(0, 0.2)
        who, start = f"w{rng.randrange(12)}", 9 + rng.randrange(16) / 2
        kind = rng.choice(["take", "book", "cancel", "free", "taken", "release"])
        at = op(kind, clock, clock, who, start, end=start + rng.choice([0.5, 1.0]), hold_seconds=1e9)
        then: State | None = after(state, at)
        if then is None:
            continue
        state = then
        unknown = rng.random() < 0.02 and kind in ("book", "cancel")
        blurred = replace(at, invoked=clock - rng.uniform(0, 1), completed=clock + rng.uniform(0, 1))
        history.append(replace(blurred, completed=inf, optional=True) if unknown else blurred)
    return history


@pytest.mark.parametrize("seed", range(5))
def test_what_really_happened_is_possible_however_blurred(seed: int) -> None:
    assert judge(made_up(seed, 400)).possible


@pytest.mark.parametrize("seed", range(5))
def test_one_appointment_that_is_not_seen_is_noticed(seed: int) -> None:
    history = made_up(seed, 150)
    last = max(one.completed for one in history if one.completed < inf)
    ghost = [op("book", last + 1, last + 2, "x", 20), op("free", last + 3, last + 4, "y", 20)]
    assert not judge([*history, *ghost], most_steps=200_000).possible
