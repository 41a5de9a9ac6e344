"""A wire between the services and PostgreSQL that can be cut, and that counts what goes through it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from reception.channels.web_server import listen


class Wire:
    """Forwards TCP to one port. `on_packet` is told the way of each piece, and whether it is to go on."""

    def __init__(self, to_port: int) -> None:
        self._to = to_port
        self._socket = listen("127.0.0.1", 0)
        self.port = self._socket.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.severed = False
        self.on_packet: Callable[[str], bool] | None = None

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._accept, sock=self._socket)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Tears every connection, without a goodbye in either direction."""
        for writer in list(self._open):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._open.add(writer)
        try:
            if self.severed:
                return
            with suppress(OSError):
                there_reader, there = await asyncio.open_connection("127.0.0.1", self._to)
                self._open.add(there)
                try:
                    ways = (self._pass(reader, there, "asks"), self._pass(there_reader, writer, "answers"))
                    tasks = {asyncio.ensure_future(way) for way in ways}
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                    for one in tasks:
                        one.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
                finally:
                    self._open.discard(there)
                    there.transport.abort()
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if self.on_packet is not None and not self.on_packet(way):
                    return
                writer.write(data)
                await writer.drain()
