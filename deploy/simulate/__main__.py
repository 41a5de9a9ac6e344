"""The command: `python -m deploy.simulate`."""

from __future__ import annotations

from pathlib import Path

import click

from deploy.simulate.arrivals import PROFILE, read_profile
from deploy.simulate.capacity import ESTIMATE, from_bench, measured_small
from deploy.simulate.manifest import MANIFEST, read_rules
from deploy.simulate.policies import World, choose, compare
from deploy.simulate.report import choices, plot, table, verdict
from deploy.simulate.week import Machines
from reception.opening import Fleet
from reception.practice_file import read_practice_file
from reception.service import DEMO_PRACTICE

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_EXAMPLES = """Example: python -m deploy.simulate --practices 1000 --plot runs/simulate

\b
Which thresholds to choose, for a GPU that was measured:
  python -m deploy.simulate --bench runs/bench/report.json --practices 1000 --choose
"""


@click.command(epilog=_EXAMPLES, context_settings={"max_content_width": 100})
@click.option("--practices", multiple=True, type=int, default=(1, 10, 100, 1000, 10000), show_default=True)
@click.option("--load", "loads", multiple=True, type=float, default=(0.5, 1.0, 2.0), show_default=True)
@click.option(
    "--turns-per-second", type=float, help=f"Of one GPU. [default: {ESTIMATE:g}, an estimate for a T4]"
)
@click.option(
    "--measured-small", is_flag=True, help="That of the small model on 2 cores: docs/performance.md."
)
@click.option("--bench", type=_FILE, help="That of a report of `reception bench`, in JSON.")
@click.option("--cold-start", nargs=2, type=float, default=(90, 600), show_default=True, help="Seconds.")
@click.option(
    "--price", default=0.526, show_default=True, help="Of a GPU hour: g4dn.xlarge, on demand, us-east."
)
@click.option("--profile", "profile_file", type=_FILE, default=PROFILE, help="When patients call.")
@click.option("--practice", type=_FILE, default=DEMO_PRACTICE, help="Whose opening hours all practices keep.")
@click.option("--manifest", type=_FILE, default=MANIFEST, help="The ScaledObject whose thresholds count.")
@click.option("--choose", "choosing", is_flag=True, help="Tries thresholds, and shows the best.")
@click.option("--plot", "folder", type=click.Path(file_okay=False, path_type=Path), help="Where plots go.")
@click.option("--seed", default=1, show_default=True)
def main(
    practices: tuple[int, ...],
    loads: tuple[float, ...],
    turns_per_second: float | None,
    measured_small: bool,
    bench: Path | None,
    cold_start: tuple[float, float],
    price: float,
    profile_file: Path,
    practice: Path,
    manifest: Path,
    choosing: bool,
    folder: Path | None,
    seed: int,
) -> None:
    """A week of calls: GPU hours, cost and who answers, with GPUs always on, or by hours, load or both."""
    capacity = turns_per_second or (from_bench(bench) if bench else _capacity(measured_small))
    world = World(
        read_profile(profile_file),
        read_practice_file(practice).to_practice(),
        read_rules(manifest),
        Machines(capacity, cold_start),
        Fleet(),
        seed,
    )
    click.echo(f"{capacity:g} turns a second and GPU; cold start {cold_start[0]:g} to {cold_start[1]:g} s.\n")
    if choosing:
        for each in practices:
            click.echo(f"{each:,} practices:\n\n{choices(choose(world, each))}\n")
        return
    rows = [row for each in practices for load in loads for row in compare(world, each, load)]
    click.echo(f"{table(rows, price)}\n\n{verdict(rows)}")
    if folder is not None:
        for path in plot(rows, world, folder):
            click.echo(f"\n{path}")


def _capacity(small: bool) -> float:
    return measured_small() if small else ESTIMATE


if __name__ == "__main__":
    main()
