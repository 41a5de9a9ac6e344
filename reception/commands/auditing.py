"""The command that checks the audit log."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from reception.commands import read_settings
from reception.commands.data import open_database
from reception.errors import Invalid

if TYPE_CHECKING:
    from reception.database.store import Store

_EXAMPLES = """Example: reception audit verify

\b
With a seal that was noted earlier, so that a log whose end was cut off is found as well:
  reception audit verify --practice harbor-clinic --noted 1204:9f2c…
"""


@click.group("audit", epilog="Example: reception audit verify")
def audit_group() -> None:
    """The log of who saw and changed what."""


@audit_group.command("verify", epilog=_EXAMPLES)
@click.option("--practice", "slug", default="", help="Only the practice of this slug.")
@click.option("--noted", default="", help="A seal noted earlier, as position:hash; needs --practice.")
def verify(slug: str, noted: str) -> None:
    """Checks that no line of the audit log was changed, removed or slipped in.

    Prints a line for each practice: its slug, the number of entries that hold, and the last one's seal.
    Note the seal somewhere else: the next check with it also shows whether the end was cut off. The exit code
    is 1 when something is wrong.
    """
    settings = read_settings()
    if noted and not slug:
        raise click.UsageError("--noted needs --practice: a seal is one practice's.")

    async def work() -> bool:
        async with open_database(settings) as database, database.transaction(snapshot=True) as store:
            return await _check(store, slug, noted)

    if not asyncio.run(work()):
        raise click.exceptions.Exit(1)


async def _check(store: Store, slug: str, noted: str) -> bool:
    from reception.commands.data import the_practice
    from reception.staff.audit_chain import check_chain, noted_before

    whole = True
    for practice in [await the_practice(store, slug)] if slug else await store.practices():
        found = await check_chain(store, practice.id)
        if noted and not await noted_before(store, practice.id, *_seal(noted)):
            click.echo(f"{practice.slug}\tthe entry with the noted seal is gone or was changed", err=True)
            whole = False
        if found.broken:
            click.echo(f"{practice.slug}\t{found.broken}", err=True)
            whole = False
        click.echo(f"{practice.slug}\t{found.position}:{found.hash}")
    return whole


def _seal(noted: str) -> tuple[int, str]:
    position, _, seal = noted.partition(":")
    if not position.isdecimal() or not seal:
        raise Invalid("--noted: expected position:hash, as `reception audit verify` prints it")
    return int(position), seal
