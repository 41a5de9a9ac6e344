"""Postgres ring: a slice of a history, with everything that befalls one; `make history` plays all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history.plan import Plan
from tests.history.run import play
from tests.history.world import SPRING

pytestmark = pytest.mark.postgres

SLICE = Plan(
    100,
    services=2,
    chatters=5,
    callers=2,
    clerks=1,
    texters=1,
    hold_seconds=5.0,
    kept_seconds=3.0,
    pause=(0.4, 1.0),
    settle=0.0,
    seed=3,
    season=SPRING.crowded,
)


async def test_a_history_with_misfortunes_is_a_possible_one(tmp_path: Path, ground: Path) -> None:
    findings = await play(SLICE, tmp_path, ground=ground)
    assert findings.problems == []
    assert findings.operations >= SLICE.operations and findings.booked and findings.misfortunes
    assert all(findings.register.values())
