"""How many turns a second one GPU answers: an estimate, until somebody has measured theirs.

Estimated for a T4 and a 7B Llama in 8 bits: a turn evaluates about 80 tokens (prompt and frame), 1.1 TFLOP,
at 12 of the card's 65 TFLOPS: 11 turns a second when batches are full, 8 with what is lost between them. No
GPU was at hand; `reception bench` on yours gives the figure for `--bench`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ESTIMATE = 8.0
PERFORMANCE = Path(__file__).parents[2] / "docs" / "performance.md"
#: Milliseconds within which 95 of 100 turns must be answered for a load to count as borne.
SOON_ENOUGH = 800.0


def measured_small(path: Path = PERFORMANCE) -> float:
    """Turns a second of the small model on two cores, from the table of docs/performance.md."""
    found = re.search(r"16 conversations at once[^|]*\| ([\d.]+) turns/s", path.read_text("utf-8"))
    if found is None:
        raise ValueError(f"{path.name} has no row of 16 conversations at once")
    return float(found[1])


def from_bench(path: Path) -> float:
    """The most turns a second that a report of `reception bench` (JSON) shows with a good enough p95."""
    loads = list(_loads(json.loads(path.read_text("utf-8"))))
    borne = [one["per_second"] for one in loads if one["p95"] <= SOON_ENOUGH]
    if not borne:
        raise ValueError(f"{path} has no load whose 95th percentile is under {SOON_ENOUGH:.0f} ms")
    return float(max(borne))


def _loads(found: Any) -> Iterator[dict[str, float]]:
    if isinstance(found, dict):
        if {"clients", "per_second", "p95"} <= found.keys():
            yield found
        found = list(found.values())
    if isinstance(found, list):
        for each in found:
            yield from _loads(each)
