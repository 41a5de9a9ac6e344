"""The inference server: one language model over HTTP, as OpenAI's clients and other desks ask it."""

from __future__ import annotations

import hmac
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import structlog
import uvicorn
from litestar import Litestar, MediaType, Response, Router, get
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.handlers.base import BaseRouteHandler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr

from reception.errors import MisconfiguredError, ModelMissing, ReceptionError
from reception.inference.capacity import check_fit
from reception.inference.factory import build_engine
from reception.inference.models import locate
from reception.inference.openai_errors import HANDLERS, Unauthorized
from reception.inference.openai_routes import complete, converse, models, one_model
from reception.inference.served import Served
from reception.settings import Settings
from reception.slow_clients import MOST_HEADERS, Hurried

__all__ = ["Served", "create_server", "serve"]

log = structlog.get_logger()

#: Seconds that open answers get to finish when the server is told to stop.
_FAREWELL = 20
#: Bytes; many times what any model reads.
_LARGEST_BODY = 4_000_000


@get("/health/live", media_type=MediaType.TEXT)
async def live() -> str:
    """200 while the process runs."""
    return "ok"


@get("/health/ready", media_type=MediaType.TEXT)
async def ready(model: NamedDependency[Served]) -> Response[str]:
    """200 once the model answers, else 503 with the reason in one line."""
    try:
        await model.ready()
    except ReceptionError as error:
        return Response(str(error), status_code=503, media_type=MediaType.TEXT)
    return Response("ok", media_type=MediaType.TEXT)


@get("/metrics")
async def metrics() -> Response[bytes]:
    """Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def create_server(model: Served, name: str, api_key: SecretStr) -> Litestar:
    """The application: clients call the model `name`; with an empty `api_key` anyone may ask."""

    def authorize(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        key = api_key.get_secret_value()
        given = connection.headers.get("authorization", "")
        if key and not hmac.compare_digest(given.encode(), f"Bearer {key}".encode()):
            raise Unauthorized("The API key is missing or wrong.")

    async def close() -> None:
        await model.close()

    guarded = Router("/v1", route_handlers=[models, one_model, complete, converse], guards=[authorize])
    return Litestar(
        [guarded, live, ready, metrics],
        dependencies={
            "model": Provide(lambda: model, sync_to_thread=False),
            "name": Provide(lambda: name, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        on_shutdown=[close],
        request_max_body_size=_LARGEST_BODY,
        openapi_config=None,
    )


def serve(settings: Settings, host: str, port: int) -> None:
    """Runs the server until it is told to stop; loads the model at start.

    Raises MisconfiguredError for a model that cannot fit into the memory; a missing one is only waited for.
    """
    with suppress(ModelMissing):
        check_fit(locate(settings), settings)
    model = cast(Served, build_engine(settings))
    app = create_server(model, served_name(settings), settings.inference_api_key)

    async def load() -> None:
        try:
            await model.ready()
        except ReceptionError as error:
            log.error("model_not_ready", reason=str(error))

    app.on_startup.append(load)
    tls = (settings.tls_certificate, settings.tls_key)
    uvicorn.Server(server_config(app, host, port, tls=tls)).run()


def server_config(
    app: Litestar,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    tls: tuple[Path | None, Path | None] = (None, None),
    log_level: str = "warning",
) -> uvicorn.Config:
    """How the server speaks HTTP: a request that does not come whole in time is hung up on.

    With `tls`, a certificate and its key, it is https. MisconfiguredError when they are none.
    """
    certificate, key = tls
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level=log_level,
        ws="none",
        server_header=False,
        http=Hurried,
        h11_max_incomplete_event_size=MOST_HEADERS,
        timeout_graceful_shutdown=_FAREWELL,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    try:
        if bool(certificate) != bool(key):
            raise FileNotFoundError
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise MisconfiguredError(
            "RECEPTION_TLS_CERTIFICATE and RECEPTION_TLS_KEY: not a certificate and its key (PEM files)"
        ) from error
    return config


def served_name(settings: Settings) -> str:
    """What clients call the model: its name in the catalogue, or that of its file without folders."""
    return Path(settings.model).stem if settings.model.endswith(".gguf") else settings.model
