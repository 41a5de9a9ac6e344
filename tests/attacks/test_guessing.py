"""Postgres ring: birth dates can't be guessed, not in one chat, not in many, not by many; people help on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from reception import acting
from reception.channels.relay import RelaySession
from reception.service import Service
from tests.channels.conftest import NUMBER, Client, Serve
from tests.channels.fakes import ScriptedModel
from tests.channels.test_chat import begin

pytestmark = pytest.mark.postgres

LOCKED = "handed_over"
WISH = "when is my appointment"


@pytest.fixture
def model() -> ScriptedModel:
    script = {WISH: "check_appointment"}
    for name in ("Mary Jones", "Jones Mary", "Marie Johns", "Peter Adams", "Someone Else"):
        script[f"I am {name}"] = f"inform; patient_name: {name}"
    for year in range(1950, 2000):
        script[f"March 3, {year}"] = f"inform; date_of_birth: March 3, {year}"
    return ScriptedModel(script)


@asynccontextmanager
async def addresses(serve: Serve, **more: object) -> AsyncIterator[Client]:
    async with serve(proxies=1, **more) as client:
        yield client


async def guess(client: Client, name: str, year: int, address: str = "10.0.0.1") -> tuple[str, str]:
    """One new chat with one guess: the status, and what the desk said."""
    client.headers["X-Forwarded-For"] = address
    talk = await begin(client)
    await talk.say(WISH)
    await talk.say(f"I am {name}")
    answer = await talk.say(f"March 3, {year}")
    return answer["status"], answer["messages"][-1]["text"]


async def test_a_new_chat_resets_nothing_and_the_right_date_does_not_show(serve: Serve) -> None:
    async with addresses(serve) as client:
        names = ("Mary Jones", "Jones Mary", "Mary Jones")
        answers = [await guess(client, name, 1950 + at) for at, name in enumerate(names)]
        assert {status for status, _ in answers} == {"open"}
        wrong, right = await guess(client, "Mary Jones", 1960), await guess(client, "Mary Jones", 1980)
        assert wrong == right and right[0] == LOCKED


async def test_the_lock_leads_to_a_person(serve: Serve) -> None:
    async with addresses(serve) as client:
        for year in (1951, 1952, 1953):
            await guess(client, "Mary Jones", year)
        status, words = await guess(client, "Mary Jones", 1980)
        assert status == LOCKED and "member of our team" in words


async def test_others_at_the_same_address_are_served(serve: Serve) -> None:
    async with addresses(serve) as client:
        for year in (1951, 1952, 1953):
            await guess(client, "Mary Jones", year)
        assert (await guess(client, "Peter Adams", 1960))[0] == "open"


async def test_many_addresses_together_cannot_guess_for_one_person(serve: Serve) -> None:
    async with addresses(serve, rate_limit=1000) as client:
        tried = [await guess(client, "Mary Jones", 1951 + at, f"10.0.{at}.1") for at in range(10)]
        assert {status for status, _ in tried} == {"open"}
        assert (await guess(client, "Mary Jones", 1980, "10.1.0.1"))[0] == LOCKED


async def test_a_patient_put_right_by_themselves_is_let_in(serve: Serve) -> None:
    async with addresses(serve) as client:
        for _ in range(2):
            client.headers["X-Forwarded-For"] = "10.0.0.1"
            talk = await begin(client)
            for words in (WISH, "I am Mary Jones", "March 3, 1951", "March 3, 1980"):
                answer = await talk.say(words)
            assert answer["status"] == "open" and "Weber" in answer["messages"][-1]["text"]


async def test_addresses_of_one_household_count_together(serve: Serve) -> None:
    async with addresses(serve) as client:
        for year in (1951, 1952, 1953):
            await guess(client, "Mary Jones", year, f"2001:db8:1:2::{year}")
        assert (await guess(client, "Mary Jones", 1980, "2001:db8:1:2:3::1"))[0] == LOCKED


async def call(client: Client, service: Service, sid: str, *births: int) -> str:
    """A call from a hidden number that tries these years for Mary Jones; the conversation's status."""

    async def send(_: object) -> None:
        return

    session = RelaySession(service, send)
    await session.receive(
        {"type": "setup", "sessionId": "VX", "callSid": sid, "from": "anonymous", "to": NUMBER}
    )
    for words in (WISH, "I am Mary Jones", *(f"March 3, {year}" for year in births)):
        await session.receive({"type": "prompt", "voicePrompt": words, "last": True})
    assert session.conversation is not None
    async with service.database.transaction() as store:
        conversation = await store.conversation(session.conversation)
    assert conversation is not None
    return conversation.status


async def test_a_hidden_number_counts_by_the_call_and_all_of_them_together(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with addresses(serve, rate_limit=1000) as client:
        service = client.app.state.service
        assert await call(client, service, "CA1", 1951, 1952, 1953, 1954) == LOCKED
        assert await call(client, service, "CA2", 1980) == "open"  # somebody else, who has done nothing
        monkeypatch.setattr(acting, "MOST_HIDDEN", 3)
        assert await call(client, service, "CA3", 1980) == LOCKED
        assert (await guess(client, "Peter Adams", 1960))[0] == "open"
