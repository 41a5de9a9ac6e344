"""Commands for accounts of the dashboard: for the first admin, and for whoever is locked out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from reception.commands import read_settings
from reception.errors import NotFound
from reception.settings import Settings

if TYPE_CHECKING:
    from reception.database.connection import Database
    from reception.practice import Practice
    from reception.staff.accounts import Accounts, Role

    Work = Callable[[Database, Accounts, Practice], Awaitable[None]]

_PRACTICE = click.option("--practice", default=None, help="The practice's slug, where there are several.")
_URL = click.option(
    "--url", default="http://127.0.0.1:8000", show_default=True, help="Where the service is reached."
)


@click.group("staff", epilog="Example: reception staff invite maria@practice.example --role staff")
def staff_group() -> None:
    """Accounts of the staff dashboard."""


@staff_group.command("list", epilog="Example: reception staff list")
@_PRACTICE
def list_accounts(practice: str | None) -> None:
    """Who has access, one line each: e-mail address, role, name."""

    async def work(database: Database, accounts: Accounts, of: Practice) -> None:
        async with database.transaction() as store:
            found = await store.accounts(of.id)
        for one in found:
            click.echo(f"{one.email}\t{one.role if one.active else 'no access'}\t{one.name}")

    asyncio.run(_with_accounts(read_settings(), practice, work))


@staff_group.command("setup", epilog="Example: reception staff setup --url https://desk.practice.example")
@_PRACTICE
@_URL
def setup(practice: str | None, url: str) -> None:
    """A link for the first admin of a practice; it works once, for an hour."""
    settings = read_settings()

    async def work(database: Database, accounts: Accounts, of: Practice) -> None:
        token = await accounts.setup_token(of.id)
        if token is None:
            raise NotFound("The practice has an admin already: use `reception staff invite` or `reset`.")
        click.echo(_link(settings, url, token))

    asyncio.run(_with_accounts(settings, practice, work))


@staff_group.command("invite", epilog="Example: reception staff invite maria@practice.example --role admin")
@click.argument("email")
@click.option(
    "--role",
    default="staff",
    show_default=True,
    type=click.Choice(["admin", "staff", "viewer"]),
    help="What they may do.",
)
@_PRACTICE
@_URL
def invite(email: str, role: Role, practice: str | None, url: str) -> None:
    """A link with which somebody makes their account; it works once, for two days."""
    settings = read_settings()

    async def work(database: Database, accounts: Accounts, of: Practice) -> None:
        click.echo(_link(settings, url, await accounts.invite(of.id, role, email)))

    asyncio.run(_with_accounts(settings, practice, work))


@staff_group.command("reset", epilog="Example: reception staff reset maria@practice.example")
@click.argument("email")
@_URL
def reset(email: str, url: str) -> None:
    """Unlocks an account and makes a link for a new password and authenticator; it works once."""
    settings = read_settings()

    async def work(database: Database, accounts: Accounts, of: Practice) -> None:
        async with database.transaction() as store:
            account = await store.account_by_email(email)
        if account is None:
            raise NotFound("No account has this e-mail address: see `reception staff list`.")
        click.echo(_link(settings, url, await accounts.renew(account)))

    asyncio.run(_with_accounts(settings, None, work))


async def _with_accounts(settings: Settings, slug: str | None, work: Work) -> None:
    from reception.database.connection import Database
    from reception.database.fence import everywhere
    from reception.staff.accounts import Accounts

    database = await Database.of(settings)
    try:
        async with database.look_up() as store:
            practice = await store.practice(slug or settings.practice or None)
        if practice is None:
            raise NotFound("There is no such practice; load one with `reception practice load FILE`.")
        idle = timedelta(minutes=settings.staff_idle_minutes)
        longest = timedelta(hours=settings.staff_session_hours)
        with everywhere():
            await work(database, Accounts(database, idle=idle, longest=longest), practice)
    finally:
        await database.close()


def _link(settings: Settings, url: str, token: str) -> str:
    return f"{settings.staff_base or url.rstrip('/')}/staff/join/{token}"
