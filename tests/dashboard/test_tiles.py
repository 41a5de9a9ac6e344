"""Unit ring: how a large number says that it changed, and whether that is good."""

from __future__ import annotations

import pytest

from reception.dashboard.sheets import Number, Unit
from reception.dashboard.tiles import Tile


@pytest.mark.parametrize(
    ("now", "before", "unit", "more_is", "change", "mood"),
    [
        (12, 10, "", "good", "+20 %", "good"),
        (8, 10, "", "good", "-20 %", "bad"),
        (12, 10, "", "bad", "+20 %", "bad"),
        (12, 10, "", "", "+20 %", ""),
        (101, 100, "", "good", "+1 %", ""),
        (10, 10, "", "good", "as before", ""),
        (3, 0, "", "bad", "none before", ""),
        (0, 0, "", "bad", "", ""),
        (0.52, 0.50, "%", "good", "+2 points", "good"),
        (0.49, 0.50, "%", "good", "-1 point", "bad"),
        (None, 0.5, "%", "good", "", ""),
        (0.5, None, "%", "good", "", ""),
    ],
)
def test_a_change_is_told_in_signs_and_colours(
    now: Number, before: Number, unit: Unit, more_is: str, change: str, mood: str
) -> None:
    tile = Tile("Calls", now, before, unit, "", "conversations", more_is)
    assert (tile.change, tile.mood) == (change, mood)
