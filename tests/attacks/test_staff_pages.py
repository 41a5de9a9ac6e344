"""Postgres ring: what staff send by mistake or on purpose is refused in words."""

from __future__ import annotations

import pytest
import structlog

from reception.errors import Invalid
from reception.staff.secrets import check_password
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


@pytest.mark.parametrize(
    "password",
    ["password1234", "123456789012", "qwertyuiop123", "Reception2026!", "P@ssw0rd2024!", "a1b2" * 40],
)
def test_passwords_that_people_choose_are_refused(password: str) -> None:
    with pytest.raises(Invalid, match="too easy"):
        check_password(password, email="maria@harbor.example", name="Maria Keller")
    check_password("blue tango window", email="maria@harbor.example", name="Maria Keller")


async def test_who_may_not_is_noted_without_an_address(log_in: LogIn) -> None:
    structlog.reset_defaults()  # another test may have raised the level
    viewer = await log_in("Vera Viewer", "viewer")
    with structlog.testing.capture_logs() as logged:
        assert (await viewer.get("/staff/accounts")).status_code == 403
    [noted] = [one for one in logged if one["event"] == "refused"]
    assert noted["staff"] == str(viewer.account.id) and noted["status"] == 403
    assert "accounts" in noted["handler"] and "/" not in noted["handler"]
