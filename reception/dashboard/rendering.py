"""Turns templates into answers: whole pages with navigation and alarms, or parts that htmx puts in place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote

from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie

from reception.channels.built import Built
from reception.dashboard.navigation import navigation
from reception.database.records import Account
from reception.errors import ReceptionError
from reception.service import Service
from reception.staff.access import (
    CSRF_FIELD,
    VISIT,
    Received,
    cookie,
    cookie_value,
    session_token,
    visit_token,
)
from reception.staff.secrets import form_token, new_token

HERE = Path(__file__).parent
BUILT = Built(HERE / "static" / "build", "/staff/assets")
FLASH = "reception_flash"
Kind = Literal["good", "bad"]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",  # with less, browsers don't say of a form that it is ours
}


@dataclass(frozen=True)
class Flash:
    """A short message about what was just done; shown once.

    `undo` takes it back: the path of a form and, beside it, the form's fields.
    """

    text: str
    kind: Kind = "good"
    undo: Mapping[str, str] | None = None


def clock_time(at: datetime) -> str:
    return format_time(at, "short", locale="en_US")


def day(at: date) -> str:
    return format_date(at, "EEE, MMM d", locale="en_US")


def dated(at: date) -> str:
    """A day that may lie in another year."""
    return format_date(at, "EEE, MMM d, y", locale="en_US")


_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters.update({"clock": clock_time, "day": day, "dated": dated})
_TEMPLATES.globals["ui"] = _TEMPLATES.get_template("ui.html").module


async def page(request: Received, template: str, *, here: str = "", status: int = 200, **values: Any) -> Any:
    """A whole page within the layout; `here` is the name of its entry in the navigation.

    Templates are given `me`, `practice`, `entries`, `alarms`, `csrf` and `flash` besides `values`.
    """
    service: Service = request.app.state.service
    me: Account = request.scope["user"]
    async with service.database.transaction() as store:
        practice = await store.practice_by_id(me.practice_id)
        entries = await navigation(store, me)
        alarms = await store.unseen_emergencies(me.practice_id)
    flash, cookies = _take_flash(request)
    common = {"practice": practice, "entries": entries, "alarms": alarms, "here": here, "flash": flash}
    return _answer(request, template, {**common, **values}, status=status, cookies=cookies)


def part(
    request: Received,
    template: str,
    *,
    flash: Flash | None = None,
    status: int = 200,
    into: str = "",
    **values: Any,
) -> Any:
    """A part of a page, for htmx; with `flash` the page also shows a short message.

    It is put where the page asked for it, or (`into`) within the element of that id.
    """
    headers = {} if flash is None else {"HX-Trigger": json.dumps({"flash": vars(flash)})}
    if into:
        headers |= {"HX-Retarget": f"#{into}", "HX-Reswap": "innerHTML"}
    return _answer(request, template, values, status=status, headers=headers)


def plain_page(
    request: Received, template: str, *, status: int = 200, cookies: list[Cookie] | None = None, **values: Any
) -> Any:
    """A page for whoever is not logged in; its form is bound to this visit by a cookie."""
    flash, sent = _take_flash(request)
    sent += cookies or []
    token = session_token(request) or visit_token(request)
    if not token:
        token = new_token()
        sent.append(cookie(request, VISIT, token))
    common = {"flash": flash, "csrf": form_token(token)}
    return _answer(request, template, {**common, **values}, status=status, cookies=sent)


def redirect(request: Received, path: str, *, flash: Flash | None = None, cookies: Any = ()) -> Any:
    """Sends the browser on after a form; htmx too."""
    sent = list(cookies)
    if flash is not None:
        text = quote(json.dumps(vars(flash)), safe="")
        sent.append(cookie(request, FLASH, text, max_age=60))
    if by_htmx(request):
        return Response(b"", status_code=200, headers={"HX-Redirect": path}, cookies=sent)
    return Response(b"", status_code=303, headers={"Location": path}, cookies=sent)


def by_htmx(request: Received) -> bool:
    return request.headers.get("hx-request") == "true"


def _answer(
    request: Received,
    template: str,
    values: dict[str, Any],
    *,
    status: int,
    headers: dict[str, str] | None = None,
    cookies: list[Cookie] | None = None,
) -> Response[str]:
    me = request.scope.get("user")
    given = {
        "me": me,
        "csrf": form_token(session_token(request)),
        "csrf_field": CSRF_FIELD,
        "asset": _asset,
        **values,
    }
    html = _TEMPLATES.get_template(template).render(given)
    return Response(
        html,
        status_code=status,
        media_type="text/html; charset=utf-8",
        headers={**HEADERS, **(headers or {})},
        cookies=cookies or [],
    )


def _asset(name: str) -> str:
    """The address of a built file; empty where nothing is built, and the page says so."""
    try:
        return BUILT.url(name)
    except ReceptionError:
        return ""


def _take_flash(request: Received) -> tuple[Flash | None, list[Cookie]]:
    kept = cookie_value(request, FLASH)
    if not kept:
        return None, []
    gone = [cookie(request, FLASH, "", max_age=0)]
    try:
        found = json.loads(unquote(kept))
        return Flash(str(found["text"])[:300], "bad" if found["kind"] == "bad" else "good"), gone
    except (ValueError, KeyError, TypeError):
        return None, gone
