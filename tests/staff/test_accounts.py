"""Postgres ring: how staff get in, and what keeps others out."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pyotp
import pytest

from reception.database.connection import Database
from reception.errors import Invalid, NotFound, Taken
from reception.practice import Practice
from reception.staff.accounts import Accounts
from reception.staff.secrets import hashed_token
from tests.staff.access import PASSWORD, accounts_of, person

pytestmark = pytest.mark.postgres


async def test_password_and_code_open_a_session(database: Database, practice: Practice) -> None:
    maria, accounts = await person(database, practice), accounts_of(database)
    token = await accounts.log_in("MARIA@harbor.example ", PASSWORD, maria.code())
    account = await accounts.who(token, at_work=True)
    assert account is not None and account.id == maria.account.id
    await accounts.log_out(token)
    assert await accounts.who(token, at_work=True) is None


@pytest.mark.parametrize("wrong", ["email", "password", "code", "no code"])
async def test_whatever_is_wrong_the_answer_is_the_same(
    database: Database, practice: Practice, wrong: str
) -> None:
    maria, accounts = await person(database, practice), accounts_of(database)
    email = "nobody@harbor.example" if wrong == "email" else maria.email
    password = "not the password" if wrong == "password" else PASSWORD
    code = {"code": "000000", "no code": ""}.get(wrong) or maria.code()
    if wrong == "no code":
        code = ""
    with pytest.raises(Invalid) as refused:
        await accounts.log_in(email, password, code)
    assert str(refused.value).startswith("E-mail address, password or code is wrong.")


async def test_failed_log_ins_stand_in_the_audit_log_by_the_account_alone(
    database: Database, practice: Practice
) -> None:
    maria, accounts = await person(database, practice), accounts_of(database)
    for email in (maria.email, "nobody@harbor.example"):
        with pytest.raises(Invalid):
            await accounts.log_in(email, "wrong password", "000000")
    async with database.transaction() as store:
        lines = [one for one in await store.audit_trail(practice.id) if one.action == "login_failed"]
    assert [(one.entity_id, one.staff_id, one.details) for one in lines] == [(maria.account.id, None, {})]


async def test_a_code_works_once(database: Database, practice: Practice) -> None:
    maria, accounts = await person(database, practice), accounts_of(database)
    code = maria.code()
    await accounts.log_in(maria.email, PASSWORD, code)
    with pytest.raises(Invalid):
        await accounts.log_in(maria.email, PASSWORD, code)


async def test_a_recovery_code_works_once_however_it_is_typed(database: Database, practice: Practice) -> None:
    maria, accounts = await person(database, practice), accounts_of(database)
    code = maria.recovery_codes[3].upper().replace("-", " ")
    await accounts.log_in(maria.email, PASSWORD, code)
    with pytest.raises(Invalid):
        await accounts.log_in(maria.email, PASSWORD, code)
    await accounts.log_in(maria.email, PASSWORD, maria.recovery_codes[0])


async def test_many_failures_lock_the_account_even_at_once(database: Database, practice: Practice) -> None:
    maria, accounts = await person(database, practice), accounts_of(database)
    guesses = (accounts.log_in(maria.email, "a wrong password", "000000") for _ in range(12))
    results = await asyncio.gather(*guesses, return_exceptions=True)
    assert all(isinstance(one, Invalid) for one in results)
    async with database.transaction() as store:
        assert await store.attempt_login(maria.email) is None
    with pytest.raises(Invalid):
        await accounts.log_in(maria.email, PASSWORD, maria.code())
    async with database.transaction() as store:
        await store.unlock(practice.id, maria.account.id)
    await accounts.log_in(maria.email, PASSWORD, maria.code())


async def test_a_session_ends_when_idle_and_after_its_longest_time(
    database: Database, practice: Practice
) -> None:
    maria = await person(database, practice)
    assert await accounts_of(database).who(maria.session, at_work=False) is not None
    assert await accounts_of(database, idle=0).who(maria.session, at_work=True) is None
    assert await accounts_of(database, longest=0).who(maria.session, at_work=True) is None


async def test_only_hashes_of_tokens_are_kept(database: Database, practice: Practice) -> None:
    maria = await person(database, practice)
    async with database.transaction() as store:
        idle = longest = timedelta(hours=1)
        assert await store.session_account(maria.session, idle, longest) is None
        assert await store.session_account(hashed_token(maria.session), idle, longest) is not None


async def test_the_setup_link_makes_one_admin_and_then_works_no_more(
    database: Database, practice: Practice
) -> None:
    accounts = accounts_of(database)
    tokens = [await accounts.setup_token(practice.id) for _ in range(2)]
    assert tokens[0] and tokens[1]
    joined = await asyncio.gather(
        *(_accept(accounts, token, f"admin{i}@harbor.example") for i, token in enumerate(tokens) if token),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in joined) == ["NewAccess", "NotFound"]
    assert await accounts.setup_token(practice.id) is None
    for token in tokens:
        with pytest.raises(NotFound):
            await accounts.invitation(token or "")


async def test_an_invitation_asks_for_a_good_password_and_a_fitting_code(
    database: Database, practice: Practice
) -> None:
    accounts = accounts_of(database)
    token = await accounts.invite(practice.id, "viewer", "jo@harbor.example")
    for password in ("short", "jo@harbor.example!", "aaaaaaaaaaaaaaaa", "x" * 201):
        with pytest.raises(Invalid, match="password"):
            await _accept(accounts, token, "jo@harbor.example", password=password)
    with pytest.raises(Invalid, match="code does not fit"):
        await accounts.accept(token, "Jo", "jo@harbor.example", PASSWORD, "000000")
    await _accept(accounts, token, "jo@harbor.example")
    with pytest.raises(NotFound):
        await _accept(accounts, token, "jo@harbor.example")


async def test_an_address_has_one_account(database: Database, practice: Practice) -> None:
    maria, accounts = await person(database, practice), accounts_of(database)
    with pytest.raises(Taken):
        await accounts.invite(practice.id, "staff", maria.email)
    token = await accounts.invite(practice.id, "staff")
    with pytest.raises(Taken):
        await _accept(accounts, token, maria.email)


async def test_renewed_access_unlocks_and_ends_other_sessions(database: Database, practice: Practice) -> None:
    maria, accounts = await person(database, practice), accounts_of(database)
    token = await accounts.renew(maria.account)
    access = await _accept(accounts, token, maria.email, password="another long password")
    assert await accounts.who(maria.session, at_work=True) is None
    assert await accounts.who(access.token, at_work=True) is not None
    with pytest.raises(Invalid):
        await accounts.log_in(maria.email, PASSWORD, maria.code())


async def test_a_new_password_needs_the_old_one_and_ends_other_sessions(
    database: Database, practice: Practice
) -> None:
    maria, accounts = await person(database, practice), accounts_of(database)
    other = await accounts.log_in(maria.email, PASSWORD, maria.code())
    with pytest.raises(Invalid):
        await accounts.change_password(maria.account, maria.session, "wrong password!", "another long one")
    await accounts.change_password(maria.account, maria.session, PASSWORD, "another long one")
    assert await accounts.who(maria.session, at_work=True) is not None
    assert await accounts.who(other, at_work=True) is None


async def test_whoever_lost_access_is_out_at_once(database: Database, practice: Practice) -> None:
    maria, accounts = await person(database, practice), accounts_of(database)
    async with database.transaction() as store:
        await store.set_active(practice.id, maria.account.id, False)
    assert await accounts.who(maria.session, at_work=True) is None
    with pytest.raises(Invalid):
        await accounts.log_in(maria.email, PASSWORD, maria.code())


async def _accept(accounts: Accounts, token: str, email: str, password: str = PASSWORD) -> object:
    secret = (await accounts.invitation(token)).totp_secret
    return await accounts.accept(token, "Jo Brandt", email, password, pyotp.TOTP(secret).at(int(time.time())))
