"""`reception call --script`: plays scripted calls against a running service, or against fresh ones."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click
import httpx

from reception.carrier.play import Playing
from reception.carrier.reaching import line_to
from reception.carrier.script import Script, load_scripts
from reception.carrier.server import ServiceProcess, own_service, service_process
from reception.carrier.speech import CallClock
from reception.carrier.webhooks import Delivery, Webhooks
from reception.channels.terminal import TIMEOUT, answers
from reception.database.connection import Database
from reception.database.export import export
from reception.errors import Invalid, Unavailable
from reception.settings import Settings


class Host:
    """The service under test and its books."""

    def __init__(
        self, base: str, account: str, webhooks: Webhooks, database: Database, process: ServiceProcess | None
    ) -> None:
        self.base, self.account, self.webhooks = base, account, webhooks
        self._database, self._process = database, process

    async def books(self) -> dict[str, Any]:
        """The export of the service's database."""
        async with self._database.look_up() as store:
            return await export(store)

    async def kill(self) -> None:
        """Kills the service and starts it again. Invalid for a service that is not ours to kill."""
        if self._process is None:
            raise Invalid(
                "This script kills the service: stop the one that runs, and it gets one of its own."
            )
        await self._process.kill()
        await self._process.start()


async def play_scripts(settings: Settings, url: str, path: Path, speed: float) -> int:
    """Plays all calls of a file or folder and shows them; how many were not as they should be.

    `url` is a service that runs, or empty for one of its own for each call. Unavailable when none runs there.
    """
    scripts = load_scripts(path)
    if url:
        async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT) as http:
            if not await answers(http):
                raise Unavailable(
                    f"No service answers at {url}; without --url each call gets one of its own."
                )
    wrong = 0
    for script in scripts:
        click.echo(click.style(f"\n{script.name}", bold=True))
        where = _running(settings, url, script) if url else _fresh(settings, script)
        async with where as host:
            playing = Playing(script, host, CallClock(speed))
            problems = await playing.play()
        for line in playing.transcript():
            click.echo(f"  {line}")
        for problem in problems:
            click.echo(click.style(f"  WRONG: {problem}", fg="red"))
        wrong += bool(problems)
    click.echo(f"\n{len(scripts) - wrong} of {len(scripts)} calls went as they should.")
    return wrong


@asynccontextmanager
async def _running(settings: Settings, url: str, script: Script) -> AsyncIterator[Host]:
    """The service at the address: its own practice and clock, its database by our settings."""
    database = await Database.of(settings)
    try:
        async with line_to(settings, url, Delivery(script.retries, script.twice)) as webhooks:
            yield Host(url, settings.twilio_account_sid, webhooks, database, None)
    finally:
        await database.close()


@asynccontextmanager
async def _fresh(settings: Settings, script: Script) -> AsyncIterator[Host]:
    """A service with the script's practice and clock, the real model and an empty database."""
    with tempfile.TemporaryDirectory(prefix="reception-call-", ignore_cleanup_errors=True) as temporary:
        data = Path(temporary) / "data"
        changes = own_service(data, script.practice, script.now.isoformat())
        changes["RECEPTION_TWILIO_RELAY"] = str(script.relay).lower()
        ours = settings.model_copy(update={"data_dir": data, "database_url": "", "public_url": ""})
        async with service_process(Path(temporary), changes) as process:
            database = await Database.of(ours)
            try:
                async with line_to(ours, process.base, Delivery(script.retries, script.twice)) as webhooks:
                    yield Host(process.base, ours.twilio_account_sid, webhooks, database, process)
            finally:
                await database.close()


def play(settings: Settings, url: str, path: Path, speed: float) -> int:
    """See `play_scripts`."""
    return asyncio.run(play_scripts(settings, url, path, speed))
