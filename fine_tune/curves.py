"""Draws how a run went: loss and speed over its minutes.

python -m fine_tune.curves runs/desk-135m [more runs to compare]   # writes curves.svg into the first
"""

# ruff: noqa: T201 (a script: what it prints is its output)

from __future__ import annotations

import argparse
import json
from pathlib import Path

from matplotlib.figure import Figure


def read_log(run: Path) -> list[dict[str, float]]:
    """The lines of a run's log that tell of steps on the way."""
    file = run / "log.jsonl"
    if not file.is_file():
        raise SystemExit(f"{file} is missing: name the folder of a run")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if "tokens_per_second" in row]


def draw(runs: list[Path]) -> Path:
    """Writes the curves of all runs on the same axes; returns the file."""
    figure = Figure(figsize=(9, 6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    for run in runs:
        log = read_log(run)
        minutes = [row["seconds"] / 60 for row in log]
        above.plot(minutes, [row["loss"] for row in log], label=run.name)
        below.plot(minutes, [row["tokens_per_second"] for row in log], label=run.name)
    above.set_yscale("log")
    above.set_ylabel("training loss (running mean)")
    below.set_ylabel("tokens a second")
    below.set_xlabel("minutes")
    above.legend()
    path = runs[0] / "curves.svg"
    figure.savefig(path)
    return path


def main(arguments: list[str] | None = None) -> None:
    """Draws the runs named on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", type=Path, nargs="+", help="folders of runs")
    print(draw(parser.parse_args(arguments).runs))


if __name__ == "__main__":
    main()
