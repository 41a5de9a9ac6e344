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


async def show_setup_link(service: Service, url: str, show: Callable[[str], object]) -> None:
    """Shows a link as soon as the database is there, if the practice has no admin yet.

    In production it is not written into a pipe or a file, where it would outlive its use: there the command
    that makes one is named.
    """
    if service.settings.env == "production" and not sys.stdout.isatty():
        show("  No admin yet?     reception staff setup\n")
        return
    token = await _token(service)
    if token is not None:
        minutes = round(SETUP_LASTS.total_seconds() / 60)
        base = service.settings.public_url.rstrip("/") or url
        show(f"  Set up the dashboard (works once, within {minutes} minutes):\n  {base}/staff/join/{token}\n")


async def _token(service: Service) -> str | None:
    while True:
        try:
            return await service.accounts.setup_token((await service.practice()).id)
        except ReceptionError:
            await asyncio.sleep(RETRY)
