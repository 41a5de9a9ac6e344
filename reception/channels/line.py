"""The WebSocket of a call: reads frames, keeps time, and looks up when something changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from typing import Any

import structlog
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect

from reception.channels.given import GivenService
from reception.channels.metrics import RELAYS
from reception.channels.problems import Forbidden
from reception.channels.relay import RelaySession
from reception.channels.relay_voice import Frame
from reception.channels.signatures import Form, check_signature
from reception.logging import where
from reception.service import Service

log = structlog.get_logger()

Socket = WebSocket[Any, Any, Any]

#: Seconds between two looks at the database, besides what the hub hears of.
LOOK_AGAIN = 10.0
#: Seconds that Twilio has to close a session which we have ended.
CLOSING = 5.0
#: Frames that wait their turn; whoever sends faster waits too.
MOST_WAITING = 200


class _Event(Enum):
    NEWS = "something was said, or is wanted, by somebody else"
    LEFT = "the other side has closed the WebSocket"


@websocket("/relay")
async def relay(socket: Socket, service: GivenService) -> None:
    """ConversationRelay; a handshake that Twilio did not sign gets 403."""
    try:
        check_signature(socket, Form(), service.settings)
    except Forbidden:
        await socket.close()  # before it is accepted, this is a 403
        return
    await socket.accept()
    with RELAYS.track_inprogress():
        await Line(socket, service).hold()


class Line:
    """One open WebSocket. What comes is done one after the other, so a turn once begun is finished."""

    def __init__(self, socket: Socket, service: Service) -> None:
        self._socket = socket
        self._hub = service.hub
        self._session = RelaySession(service, self._send)
        self._waiting: asyncio.Queue[Mapping[str, Any] | _Event] = asyncio.Queue(MOST_WAITING)

    async def hold(self) -> None:
        """Until either side ends the session."""
        tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._watch())]
        try:
            with suppress(WebSocketDisconnect):
                await self._talk()
        except Exception as error:  # Twilio sees the socket close, asks what to do, and the call goes on
            log.error("unforeseen", error=type(error).__name__, where=where(error))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(WebSocketDisconnect, RuntimeError):  # the other side may have left already
                await self._socket.close()

    async def _talk(self) -> None:
        voice = self._session.voice
        while not voice.over:
            try:
                async with asyncio.timeout(voice.patience.left):
                    came = await self._waiting.get()
            except TimeoutError:
                await self._session.silent()
                continue
            if came is _Event.LEFT:
                return
            await (self._session.news() if came is _Event.NEWS else self._session.receive(came))
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING if voice.ended else 0):
                while await self._waiting.get() is not _Event.LEFT:
                    pass

    async def _read(self) -> None:
        with suppress(WebSocketDisconnect):
            while True:
                await self._waiting.put(frame_of(await self._socket.receive_text()))
        await self._waiting.put(_Event.LEFT)

    async def _watch(self) -> None:
        conversation = await self._session.introduced
        with self._hub.watched(conversation) as watch:
            while True:
                await watch.next(LOOK_AGAIN)
                await self._waiting.put(_Event.NEWS)

    async def _send(self, frame: Frame) -> None:
        try:
            await self._socket.send_json(frame)
        except RuntimeError:  # how the server says that the other side has gone
            raise WebSocketDisconnect(detail="gone") from None


def frame_of(text: str) -> dict[str, Any]:
    """A frame of Twilio's; an empty one when it is no JSON object."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}
