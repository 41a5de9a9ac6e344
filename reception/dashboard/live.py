"""The live feed of a page: a WebSocket that names what changed; the page then fetches what it shows of it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect

from reception.channels.given import GivenService
from reception.database.records import Account, Change
from reception.errors import ReceptionError
from reception.service import Service
from reception.staff.access import same_origin, session_token

Socket = WebSocket[Any, Any, Any]

#: Our own close codes: nobody is logged in (any more), and try again later.
LOGGED_OUT = 4401
TRY_LATER = 1013
#: Seconds between two looks whether the session still stands, and at which a silent page is greeted.
LOOK_AGAIN = 15.0
#: Seconds within which it is enough to hear once that somebody is at work.
WORK_NOTED = 5.0


@websocket("/live")
async def live(socket: Socket, service: GivenService) -> None:
    """Frames to the page: `{"changes": [[kind, id, conversation or null], …]}`; `{"changes": null}` first and
    whenever anything may have changed; `{}` to show that it stands.

    A frame `work` from the page says that somebody uses it. Closes with 4401 once the session has ended.
    """
    if not same_origin(socket, service.settings):
        await socket.close()  # before it is accepted, this is a 403
        return
    await socket.accept()
    try:
        account = await service.accounts.who(session_token(socket), at_work=False)
        if account is None:
            await _close(socket, LOGGED_OUT)
            return
        await _watch(socket, account, service)
    except ReceptionError:
        await _close(socket, TRY_LATER)
    except WebSocketDisconnect:
        return


async def _watch(socket: Socket, account: Account, service: Service) -> None:
    sending = asyncio.create_task(_send(socket, account, service))
    listening = asyncio.create_task(_note_work(socket, service))
    _, pending = await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in {sending, listening} - pending:
        task.result()


async def _send(socket: Socket, account: Account, service: Service) -> None:
    """Until the session ends; what happens between two frames is gathered into the next."""
    with service.hub.subscribed(account.practice_id) as subscription:
        await socket.send_json({"changes": None})
        while True:
            changes = await subscription.next(LOOK_AGAIN)
            if await service.accounts.who(session_token(socket), at_work=False) is None:
                await _close(socket, LOGGED_OUT)
                return
            await socket.send_json(_frame(changes))


def _frame(changes: set[Change] | None) -> dict[str, Any]:
    if changes is None:
        return {"changes": None}
    return {"changes": [_named(one) for one in changes]} if changes else {}


def _named(change: Change) -> list[str | None]:
    conversation = change.conversation_id
    return [change.kind, str(change.id), None if conversation is None else str(conversation)]


async def _note_work(socket: Socket, service: Service) -> None:
    noted = float("-inf")
    while True:
        said = await socket.receive_data("text")
        if said == "work" and time.monotonic() - noted > WORK_NOTED:
            noted = time.monotonic()
            await service.accounts.who(session_token(socket), at_work=True)


async def _close(socket: Socket, code: int) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # the page may be gone already
        await socket.close(code)
