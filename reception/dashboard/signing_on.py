"""In through the practice's own sign-on: there, back, and the code where it asked for no second factor."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote, unquote

from litestar import get, post
from pydantic import BaseModel

from reception.channels.given import GivenService
from reception.channels.proxies import client_address, staff_base
from reception.dashboard.entrance import let_in, login_page_with
from reception.dashboard.forms import Secret, form
from reception.dashboard.problems import back_path
from reception.dashboard.rendering import plain_page, redirect
from reception.errors import Invalid, NotFound, ReceptionError, Unavailable
from reception.service import Service
from reception.staff.access import SESSION, VISIT, Received, cookie, cookie_value, session_token
from reception.staff.provider import Provider

#: Carries what a sign-on is bound to, there and back, and where to go afterwards.
FLOW = "reception_sign_on"
#: Seconds that a sign-on may take.
LASTS = 600
BACK, CODE = "/staff/sign-on/back", "/staff/sign-on/code"


class Code(BaseModel):
    code: Secret


@get("/sign-on")
async def sign_on(request: Received, service: GivenService) -> Any:
    """To the provider; `next` is where to go afterwards."""
    provider = _provider(service)
    await service.limits.log_in(client_address(request, service.settings))
    secret, to = secrets.token_urlsafe(32), back_path(request.query_params.get("next", ""))
    try:
        address = await provider.begin(secret, _back(request, service))
    except Unavailable as error:
        return login_page_with(request, service, error=error)
    flow = cookie(request, FLOW, f"{secret}.{quote(to, safe='')}", max_age=LASTS)
    return redirect(request, address, cookies=[flow])


@get("/sign-on/back")
async def come_back(request: Received, service: GivenService) -> Any:
    """From the provider, with who it was."""
    provider = _provider(service)
    await service.limits.log_in(client_address(request, service.settings))
    secret, _, to = cookie_value(request, FLOW).partition(".")
    given = {name: str(value) for name, value in request.query_params.items()}
    try:
        signed = await provider.end(secret, _back(request, service), given)
        found = await service.signing_on.sign_on(signed, (await service.practice()).id)
    except ReceptionError as error:
        if error.status == 500:
            raise
        return login_page_with(request, service, error=error)
    gone = cookie(request, FLOW, "", max_age=0)
    if not found.code_needed:
        return await let_in(request, service, found.token, back_path(unquote(to)), gone)
    session = cookie(request, SESSION, found.token)
    keep = cookie(request, FLOW, f".{to}", max_age=LASTS)  # where to go, and nothing else any more
    return redirect(request, CODE, cookies=[session, keep, cookie(request, VISIT, "", max_age=0)])


@get("/sign-on/code")
async def code_page(request: Received, service: GivenService) -> Any:
    """Asks for the code of the authenticator."""
    _provider(service)
    return plain_page(request, "sign_on_code.html", error="")


@post("/sign-on/code", status_code=200)
async def give_code(request: Received, service: GivenService) -> Any:
    """Lets them in when the code fits."""
    _provider(service)
    await service.limits.log_in(client_address(request, service.settings))
    given = await form(request, Code)
    try:
        token = await service.signing_on.give_code(session_token(request), given.code)
    except Invalid as error:
        return plain_page(request, "sign_on_code.html", status=error.status, error=str(error))
    to = back_path(unquote(cookie_value(request, FLOW).partition(".")[2]))
    return await let_in(request, service, token, to, cookie(request, FLOW, "", max_age=0))


def _provider(service: Service) -> Provider:
    if service.provider is None:
        raise NotFound("There is no single sign-on here.")
    return service.provider


def _back(request: Received, service: Service) -> str:
    return staff_base(request, service.settings) + BACK


handlers = [sign_on, come_back, code_page, give_code]
