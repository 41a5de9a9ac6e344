"""What a comparison tells: a table in Markdown, and plots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np

from deploy.simulate.arrivals import DAY, STEP, WEEK
from deploy.simulate.policies import GOAL, Choice, Row, World

matplotlib.use("Agg")

HEAD = (
    "| practices | load | GPUs run | most | GPU hours | cost | big model, opening hours | at all | wait p99 "
    "| against hours | against always |"
)
RULE = "| --- " * 11 + "|"


def table(rows: Sequence[Row], price: float) -> str:
    """One line for each; the last two columns compare GPU hours with those of the first two policies."""
    lines = [HEAD, RULE]
    for row in rows:
        peers = {
            one.policy: one.outcome.gpu_hours
            for one in rows
            if (one.practices, one.factor) == (row.practices, row.factor)
        }
        found = row.outcome
        less = [_less(found.gpu_hours, peers[name]) for name in ("opening hours", "always on")]
        lines.append(
            f"| {row.practices:,} | {row.factor:g} | {row.policy} | {found.most} | {found.gpu_hours:,.0f} "
            f"| ${found.gpu_hours * price:,.0f} | {found.big:.2%} | {found.big_at_all:.1%} "
            f"| {found.wait_p99 * 1000:.0f} ms | {less[0]} | {less[1]} |"
        )
    return "\n".join(lines)


def verdict(rows: Sequence[Row]) -> str:
    """For each size and load whether both together reach the goals."""
    lines = []
    for row in (one for one in rows if one.policy == "both"):
        peers = {
            one.policy: one.outcome.gpu_hours
            for one in rows
            if (one.practices, one.factor) == (row.practices, row.factor)
        }
        hours = 1 - row.outcome.gpu_hours / peers["opening hours"]
        always = 1 - row.outcome.gpu_hours / peers["always on"]
        goals = (
            ("25 % under opening hours", hours >= 0.25),
            ("80 % under always on", always >= 0.8),
            ("99 % by the big model", row.outcome.big >= GOAL),
        )
        said = ", ".join(f"{name}: {'yes' if met else 'no'}" for name, met in goals)
        lines.append(f"- {row.practices:,} practices, {row.factor:g} times the load: {said}")
    return "\n".join(lines)


def choices(found: Sequence[Choice], most: int = 10) -> str:
    """The best thresholds, the fewest GPU hours first."""
    lines = [
        "| turns a second, GPU | practices per GPU, morning | later | scale-down window | GPU hours | big |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {one.turns:g} | {one.fleet.morning_practices} | {one.fleet.practices} | {one.down_window:.0f} s "
        f"| {one.outcome.gpu_hours:,.0f} | {one.outcome.big:.2%} |"
        for one in found[:most]
    ]
    return "\n".join(lines) if found else "No thresholds meet the goal."


def plot(rows: Sequence[Row], world: World, folder: Path) -> list[Path]:
    """Two pictures: a week and its Monday for the largest fleet, and GPU hours of all sizes."""
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    at_one = [one for one in rows if one.factor == 1.0] or list(rows)
    largest = max(one.practices for one in at_one)
    load = world.load(largest, at_one[0].factor)
    hours = np.arange(WEEK) * STEP / 3600
    needed = np.convolve(load.turns, np.ones(30) / 300)[:WEEK] / world.machines.turns_a_second
    figure, (week, monday) = plt.subplots(2, 1, figsize=(11, 7), layout="constrained")
    for axes, until in ((week, WEEK), (monday, DAY)):
        axes.plot(
            hours[:until], needed[:until], color="0.6", linewidth=0.8, label="turns, in GPUs full of them"
        )
        for row in (one for one in at_one if one.practices == largest and one.policy != "always on"):
            axes.step(hours[:until], row.outcome.ready[:until], linewidth=1.1, label=row.policy)
        axes.set_ylabel("GPUs that answer")
    week.set_title(f"{largest:,} practices, Monday to Sunday, then Monday alone")
    monday.set_xlabel("hours since Monday, 00:00")
    week.legend()
    paths = [folder / "week.png", folder / "hours.png"]
    figure.savefig(paths[0], dpi=110)
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for policy in ("always on", "opening hours", "load", "both"):
        points = [(one.practices, one.outcome.gpu_hours) for one in at_one if one.policy == policy]
        axes.plot(*zip(*points, strict=True), marker="o", label=policy)
    axes.set(xscale="log", yscale="symlog", xlabel="practices", ylabel="GPU hours a week")
    axes.legend()
    figure.savefig(paths[1], dpi=110)
    plt.close("all")
    return paths


def _less(hours: float, than: float) -> str:
    return f"{hours / than - 1:+.0%}" if than else ""
