"""Accounts on the screen: one's own password, and for admins who has access to the practice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from pydantic import BaseModel

from reception.channels.given import GivenService
from reception.channels.proxies import staff_base
from reception.dashboard.forms import Email, Secret, form
from reception.dashboard.rendering import Flash, page, redirect
from reception.database.records import Account
from reception.errors import Invalid, NotFound
from reception.service import Service
from reception.staff.access import Me, Received, admins_only, session_token
from reception.staff.accounts import Role
from reception.staff.audit import did
from reception.staff.audit_chain import check_chain
from reception.staff.signing_on import BY_SIGN_ON

PAGE = "/staff/accounts"
#: Entries of the audit log that are checked each time it is looked at.
CHECKED = 500


class NewPassword(BaseModel):
    old: Secret
    new: Secret


class SessionToEnd(BaseModel):
    mark: Secret = ""
    password: Secret = ""


class NewInvitation(BaseModel):
    email: Email
    role: Role


class NewAccess(BaseModel):
    active: bool


class NewRole(BaseModel):
    role: Role


@get("/account")
async def own_account(request: Received, me: Me, service: GivenService) -> Any:
    """One's own account, and where one is logged in."""
    return await _own(request, me, service)


@post("/account/password", status_code=200)
async def change_password(request: Received, me: Me, service: GivenService) -> Any:
    """A new password; all other sessions of the account end."""
    given = await form(request, NewPassword)
    try:
        await service.accounts.change_password(me, session_token(request), given.old, given.new)
    except Invalid as error:
        return await _own(request, me, service, status=error.status, error=str(error))
    return redirect(request, "/staff/account", flash=Flash("Your password is changed."))


@post("/account/sessions/end", status_code=200)
async def end_sessions(request: Received, me: Me, service: GivenService) -> Any:
    """Logs out elsewhere, after the password once more; who comes in by the provider alone has none."""
    given, token = await form(request, SessionToEnd), session_token(request)
    try:
        if await service.accounts.entered(token) != BY_SIGN_ON:
            await service.accounts.check_own_password(me, given.password)
        await service.accounts.sessions.end(me, token, given.mark)
    except (Invalid, NotFound) as error:
        return await _own(request, me, service, status=error.status, session_error=str(error))
    return redirect(request, "/staff/account", flash=Flash("Logged out there."))


@get("/accounts", guards=[admins_only])
async def accounts(request: Received, me: Me, service: GivenService) -> Any:
    """Who has access to the practice."""
    return await _page(request, me, service)


@get("/audit", guards=[admins_only])
async def audit(request: Received, me: Me, service: GivenService) -> Any:
    """Who saw and changed what, newest first."""
    async with service.database.transaction() as store:
        lines = await store.audit_trail(me.practice_id)
        end = await store.chain_end(me.practice_id)
        chain = await check_chain(store, me.practice_id, max(end - CHECKED, 0))
    return await page(request, "audit.html", here="accounts", lines=lines, chain=chain, checked=CHECKED)


@post("/accounts/invite", guards=[admins_only], status_code=200)
async def invite(request: Received, me: Me, service: GivenService) -> Any:
    """A link for a new colleague, shown once."""
    given = await form(request, NewInvitation)
    token = await service.accounts.invite(me.practice_id, given.role, given.email, by=me)
    return await _page(request, me, service, link=_link(request, service, token), link_for=given.email)


@post("/accounts/{staff:uuid}/renew", guards=[admins_only], status_code=200)
async def renew(request: Received, staff: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """A link for a colleague who lost password or authenticator, shown once."""
    account = await _account(service, me, staff)
    token = await service.accounts.renew(account, by=me)
    return await _page(request, me, service, link=_link(request, service, token), link_for=account.email)


@post("/accounts/{staff:uuid}/active", guards=[admins_only])
async def let_in_or_out(request: Received, staff: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Takes access away at once, or gives it back, as the button said; doing so again changes nothing."""
    active = (await form(request, NewAccess)).active
    account = await _somebody_else(service, me, staff)
    async with service.database.transaction() as store:
        if await store.set_active(me.practice_id, account.id, active):
            await did(store, me, "access_restored" if active else "access_ended", "staff", account.id)
    done = "has access again" if active else "has no access any more"
    return redirect(request, PAGE, flash=Flash(f"{account.name} {done}."))


@post("/accounts/{staff:uuid}/role", guards=[admins_only])
async def change_role(request: Received, staff: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Another role."""
    given = await form(request, NewRole)
    account = await _somebody_else(service, me, staff)
    async with service.database.transaction() as store:
        await store.set_role(me.practice_id, account.id, given.role)
        await did(store, me, f"made_{given.role}", "staff", account.id)
    return redirect(request, PAGE, flash=Flash(f"{account.name}'s role is changed."))


async def _own(
    request: Received,
    me: Account,
    service: Service,
    *,
    status: int = 200,
    error: str = "",
    session_error: str = "",
) -> Any:
    token = session_token(request)
    return await page(
        request,
        "account.html",
        status=status,
        error=error,
        session_error=session_error,
        sessions=await service.accounts.sessions.of(me, token),
        by_sign_on=await service.accounts.entered(token) == BY_SIGN_ON,
    )


async def _page(request: Received, me: Account, service: Service, link: str = "", link_for: str = "") -> Any:
    async with service.database.transaction() as store:
        people = await store.accounts(me.practice_id)
    return await page(request, "accounts.html", here="accounts", people=people, link=link, link_for=link_for)


async def _account(service: Service, me: Account, staff_id: UUID) -> Account:
    async with service.database.transaction() as store:
        found = await store.account(me.practice_id, staff_id)
    if found is None:
        raise NotFound("There is no such account.")
    return found


async def _somebody_else(service: Service, me: Account, staff_id: UUID) -> Account:
    if staff_id == me.id:
        raise Invalid("You can't change your own role or access; ask another admin.")
    return await _account(service, me, staff_id)


def _link(request: Received, service: Service, token: str) -> str:
    return f"{staff_base(request, service.settings)}/staff/join/{token}"


handlers = [
    own_account,
    change_password,
    end_sessions,
    accounts,
    audit,
    invite,
    renew,
    let_in_or_out,
    change_role,
]
