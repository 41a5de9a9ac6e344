"""Ends connections on which a request does not come whole in time: holding many costs a client nothing."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Seconds from a connection's (or a further request's) first byte to the request's last.
WHOLE_REQUEST = 20.0
#: Bytes of all headers of a request together.
MOST_HEADERS = 16_384

_COMING = (h11.IDLE, h11.SEND_BODY)


class Hurried(H11Protocol):
    """The server's own protocol with a clock; a WebSocket's begins once its handshake is through."""

    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start()

    def data_received(self, data: bytes) -> None:
        self._start()
        super().data_received(data)
        if self.conn.their_state not in _COMING:
            self._stop()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._stop()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)
        # After a reset the server leaves it, and with it the whole connection until the idle time is over.
        self._unset_keepalive_if_required()

    def _start(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(WHOLE_REQUEST, self._hang_up)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _hang_up(self) -> None:
        self._clock = None
        self.transport.abort()
