"""Twilio's signatures: whether a request or a WebSocket handshake comes from Twilio."""

from __future__ import annotations

import os
import secrets
from typing import Any
from urllib.parse import parse_qs

import structlog
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from twilio.request_validator import RequestValidator

from reception.channels.given import GivenService
from reception.channels.metrics import REFUSED
from reception.channels.problems import Forbidden
from reception.channels.proxies import public_base
from reception.errors import MisconfiguredError
from reception.settings import Settings

log = structlog.get_logger()

HEADER = "X-Twilio-Signature"
_TOKEN_FILE = "development-twilio-token"


class Form(dict[str, list[str]]):
    """A form's parameters, each with all its values."""

    def getall(self, name: str) -> list[str]:
        """What Twilio's validator asks for, to sign a repeated parameter."""
        return self[name]

    def storable(self) -> Form:
        """The same without zero bytes, which the database can't hold."""
        return Form({name: [one.replace("\0", "") for one in each] for name, each in self.items()})

    def first(self, name: str) -> str:
        """A parameter's first value; empty when it is missing."""
        return self.get(name, [""])[0]


GivenForm = NamedDependency[Form]


async def signed_form(request: Request[Any, Any, Any], service: GivenService) -> Form:
    """The form of a Twilio request; Forbidden unless its signature is good and the account is ours."""
    body = (await request.body()).decode("utf-8", "replace")
    form = Form(parse_qs(body, keep_blank_values=True))
    check_signature(request, form, service.settings)
    if not ours(form.first("AccountSid"), service.settings):
        REFUSED.inc()
        log.warning("twilio_account_refused", path=request.scope["path"])
        raise Forbidden("The request is not about our account.")
    return form.storable()


def ours(account: str, settings: Settings) -> bool:
    """Whether this is the account of the settings, where they name one."""
    return not settings.twilio_account_sid or secrets.compare_digest(
        account.encode(), settings.twilio_account_sid.encode()
    )


def check_signature(connection: ASGIConnection[Any, Any, Any, Any], form: Form, settings: Settings) -> None:
    """Forbidden unless the header signs this address and these parameters with our token."""
    given = connection.headers.get(HEADER, "")
    validator = RequestValidator(twilio_token(settings))
    if not given or not validator.validate(signed_url(connection, settings), form, given):
        REFUSED.inc()
        log.warning("twilio_signature_refused", path=connection.scope["path"], signed=bool(given))
        raise Forbidden("The request is not signed by Twilio.")


def signed_url(connection: ASGIConnection[Any, Any, Any, Any], settings: Settings) -> str:
    """The address as Twilio sees it: behind a proxy that is not the one this process sees."""
    scope = connection.scope
    query = scope["query_string"].decode("latin-1")
    base = public_base(connection, settings)
    if scope["type"] == ScopeType.WEBSOCKET:
        base = base.replace("http", "ws", 1)
    return base + scope["path"] + (f"?{query}" if query else "")


def twilio_token(settings: Settings) -> str:
    """The auth token; in development, without one, a random one kept in the data directory.

    The simulated phone reads the same file, so that signatures are checked from the first call on.
    """
    token = settings.twilio_auth_token.get_secret_value()
    if token:
        return token
    if settings.env == "production":
        raise MisconfiguredError("RECEPTION_TWILIO_AUTH_TOKEN is missing.")
    file = settings.data_dir.expanduser() / _TOKEN_FILE
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        # Written under a name of its own and linked into place: two processes agree on whichever came first.
        own = file.with_name(f"{_TOKEN_FILE}.{secrets.token_hex(4)}")
        descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(32))
        try:
            os.link(own, file)
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return file.read_text().strip()
