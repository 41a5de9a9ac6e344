"""Runs an application on a free port, in the test's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar

from reception.channels.web_server import listen, make_server


@asynccontextmanager
async def on_a_port(app: Litestar) -> AsyncIterator[str]:
    """The application's URL, for as long as the block lasts."""
    listening, up = listen("127.0.0.1", 0), asyncio.Event()
    server = make_server(app, up.set)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.wait_for(up.wait(), 20)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listening.close()
