"""The command that prints when the big model must be awake, and checks a manifest against it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import yaml

from reception.commands import read_settings
from reception.settings import Settings

if TYPE_CHECKING:
    from reception.opening import Window
    from reception.practice import Practice

_EXAMPLES = """Example: reception hours

\b
Without a database, as KEDA's triggers, and checking a manifest against them:
  reception hours --file reception/demo_practice.yaml --keda
  reception hours --file reception/demo_practice.yaml --check deploy/components/scaling/scaledobject.yaml
"""
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@click.command(epilog=_EXAMPLES)
@click.option("--file", "files", multiple=True, type=_FILE, help="Practice files, instead of the database.")
@click.option("--keda", is_flag=True, help="As cron triggers of a KEDA ScaledObject, in YAML.")
@click.option(
    "--check", "manifest", type=_FILE, help="A ScaledObject whose cron triggers must be just these."
)
@click.option("--warm", default=15, show_default=True, type=click.IntRange(0, 120), help="Minutes ahead.")
@click.option("--practices-per-gpu", default=300, show_default=True, type=click.IntRange(1))
@click.option("--morning-practices-per-gpu", default=60, show_default=True, type=click.IntRange(1))
def hours(
    files: tuple[Path, ...],
    keda: bool,
    manifest: Path | None,
    warm: int,
    practices_per_gpu: int,
    morning_practices_per_gpu: int,
) -> None:
    """When the big model must be awake: the opening hours of all practices, begun 15 minutes early.

    Closures (holidays) are not among them: cron knows no dates, and a day awake for nothing costs little.
    """
    settings = read_settings()
    from reception.opening import Fleet, triggers, windows

    found = windows(_from_files(files) if files else asyncio.run(_from_database(settings)), warm)
    wanted = triggers(found, Fleet(morning_practices_per_gpu, practices_per_gpu), warm)
    if manifest is not None:
        _check(manifest, wanted)
    elif keda:
        click.echo(yaml.safe_dump(wanted, sort_keys=False), nl=False)
    else:
        _tell(found, wanted)


def _from_files(files: tuple[Path, ...]) -> list[Practice]:
    from reception.practice_file import read_practice_file

    return [read_practice_file(file).to_practice() for file in files]


async def _from_database(settings: Settings) -> list[Practice]:
    from reception.database.connection import Database

    database = await Database.of(settings)
    try:
        await database.check()
        async with database.look_up() as store:
            return await store.practices()
    finally:
        await database.close()


def _tell(found: list[Window], wanted: list[dict[str, Any]]) -> None:
    for window in found:
        days = f"{_moment(window.start)} to {_moment(window.end)}"
        click.echo(f"{window.time_zone:24} {days:26} {window.practices} practices")
    for one in wanted:
        about = one["metadata"]
        click.echo(
            f"cron {about['timezone']:19} {about['start']:20} to {about['end']:20} "
            f"{about['desiredReplicas']} replicas"
        )
    if not found:
        click.echo("No practice has opening hours in which the desk answers.")


def _moment(minute: int) -> str:
    return f"{_DAYS[minute // 1440 % 7]} {minute % 1440 // 60:02}:{minute % 60:02}"


def _check(manifest: Path, wanted: list[dict[str, Any]]) -> None:
    documents = [one for one in yaml.safe_load_all(manifest.read_text("utf-8")) if one]
    kept = [
        trigger
        for one in documents
        if one.get("kind") == "ScaledObject"
        for trigger in one["spec"]["triggers"]
        if trigger["type"] == "cron"
    ]
    different = [one for one in wanted if one not in kept] + [one for one in kept if one not in wanted]
    if different:
        raise click.ClickException(
            f"{manifest} has other windows than the practices: replace its cron triggers with the output of"
            " `reception hours --keda`. Different:\n" + yaml.safe_dump(different, sort_keys=False)
        )
    click.echo(f"{manifest}: {len(kept)} windows, as the practices need them.")
