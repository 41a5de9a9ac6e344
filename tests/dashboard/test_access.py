"""Postgres ring: the doors of the dashboard: log-in, roles, forms from elsewhere, sessions that ended."""

from __future__ import annotations

import re

import pytest

from reception.database.connection import Database
from reception.practice import Practice
from reception.staff.access import SESSION
from reception.staff.secrets import hashed_token
from tests.dashboard.conftest import Browser, LogIn
from tests.staff.access import PASSWORD, accounts_of, person

pytestmark = pytest.mark.postgres

PAGES = [
    "/staff",
    "/staff/now",
    "/staff/patients",
    "/staff/account",
    "/staff/accounts",
    "/staff/navigation",
    "/staff/alarms",
]


@pytest.mark.parametrize("path", PAGES)
async def test_whoever_is_not_logged_in_is_asked_to(stranger: Browser, path: str) -> None:
    page = await stranger.get(path)
    assert page.status_code == 303
    wanted = "/staff/login" if path == "/staff" else f"/staff/login?next={path}"
    assert page.headers["location"] == wanted


async def test_htmx_is_sent_to_the_login_and_back_to_the_page_it_stood_on(stranger: Browser) -> None:
    part = await stranger.get(
        "/staff/now/list", hx_request="true", hx_current_url="http://desk.example/staff/now?show=mine"
    )
    assert part.status_code == 401
    assert part.headers["hx-redirect"] == "/staff/login?next=/staff/now"


async def test_logging_in_leads_back_with_a_new_session(
    stranger: Browser, database: Database, practice: Practice
) -> None:
    maria = await person(database, practice)
    stranger._cookies[SESSION] = "a-session-somebody-else-chose"
    given = {"email": maria.email, "password": PASSWORD, "code": maria.code(), "next": "/staff/account"}
    page = await stranger.post("/staff/login", given)
    assert (page.status_code, page.headers["location"]) == (303, "/staff/account")
    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/staff" in cookie
    assert stranger._cookies[SESSION] != "a-session-somebody-else-chose"
    assert (await stranger.get("/staff/account")).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/staff//evil.example", "/staff/\\evil", "/other"]
)
async def test_nobody_is_led_to_another_website(
    stranger: Browser, database: Database, practice: Practice, elsewhere: str
) -> None:
    maria = await person(database, practice)
    given = {"email": maria.email, "password": PASSWORD, "code": maria.code(), "next": elsewhere}
    page = await stranger.post("/staff/login", given)
    assert page.headers["location"] == "/staff"


async def test_a_wrong_login_says_the_same_whoever_it_is(
    stranger: Browser, database: Database, practice: Practice
) -> None:
    maria = await person(database, practice)
    answers = [
        await stranger.post("/staff/login", {"email": email, "password": "wrong", "code": "000000"})
        for email in (maria.email, "nobody@harbor.example")
    ]
    assert [one.status_code for one in answers] == [422, 422]
    shown = [one.text.replace(maria.email, "").replace("nobody@harbor.example", "") for one in answers]
    assert shown[0] == shown[1] and "password or code is wrong" in shown[0]


async def test_a_form_needs_the_token_of_its_session(log_in: LogIn) -> None:
    maria, jo = await log_in(), await log_in("Jo Brandt")
    theirs = jo.token_of(await jo.get("/staff/account"))
    for token in ("", "wrong", theirs):
        form = {"old": PASSWORD, "new": "another long password"}
        refused = await maria.post("/staff/account/password", form, token=token)
        assert refused.status_code == 403
    assert (await maria.get("/staff/account")).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://desk.example.evil"])
async def test_a_form_from_another_website_is_refused(log_in: LogIn, origin: str) -> None:
    maria = await log_in()
    refused = await maria.post("/staff/logout", origin=origin)
    assert refused.status_code == 403
    assert (await maria.get("/staff/account")).status_code == 200


async def test_logging_out_ends_the_session_everywhere(log_in: LogIn, database: Database) -> None:
    maria = await log_in()
    assert maria.who is not None
    await maria.post("/staff/logout")
    assert await accounts_of(database).who(maria.who.session, at_work=True) is None


async def test_one_sees_where_one_is_logged_in_and_ends_it_with_the_password(
    log_in: LogIn, database: Database
) -> None:
    maria, jo = await log_in(), await log_in("Jo Brandt")
    assert maria.who is not None and jo.who is not None
    accounts = accounts_of(database)
    elsewhere = [await accounts.log_in(maria.who.email, PASSWORD, maria.who.code()) for _ in range(2)]

    async def marks() -> list[str]:
        return re.findall(
            r'name="mark" id="session-\w+" value="(\w+)"', (await maria.get("/staff/account")).text
        )

    async def end(mark: str, password: str = PASSWORD) -> int:
        form = {"mark": mark, "password": password}
        return int((await maria.post("/staff/account/sessions/end", form)).status_code)

    shown = await marks()
    assert len(shown) == 2 and not {*shown} & {*elsewhere}
    assert await end(shown[0], "wrong") == 422 and await marks() == shown
    assert await end(hashed_token(jo.who.session)[:16]) == 404
    assert await end(shown[0]) in (200, 303) and await marks() == shown[1:]
    assert await end("") in (200, 303) and await marks() == []
    assert [await accounts.who(token, at_work=False) for token in elsewhere] == [None, None]
    assert (await jo.get("/staff/account")).status_code == 200


@pytest.mark.parametrize("role", ["staff", "viewer"])
async def test_accounts_are_for_admins(log_in: LogIn, role: str) -> None:
    somebody = await log_in("Somebody Else", role)
    assert (await somebody.get("/staff/accounts")).status_code == 403
    invited = await somebody.post("/staff/accounts/invite", {"email": "a@b.example", "role": "admin"})
    assert invited.status_code == 403
    assert "/staff/accounts" not in (await somebody.get("/staff/now")).text


async def test_an_admin_invites_and_takes_access_away(log_in: LogIn, stranger: Browser) -> None:
    admin, jo = await log_in("Ada Admin", "admin"), await log_in("Jo Brandt")
    page = await admin.post("/staff/accounts/invite", {"email": "new@harbor.example", "role": "viewer"})
    assert page.text.count("http://desk.example/staff/join/") == 1
    link = page.text.split("http://desk.example")[1].split("<")[0]
    assert "Join Harbor Clinic" in (await stranger.get(link)).text
    await admin.post(f"/staff/accounts/{jo.account.id}/active", {"active": "no"})
    assert (await jo.get("/staff/now")).status_code == 303
    own = await admin.post(f"/staff/accounts/{admin.account.id}/active", {"active": "no"})
    assert own.status_code == 422


async def test_access_ended_twice_stays_ended_and_is_one_change(log_in: LogIn, database: Database) -> None:
    admin, other, jo = (
        await log_in("Ada Admin", "admin"), await log_in("Olga Other", "admin"), await log_in("Jo Brandt")
    )  # fmt: skip
    path = f"/staff/accounts/{jo.account.id}/active"
    form = (await admin.get("/staff/accounts")).text.partition(f'action="{path}"')[2].partition("</form>")[0]
    assert "End access" in form and 'name="active" value="no"' in form
    for each in (admin, other):  # both pages were open before either pressed
        await each.post(path, {"active": "no"})
    async with database.transaction() as store:
        account = await store.account(jo.account.practice_id, jo.account.id)
        trail = await store.audit_trail(jo.account.practice_id)
    assert account is not None and not account.active
    assert [one.action for one in trail if one.action.startswith("access_")] == ["access_ended"]
    await admin.post(path, {"active": "yes"})
    async with database.transaction() as store:
        account = await store.account(jo.account.practice_id, jo.account.id)
    assert account is not None and account.active


@pytest.mark.parametrize("path", ["/staff/join/nothing", "/staff/nowhere", "/staff/now/nothing"])
async def test_what_is_not_there_is_said_in_a_page(log_in: LogIn, path: str) -> None:
    page = await (await log_in()).get(path)
    assert page.status_code == 404
    assert "<h1>" in page.text and path not in page.text


async def test_pages_allow_no_script_but_our_own(log_in: LogIn) -> None:
    page = await (await log_in()).get("/staff/now")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy and "style-src 'self';" in policy and "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert " style=" not in page.text and "<script>" not in page.text and " onclick" not in page.text


async def test_far_too_much_text_is_refused_in_one_sentence(log_in: LogIn) -> None:
    maria = await log_in()
    page = await maria.post("/staff/account/password", {"old": "x" * 5_000_000, "new": "y"})
    assert page.status_code == 413
    assert "too long" in page.text


async def test_the_audit_page_says_how_far_its_log_was_checked(log_in: LogIn) -> None:
    admin = await log_in("Maria Keller", "admin")
    page = await admin.get("/staff/audit")
    assert page.status_code == 200 and "Checked up to entry" in page.text
