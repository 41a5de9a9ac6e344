"""Errors as staff see them: a page that says what to do, or a short message on the page they are on."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from litestar import Response
from litestar.exceptions import HTTPException

from reception.channels.problems import note_refusal
from reception.dashboard.rendering import by_htmx, plain_page
from reception.errors import LoginNeeded, ReceptionError
from reception.logging import where
from reception.staff.access import PATH, Received

log = structlog.get_logger()

LOGIN = f"{PATH}/login"
_WORDS = {
    404: "There is nothing here. The address may be misspelled, or what was here is gone.",
    405: "That can't be done here.",
    413: "That is too long to be sent: a message has at most 2,000 characters, a file at most 16 MB.",
}
_SORRY = "Something went wrong on our side. Nothing was changed; please try again."


def from_login_needed(request: Received, _: LoginNeeded) -> Response[Any]:
    """To the log-in, and from there back to where they were."""
    if by_htmx(request):
        shown = urlsplit(request.headers.get("hx-current-url", "")).path
        return Response(b"", status_code=401, headers={"HX-Redirect": login_path(shown)})
    return Response(b"", status_code=303, headers={"Location": login_path(request.scope["path"])})


def from_our_error(request: Received, error: ReceptionError) -> Response[Any]:
    """A foreseen error: its own text is made to be read."""
    if error.status == 500:
        log.error("page_failed", reason=str(error), where=where(error))
        return _shown(request, 500, "Something went wrong", _SORRY)
    note_refusal(request, error)
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return _shown(request, error.status, error.title, str(error), headers)


def from_framework(request: Received, error: HTTPException) -> Response[Any]:
    """The web framework's error: its text may quote the request, so ours stands instead."""
    if error.status_code >= 500:
        log.error("page_failed", status=error.status_code, where=where(error))
    return _shown(request, error.status_code, "That did not work", _WORDS.get(error.status_code, _SORRY))


def from_anything(request: Received, error: Exception) -> Response[Any]:
    """An error nobody foresaw."""
    log.error("unforeseen", error=type(error).__name__, where=where(error))
    return _shown(request, 500, "Something went wrong", _SORRY)


def login_path(back: str) -> str:
    """The log-in page, from which `back` is opened afterwards."""
    there = back_path(back)
    return LOGIN if there == PATH else f"{LOGIN}?next={quote(there, safe='/')}"


def back_path(given: str) -> str:
    """`given` if it is the path of a staff page, else the first page: nobody is sent to another website."""
    inside = given.startswith(f"{PATH}/") and given.isascii() and given.isprintable()
    elsewhere = "\\" in given or "//" in given or given.startswith((LOGIN, f"{PATH}/join", f"{PATH}/live"))
    return given if inside and not elsewhere else PATH


def _shown(
    request: Received, status: int, title: str, text: str, headers: dict[str, str] | None = None
) -> Response[Any]:
    if by_htmx(request):
        flash = json.dumps({"flash": {"text": text, "kind": "bad"}})
        told = {"HX-Trigger": flash, "HX-Reswap": "none", **(headers or {})}
        return Response(b"", status_code=status, headers=told)
    answer = plain_page(request, "problem.html", status=status, title=title, text=text)
    answer.headers.update(headers or {})
    return answer  # type: ignore[no-any-return]


HANDLERS = {
    LoginNeeded: from_login_needed,
    ReceptionError: from_our_error,
    HTTPException: from_framework,
    Exception: from_anything,
}
