"""Every error of the inference server in OpenAI's shape, without a word of what was sent."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from reception.errors import (
    Busy,
    Invalid,
    InvalidGrammar,
    Late,
    ModelMissing,
    NotFound,
    PromptTooLong,
    ReceptionError,
    Unavailable,
    Unfinished,
    UnknownAdapter,
)
from reception.inference.openai_types import Refused
from reception.logging import where

log = structlog.get_logger()

#: Error to (status, type, code): the first that fits. OpenAI's clients choose by status, programs by code.
_KINDS: tuple[tuple[type[ReceptionError], int, str, str], ...] = (
    (InvalidGrammar, 400, "invalid_request_error", "invalid_grammar"),
    (PromptTooLong, 400, "invalid_request_error", "context_length_exceeded"),
    (Unfinished, 400, "invalid_request_error", "unfinished"),
    (UnknownAdapter, 404, "invalid_request_error", "model_not_found"),
    (Invalid, 400, "invalid_request_error", "invalid_request"),
    (NotFound, 404, "invalid_request_error", "not_found"),
    (Busy, 429, "rate_limit_error", "busy"),
    (Late, 504, "server_error", "late"),
    (ModelMissing, 503, "server_error", "model_missing"),
    (Unavailable, 503, "server_error", "unavailable"),
)
_DETAILS = {
    404: "There is nothing here.",
    405: "This address does not take that method.",
    413: "The request is too large.",
}


class Unauthorized(ReceptionError):
    """The API key is missing or wrong."""

    status = 401


class HungUp(ReceptionError):
    """The client went away before its answer."""

    status = 499


def describe(error: ReceptionError) -> tuple[int, dict[str, Any]]:
    """The status and the body of an error."""
    param = error.param or None if isinstance(error, Refused) else None
    if isinstance(error, UnknownAdapter):
        param = "model"
    for kind, status, type_, code in _KINDS:
        if isinstance(error, kind):
            return status, _body(str(error), type_, code, param)
    if isinstance(error, Unauthorized):
        return error.status, _body(str(error), "authentication_error", "invalid_api_key")
    return error.status, _body(str(error), "server_error", "server_error")


def foreseen(error: BaseException) -> ReceptionError:
    """The error, or one that says nothing about it, when it is none of ours: the log learns where."""
    if isinstance(error, ReceptionError):
        return error
    log.error("unforeseen", error=type(error).__name__, where=where(error))
    return ReceptionError("Something went wrong on the server; please try again.")


def _body(message: str, type_: str, code: str, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": type_, "param": param, "code": code}}


def _ours(_: Request[Any, Any, Any], error: ReceptionError) -> Response[dict[str, Any]]:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    if isinstance(error, Unauthorized):
        headers = {"WWW-Authenticate": "Bearer"}
    status, body = describe(error)
    return Response(body, status_code=status, headers=headers)


def _frameworks(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    # The framework's own text may quote the request.
    if error.status_code >= 500:
        log.error("request_failed", status=error.status_code, where=where(error))
    text = _DETAILS.get(error.status_code, "The request can't be answered.")
    kind = "server_error" if error.status_code >= 500 else "invalid_request_error"
    allowed = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return Response(_body(text, kind, kind), status_code=error.status_code, headers=allowed)


def _anything(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    return _ours(request, foreseen(error))


HANDLERS: dict[int | type[Exception], Any] = {
    ReceptionError: _ours,
    HTTPException: _frameworks,
    Exception: _anything,
}
