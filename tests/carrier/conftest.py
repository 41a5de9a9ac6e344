"""A service on a real port, with a scripted model, and simulated calls to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from litestar import Litestar
from pydantic import SecretStr

from reception.carrier.call import Call
from reception.carrier.caller import Caller
from reception.carrier.reaching import line_to, serving
from reception.carrier.speech import CallClock
from reception.carrier.stages import Called
from reception.carrier.webhooks import Delivery
from reception.service import Service
from tests.channels.conftest import NUMBER, TOKEN, MakeApp, make_app, model, practice_path

__all__ = ["make_app", "model", "practice_path"]

#: A call of a minute passes in a second.
SPEED = 60.0

Serve = Callable[..., AbstractAsyncContextManager["Line"]]


class Line:
    """A service that can be called."""

    def __init__(self, app: Litestar, base: str) -> None:
        self.service: Service = app.state.service
        self.base = base

    @asynccontextmanager
    async def call(
        self,
        caller: str = "+12125550111",
        called: Called | None = None,
        delivery: Delivery | None = None,
        token: str = TOKEN,
    ) -> AsyncIterator[Call]:
        """A call under way; at the end of the block the caller hangs up."""
        settings = self.service.settings.model_copy(update={"twilio_auth_token": SecretStr(token)})
        async with line_to(settings, self.base, delivery) as webhooks:
            call = Call(webhooks, self.base, Caller(caller, NUMBER), CallClock(SPEED), called)
            running = asyncio.create_task(call.run())
            try:
                yield call
            finally:
                call.hang_up()
                await running


@pytest.fixture
def serve(make_app: MakeApp) -> Serve:
    """Opens a service on a port, for as long as the block lasts."""

    @asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[Line]:
        app = make_app(**changes)
        async with serving(app) as base:
            yield Line(app, base)

    return opened


@pytest.fixture
async def line(serve: Serve) -> AsyncIterator[Line]:
    """A service with the usual settings."""
    async with serve() as line:
        yield line


def heard(call: Call) -> str:
    """Everything the caller heard."""
    return " ".join(one.text.strip() for one in call.voice.heard)
