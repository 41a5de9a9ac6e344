"""In and out: log-in, log-out, and the links with which people make (or renew) their account."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from markupsafe import Markup
from pydantic import BaseModel

from reception.channels.given import GivenService
from reception.channels.proxies import client_address, staff_base
from reception.dashboard.forms import Email, Line, Secret, form
from reception.dashboard.problems import back_path
from reception.dashboard.rendering import plain_page, redirect
from reception.database.fence import everywhere
from reception.errors import Invalid, NotFound, ReceptionError, Taken
from reception.founding import found_practice
from reception.service import Service
from reception.staff.access import SESSION, VISIT, Received, cookie, form_fields, session_token
from reception.staff.secrets import qr_code
from reception.staff.signing_on import BY_SIGN_ON


class LogIn(BaseModel):
    email: Secret
    password: Secret
    code: Secret
    next: str = ""


class NewPractice(BaseModel):
    name: Line
    phone: Line
    time_zone: Line


class Join(BaseModel):
    name: Line
    email: Email
    password: Secret
    code: Secret


@get("/login")
async def login_page(request: Received, service: GivenService) -> Any:
    """The log-in; `next` is where to go afterwards."""
    return login_page_with(request, service, to=request.query_params.get("next", ""))


@post("/login", status_code=200)
async def log_in(request: Received, service: GivenService) -> Any:
    """A new session, whatever cookie came along; the same answer whatever was wrong."""
    await service.limits.log_in(client_address(request, service.settings))
    given = await form(request, LogIn)
    try:
        token = await service.accounts.log_in(given.email, given.password, given.code)
    except Invalid as error:
        return login_page_with(request, service, error=error, email=given.email, to=given.next)
    return await let_in(request, service, token, back_path(given.next))


@post("/logout")
async def log_out(request: Received, service: GivenService) -> Any:
    """Ends the session, here and in the database, and gives back the conversations they had.

    Who signed on at the provider is offered to sign off there too.
    """
    token = session_token(request)
    provider = service.provider if await service.accounts.entered(token) == BY_SIGN_ON else None
    left = await service.accounts.log_out(token)
    if left is not None:
        await service.attending.leave(left)
    gone = [cookie(request, SESSION, "", max_age=0)]
    address = await provider.leave(f"{staff_base(request, service.settings)}/staff/login") if provider else ""
    if address:
        name = service.settings.oidc_name
        answer = plain_page(request, "signed_off.html", cookies=gone, address=address, provider=name)
    else:
        answer = redirect(request, "/staff/login", cookies=gone)
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


@get("/new/{token:str}")
async def found_page(request: Received, token: FromPath[str], service: GivenService) -> Any:
    """Where an installation without a practice begins."""
    await _founding(request, service, token)
    return _found_page(request, {})


@post("/new/{token:str}", status_code=200)
async def found(request: Received, token: FromPath[str], service: GivenService) -> Any:
    """Founds the first practice, and goes on to its first account."""
    await _founding(request, service, token)
    try:
        given = await form(request, NewPractice)
        with everywhere():
            async with service.database.transaction() as store:
                practice = await found_practice(store, given.name, given.phone, given.time_zone)
    except Invalid as error:
        return _found_page(request, await form_fields(request), error)
    setup = await service.accounts.setup_token(practice.id)
    return redirect(request, f"/staff/join/{setup}")


@get("/join/{token:str}")
async def join_page(request: Received, token: FromPath[str], service: GivenService) -> Any:
    """What an invitation leads to: name, password, authenticator."""
    await service.limits.log_in(client_address(request, service.settings))
    return await _join_page(request, service, token)


@post("/join/{token:str}", status_code=200)
async def join(request: Received, token: FromPath[str], service: GivenService) -> Any:
    """Makes the account, logs in, and shows the recovery codes this once."""
    await service.limits.log_in(client_address(request, service.settings))
    try:
        given = await form(request, Join)
        access = await service.accounts.accept(token, given.name, given.email, given.password, given.code)
    except (Invalid, Taken) as error:
        return await _join_page(request, service, token, error)
    old = session_token(request)
    if old:
        await service.accounts.log_out(old)
    let_in = [cookie(request, SESSION, access.token), cookie(request, VISIT, "", max_age=0)]
    return plain_page(request, "recovery_codes.html", cookies=let_in, codes=access.recovery_codes)


async def _founding(request: Received, service: Service, token: str) -> None:
    """NotFound unless it is the secret of this start, and there is no practice yet."""
    await service.limits.log_in(client_address(request, service.settings))
    async with service.database.look_up() as store:
        there = await store.practice() is not None
    if there or not service.founding.opens(token):
        raise NotFound("This link has been used, or the service was started anew. See the terminal.")


def _found_page(request: Received, fields: dict[str, str], error: Invalid | None = None) -> Any:
    return plain_page(
        request,
        "found.html",
        status=error.status if error is not None else 200,
        error=str(error or ""),
        given={key: fields.get(key, "")[:200] for key in ("name", "phone", "time_zone")},
    )


def login_page_with(
    request: Received, service: Service, *, error: ReceptionError | None = None, email: str = "", to: str = ""
) -> Any:
    """The log-in, with what went wrong and what was typed."""
    return plain_page(
        request,
        "login.html",
        status=error.status if error is not None else 200,
        error=str(error or ""),
        email=email[:254],
        next=back_path(to),
        provider=service.settings.oidc_name if service.provider is not None else "",
    )


async def let_in(request: Received, service: Service, token: str, to: str, *more: Cookie) -> Any:
    """On to a page with a new session; the one before ends."""
    old = session_token(request)
    if old:
        await service.accounts.log_out(old)
    sent = [cookie(request, SESSION, token), cookie(request, VISIT, "", max_age=0), *more]
    return redirect(request, to, cookies=sent)


async def _join_page(
    request: Received, service: Service, token: str, error: ReceptionError | None = None
) -> Any:
    invited = await service.accounts.invitation(token)
    fields = await form_fields(request) if error is not None else {}
    email = fields.get("email", "")[:254] or invited.email
    async with service.database.look_up() as store:
        practice = await store.practice_by_id(invited.practice_id)
        account = (
            await store.account(invited.practice_id, invited.staff_id)
            if invited.staff_id is not None
            else None
        )
    return plain_page(
        request,
        "join.html",
        status=error.status if error is not None else 200,
        error=str(error or ""),
        invited=invited,
        practice=practice,
        account=account,
        name=fields.get("name", "")[:200],
        email=email,
        secret=invited.totp_secret,
        qr=Markup(qr_code(invited.totp_secret, email)),
    )


handlers = [found_page, found, login_page, log_in, log_out, join_page, join]
