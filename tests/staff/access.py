"""Staff accounts for tests: made as people make them, through a link."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp

from reception.database.connection import Database
from reception.database.records import Account
from reception.practice import Practice
from reception.staff.accounts import Accounts, Role

PASSWORD = "correct horse battery staple"


def accounts_of(
    database: Database,
    *,
    idle: float = 1800,
    longest: float = 43_200,
    now: Callable[[], float] = time.time,
) -> Accounts:
    """Accounts whose sessions last so many seconds."""
    return Accounts(database, idle=timedelta(seconds=idle), longest=timedelta(seconds=longest), now=now)


@dataclass
class Person:
    """Somebody with an account: what they know, and the token of the session in which they made it."""

    name: str
    email: str
    secret: str
    session: str
    recovery_codes: list[str]
    account: Account
    used: set[str] = field(default_factory=set)

    def code(self) -> str:
        """A code that works now and was not used before: at most two after the first."""
        now = int(time.time())
        for at in (now, now + 30, now - 30):
            code = pyotp.TOTP(self.secret).at(at)
            if code not in self.used:
                self.used.add(code)
                return code
        raise AssertionError("all codes of this minute are used")


async def person(
    database: Database, practice: Practice, name: str = "Maria Keller", role: Role = "staff"
) -> Person:
    """An account of the practice."""
    earlier = time.time() - 600  # so that no code of now is used up
    accounts = accounts_of(database, now=lambda: earlier)
    email = f"{name.split()[0].lower()}@harbor.example"
    token = await accounts.invite(practice.id, role, email)
    secret = (await accounts.invitation(token)).totp_secret
    code = pyotp.TOTP(secret).at(int(earlier))
    access = await accounts.accept(token, name, email, PASSWORD, code)
    account = await accounts.who(access.token, at_work=False)
    assert account is not None
    return Person(name, email, secret, access.token, access.recovery_codes, account)
