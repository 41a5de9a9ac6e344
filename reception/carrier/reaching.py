"""Where a simulated call goes: to the service that runs at an address, else to one started for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from litestar import Litestar

from reception.app import create_app
from reception.carrier.signing import Signer
from reception.carrier.webhooks import Delivery, Webhooks
from reception.channels.signatures import twilio_token
from reception.channels.terminal import TIMEOUT, answers
from reception.channels.web_server import failure_of, listen, make_server
from reception.settings import Settings


@asynccontextmanager
async def service_at(settings: Settings, url: str) -> AsyncIterator[str]:
    """The base URL of the service at `url` if one answers there, else of one started on a free port."""
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT) as http:
        running = await answers(http)
    if running:
        yield url
        return
    async with serving(create_app(settings)) as base:
        yield base


@asynccontextmanager
async def serving(app: Litestar) -> AsyncIterator[str]:
    """The base URL of an application served by this process on a free port."""
    listening = listen("127.0.0.1", 0)
    up = asyncio.Event()
    server = make_server(app, up.set)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.wait({running, asyncio.create_task(up.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if not up.is_set():
            raise failure_of(app)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listening.close()


@asynccontextmanager
async def line_to(settings: Settings, base: str, delivery: Delivery | None = None) -> AsyncIterator[Webhooks]:
    """Twilio's requests to the service at `base`, signed with the settings' token."""
    signer = Signer(settings.public_url.rstrip("/") or base, twilio_token(settings))
    async with httpx.AsyncClient(base_url=base) as http:
        yield Webhooks(http, signer, delivery)
