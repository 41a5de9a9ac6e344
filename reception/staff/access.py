"""Who asks, and may they: guards of the staff pages, and what handlers are given of whoever is logged in."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from reception.channels.proxies import staff_base
from reception.database.fence import enter
from reception.database.records import Account
from reception.errors import Forbidden, LoginNeeded
from reception.service import Service
from reception.settings import Settings
from reception.staff.secrets import form_token

AnyConnection = ASGIConnection[Any, Any, Any, Any]
Received = Request[Any, Any, Any]
#: The account of whoever is logged in: write `me: Me` in a handler.
Me = NamedDependency[Account]

#: The session's token, and (before there is one) that of a visit to the log-in page.
SESSION, VISIT = "reception_staff", "reception_visit"
PATH = "/staff"
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
#: On requests that a page makes by itself: they don't show that anybody is at work.
BY_ITSELF = "X-Live"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def logged_in(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard: LoginNeeded unless the cookie is that of a session."""
    service: Service = connection.app.state.service
    token = session_token(connection)
    by_itself = BY_ITSELF.lower() in connection.headers
    account = await service.accounts.who(token, at_work=not by_itself) if token else None
    if account is None:
        raise LoginNeeded("Please log in.")
    enter(account.practice_id)
    connection.scope["user"] = account


async def current_account(request: Received) -> Account:
    """The dependency behind `Me`."""
    account: Account = request.scope["user"]
    return account


def may_change(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard: admins and staff; viewers look only."""
    account: Account = connection.scope["user"]
    if not account.may_change:
        raise Forbidden("Your account may look but not change anything. Ask an admin of your practice.")


def admins_only(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard: admins."""
    account: Account = connection.scope["user"]
    if account.role != "admin":
        raise Forbidden("Only an admin of your practice may see or change this.")


async def from_our_page(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard: what changes something comes from a page of ours, opened in the same session."""
    if not isinstance(connection, Request) or connection.method in _SAFE:
        return
    service: Service = connection.app.state.service
    if not same_origin(connection, service.settings):
        raise Forbidden("This request came from another website.")
    expected = form_token(session_token(connection) or visit_token(connection) or secrets.token_hex())
    if not secrets.compare_digest(expected.encode(), (await _given_token(connection)).encode()):
        raise Forbidden("This page is out of date. Please reload it and try again.")


def same_origin(connection: AnyConnection, settings: Settings) -> bool:
    """Whether a browser says that the request comes from our own pages."""
    origin = connection.headers.get("origin", "").rstrip("/").lower()
    if not origin:
        return connection.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    ours = urlsplit(origin).netloc == connection.headers.get("host", "").lower()
    return ours or origin == staff_base(connection, settings).lower()


async def _given_token(connection: Received) -> str:
    if CSRF_HEADER.lower() in connection.headers:
        return connection.headers[CSRF_HEADER.lower()]
    return (await form_fields(connection)).get(CSRF_FIELD, "")


async def form_fields(request: Received) -> dict[str, str]:
    """The fields of a form; of repeated ones the last counts. Zero bytes can't be kept, and are left out."""
    fields = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1].replace("\0", "") for name, values in fields.items()}


def session_token(connection: AnyConnection) -> str:
    return cookie_value(connection, SESSION)


def visit_token(connection: AnyConnection) -> str:
    return cookie_value(connection, VISIT)


def cookie_value(connection: AnyConnection, name: str) -> str:
    """What the browser kept for us; empty when it has nothing of that name."""
    return connection.cookies.get(_kept_as(connection, name), "")


def cookie(connection: AnyConnection, name: str, value: str, max_age: int | None = None) -> Cookie:
    """A cookie of the staff pages that no script can read and no other website can send along."""
    kept = _kept_as(connection, name)
    secure = kept != name
    path = "/" if secure else PATH  # the prefix asks for it
    return Cookie(kept, path=path, value=value, max_age=max_age, secure=secure, httponly=True, samesite="lax")


def _kept_as(connection: AnyConnection, name: str) -> str:
    """The cookie's name: over https with a prefix by which browsers take it from this very host only."""
    service: Service = connection.app.state.service
    secure = staff_base(connection, service.settings).startswith("https://")
    return f"__Host-{name}" if secure else name
