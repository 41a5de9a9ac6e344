"""A whole installation for a history: PostgreSQL behind a wire, services, a carrier; and what befalls it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

import psycopg
from sqlalchemy.engine import make_url

from reception.carrier.messages import CarriedText
from reception.carrier.rest import Carrier
from reception.channels.web_server import listen, make_server
from reception.data_keys import new_key, parse_keys
from reception.database.connection import Database
from reception.database.embedded import EmbeddedServer
from reception.settings import Settings
from tests.deploy.fleet import free_port
from tests.history.ground import copied, made_ready, server_in
from tests.history.processes import ServiceProcess
from tests.history.wire import Wire
from tests.history.world import AUTUMN, PUBLIC, Season, practice_yaml

ACCOUNT, TOKEN = f"AC{'0' * 32}", "a-twilio-auth-token"
Say = Callable[[str], None]


@dataclass
class Installation:
    """What runs, and how to hurt it. `url` goes over the wire, `direct` past it."""

    folder: Path
    wire: Wire
    url: str
    direct: str
    services: list[ServiceProcess]
    carrier: Carrier
    postgres: EmbeddedServer
    keys: str  # with which all services encrypt
    season: Season = AUTUMN
    sent: list[CarriedText] = field(default_factory=list)  # each text that the carrier took
    on_text: Callable[[CarriedText], None] = lambda _: None
    clock: int = 0

    def took(self, text: CarriedText) -> None:
        """The carrier took a text."""
        self.sent.append(text)
        self.on_text(text)

    @property
    def urls(self) -> list[str]:
        return [one.url for one in self.services]

    async def database(self) -> Database:
        """A pool of its own, past the wire."""
        return await Database.open(self.direct, self.folder, parse_keys(self.keys))

    def settings(self) -> Settings:
        """The settings of a caller's line to it."""
        return Settings(
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            public_url=PUBLIC,
            data_dir=self.folder / "data",
        )  # type: ignore[arg-type]  # pydantic makes the secret

    async def kill(self, service: ServiceProcess) -> None:
        """SIGKILL, and after a moment it is back."""
        await asyncio.to_thread(service.kill)
        await asyncio.sleep(0.2)
        await asyncio.to_thread(service.start)
        await asyncio.to_thread(service.wait)

    async def next_clock(self) -> None:
        """The desk's clock goes on: each service is killed and comes back later in the night."""
        self.clock = min(self.clock + 1, len(self.season.clocks) - 1)
        for service in self.services:
            service.environment["RECEPTION_NOW"] = self.season.clocks[self.clock]
            await self.kill(service)

    async def restart_postgres(self, *, crash: bool) -> None:
        """PostgreSQL ends, by SIGKILL or as its administrator ends it, and comes back on its port."""
        if crash:
            home = self.folder / "postgres" / "postgres" / "cluster" / "postmaster.pid"
            os.kill(int(home.read_text().split()[0]), signal.SIGKILL)
        else:
            await asyncio.to_thread(self.postgres.stop)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(self.postgres.start)

    async def terminate_backends(self) -> None:
        """The server ends all connections itself."""
        await asyncio.to_thread(self._terminate_backends)

    def _terminate_backends(self) -> None:
        with psycopg.connect(self.direct, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )

    async def sever(self, seconds: float) -> None:
        """The wire is cut, and nobody gets through for a while."""
        self.wire.severed = True
        self.wire.cut()
        await asyncio.sleep(seconds)
        self.wire.severed = False


@asynccontextmanager
async def installation(
    folder: Path, *, services: int, hold_seconds: float, more: Mapping[str, str] | None = None,
    season: Season = AUTUMN, ground: Path | None = None,
) -> AsyncIterator[Installation]:  # fmt: skip
    """Everything started, until the block ends; `more` are settings of the services.

    The database begins as a copy of `ground`, if there is one, and else is made.
    """
    practice = folder / "practice.yaml"
    practice.write_text(practice_yaml(hold_seconds, season), encoding="utf-8")
    if ground is not None:
        await asyncio.to_thread(copied, ground, folder)
    postgres = server_in(folder)
    direct = await asyncio.to_thread(postgres.start)
    if ground is None:
        await asyncio.to_thread(made_ready, direct, folder)
    keys = new_key()
    carrier = Carrier(ACCOUNT, TOKEN, reports=False, on_text=lambda text: all_of_it.took(text))
    async with Wire(make_url(direct).port or 0) as wire, _served(carrier) as carrier_url:
        url = make_url(direct).set(port=wire.port).render_as_string(hide_password=False)
        environment = {
            "RECEPTION_DATABASE_URL": url, "RECEPTION_NOW": season.clocks[0], "RECEPTION_RATE_LIMIT": "0",
            "RECEPTION_PRACTICE_FILE": str(practice), "RECEPTION_TWILIO_ACCOUNT_SID": ACCOUNT,
            "RECEPTION_TWILIO_AUTH_TOKEN": TOKEN, "RECEPTION_TWILIO_API_URL": carrier_url,
            "RECEPTION_DATA_KEYS": keys, "RECEPTION_PUBLIC_URL": PUBLIC, **(more or {}),
        }  # fmt: skip
        every = [
            ServiceProcess(
                f"service-{number}", free_port(),
                environment | {"RECEPTION_DATA_DIR": str(folder / f"data-{number}")}, folder,
            )
            for number in range(services)
        ]  # fmt: skip
        all_of_it = Installation(folder, wire, url, direct, every, carrier, postgres, keys, season)
        try:
            for one in every:
                await asyncio.to_thread(one.start)
            for one in every:
                await asyncio.to_thread(one.wait)
            yield all_of_it
        finally:
            for one in every:
                await asyncio.to_thread(one.kill)
            await asyncio.to_thread(postgres.stop)


def id_of(text: CarriedText) -> str:
    """Which of our texts the carrier took, by the address of its receipt."""
    return parse_qs(urlsplit(text.callback).query).get("text", [""])[0]


@asynccontextmanager
async def _served(carrier: Carrier) -> AsyncIterator[str]:
    listening, up = listen("127.0.0.1", 0), asyncio.Event()
    server = make_server(carrier.app(), up.set)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    await asyncio.wait_for(up.wait(), 20)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listening.close()


async def misfortune(world: Installation, rng: Random, say: Say) -> None:
    """One thing that happens to an installation."""
    service = rng.choice(world.services)
    match rng.choice(("kill", "kill", "kill", "cut", "cut", "terminate", "sever", "crash", "restart")):
        case "kill":
            say(f"SIGKILL: {service.name}")
            await world.kill(service)
        case "cut":
            say("all connections to PostgreSQL torn")
            world.wire.cut()
        case "terminate":
            say("pg_terminate_backend for everybody")
            await world.terminate_backends()
        case "sever":
            say("PostgreSQL out of reach for 1.5 s")
            await world.sever(1.5)
        case "crash":
            say("SIGKILL: PostgreSQL")
            await world.restart_postgres(crash=True)
        case "restart":
            say("PostgreSQL restarted")
            await world.restart_postgres(crash=False)
