"""A service on the small practice, and browsers without a screen that are logged in to it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from reception.database.connection import Database
from reception.database.records import Account
from reception.practice import Practice
from reception.settings import Settings
from reception.staff.access import SESSION
from reception.staff.accounts import Role
from tests.applications import create_app
from tests.channels.fakes import ScriptedModel
from tests.conftest import NOW
from tests.staff.access import Person, person

ORIGIN = "http://desk.example"


class Browser:
    """Somebody's browser: keeps cookies, sends forms with the token of the page they stand on."""

    def __init__(self, client: AsyncTestClient[Litestar], who: Person | None = None) -> None:
        self.client = client
        self.who = who
        self._cookies = {SESSION: who.session} if who else {}

    @property
    def account(self) -> Account:
        assert self.who is not None
        return self.who.account

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return self._kept(await self.client.get(path, headers=self._headers(headers), follow_redirects=False))

    async def post(
        self, path: str, form: dict[str, str] | None = None, *, token: str | None = None, **headers: str
    ) -> httpx.Response:
        """Sends a form; `token` stands in for the one that a page of this session carries."""
        if token is None:
            token = self.token_of(await self.get("/staff/account" if self.who else "/staff/login"))
        fields = {"csrf": token, **(form or {})}
        sent = await self.client.post(
            path, data=fields, headers=self._headers(headers), follow_redirects=False
        )
        return self._kept(sent)

    @staticmethod
    def token_of(page: httpx.Response) -> str:
        found = re.search(r'name="csrf" value="(\w+)"', page.text)
        assert found is not None, page.text
        return found[1]

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"cookie": cookies, "origin": ORIGIN, **named}

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        self.client.cookies.clear()
        self._cookies.update({name: value for name, value in answer.cookies.items() if value})
        return answer


LogIn = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def client(
    database_url: str, practice: Practice, tmp_path: Any
) -> AsyncIterator[AsyncTestClient[Litestar]]:
    """A service whose database holds the small practice."""
    settings = Settings(database_url=database_url, data_dir=tmp_path, now=NOW, rate_limit=0, worker=False)
    async with AsyncTestClient(create_app(settings, ScriptedModel()), base_url=ORIGIN) as client:
        yield client


@pytest.fixture
def stranger(client: AsyncTestClient[Litestar]) -> Browser:
    """A browser that is not logged in."""
    return Browser(client)


@pytest.fixture
def log_in(client: AsyncTestClient[Litestar], database: Database, practice: Practice) -> LogIn:
    """A browser of somebody who is logged in: `await log_in("Maria Keller", "staff")`."""

    async def logged_in(name: str = "Maria Keller", role: Role = "staff") -> Browser:
        return Browser(client, await person(database, practice, name, role))

    return logged_in
