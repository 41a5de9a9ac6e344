"""Calls and turns of a week, drawn from the profile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

#: Seconds of one step of the simulation.
STEP = 10
DAY = 24 * 3600 // STEP
WEEK = 7 * DAY
PROFILE = Path(__file__).with_name("profile.yaml")

Series = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """When and how long patients call; see profile.yaml for what is what, and where it is from."""

    calls_a_weekday: float
    weekdays: tuple[float, ...]
    hours: tuple[float, ...]
    rush_hour: int
    rush_factor: float
    turns: float
    seconds_a_turn: float


@dataclass(frozen=True)
class Load:
    """A week, per step: calls going on, and turns taken."""

    calls: Series
    turns: Series


def read_profile(path: Path = PROFILE) -> Profile:
    """The profile of a YAML file. KeyError names what is missing in it."""
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return Profile(
        float(found["calls_a_weekday"]),
        tuple(map(float, found["weekdays"])),
        tuple(map(float, found["hours"])),
        int(found["rush"]["hour"]),
        float(found["rush"]["factor"]),
        float(found["turns"]),
        float(found["seconds_a_turn"]),
    )


def rate(profile: Profile) -> Series:
    """Calls of one practice per step, over the week, Monday first."""
    weekday = np.repeat(np.array(profile.hours) / sum(profile.hours), 3600 // STEP) / (3600 // STEP)
    start, quarter = profile.rush_hour * 3600 // STEP, 900 // STEP
    hour = weekday[start : start + 4 * quarter]
    weights = np.repeat([profile.rush_factor, 1, 1, 1], quarter)
    weekday[start : start + 4 * quarter] = hour * weights / weights.mean()
    flat = np.full(DAY, 1 / DAY)
    workdays = sum(profile.weekdays[:5]) / 5
    days = [
        (weekday if day < 5 else flat) * share / workdays * profile.calls_a_weekday
        for day, share in enumerate(profile.weekdays)
    ]
    return np.concatenate(days)


def draw(profile: Profile, practices: int, load: float, random: np.random.Generator) -> Load:
    """A week of so many practices at `load` times the profile's calls; their lengths have a gamma shape."""
    started = random.poisson(rate(profile) * practices * load).astype(float)
    mean = profile.turns * profile.seconds_a_turn
    longest = int(4 * mean // STEP)
    lengths = random.gamma(3.0, mean / 3.0, 20_000)
    still_there = np.array([(lengths > step * STEP).mean() for step in range(longest)])
    calls = np.convolve(started, still_there)[:WEEK]
    turns = random.poisson(calls * STEP / profile.seconds_a_turn).astype(float)
    return Load(calls, turns)
