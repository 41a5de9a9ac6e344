"""The link with which the first admin sets up: shown on the terminal of the first start, and nowhere else."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from reception.errors import ReceptionError
from reception.service import Service
from reception.staff.accounts import SETUP_LASTS

#: Seconds between two looks whether the database is there.
RETRY = 2.0
#: Where the first practice of an installation is founded, with a secret behind it.
NEW = "/staff/new"


async def show_setup_link(service: Service, url: str, show: Callable[[str], object]) -> None:
    """Shows a link as soon as the database is there, if there is no practice, or it has no admin yet.

    In production it is not written into a pipe or a file, where it would outlive its use: there the command
    that makes one is named.
    """
    if service.settings.env == "production" and not sys.stdout.isatty():
        show("  No practice yet?  reception practice new")
        show("  No admin yet?     reception staff setup\n")
        return
    path = await _path(service)
    if path is not None:
        minutes = round(SETUP_LASTS.total_seconds() / 60)
        base = service.settings.staff_base or url
        what, when = (
            ("Set up your practice", "as long as there is none")
            if path.startswith(NEW)
            else ("Set up the dashboard", f"once, within {minutes} minutes")
        )
        show(f"  {what} (works {when}):\n  {base}{path}\n")


async def _path(service: Service) -> str | None:
    """Where setting up begins; None where that was done."""
    while True:
        try:
            token = await service.accounts.setup_token((await service.practice()).id)
            return None if token is None else f"/staff/join/{token}"
        except ReceptionError:
            if await _empty(service):
                return f"{NEW}/{service.founding.token}"
            await asyncio.sleep(RETRY)


async def _empty(service: Service) -> bool:
    """Whether the database is there and holds no practice."""
    try:
        assert service.desk  # the database is prepared
        async with service.database.look_up() as store:
            return await store.practice() is None
    except ReceptionError:
        return False
