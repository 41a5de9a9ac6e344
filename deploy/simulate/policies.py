"""The ways to run GPUs that are compared: always, by opening hours, by load, by both as the manifests do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from deploy.simulate.arrivals import STEP, WEEK, Load, Profile, Series, draw
from deploy.simulate.manifest import Rules, Threshold, opening
from deploy.simulate.scaler import Fixed, Scaler
from deploy.simulate.week import Machines, Outcome, simulate
from reception.opening import Fleet
from reception.practice import Practice

#: The share of turns in opening hours that the big model must answer.
GOAL = 0.99


@dataclass(frozen=True)
class World:
    """What stays the same in a comparison. All practices keep the hours of `practice`."""

    profile: Profile
    practice: Practice
    rules: Rules
    machines: Machines
    fleet: Fleet
    seed: int = 1

    def load(self, practices: int, factor: float) -> Load:
        """The calls of a week."""
        return draw(self.profile, practices, factor, np.random.default_rng(self.seed))


@dataclass(frozen=True)
class Row:
    """One way to run GPUs for so many practices at so much load."""

    practices: int
    factor: float
    policy: str
    outcome: Outcome


def compare(world: World, practices: int, factor: float) -> list[Row]:
    """All four. Always and by hours have as many GPUs as the goal needs, and no more: the fairest rivals."""
    load, opened = world.load(practices, factor), opening(world.practice)
    rules = world.rules.for_fleet([world.practice] * practices, world.fleet)
    asleep, hours, awake = np.zeros(WEEK), np.minimum(rules.cron, 1), np.ones(WEEK)

    def played(policy: str, cron: Series, decider: Fixed | Scaler) -> Row:
        outcome = simulate(load, opened, cron, decider, world.machines, world.seed)
        return Row(practices, factor, policy, outcome)

    enough = smallest(load, opened, hours, world.machines)
    return [
        played("always on", awake, Fixed(smallest(load, opened, awake, world.machines))),
        played("opening hours", hours, Fixed(enough)),
        played("load", asleep, Scaler(rules.without_cron())),
        played("both", rules.cron, Scaler(rules)),
    ]


def smallest(load: Load, opened: Series, cron: Series, machines: Machines) -> int:
    """The fewest GPUs with which the goal is met, when so many run in all steps of `cron`."""
    most = max(1, ceil(float(load.turns.max()) / (STEP * machines.turns_a_second * machines.utilisation)))
    few, many = 0, most
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if _share(middle, load, opened, cron, machines) >= GOAL else (middle, many)
    return many


def _share(replicas: int, load: Load, opened: Series, cron: Series, machines: Machines) -> float:
    """As `simulate` would say of a number that never changes while awake: they wake before opening."""
    room = replicas * machines.turns_a_second * machines.utilisation * STEP * cron
    answered = np.where(load.turns <= room, load.turns, room * machines.overloaded)
    return float((answered * opened).sum() / (load.turns * opened).sum())


@dataclass(frozen=True)
class Choice:
    """Thresholds, and what a week with them is like."""

    turns: float
    fleet: Fleet
    down_window: float
    outcome: Outcome


def choose(world: World, practices: int, factors: Sequence[float] = (1.0,)) -> list[Choice]:
    """All sensible thresholds that meet the goal at the given loads, the fewest GPU hours first.

    Calls are counted with turns: a call takes a turn every so many seconds, so both thresholds are one.
    """
    found = []
    opened = opening(world.practice)
    loads = [world.load(practices, factor) for factor in factors]
    for turns in (4.5, 5.0, 5.5, 6.0):
        for morning_practices in (50, 60, 75):
            for each in (150, 300):
                for down_window in (300.0, 600.0):
                    fleet = replace(world.fleet, morning_practices=morning_practices, practices=each)
                    scale = turns * world.machines.turns_a_second / 8
                    rules = replace(
                        world.rules,
                        turns=Threshold(scale, world.rules.turns.activation),
                        calls=Threshold(scale * world.profile.seconds_a_turn, world.rules.calls.activation),
                        down_window=down_window,
                    ).for_fleet([world.practice] * practices, fleet)
                    outcomes = [
                        simulate(load, opened, rules.cron, Scaler(rules), world.machines, world.seed)
                        for load in loads
                    ]
                    if all(one.big >= GOAL for one in outcomes):
                        found.append(Choice(scale, fleet, down_window, outcomes[0]))
    return sorted(found, key=lambda one: one.outcome.gpu_hours)
