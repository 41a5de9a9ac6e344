"""Staff in a real browser: how they get in, and conversations for them to look at."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pyotp
from playwright.async_api import Page

from reception.database.connection import Database
from reception.practice import Practice
from reception.staff.access import SESSION
from reception.staff.accounts import Accounts, Role

PASSWORD = "correct horse battery staple"


async def accounts_of(database: Database) -> Accounts:
    return Accounts(database, idle=timedelta(minutes=30), longest=timedelta(hours=12))


async def practice_of(database: Database) -> Practice:
    """The practice that the service has loaded."""
    async with database.transaction() as store:
        found = await store.practice()
    assert found is not None
    return found


async def let_in(page: Page, database: Database, name: str = "Maria Keller", role: Role = "staff") -> UUID:
    """Gives the page's browser the session of a new account; returns the account's id."""
    accounts = await accounts_of(database)
    email = f"{name.split()[0].lower()}@harbor.example"
    token = await accounts.invite((await practice_of(database)).id, role, email)
    secret = (await accounts.invitation(token)).totp_secret
    access = await accounts.accept(token, name, email, PASSWORD, pyotp.TOTP(secret).now())
    site = urlsplit(page.url)
    cookie = {"name": SESSION, "value": access.token, "url": f"{site.scheme}://{site.netloc}/staff"}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    account = await accounts.who(access.token, at_work=False)
    assert account is not None
    return account.id


@dataclass
class Patient:
    """Somebody who writes to the desk by the chat's interface."""

    url: str
    id: str
    token: str

    @classmethod
    async def begins(cls, url: str) -> Patient:
        async with httpx.AsyncClient(base_url=url, timeout=20) as client:
            started = (await client.post("/api/chat/conversations", json={})).json()
        return cls(url, started["id"], started["token"])

    async def says(self, text: str) -> dict[str, object]:
        return dict(await self._asks("POST", "/messages", json={"text": text}))

    async def hears(self) -> list[str]:
        """All words of desk and staff so far."""
        return [one["text"] for one in (await self._asks("GET", ""))["messages"] if one["role"] != "patient"]

    async def _asks(self, method: str, path: str, **more: object) -> dict[str, list[dict[str, str]]]:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(base_url=self.url, timeout=20, headers=headers) as client:
            answer = await client.request(method, f"/api/chat/conversations/{self.id}{path}", **more)  # type: ignore[arg-type]
        return dict(answer.json())


async def fed(page: Page) -> None:
    """Returns once the page hears of changes."""
    await page.locator("body[data-fed]").wait_for()


def code_of(secret: str, *, steps: int = 0) -> str:
    """A code of the authenticator, so many steps from now."""
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)
