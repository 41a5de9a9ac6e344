"""Runs a web application on a port, says when it is up, and ends it cleanly."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from litestar import Litestar

from reception.errors import MisconfiguredError, ReceptionError
from reception.slow_clients import MOST_HEADERS, Hurried

#: Seconds that requests under way have to end when the service stops.
GRACE = 8
#: Seconds that a connection without a request stays open. Behind a proxy longer than the proxy keeps its own
#: (the load balancer's 1200 s): else it sends a request on one that is being closed, and answers 502 itself.
IDLE, IDLE_BEHIND_PROXY = 5, 1260


class _Server(uvicorn.Server):
    """A server that reports when it answers."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._report = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._report()


def run(app: Litestar, host: str, port: int, started: Callable[[str], None], idle: int = IDLE) -> None:
    """Serves until SIGINT or SIGTERM; port 0 takes a free one. `started` is told the URL.

    `idle` is how many seconds a connection without a request stays open.
    Raises MisconfiguredError when the port is taken, and what the application raises at its start.
    """
    listening = listen(host, port)
    shown = "127.0.0.1" if host in ("0.0.0.0", "") else "[::1]" if host == "::" else host
    url = f"http://{shown}:{listening.getsockname()[1]}"
    server = make_server(app, lambda: started(url), idle)
    try:
        with suppress(SystemExit):  # how uvicorn ends a failed start; we name the reason below
            server.run(sockets=[listening])
    finally:
        listening.close()
    if not server.started:
        raise failure_of(app)


def make_server(app: Litestar, started: Callable[[], None], idle: int = IDLE) -> uvicorn.Server:
    """A server for the application; addresses in forwarding headers are not believed."""
    config = uvicorn.Config(
        app,
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="critical",  # its errors quote requests; ours are logged by our own handlers
        timeout_keep_alive=idle,
        timeout_graceful_shutdown=GRACE,
        ws_max_size=65_536,
        http=Hurried,
        h11_max_incomplete_event_size=MOST_HEADERS,
    )
    return _Server(config, started)


def failure_of(app: Litestar) -> ReceptionError:
    """Why the application could not start."""
    failure = app.state.get("failure")
    if isinstance(failure, ReceptionError):
        return failure
    return ReceptionError("The service could not start; the log above says where it failed.")


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. MisconfiguredError when the address is taken or none of this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise MisconfiguredError(
            f"Can't listen on {host}:{port} ({error.strerror}); try another --port."
        ) from error
    listening.set_inheritable(True)
    return listening
