"""Postgres ring: a slice of a rush with a slow scripted model; `make overload` and `make soak` play all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history.crowd import Sample
from tests.history.overload import rush
from tests.history.soak import growth

pytestmark = pytest.mark.postgres


async def test_in_a_rush_it_refuses_early_answers_the_rest_and_recovers(tmp_path: Path, ground: Path) -> None:
    phases, _ = await rush(tmp_path, pause=0.1, at_once=1, seconds=3.0, capacity=3, times=6, ground=ground)
    before, during, after = (phase.counts.met for phase in phases)
    assert during["turn: 201"] > 0
    assert during["turn: 503"] + during["conversation: 503"] > 0
    for met in (before, during, after):
        assert {what.split(": ")[1] for what in met} <= {"201", "503", "left"}, met
    assert after["turn: 201"] > 0 and after["conversation: 503"] <= before["conversation: 503"] + 1


def test_growth_is_from_after_warming_up_to_the_end() -> None:
    flat = [Sample(n, 100.0 if n > 3 else 50.0, 20, 5) for n in range(20)]
    assert growth(flat) == {"megabytes": 0.0, "descriptors": 0.0, "connections": 0.0}
    growing = [Sample(n, 100.0 + n, 20 + n, 5) for n in range(20)]
    assert growth(growing)["megabytes"] > 5 and growth(growing)["connections"] == 0
