"""Who may read and write in a chat: whoever has its token, from the practice's pages, not too often."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from reception.channels.cross_origin import from_website_of
from reception.channels.problems import Malformed
from reception.channels.proxies import client_address
from reception.database.fence import enter
from reception.errors import NotFound
from reception.practice import Practice
from reception.service import Service

_UNKNOWN = "There is no such conversation."


async def refuse_zero_bytes(request: Request[Any, Any, Any]) -> None:
    """Before any handler: Malformed for an address with zero bytes, which the database can't look for."""
    asked = request.scope["query_string"]
    if b"%00" in asked or b"\0" in asked or "\0" in request.scope["path"]:
        raise Malformed("The address holds a character that can't be part of one.")


async def limited(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: so many requests a minute and address; what a browser asks before one does not count."""
    if connection.scope.get("method") == "OPTIONS":
        return
    service: Service = connection.app.state.service
    await service.limits.address(client_address(connection, service.settings))


async def authorised(request: Request[Any, Any, Any], conversation: str, service: Service) -> UUID:
    """The conversation's id. NotFound unless the request carries its token, Forbidden from a foreign page."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        conversation_id = UUID(conversation)
    except ValueError:
        raise NotFound(_UNKNOWN) from None
    if scheme.lower() != "bearer":
        raise NotFound(_UNKNOWN)
    enter(await service.desk.check_token(conversation_id, token.strip()))
    if not service.sites.own(request):
        from_website_of(await practice_of(conversation_id, service), request, service)
    return conversation_id


async def practice_of(conversation_id: UUID, service: Service) -> Practice:
    """The practice in which the conversation is held. NotFound without such a conversation."""
    async with service.database.look_up() as store:
        conversation = await store.conversation(conversation_id)
        practice = await store.practice_by_id(conversation.practice_id) if conversation else None
    if practice is None:
        raise NotFound(_UNKNOWN)
    return practice
