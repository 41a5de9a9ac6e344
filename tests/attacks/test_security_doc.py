"""Unit ring: docs/security.md names each requirement of ASVS 5.0 up to level 2 once, and tests that exist."""

from __future__ import annotations

import re

from reception.settings import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
#: How many requirements of levels 1 and 2 each section of version 5.0.0 has, but for those of level 3 alone.
SECTIONS = {
    1: {1: 2, 2: 9, 3: 11, 4: 3, 5: 2},
    2: {1: 3, 2: 3, 3: 4, 4: 1},
    3: {2: 2, 3: 4, 4: 6, 5: 5, 7: 2},
    4: {1: 3, 2: 1, 3: 2, 4: 4},
    5: {1: 1, 2: 3, 3: 2, 4: 3},
    6: {1: 3, 2: 12, 3: 4, 4: 4, 5: 5, 6: 3, 8: 4},
    7: {1: 3, 2: 4, 3: 2, 4: 5, 5: 2, 6: 2},
    8: {1: 2, 2: 3, 3: 1, 4: 1},
    9: {1: 3, 2: 4},
    10: {1: 2, 2: 2, 3: 4, 4: 11, 5: 5, 6: 2, 7: 3},
    11: {1: 2, 2: 3, 3: 3, 4: 4, 5: 1, 6: 1},
    12: {1: 3, 2: 2, 3: 4},
    13: {1: 1, 2: 5, 3: 2, 4: 5},
    14: {1: 2, 2: 4, 3: 3},
    15: {1: 3, 2: 3, 3: 7},
    16: {1: 1, 2: 5, 3: 4, 4: 3, 5: 3},
    17: {1: 1, 2: 4, 3: 2},
}


def spoken_of() -> list[str]:
    """Each requirement of the tables, ranges written out."""
    found = []
    for cell in re.findall(r"^\| (\d[\d., –]*) \| (?:met|n/a|open) \|", TEXT, re.MULTILINE):
        for one in cell.split(", "):
            first, _, last = one.partition("–")
            section, _, number = first.rpartition(".")
            end = int(last.rpartition(".")[2]) if last else int(number)
            assert not last or last.startswith(f"{section}."), one
            found += [f"{section}.{each}" for each in range(int(number), end + 1)]
    return found


def test_every_requirement_stands_there_once() -> None:
    wanted = [
        f"{chapter}.{section}.{number}"
        for chapter, sections in SECTIONS.items()
        for section, last in sections.items()
        for number in range(1, last + 1)
    ]
    assert len(wanted) == 253
    assert sorted(spoken_of()) == sorted(wanted)


def test_what_it_names_exists() -> None:
    named = re.findall(r"`((?:tests|reception|deploy|docs|web)/[\w./-]*)`", TEXT)
    assert len(named) > 100
    missing = {path for path in named if not (ROOT / path).exists()}
    assert not missing
