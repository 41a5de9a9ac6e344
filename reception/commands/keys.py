"""Commands about the keys that health data is encrypted with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from reception.commands import read_settings
from reception.commands.data import open_database

if TYPE_CHECKING:
    from collections import Counter

    from reception.reencrypting import Progress


@click.group("keys", epilog="Example: reception keys rotate")
def keys_group() -> None:
    """The keys of RECEPTION_DATA_KEYS, with which what patients say is encrypted in the database."""


@keys_group.command("new", epilog="Example: RECEPTION_DATA_KEYS=$(reception keys new),$RECEPTION_DATA_KEYS")
def new() -> None:
    """Makes a key, and shows it here alone."""
    from reception.data_keys import new_key

    click.echo(new_key())


@keys_group.command("list", epilog="Example: reception keys list")
def list_keys() -> None:
    """Tells how many values are encrypted with which key; the first one encrypts."""
    settings = read_settings()
    from reception.reencrypting import values_by_key

    async def work() -> tuple[tuple[str, ...], Counter[str]]:
        async with open_database(settings) as database:
            return database.keys.names, await values_by_key(database)

    names, counts = asyncio.run(work())
    for name in names:
        click.echo(f"{name}  {counts.pop(name, 0):>10}{'  encrypts' if name == names[0] else ''}")
    for name, number in counts.items():
        click.echo(f"{name}  {number:>10}  no longer in RECEPTION_DATA_KEYS")


@keys_group.command("rotate", epilog="Example: reception keys rotate")
def rotate() -> None:
    """Encrypts everything with the first key of RECEPTION_DATA_KEYS, batch by batch, while the service runs.

    First put the new key in front of the old one and start all processes again. Stopped half-way, it goes on
    where it was. Once it is done, the old key can be taken away; keep it as long as you keep backups.
    """
    settings = read_settings()
    from rich.progress import Progress as Bars

    from reception import reencrypting

    async def work(progress: Progress) -> int:
        async with open_database(settings) as database:
            return await reencrypting.rotate(database, progress)

    with Bars() as bars:
        tasks = {}

        def show(table: str, done: int, rows: int) -> None:
            if table not in tasks:
                tasks[table] = bars.add_task(table, total=rows)
            bars.update(tasks[table], completed=done)

        rows = asyncio.run(work(show))
    click.echo(f"{rows} rows were encrypted with the first key.")
