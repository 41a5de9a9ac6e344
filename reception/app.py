"""The web application: one service, and the channels around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import structlog
from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Scope, Send

from reception.channels.access import refuse_zero_bytes
from reception.channels.appointment_file import appointment_file
from reception.channels.chat import chat
from reception.channels.described import API
from reception.channels.pages import add_headers, pages
from reception.channels.phone import phone
from reception.channels.problems import HANDLERS, from_framework
from reception.channels.proxies import misplaced
from reception.dashboard.problems import from_framework as page_for_staff
from reception.dashboard.routes import staff
from reception.database.fence import unnamed
from reception.errors import NotFound, ReceptionError
from reception.inference.language_model import LanguageModel
from reception.logging import where
from reception.service import Service
from reception.settings import Settings
from reception.staff.access import PATH

log = structlog.get_logger()

#: Applications whose `in_process` is over: whoever plays many conversations builds one.
_idle: list[Litestar] = []

#: Bytes: room for 2,000 characters however they are written, and for Twilio's many parameters.
MOST_BODY = 65_536
#: What machines ask by whatever name.
ANYWHERE = ("/health/", "/metrics", "/.well-known/", "/security.txt")


def create_app(
    settings: Settings, model: LanguageModel | None = None, again: Litestar | None = None
) -> Litestar:
    """The application. Everything is opened with its lifespan; `model` stands in for the settings' own.

    `again` is an application that nobody uses any more, whose service has been closed: it gets a new one,
    in a tenth of the half second that its routes take to build.
    Raises MisconfiguredError for settings that must not be served.
    """
    service = Service(settings, model)
    app = again or _without_service()
    app.state = State({"service": service})
    return app


def _without_service() -> Litestar:
    return Litestar(
        [chat, phone, appointment_file, staff, *pages],
        dependencies={"service": Provide(_service, sync_to_thread=False)},
        exception_handlers={**HANDLERS, HTTPException: _from_framework},  # type: ignore[dict-item]
        before_request=refuse_zero_bytes,
        before_send=[add_headers],
        middleware=[_unnamed, _apart],
        lifespan=[_lifespan],
        request_max_body_size=MOST_BODY,
        openapi_config=API,
        logging_config=None,
    )


def _service(scope: Scope) -> Service:
    service: Service = scope["litestar_app"].state.service
    return service


def _from_framework(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """An address that no handler has: a page for staff, a problem for everybody else."""
    if request.scope["path"].startswith(f"{PATH}/"):
        return page_for_staff(request, error)
    return from_framework(request, error)


def _unnamed(app: ASGIApp) -> ASGIApp:
    """Each request begins outside every practice's fence; its guard or handler finds out whose it is."""

    async def begun(scope: Scope, receive: Receive, send: Send) -> None:
        with unnamed():
            await app(scope, receive, send)

    return begun


def _apart(app: ASGIApp) -> ASGIApp:
    """Where staff have a name of their own, neither they nor patients find anything under the other's."""

    async def placed(scope: Scope, receive: Receive, send: Send) -> None:
        path, settings = scope["path"], _service(scope).settings
        for_staff = path == PATH or path.startswith(f"{PATH}/")
        if not path.startswith(ANYWHERE) and misplaced(ASGIConnection(scope), settings, for_staff):
            raise NotFound("There is nothing here.")
        await app(scope, receive, send)

    return placed


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    """Opens the service; what prevents it is kept for whoever runs the server, which would swallow it."""
    service: Service = app.state.service
    try:
        await service.open()
    except Exception as error:
        app.state.failure = error
        if not isinstance(error, ReceptionError):
            log.error("not_started", error=type(error).__name__, where=where(error))
        await service.close()
        raise
    try:
        yield
    finally:
        await service.close()


@asynccontextmanager
async def in_process(
    settings: Settings, model: LanguageModel | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service inside this process, without a port; errors come through as they are."""
    app = create_app(settings, model, _idle.pop() if _idle else None)
    service: Service = app.state.service
    # Litestar types its application for its own servers; httpx takes any ASGI application.
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    try:
        await service.open()
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:
            yield client
    finally:
        await service.close()
        _idle.append(app)
