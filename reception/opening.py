"""When practices need the big model: opening hours as windows of the week, and those as cron triggers. Pure.

A window is counted in minutes of the week in local time; 0 is Monday, 00:00. The windows of all practices of
one time zone are laid over each other, since they share the model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import Any

from reception.practice import Hours, Practice

DAY = 24 * 60
WEEK = 7 * DAY
#: Minutes before opening at which the model must begin to wake: longer than the slowest cold start seen.
WARM = 15
#: Minutes of closure that are not worth a sleep: falling asleep and waking take about as long.
SHORTEST_SLEEP = 30


@dataclass(frozen=True)
class Window:
    """A stretch of the week in one zone, maybe begun before Monday; `practices` are those open at once."""

    time_zone: str
    start: int
    end: int
    practices: int


@dataclass(frozen=True)
class Fleet:
    """How many practices one GPU serves on a Monday: in the first `morning` minutes of the day, and after.

    The triggers on load do the fine work; these only spare them the leap when the phones open. `weekdays` is
    how busy the other days are. What stands here is what `python -m deploy.simulate --choose` found.
    """

    morning_practices: int = 60
    practices: int = 300
    morning: int = 45
    weekdays: tuple[float, ...] = (1.0, 0.82, 0.51, 0.58, 0.66, 0.06, 0.04)

    def replicas(self, practices: int, weekday: int, *, early: bool) -> int:
        """How many GPUs so many open practices should find awake."""
        one = self.morning_practices if early else self.practices
        return max(1, ceil(practices * self.weekdays[weekday % 7] / one))


def windows(practices: Iterable[Practice], warm: int = WARM) -> list[Window]:
    """The windows in which any of the practices is open, begun `warm` minutes earlier, by zone and time."""
    by_zone: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for practice in practices:
        if practice.answering == "on":
            by_zone[practice.time_zone.key] += _merged(_spans(_hours(practice), warm))
    return [
        Window(zone, start, end, _most_at_once(spans, start, end))
        for zone, spans in sorted(by_zone.items())
        for start, end in _merged(spans)
    ]


def triggers(found: Sequence[Window], fleet: Fleet, warm: int = WARM) -> list[dict[str, Any]]:
    """KEDA's cron triggers for the windows: one for as many days as share their times and their replicas."""
    grouped: dict[tuple[str, int, int, int, int], list[int]] = defaultdict(list)
    begun: set[tuple[str, int]] = set()
    for window in found:
        weekday = (window.start + warm) // DAY
        late = fleet.replicas(window.practices, weekday, early=False)
        early = fleet.replicas(window.practices, weekday, early=True)
        grouped[_key(window, window.end, late)].append(window.start // DAY)
        if early > late and (window.time_zone, weekday) not in begun:
            end = min(window.end, window.start + warm + fleet.morning)
            grouped[_key(window, end, early)].append(window.start // DAY)
        begun.add((window.time_zone, weekday))
    return [
        {
            "type": "cron",
            "metadata": {
                "timezone": zone,
                "start": _cron(start, days),
                "end": _cron(end, [day + later for day in days]),
                "desiredReplicas": str(replicas),
            },
        }
        for (zone, start, end, later, replicas), days in grouped.items()
    ]


def _key(window: Window, end: int, replicas: int) -> tuple[str, int, int, int, int]:
    if end - window.start >= WEEK:
        end = window.start + WEEK - 1  # a window must end; a minute is shorter than any cool-down
    return window.time_zone, window.start % DAY, end % DAY, end // DAY - window.start // DAY, replicas


def _cron(minute: int, days: Iterable[int]) -> str:
    """Cron counts its days from Sunday."""
    named = sorted({(day + 1) % 7 for day in days})
    return f"{minute % 60} {minute // 60} * * {','.join(map(str, named))}"


def _hours(practice: Practice) -> list[Hours]:
    if practice.opening_hours is not None:
        return [practice.opening_hours]
    return [one.working_hours for one in practice.practitioners if one.working_hours is not None]


def _spans(hours: Iterable[Hours], warm: int) -> list[tuple[int, int]]:
    found = []
    for each in hours:
        for weekday, blocks in each.items():
            for block in blocks:
                start = weekday * DAY + block.start.hour * 60 + block.start.minute
                end = weekday * DAY + block.end.hour * 60 + block.end.minute
                found.append((start - warm, end if end > start else (weekday + 1) * DAY))
    return found


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those joined that overlap or leave a sleep too short to be worth it."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start - merged[-1][1] < SHORTEST_SLEEP:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _most_at_once(spans: Sequence[tuple[int, int]], start: int, end: int) -> int:
    inside = [(first, last) for first, last in spans if first < end and last > start]
    changes = sorted([(first, 1) for first, _ in inside] + [(last, -1) for _, last in inside])
    return max(accumulate(change for _, change in changes))
