"""What became of many plays: how often a scenario ends well, and how often it does each time it is played."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from reception.evaluation.dialogues import Verdict


@dataclass(frozen=True)
class Tally:
    """Plays of some scenarios.

    pass^1 is the share of plays that end well, pass^k that of scenarios that do so every time.
    """

    name: str
    scenarios: int
    plays: int
    pass_1: float
    pass_k: float
    turns: float
    turn_ms: float


def tally(name: str, verdicts: Iterable[Verdict]) -> Tally:
    """The figures of these plays, of which there is at least one."""
    by_scenario: dict[str, list[Verdict]] = defaultdict(list)
    for one in verdicts:
        by_scenario[one.name].append(one)
    plays = [one for each in by_scenario.values() for one in each]
    return Tally(
        name,
        len(by_scenario),
        len(plays),
        sum(one.passed for one in plays) / len(plays),
        sum(all(one.passed for one in each) for each in by_scenario.values()) / len(by_scenario),
        sum(one.turns for one in plays) / len(plays),
        1000 * median([second for one in plays for second in one.transcript.seconds] or [0.0]),
    )


def tallies(verdicts: Sequence[Verdict]) -> list[Tally]:
    """All plays; then by group, those with two behaviours or more, and by behaviour."""
    found = [tally("all", verdicts)]
    groups: dict[str, list[Verdict]] = defaultdict(list)
    for one in verdicts:
        if one.scenario.group:
            groups[one.scenario.group].append(one)
    for one in verdicts:
        if len(one.scenario.behaviours) > 1:
            groups["two behaviours or more"].append(one)
        for behaviour in one.scenario.behaviours:
            groups[f"  {behaviour}"].append(one)
    return found + [tally(name, each) for name, each in groups.items()]
