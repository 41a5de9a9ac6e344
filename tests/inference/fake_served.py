"""A served model of fixed words, and ways to ask the server that holds it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn
from litestar import Litestar
from pydantic import SecretStr

from reception.errors import ReceptionError
from reception.inference.language_model import Completion, Control, Listener, Request
from reception.inference.served import Served
from reception.inference.server import create_server, server_config


@dataclass
class FakeModel:
    """Says `words`, one after the other; a token is a word.

    `error` comes instead of the words, or after them when `fails_late`; `slow` waits for ever before the last
    one; `begins`: a token of its own begins each text. Remembers the requests, and whether one was cancelled.
    """

    words: tuple[str, ...] = ("Good", " morning", "!")
    error: Exception | None = None
    fails_late: bool = False
    slow: bool = False
    template: str = ""
    tokens: int = 1000
    begins: bool = False
    adapters: tuple[str, ...] = ("dental",)
    asked: list[Request] = field(default_factory=list)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        self.asked.append(request)
        if self.error and not self.fails_late:
            raise self.error
        words = self.words[: request.max_tokens]
        for number, word in enumerate(words, 1):
            if self.slow and number == len(words):
                await self._for_ever()
            if listener:
                listener(word)
            await asyncio.sleep(0)
        if self.error:
            raise self.error
        cut = 0 < len(words) < len(self.words)
        return Completion("".join(words), 0.75, len(words), 12.5, await self.count(request.prompt), cut, 1)

    async def _for_ever(self) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    async def ready(self) -> None:
        if isinstance(self.error, ReceptionError):
            raise self.error

    async def close(self) -> None:
        return None

    async def chat_template(self) -> str:
        return self.template

    async def special_tokens(self) -> tuple[str, str]:
        return "<s>", "</s>"

    async def count(self, prompt: str | tuple[str | Control, ...]) -> int:
        return len(said(prompt).split()) + self.begins

    async def limit(self) -> int:
        return self.tokens


def said(prompt: str | tuple[str | Control, ...]) -> str:
    """A prompt as one text."""
    parts = (prompt,) if isinstance(prompt, str) else prompt
    return "".join(part.text if isinstance(part, Control) else part for part in parts)


@asynccontextmanager
async def asked(model: Served, key: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server in this process, without a socket; answers come in one piece."""
    app = create_server(model, "desk-135m", SecretStr(key))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://inference") as http:
        yield http


@asynccontextmanager
async def listening(app: Litestar, *tls: Path) -> AsyncIterator[str]:
    """The application on a free port of this machine: its address."""
    config = server_config(app, tls=(tls[0], tls[1]) if tls else (None, None), log_level="error")
    config.timeout_graceful_shutdown = 2
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
