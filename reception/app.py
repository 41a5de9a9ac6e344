"""The web application: one service, and the channels around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.di import Provide

from reception.channels.chat import chat
from reception.channels.pages import add_headers, pages
from reception.channels.phone import phone
from reception.channels.problems import HANDLERS
from reception.inference.language_model import LanguageModel
from reception.service import Service
from reception.settings import Settings

#: Bytes: room for 2,000 characters however they are written, and for Twilio's many parameters.
MOST_BODY = 65_536


def create_app(settings: Settings, model: LanguageModel | None = None) -> Litestar:
    """The application. Everything is opened with its lifespan; `model` stands in for the settings' own.

    Raises MisconfiguredError for settings that must not be served.
    """
    service = Service(settings, model)

    @asynccontextmanager
    async def opened(app: Litestar) -> AsyncIterator[None]:
        app.state.service = service
        try:
            await service.open()
            yield
        finally:
            await service.close()

    return Litestar(
        [chat, phone, *pages],
        dependencies={"service": Provide(lambda: service, sync_to_thread=False)},
        exception_handlers=HANDLERS,  # type: ignore[arg-type]
        before_send=[add_headers],
        lifespan=[opened],
        request_max_body_size=MOST_BODY,
        openapi_config=None,
        logging_config=None,
    )


@asynccontextmanager
async def build_desk(settings: Settings, model: LanguageModel | None = None) -> AsyncIterator[Service]:
    """The service without the web, opened and closed again."""
    service = Service(settings, model)
    try:
        await service.open()
        yield service
    finally:
        await service.close()
