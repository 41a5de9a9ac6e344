"""Postgres ring: staff sign on at a certified OpenID provider, in through it and out again.

It needs Node 20 and its packages: `npm ci --prefix tests/staff/provider`, which `make test` does.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from subprocess import PIPE, Popen
from urllib.parse import urljoin

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr
from sqlalchemy import text

from reception.database.connection import Database
from reception.errors import Invalid, MisconfiguredError
from reception.practice import Practice
from reception.settings import Settings
from reception.staff.provider import Signed, read_roles
from reception.staff.signing_on import NO_FACTOR, NO_ROLE, SigningOn
from tests.applications import create_app
from tests.channels.fakes import ScriptedModel
from tests.conftest import NOW
from tests.dashboard.conftest import ORIGIN, Browser
from tests.staff.access import accounts_of, person

pytestmark = pytest.mark.postgres

SERVER = Path(__file__).parent / "provider"
PEOPLE = {
    "maria": {
        "email": "Maria@harbor.example",
        "email_verified": True,
        "name": "Maria Keller",
        "amr": ["mfa"],
    },
    "tom": {"email": "tom@harbor.example", "email_verified": True, "name": "Tom Berg"},
    "eve": {"email": "maria@harbor.example", "email_verified": False, "name": "Eve"},
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The provider, on a free port."""
    node = shutil.which("node")
    if node is None or not (SERVER / "node_modules").is_dir():
        pytest.skip("The OpenID provider is missing: npm ci --prefix tests/staff/provider (it needs Node 20)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    back, home = f"{ORIGIN}/staff/sign-on/back", f"{ORIGIN}/staff/login"
    given = [node, "serve.mjs", str(port), back, home, json.dumps(PEOPLE)]
    with Popen(given, cwd=SERVER, stdout=PIPE, text=True) as server:
        assert server.stdout is not None and server.stdout.readline().strip() == "ready"
        yield f"http://127.0.0.1:{port}"
        server.terminate()


@pytest.fixture
async def desk(
    database_url: str, practice: Practice, tmp_path: Path, issuer: str
) -> AsyncIterator[AsyncTestClient[Litestar]]:
    """A service whose staff sign on at the provider."""
    settings = Settings(
        database_url=database_url,
        data_dir=tmp_path,
        now=NOW,
        rate_limit=0,
        worker=False,
        oidc_issuer=issuer,
        oidc_client_id="desk",
        oidc_client_secret=SecretStr("a-secret"),
        oidc_name="Harbor ID",
    )
    async with AsyncTestClient(create_app(settings, ScriptedModel()), base_url=ORIGIN) as client:
        yield client


async def signed_on(browser: Browser, who: str, path: str = "/staff/sign-on") -> httpx.Response:
    """Goes to the provider, logs in there as `who`, and comes back: the desk's answer to that."""
    return await browser.get(await coming_back(browser, who, path))


async def coming_back(browser: Browser, who: str, path: str = "/staff/sign-on") -> str:
    """The address at which the provider sends somebody back."""
    at = (await browser.get(path)).headers["location"]
    async with httpx.AsyncClient(timeout=20) as client:
        answer = await client.get(at)
        for _ in range(12):
            if answer.is_redirect:
                at = urljoin(at, answer.headers["location"])
                if at.startswith(ORIGIN):
                    return at.removeprefix(ORIGIN)
                answer = await client.get(at)
            else:
                form = re.search(r'action="([^"]+)"', answer.text)
                prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
                assert form is not None and prompt is not None, answer.text
                fields = {"prompt": prompt[1], "login": who, "password": "any"}
                at = urljoin(at, form[1])
                answer = await client.post(at, data=fields)
    raise AssertionError("the provider sent nobody back")


async def audited(database: Database) -> list[str]:
    async with database.transaction() as store:
        query = text("SELECT action FROM audit_log WHERE entity = 'staff' ORDER BY id")
        return list(await store._connection.scalars(query))


async def test_who_was_invited_comes_in_by_the_provider_alone(
    desk: AsyncTestClient[Litestar], database: Database, practice: Practice
) -> None:
    browser = Browser(desk)
    assert "Log in with Harbor ID" in (await browser.get("/staff/login")).text
    await accounts_of(database).invite(practice.id, "staff", "maria@harbor.example")
    let_in = await signed_on(browser, "maria", "/staff/sign-on?next=/staff/inbox")
    assert let_in.headers["location"] == "/staff/inbox"
    assert "Maria Keller" in (await browser.get("/staff/inbox")).text
    assert await audited(database) == ["invited", "joined", "logged_in"]
    csrf = Browser.token_of(await browser.get("/staff/account"))
    left = await browser.post("/staff/logout", token=csrf)
    assert "Sign off there too" in left.text and "/session/end?client_id=desk" in left.text
    assert (await browser.get("/staff/inbox")).status_code == 303
    again = await signed_on(Browser(desk), "maria")
    assert again.headers["location"] == "/staff"


async def test_without_a_second_factor_the_code_is_asked_for(
    desk: AsyncTestClient[Litestar], database: Database, practice: Practice
) -> None:
    tom = await person(database, practice, "Tom Berg")
    browser = Browser(desk)
    asked = await signed_on(browser, "tom", "/staff/sign-on?next=/staff/inbox")
    assert asked.headers["location"] == "/staff/sign-on/code"
    assert (await browser.get("/staff/inbox")).headers["location"].startswith("/staff/login")
    page = await browser.get("/staff/sign-on/code")
    wrong = await browser.post("/staff/sign-on/code", {"code": "000000"}, token=Browser.token_of(page))
    assert wrong.status_code == 422
    right = await browser.post("/staff/sign-on/code", {"code": tom.code()}, token=Browser.token_of(page))
    assert right.headers["location"] == "/staff/inbox"
    assert (await browser.get("/staff/inbox")).status_code == 200


async def test_whoever_is_not_invited_not_verified_or_not_expected_stays_out(
    desk: AsyncTestClient[Litestar], database: Database, practice: Practice
) -> None:
    browser = Browser(desk)
    assert "Nobody here has your e-mail address" in (await signed_on(browser, "maria")).text
    await person(database, practice, "Maria Keller")
    assert "did not confirm your e-mail" in (await signed_on(browser, "eve")).text
    address = await coming_back(browser, "maria")
    stolen = await Browser(desk).get(address)  # another browser
    assert stolen.status_code == 422 and "not begun in this browser" in stolen.text
    assert (await browser.get(address)).status_code == 303
    replayed = await browser.get(address)
    assert replayed.status_code == 422
    denied = await browser.get("/staff/sign-on/back?error=access_denied&state=x")
    assert denied.status_code == 422


async def test_a_provider_that_is_away_leaves_the_password(
    database_url: str, practice: Practice, tmp_path: Path
) -> None:
    settings = Settings(
        database_url=database_url,
        data_dir=tmp_path,
        worker=False,
        rate_limit=0,
        oidc_issuer="http://127.0.0.1:9",
        oidc_client_id="desk",
    )
    async with AsyncTestClient(create_app(settings, ScriptedModel()), base_url=ORIGIN) as client:
        page = await Browser(client).get("/staff/sign-on")
        assert page.status_code == 503 and "log in with your password" in page.text
        assert 'name="password"' in page.text


def signed(role: str | None, *, factor: bool = True, subject: str = "s1") -> Signed:
    return Signed(f"https://id.example {subject}", "ann@harbor.example", "Ann Lee", role, factor)


async def test_claims_decide_who_may_do_what_where_they_are_to(
    database: Database, practice: Practice
) -> None:
    accounts = accounts_of(database)
    signing = SigningOn(database, accounts, roles_from_provider=True)
    for nobody, why in ((signed(None), NO_ROLE), (signed("staff", factor=False), NO_FACTOR)):
        with pytest.raises(Invalid, match=re.escape(why)):
            await signing.sign_on(nobody, practice.id)
    for role in ("staff", "admin", "viewer"):
        access = await signing.sign_on(signed(role), practice.id)
        account = await accounts.who(access.token, at_work=False)
        assert account is not None and account.role == role
    with pytest.raises(Invalid, match="somebody else's"):
        await signing.sign_on(signed("staff", subject="s2"), practice.id)
    with pytest.raises(Invalid):  # no password was ever set
        await accounts.log_in("ann@harbor.example", "", "")
    async with database.transaction() as store:
        await store.set_active(practice.id, account.id, False)
    with pytest.raises(Invalid):
        await signing.sign_on(signed("staff"), practice.id)


async def test_of_two_sign_ons_at_once_one_account_comes(database: Database, practice: Practice) -> None:
    signing = SigningOn(database, accounts_of(database), roles_from_provider=True)
    await asyncio.gather(*(signing.sign_on(signed("staff"), practice.id) for _ in range(4)))
    async with database.transaction() as store:
        assert len(await store.accounts(practice.id)) == 1


def test_rules_for_roles_are_read_or_refused() -> None:
    assert read_roles("groups:managers=admin, realm_access.roles:front desk=staff") == [
        ("groups", "managers", "admin"),
        ("realm_access.roles", "front desk", "staff"),
    ]
    for wrong in ("managers=admin", "groups:x=owner", "groups:=staff"):
        with pytest.raises(MisconfiguredError, match="RECEPTION_OIDC_ROLES"):
            read_roles(wrong)
