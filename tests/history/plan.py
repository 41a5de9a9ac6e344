"""How much of everything a history has, and what came out of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.history.world import AUTUMN, Season


@dataclass(frozen=True)
class Plan:
    """How much of everything; a time is held for `hold_seconds`, and all texts have left after `settle`.

    For one who waits a time is kept for `kept_seconds`.
    """

    operations: int
    services: int = 3
    chatters: int = 10
    callers: int = 4
    clerks: int = 2
    texters: int = 2
    hold_seconds: float = 30.0
    kept_seconds: float = 40.0
    pause: tuple[float, float] = (5.0, 15.0)  # seconds between two misfortunes
    settle: float = 100.0
    seed: int = 1
    season: Season = AUTUMN


@dataclass
class Findings:
    """What came out. Without `problems` the history is a possible one."""

    operations: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    misfortunes: Counter[str] = field(default_factory=Counter)
    register: dict[str, int] = field(default_factory=dict)
    changes: int = 0
    conversations: int = 0
    booked: int = 0
    again: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    judging: float = 0.0
    problems: list[str] = field(default_factory=list)
