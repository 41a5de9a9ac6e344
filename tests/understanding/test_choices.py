"""Unit ring: words that pick among offers by position."""

from __future__ import annotations

import pytest

from reception.understanding.values.choices import read_choice
from reception.understanding.values.english import ENGLISH


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("the first one please", 0),
        ("the second one", 1),
        ("second", 1),
        ("secnd one", 1),
        ("third", 2),
        ("the 3rd", 2),
        ("option 3", 2),
        ("option b", 1),
        ("number two", 1),
        ("no. 2", 1),
        ("#2", 1),
        ("2", 1),
        ("one", 0),
        ("the last one", -1),
        ("the later one", -1),
        ("the latest", -1),
        ("the latter", -1),
        ("the earlier one", 0),
        ("the earliest", 0),
        ("the former", 0),
        ("either", 0),
        ("any of them", 0),
        ("whichever", 0),
        ("the middle one", 1),
    ],
)
def test_a_choice_among_three(text: str, index: int) -> None:
    assert read_choice(text, 3, ENGLISH) == index


@pytest.mark.parametrize(
    "text", ["neither", "the other one", "the second to last", "the one at nine", "", "number 99"]
)
def test_what_picks_none_has_no_value(text: str) -> None:
    assert read_choice(text, 3, ENGLISH) is None


def test_a_middle_needs_three_offers() -> None:
    assert read_choice("the middle one", 2, ENGLISH) is None
