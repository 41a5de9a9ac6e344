"""Lets the practices' websites use the chat, and no others: who may ask, and the headers that say so."""

from __future__ import annotations

from typing import Any

from litestar import Request, WebSocket
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Scope

from reception.channels.problems import Forbidden
from reception.channels.sites import names, origin_of
from reception.practice import Practice
from reception.service import Service

#: Where a request's state says which origin may read the answer.
READER = "origin_that_may_read"
#: Public things only, so that on a website which may not chat patients still see whom to call.
FOR_ALL = "/api/chat/practices/"
#: Seconds for which a browser may remember that it was allowed.
REMEMBERED = "7200"
REFUSAL = "This website may not use the practice's chat; the practice names its websites under `origins`."


async def from_some_website(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: Forbidden for pages of websites that no practice names; the others may read all answers.

    Which practice it is shows only later (`from_website_of`). WebSockets check for themselves.
    """
    service: Service = connection.app.state.service
    if isinstance(connection, WebSocket) or service.sites.own(connection):
        return
    origin = origin_of(connection)
    if not await service.sites.named_by_any(origin):
        raise Forbidden(REFUSAL)
    connection.state[READER] = connection.headers["origin"]


def from_website_of(practice: Practice, request: Request[Any, Any, Any], service: Service) -> None:
    """Forbidden for pages of other practices' websites."""
    if not service.sites.own(request) and not names(practice, origin_of(request)):
        raise Forbidden(REFUSAL)


def add_reader(headers: MutableScopeHeaders, scope: Scope) -> None:
    """Tells the browser that the page which asked may read the answer, errors included."""
    if not scope["path"].startswith("/api/chat/"):
        return
    headers.add("Vary", "Origin")
    if scope["path"].startswith(FOR_ALL):
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = "Retry-After"
    reader = scope.get("state", {}).get(READER)
    if reader is not None:
        headers["Access-Control-Allow-Origin"] = reader
        headers["Access-Control-Expose-Headers"] = "Retry-After"
        if scope.get("method") == "OPTIONS":  # asked before our headers are sent
            headers["Access-Control-Allow-Methods"] = "GET, POST"
            headers["Access-Control-Allow-Headers"] = "authorization, content-type"
            headers["Access-Control-Max-Age"] = REMEMBERED
