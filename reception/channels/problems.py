"""Every error of the web interface as `application/problem+json`, without a word of what was sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from reception.errors import Forbidden, ReceptionError
from reception.logging import where

__all__ = ["HANDLERS", "Forbidden", "Malformed", "from_framework", "problem"]

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
_DETAILS = {
    400: "The request could not be read.",
    404: "There is nothing here.",
    405: "This address does not take that method.",
    413: "The request is too large.",
}


class Malformed(ReceptionError):
    """The body is not JSON."""

    status = 400
    title = "Bad Request"


def from_our_error(request: Request[Any, Any, Any], error: ReceptionError) -> Response[dict[str, Any]]:
    """A foreseen error: its own text is made for the public."""
    if error.status == 500:
        log.error("turn_failed", reason=str(error), where=where(error))
    note_refusal(request, error)
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return problem(error.status, error.title, str(error), error.retryable, headers)


def note_refusal(request: Request[Any, Any, Any], error: ReceptionError) -> None:
    """The log learns who may not, or asks too often: which handler, and who of staff; no address or words."""
    if error.status in (403, 429):
        handler = request.scope.get("route_handler")
        staff = request.scope.get("user")
        log.warning(
            "refused",
            status=error.status,
            handler=getattr(handler, "handler_name", ""),
            staff=str(staff.id) if staff is not None else None,
        )


def from_framework(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    """The web framework's error: its text may quote the request, so ours stands instead."""
    if error.status_code >= 500:
        log.error("request_failed", status=error.status_code, where=where(error))
    title = HTTPStatus(error.status_code).phrase
    detail = _DETAILS.get(error.status_code, "The request can't be answered.")
    allowed = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return problem(error.status_code, title, detail, False, allowed)


def from_anything(_: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """An error nobody foresaw: the log learns where, the public that we are sorry."""
    log.error("unforeseen", error=type(error).__name__, where=where(error))
    return problem(500, "Something went wrong", "Something went wrong on our side; please try again.", True)


def problem(
    status: int, title: str, detail: str, retryable: bool, headers: dict[str, str] | None = None
) -> Response[dict[str, Any]]:
    """The response; `retryable` says whether the same request may succeed later."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "retryable": retryable}
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


HANDLERS = {
    ReceptionError: from_our_error,
    HTTPException: from_framework,
    Exception: from_anything,
}
