"""The OpenAPI document at /api/openapi.json: every address, what it takes, and everything it may answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from litestar import Litestar, Request
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute
from pydantic import BaseModel

from reception import __version__
from reception.channels import shapes
from reception.channels.problems import MEDIA_TYPE
from reception.channels.shapes import Problem

JSON, HTML, XML, FORM = (
    "application/json",
    "text/html",
    "application/xml",
    "application/x-www-form-urlencoded",
)
CALENDAR = "text/calendar"
_START = "/api/chat/conversations"

#: What the chat answers, by method and path.
_ANSWERS: Mapping[tuple[str, str], type[BaseModel]] = {
    ("post", _START): shapes.Began,
    ("post", f"{_START}/{{conversation}}/messages"): shapes.Answered,
    ("get", f"{_START}/{{conversation}}"): shapes.Whole,
    ("get", f"{_START}/{{conversation}}/appointments"): shapes.Appointments,
    ("get", "/api/chat/practices/{slug}"): shapes.Info,
}


@dataclass(frozen=True)
class Area:
    """What addresses with the same beginning have in common: who may, the media, and what may be refused."""

    begins: str
    tag: str
    media: tuple[str, ...]
    refusals: tuple[int, ...]
    security: str = ""
    moves: bool = False  # whether an answer may lead elsewhere


_AREAS = (
    Area("/api/chat/practices/", "chat", (JSON,), (400, 404, 429, 503)),
    Area(_START + "/", "chat", (JSON, CALENDAR), (400, 403, 404, 409, 413, 422, 429, 503, 504), "token"),
    Area(_START, "chat", (JSON,), (400, 403, 404, 413, 422, 429, 503)),
    Area("/twilio/", "phone", (XML,), (400, 403, 404, 413, 422, 503), "twilio"),
    Area("/staff/assets/", "staff", ("*/*",), (404, 503)),
    Area("/staff/login", "staff", (HTML,), (400, 403, 404, 413, 422, 429, 503), moves=True),
    Area("/staff/join/", "staff", (HTML,), (400, 403, 404, 409, 413, 422, 429, 503), moves=True),
    Area("/staff", "staff", ("*/*",), (400, 401, 403, 404, 409, 413, 422, 429, 503), "session", moves=True),
    Area("/appointments/", "patients", (CALENDAR,), (404, 503)),
    Area("", "pages", ("*/*",), (404, 503)),
)

#: What Twilio's requests tell, each where it fits.
_TWILIO = (
    *("AccountSid", "CallSid", "CallStatus", "From", "To", "SpeechResult", "Digits", "HandoffData"),
    *("SessionStatus", "DialCallStatus", "RecordingUrl", "RecordingStatus", "TranscriptionText"),
    *("MessageSid", "MessageStatus", "ErrorCode", "Body", "OptOutType"),
)

_SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "The conversation's token."},
    "session": {"type": "apiKey", "in": "cookie", "name": "reception_staff"},
    "twilio": {"type": "apiKey", "in": "header", "name": "X-Twilio-Signature"},
}


class _Description(JsonRenderPlugin):
    """Adds to the framework's document what its signatures don't tell."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return self.render_json(request, described(openapi_schema, request.app))


API = OpenAPIConfig(
    title="Reception",
    version=__version__,
    description="The web chat, Twilio's webhooks and the pages for staff.",
    path="/api",
    use_handler_docstrings=True,
    render_plugins=[_Description(path="/openapi.json")],
)


def described(document: Mapping[str, Any], app: Litestar) -> dict[str, Any]:
    """The document with bodies, answers and security of every operation."""
    forms = dict(_bodies(app))
    paths = {
        path: {
            method: _operation(method, path, operation, forms.get((method, path)))
            for method, operation in item.items()
        }
        for path, item in document["paths"].items()
    }
    schemas = {"Problem": _schema(Problem)}
    return {**document, "paths": paths, "components": {"schemas": schemas, "securitySchemes": _SECURITY}}


def _operation(
    method: str, path: str, given: Mapping[str, Any], body: type[BaseModel] | None
) -> dict[str, Any]:
    area = next(one for one in _AREAS if path.startswith(one.begins))
    operation = {**given, "tags": [area.tag], "responses": dict(_responses(method, path, given, area))}
    if area.security:
        operation["security"] = [{area.security: []}]
    if method == "post" and area.tag == "chat":
        assert body is not None  # the chat's bodies are all models
        operation["requestBody"] = {"content": {JSON: {"schema": _schema(body)}}}
    elif method == "post":
        fields = {name: {"type": "string"} for name in _TWILIO} if area.tag == "phone" else {}
        schema = _schema(body) if body else {"type": "object", "properties": fields}
        operation["requestBody"] = {"content": {FORM: {"schema": schema}}}
    return operation


def _responses(
    method: str, path: str, given: Mapping[str, Any], area: Area
) -> Iterator[tuple[str, dict[str, Any]]]:
    success = next(status for status in given["responses"] if status.startswith("2"))
    shape = _ANSWERS.get((method, path))
    media = CALENDAR if path.endswith(".ics") else area.media[0]
    if success == "204":
        yield success, {"description": "Done."}
    elif area.tag == "phone":
        yield "200", {"description": "TwiML.", "content": {media: {}}}
    else:
        yield (
            success,
            {"description": "Done.", "content": {media: {"schema": _schema(shape)} if shape else {}}},
        )
    if area.moves:
        yield "303", {"description": "To another page."}
    if path.endswith(".js") or area.begins == "/staff/assets/":
        yield "304", {"description": "The browser has it."}
    for status in area.refusals:
        words = {"description": HTTPStatus(status).phrase}
        if area.tag == "staff":
            yield str(status), {**words, "content": {"*/*": {}}}
        else:
            problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
            plain: dict[str, Any] = {"text/plain": {}} if path in ("/health/ready", "/health/open") else {}
            yield str(status), {**words, "content": {MEDIA_TYPE: problem, **plain}}


def _bodies(app: Litestar) -> Iterator[tuple[tuple[str, str], type[BaseModel]]]:
    """The model as which a handler reads its body: the one its code names, so that no page says it twice."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                function = handler.fn
                for name in getattr(getattr(function, "__code__", None), "co_names", ()):
                    found = function.__globals__.get(name)
                    if isinstance(found, type) and issubclass(found, BaseModel):
                        yield (method.lower(), route.path_format), found


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    """The model's schema, with what it refers to put in its place."""
    schema = model.model_json_schema(mode="validation")
    parts = schema.pop("$defs", {})

    def inlined(value: Any) -> Any:
        if isinstance(value, dict):
            named = value.get("$ref", "").rpartition("/")[2]
            return inlined(parts[named]) if named in parts else {k: inlined(v) for k, v in value.items()}
        return [inlined(one) for one in value] if isinstance(value, list) else value

    return dict(inlined(schema))
