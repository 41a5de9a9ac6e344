"""Postgres ring: what staff send by mistake or on purpose is refused in words."""

from __future__ import annotations

import pytest

from tests.dashboard.conftest import LogIn, client, log_in, stranger

__all__ = ["client", "log_in", "stranger"]

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize(
    "path",
    [
        "/staff/inbox?q=a%00b",
        "/staff/patients?q=%00",
        "/staff/now?show=%00",
        "/staff/inbox?kind=%00&after=%00",
    ],
)
async def test_zero_bytes_in_an_address_are_refused(log_in: LogIn, path: str) -> None:
    page = await (await log_in()).get(path)
    assert page.status_code == 400 and "<h1>" in page.text


async def test_zero_bytes_in_a_form_are_left_out(log_in: LogIn) -> None:
    admin = await log_in("Ada Admin", "admin")
    invited = await admin.post("/staff/accounts/invite", {"email": "a\0b@harbor.example", "role": "staff"})
    assert invited.status_code == 200 and "ab@harbor.example" in invited.text
