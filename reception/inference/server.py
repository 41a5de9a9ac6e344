"""The inference server: one language model over HTTP, for desks that run on other machines."""

from __future__ import annotations

import asyncio
import hmac
import time
from typing import Any
from uuid import uuid4

import structlog
import uvicorn
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ValidationException
from litestar.handlers.base import BaseRouteHandler
from litestar.params import JSONBody
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field, SecretStr

from reception.errors import Busy, Invalid, ReceptionError
from reception.inference.factory import build_engine
from reception.inference.language_model import Completion, LanguageModel
from reception.settings import Settings

log = structlog.get_logger()

Served = NamedDependency[LanguageModel]
Name = NamedDependency[str]


class Unauthorized(ReceptionError):
    """The API key is missing or wrong."""

    status = 401
    title = "Unauthorized"


class CompletionRequest(BaseModel):
    """The body of `POST /v1/completions`: OpenAI's names, and ours for what OpenAI lacks."""

    prompt: str = Field(min_length=1, max_length=20_000)
    max_tokens: int = Field(96, ge=0, le=512)
    grammar: str = Field("", max_length=100_000, description="Lark, llguidance's dialect")
    draft: str = Field("", max_length=20_000, description="text whose words the answer may repeat")
    priority: int = Field(1, ge=0, le=9)


@post("/v1/completions", status_code=200)
async def complete(
    request: Request[Any, Any, Any], data: JSONBody[CompletionRequest], model: Served, name: Name
) -> dict[str, Any]:
    """One completion in OpenAI's shape, with `confidence` and `ms` beside."""
    work = asyncio.create_task(
        model.complete(
            data.prompt,
            data.grammar,
            max_tokens=data.max_tokens,
            draft=data.draft,
            priority=data.priority,
        )
    )
    gone = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise Busy("The client went away.")
        return _answer(name, data, work.result())
    finally:
        gone.cancel()
        work.cancel()


def _answer(name: str, data: CompletionRequest, done: Completion) -> dict[str, Any]:
    cut = data.max_tokens > 0 and done.tokens >= data.max_tokens
    choice = {"index": 0, "text": done.text, "finish_reason": "length" if cut else "stop"}
    return {
        "id": f"cmpl-{uuid4().hex}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": name,
        "choices": [choice],
        "usage": {"completion_tokens": done.tokens},
        "confidence": done.confidence,
        "ms": done.ms,
    }


async def _disconnected(request: Request[Any, Any, Any]) -> None:
    """Returns when the client hangs up: its answer then costs nobody any more time."""
    while (await request.receive())["type"] != "http.disconnect":
        continue


@get("/v1/models")
async def models(name: Name) -> dict[str, Any]:
    """The one model served here."""
    return {"object": "list", "data": [{"id": name, "object": "model", "owned_by": "reception"}]}


@get("/health/live", media_type=MediaType.TEXT)
async def live() -> str:
    """200 while the process runs."""
    return "ok"


@get("/health/ready", media_type=MediaType.TEXT)
async def ready(model: Served) -> Response[str]:
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


def create_server(model: LanguageModel, name: str, api_key: SecretStr) -> Litestar:
    """The server's application; with an empty `api_key` anyone may ask."""

    def authorize(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        expected = f"Bearer {api_key.get_secret_value()}"
        given = connection.headers.get("authorization", "")
        open_to_all = not api_key.get_secret_value() or not connection.scope["path"].startswith("/v1/")
        if not open_to_all and not hmac.compare_digest(given.encode(), expected.encode()):
            raise Unauthorized("The API key is missing or wrong.")

    async def close() -> None:
        await model.close()

    return Litestar(
        [complete, models, live, ready, metrics],
        guards=[authorize],
        dependencies={
            "model": Provide(lambda: model, sync_to_thread=False),
            "name": Provide(lambda: name, sync_to_thread=False),
        },
        exception_handlers={ReceptionError: _problem, ValidationException: _invalid},
        on_shutdown=[close],
        openapi_config=None,
    )


def _problem(_: Request[Any, Any, Any], error: ReceptionError) -> Response[dict[str, Any]]:
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Busy) else {}
    return Response(
        {"title": error.title, "status": error.status, "detail": str(error)},
        status_code=error.status,
        headers=headers,
        media_type="application/problem+json",
    )


def _invalid(request: Request[Any, Any, Any], _: ValidationException) -> Response[dict[str, Any]]:
    # The exception's own text may quote the body, and with it a patient.
    return _problem(request, Invalid("The body must have a prompt; see CompletionRequest for the fields."))


def serve(settings: Settings, host: str, port: int) -> None:
    """Runs the server until it is told to stop; loads the model at start."""
    model = build_engine(settings)
    app = create_server(model, settings.model, settings.inference_api_key)

    async def load() -> None:
        try:
            await model.ready()
        except ReceptionError as error:
            log.error("model_not_ready", reason=str(error))

    app.on_startup.append(load)
    uvicorn.run(app, host=host, port=port, log_level="warning")
