"""Postgres ring: who does a thing twice at once, or in somebody else's name, gets it once or not at all."""

from __future__ import annotations

import asyncio

import pyotp
import pytest

from reception.database.connection import Database
from reception.errors import Invalid, NotFound, ReceptionError, Taken
from reception.practice import Practice
from tests.channels.conftest import Client, Serve
from tests.channels.test_chat import START, begin, is_problem
from tests.staff.access import PASSWORD, accounts_of, person

pytestmark = pytest.mark.postgres


async def outcomes(*coroutines: object) -> list[object]:
    return list(await asyncio.gather(*coroutines, return_exceptions=True))  # type: ignore[call-overload]


async def test_one_code_opens_one_session_however_many_send_it(
    database: Database, practice: Practice
) -> None:
    maria = await person(database, practice)
    code, accounts = maria.code(), accounts_of(database)
    tried = await outcomes(*(accounts.log_in(maria.email, PASSWORD, code) for _ in range(4)))
    assert sum(isinstance(one, str) for one in tried) == 1
    assert all(isinstance(one, str | Invalid) for one in tried)


async def test_one_recovery_code_opens_one_session(database: Database, practice: Practice) -> None:
    maria = await person(database, practice)
    code, accounts = maria.recovery_codes[0], accounts_of(database)
    tried = await outcomes(*(accounts.log_in(maria.email, PASSWORD, code) for _ in range(4)))
    assert sum(isinstance(one, str) for one in tried) == 1


async def test_one_invitation_makes_one_account(database: Database, practice: Practice) -> None:
    accounts = accounts_of(database)
    token = await accounts.invite(practice.id, "viewer")
    code = pyotp.TOTP((await accounts.invitation(token)).totp_secret).now()
    tried = await outcomes(
        *(
            accounts.accept(token, f"Person {each}", f"person{each}@harbor.example", PASSWORD, code)
            for each in range(3)
        )
    )
    refused = [one for one in tried if isinstance(one, ReceptionError)]
    assert len(refused) == 2 and all(isinstance(one, NotFound | Taken) for one in refused)


async def test_the_token_of_one_chat_opens_no_other(client: Client) -> None:
    mine, other = await begin(client), await begin(client)
    for path in ("", "/appointments", "/appointments.ics"):
        is_problem(await client.get(other.path + path, headers=mine.headers), 404)
    is_problem(await client.post(f"{other.path}/messages", json={"text": "hello"}, headers=mine.headers), 404)
    for token in ("", mine.started["token"][:-1], mine.started["token"] + "x", "é", "*"):
        headers = {"Authorization": f"Bearer {token}".encode()}
        is_problem(await client.get(mine.path, headers=headers), 404)
    assert len((await other.whole())["messages"]) == 1


async def test_made_up_forwarding_headers_are_no_way_around_the_limit(serve: Serve) -> None:
    async with serve(rate_limit=3) as client:

        async def ask(number: int) -> int:
            made_up = f"10.9.{number}.1"
            headers = {name: made_up for name in ("X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP")}
            return int((await client.post(START, headers=headers)).status_code)

        assert [await ask(number) for number in range(5)] == [201, 201, 201, 429, 429]


async def test_behind_a_proxy_only_its_own_word_counts(serve: Serve) -> None:
    async with serve(rate_limit=3, proxies=1) as client:

        async def ask(number: int) -> int:
            headers = {"X-Forwarded-For": f"10.9.{number}.1, 203.0.113.5"}
            return int((await client.post(START, headers=headers)).status_code)

        assert [await ask(number) for number in range(5)] == [201, 201, 201, 429, 429]


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH"])
async def test_no_other_method_does_anything(client: Client, method: str) -> None:
    for path in ("/", START, "/staff/now", "/twilio/voice"):
        answer = await client.request(method, path, headers={"X-HTTP-Method-Override": "POST"})
        assert answer.status_code in (404, 405)
