"""The start page with the chat, its files, and what machines ask: health and metrics."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response, Router, get
from litestar.datastructures import MutableScopeHeaders
from litestar.handlers import HTTPRouteHandler
from litestar.static_files import create_static_files_router
from litestar.types import Message, Scope
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from reception.channels.built import Built
from reception.channels.cross_origin import add_reader
from reception.channels.given import GivenService
from reception.channels.practice_info import reachable
from reception.channels.widget_words import language_for, words_for
from reception.errors import NotFound, ReceptionError, Unavailable
from reception.messaging.metrics import count_outbox
from reception.service import Service

STATIC = Path(__file__).with_name("static")
_PAGE = Environment(loader=FileSystemLoader(STATIC), autoescape=True, undefined=StrictUndefined)

_BUILT = Built(STATIC / "build", "")

#: Any website may load the widget; what it may do there is the chat's to decide.
_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Where the service is reached over https: browsers ask no other way for two years.
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}

#: Whoever read the contact asks again after so long, lest it be somebody's who has left.
SECURITY_TXT_LASTS = timedelta(days=180)


@get("/", media_type=MediaType.HTML)
async def start_page(service: GivenService) -> str:
    """The chat; it opens even while the database is away, and says so itself then."""
    try:
        practice = await service.sites.practice()
    except (Unavailable, NotFound):
        practice = None
    language = language_for(service.widget_words, practice, "") if practice else "en"
    return _PAGE.get_template("index.html").render(
        practice=practice,
        phone=reachable(practice) if practice else "",
        number=practice.emergency_number if practice else "911",
        language=language,
        words=words_for(service.widget_words, practice) if practice else service.widget_words["en"],
        script=_widget_url(),
    )


def _widget_url() -> str:
    """The script's address, its version included; empty where the widget is not built."""
    try:
        return _BUILT.url("widget.js")
    except (Unavailable, NotFound):
        return ""


@get("/widget.js", media_type="text/javascript")
async def widget(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The chat widget for any website; 503 where it is not built."""
    return _BUILT.answer(request, "widget.js", cached="public, max-age=300", headers=_ANYWHERE)


@get("/health/live", media_type=MediaType.TEXT)
async def live() -> str:
    """200 while the process runs."""
    return "ok"


@get("/health/ready", media_type=MediaType.TEXT)
async def ready(service: GivenService) -> Response[str]:
    """200 when a conversation can start, else 503 with the reason in one line."""
    return await _health(service.ready())


@get("/health/open", media_type=MediaType.TEXT)
async def open_for_all(service: GivenService) -> Response[str]:
    """200 once a conversation could start, also while something is away again; for load balancers."""
    return await _health(service.open_for_all())


async def _health(look: Awaitable[None]) -> Response[str]:
    try:
        await look
    except ReceptionError as error:
        return Response(" ".join(str(error).split()), status_code=503, media_type=MediaType.TEXT)
    return Response("ok", media_type=MediaType.TEXT)


@get(["/.well-known/security.txt", "/security.txt"], media_type=MediaType.TEXT)
async def security_txt(service: GivenService) -> str:
    """Whom to tell of a weakness (RFC 9116): the address of the settings, else the practice's telephone."""
    contact = service.settings.security_contact
    if not contact:
        number = (await service.sites.practice()).phone
        contact = f"tel:{number}" if number else ""
    if not contact:
        raise NotFound("No contact is known; set RECEPTION_SECURITY_CONTACT.")
    expires = datetime.now(UTC).replace(microsecond=0) + SECURITY_TXT_LASTS
    base = service.settings.public_url.rstrip("/")
    lines = [f"Contact: {contact}", f"Expires: {expires.isoformat()}", "Preferred-Languages: en"]
    lines += [f"Canonical: {base}/.well-known/security.txt"] if base else []
    return "\n".join(lines) + "\n"


@get("/metrics")
async def metrics(request: Request[Any, Any, Any], service: GivenService) -> Response[bytes]:
    """Prometheus. It asks each process itself; what came by way of a proxy is from outside: 404."""
    if "x-forwarded-for" in request.headers:
        raise NotFound("There is no such page.")
    with suppress(ReceptionError):  # while the database is away, what was counted last stands
        async with service.database.look_up() as store:
            count_outbox(await store.text_counts())
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def add_headers(message: Message, scope: Scope) -> None:
    """Before anything is sent: security headers on all of it, and nothing of a conversation in a cache."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    service: Service = scope["litestar_app"].state.service
    encrypted = service.settings.public_url.startswith("https://")
    for name, value in (SECURITY_HEADERS | (HTTPS_ONLY if encrypted else {})).items():
        headers.setdefault(name, value)
    add_reader(headers, scope)
    headers.setdefault("Cache-Control", "no-cache" if scope["path"].startswith("/static/") else "no-store")


pages: list[HTTPRouteHandler | Router] = [
    start_page,
    widget,
    live,
    ready,
    open_for_all,
    metrics,
    security_txt,
    create_static_files_router("/static", directories=[STATIC / "assets"]),
]
