"""The web chat's live messages: a WebSocket that sends what is said as soon as it is said."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from reception.channels.access import practice_of
from reception.channels.given import GivenService
from reception.channels.limits import household
from reception.channels.metrics import WATCHERS
from reception.channels.proxies import client_address
from reception.channels.sites import names, origin_of
from reception.database.fence import enter
from reception.errors import NotFound, ReceptionError
from reception.service import Service

Socket = WebSocket[Any, Any, Any]

#: Seconds a client has for its first frame.
PATIENCE = 10.0
#: Seconds between two looks at the database where nothing was announced: it may have been away.
LOOK_AGAIN = 15.0

REFUSED = 1008
TRY_LATER = 1013
_TOKEN_LENGTH = 200
#: Frames after the token, which mean nothing here: who sends more is no browser of ours.
MOST_FRAMES = 20


@websocket("/{conversation:str}/events")
async def events(socket: Socket, conversation: FromPath[str], service: GivenService) -> None:
    """First frame from the client: the token. Then `{"messages": [Message], "status": Status}` for all
    that is said from then on, by whomever; read the whole conversation once this is open.

    Closes with 1008 for a foreign origin or a wrong token, 1013 while the database is away or too many watch,
    1000 at the end.
    """
    try:
        conversation_id = UUID(conversation)
        if not await _same_site(socket, conversation_id, service):
            raise NotFound("The origin is not one of the practice's.")
        await socket.accept()
        async with asyncio.timeout(PATIENCE):
            token = await socket.receive_text()
        enter(await service.desk.check_token(conversation_id, token[:_TOKEN_LENGTH].strip()))
        address = household(client_address(socket, service.settings))
        with service.watchers.one_more(address, str(conversation_id)), WATCHERS.track_inprogress():
            await _watch(socket, conversation_id, service)
    except (NotFound, ValueError, TimeoutError, KeyError):
        await _close(socket, REFUSED)
    except ReceptionError:
        await _close(socket, TRY_LATER)
    except WebSocketDisconnect:
        return


async def _watch(socket: Socket, conversation_id: UUID, service: Service) -> None:
    """Sends until the conversation closes or the client leaves."""
    sending = asyncio.create_task(_send_news(socket, conversation_id, service))
    leaving = asyncio.create_task(_until_left(socket))
    done, pending = await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    if sending in done:
        await _close(socket, TRY_LATER if sending.exception() else 1000)
    else:
        await _close(socket, REFUSED)


async def _send_news(socket: Socket, conversation_id: UUID, service: Service) -> None:
    with service.hub.watched(conversation_id) as watch:
        heard = await service.desk.read(conversation_id)
        known, status = {message.id for message in heard.messages}, heard.status
        # An empty first frame tells the client that from here on it misses nothing.
        await socket.send_json({"messages": [], "status": status})
        while status != "closed":
            await watch.next(LOOK_AGAIN)
            heard = await service.desk.read(conversation_id)
            new = [message for message in heard.messages if message.id not in known]
            if new or heard.status != status:
                await socket.send_json({"messages": [one.as_json() for one in new], "status": heard.status})
            known.update(message.id for message in new)
            status = heard.status


async def _until_left(socket: Socket) -> None:
    """Returns when the client has left, or sends on and on."""
    with suppress(WebSocketDisconnect):
        for _ in range(MOST_FRAMES):
            await socket.receive_data("text")


async def _same_site(socket: Socket, conversation_id: UUID, service: Service) -> bool:
    """Whether a browser came from our own page or one of the practice's; others send no origin."""
    if service.sites.own(socket):
        return True
    return names(await practice_of(conversation_id, service), origin_of(socket))


async def _close(socket: Socket, code: int) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # the client may have left already
        await socket.close(code)
