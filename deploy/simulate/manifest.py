"""The thresholds as the manifests have them: nothing is simulated that would not be deployed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from deploy.simulate.arrivals import DAY, STEP, WEEK, Series
from reception.opening import Fleet, triggers, windows
from reception.practice import Practice

MANIFEST = Path(__file__).parents[1] / "components" / "scaling" / "scaledobject.yaml"


@dataclass(frozen=True)
class Threshold:
    """Load for which one replica is enough, and load that wakes the first one."""

    per_replica: float
    activation: float


@dataclass(frozen=True)
class Rules:
    """What a ScaledObject says, in seconds and replicas; `cron`: how many each step of the week asks for."""

    calls: Threshold
    turns: Threshold
    asked: Threshold
    most: int
    polling: float
    cooldown: float
    down_window: float
    down_percent: float
    down_period: float
    up_percent: float
    up_pods: int
    up_period: float
    cron: Series

    def without_cron(self) -> Rules:
        """Load only."""
        return replace(self, cron=np.zeros(WEEK))

    def for_fleet(self, practices: Sequence[Practice], fleet: Fleet) -> Rules:
        """With the windows that `reception hours` gives for these practices."""
        return replace(self, cron=schedule(triggers(windows(practices), fleet)))


def read_rules(path: Path = MANIFEST) -> Rules:
    """The rules of the manifest's one ScaledObject."""
    spec = yaml.safe_load(path.read_text("utf-8"))["spec"]
    behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    loads = {one["name"]: one["metadata"] for one in spec["triggers"] if one["type"] == "prometheus"}
    up = {one["type"]: one for one in behavior["scaleUp"]["policies"]}
    [down] = behavior["scaleDown"]["policies"]

    def threshold(name: str) -> Threshold:
        return Threshold(float(loads[name]["threshold"]), float(loads[name]["activationThreshold"]))

    return Rules(
        calls=threshold("calls"),
        turns=threshold("turns"),
        asked=threshold("asked"),
        most=spec["maxReplicaCount"],
        polling=spec["pollingInterval"],
        cooldown=spec["cooldownPeriod"],
        down_window=behavior["scaleDown"]["stabilizationWindowSeconds"],
        down_percent=down["value"],
        down_period=down["periodSeconds"],
        up_percent=up["Percent"]["value"],
        up_pods=up["Pods"]["value"],
        up_period=up["Pods"]["periodSeconds"],
        cron=schedule([one for one in spec["triggers"] if one["type"] == "cron"]),
    )


def schedule(found: Sequence[dict[str, Any]]) -> Series:
    """How many replicas cron triggers ask for in each step of the week; the highest wins.

    They are in local time, and so is the week: practices of one time zone, which is the hardest case.
    """
    week = np.zeros(WEEK)
    for one in found:
        about = one["metadata"]
        starts, ends = _moments(about["start"]), _moments(about["end"])
        for start in starts:
            length = min((end - start) % WEEK for end in ends)
            steps = np.arange(start, start + length) % WEEK
            week[steps] = np.maximum(week[steps], int(about["desiredReplicas"]))
    return week


def opening(practice: Practice) -> Series:
    """1 in the steps of the week in which the practice is open, else 0."""
    week = np.zeros(WEEK)
    for weekday, blocks in (practice.opening_hours or {}).items():
        for block in blocks:
            start = (block.start.hour * 60 + block.start.minute) * 60 // STEP
            end = ceil((block.end.hour * 60 + block.end.minute) * 60 / STEP)
            week[weekday * DAY + start : weekday * DAY + end] = 1
    return week


def _moments(cron: str) -> list[int]:
    """The steps of the week at which a cron expression of minute, hour and weekdays fires."""
    minute, hour, _, _, days = cron.split()
    return [
        ((int(day) - 1) % 7) * DAY + (int(hour) * 60 + int(minute)) * 60 // STEP for day in days.split(",")
    ]
