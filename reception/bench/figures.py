"""What a benchmark finds: our figures and a peer's with their ratio, and whether a target is met. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """One statistic of ours and of the peer's (None: there is none), and what is compared with the target."""

    statistic: str
    ours: float
    peer: float | None
    ratio: float


class Row(msgspec.Struct, frozen=True):
    """One line of the table. `met` asks it of every figure; `about` defines what was measured."""

    name: str
    what: str
    peer: str
    unit: str
    target: float
    at_most: bool
    met: bool
    figures: list[Figure]
    about: str = ""


class Load(msgspec.Struct, frozen=True):
    """Turns a second with so many clients at once, and milliseconds per turn."""

    clients: int
    per_second: float
    p50: float
    p95: float


def row(
    name: str, what: str, peer: str, figures: Sequence[Figure], *,
    unit: str, at_least: float | None = None, at_most: float | None = None, about: str = "",
) -> Row:  # fmt: skip
    """A row whose figures must all be at least, or at most, the target."""
    if (at_least is None) == (at_most is None):
        raise ValueError("a row has one target")
    if at_least is not None:
        met = all(figure.ratio >= at_least for figure in figures)
        return Row(name, what, peer, unit, at_least, False, met, list(figures), about)
    assert at_most is not None
    met = all(figure.ratio <= at_most for figure in figures)
    return Row(name, what, peer, unit, at_most, True, met, list(figures), about)


def times_faster(ours: Sequence[float], peers: Sequence[float]) -> list[Figure]:
    """Median and mean of two lists of times, and how many times as long the peer takes."""
    pairs = _pairs(ours, peers)
    return [_figure(statistic, mine, theirs, theirs / mine) for statistic, mine, theirs in pairs]


def times_as_long(ours: Sequence[float], floor: Sequence[float]) -> list[Figure]:
    """Median and mean of two lists of times, and how many times as long ours takes."""
    pairs = _pairs(ours, floor)
    return [_figure(statistic, mine, theirs, mine / theirs) for statistic, mine, theirs in pairs]


def rates(statistic: str, ours: float, peer: float) -> list[Figure]:
    """Two rates, and ours as a multiple of the peer's."""
    return [_figure(statistic, ours, peer, ours / peer)]


def alone(statistic: str, ours: float) -> list[Figure]:
    """A figure that is compared with its target itself."""
    return [_figure(statistic, ours, None, ours)]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def load_of(clients: int, milliseconds: Sequence[float], seconds: float) -> Load:
    """The summary of turns that took so long each, and `seconds` together."""
    return Load(
        clients,
        round(len(milliseconds) / seconds, 3),
        round(statistics.median(milliseconds), 2),
        round(percentile(milliseconds, 0.95), 2),
    )


def _pairs(ours: Sequence[float], peers: Sequence[float]) -> list[tuple[str, float, float]]:
    return [
        ("p50", statistics.median(ours), statistics.median(peers)),
        ("mean", statistics.fmean(ours), statistics.fmean(peers)),
    ]


def _figure(statistic: str, ours: float, peer: float | None, ratio: float) -> Figure:
    return Figure(statistic, round(ours, 3), None if peer is None else round(peer, 3), round(ratio, 3))
