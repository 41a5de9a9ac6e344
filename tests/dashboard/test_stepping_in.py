"""Postgres ring: staff step into a call: their words are spoken, the desk is silent, and nobody hangs up."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from reception.attending import Attending
from reception.channels import line, patience
from reception.database.connection import Database
from reception.settings import ROOT
from reception.staff_words import StaffWords
from tests.channels.conftest import live, make_app, model, practice_path  # noqa: F401 (fixtures)
from tests.channels.twilio import end_of, hear, relayed, say, tell
from tests.staff.access import person

pytestmark = pytest.mark.postgres


async def test_staff_speak_in_a_call_and_put_it_through(
    live: httpx.AsyncClient,  # noqa: F811
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.05)
    monkeypatch.setattr(patience, "QUIET", 0.3)
    attending = Attending(database, {"en": StaffWords(ROOT / "prompts", "en")})
    async with database.transaction() as store:
        practice = await store.practice()
    assert practice is not None
    maria = (await person(database, practice)).account
    async with relayed(live, "CA1") as socket:
        await say(socket, "hello")
        async with database.transaction() as store:
            call = await store.conversation_by_call("CA1")
        assert call is not None
        await attending.take_over(maria, call.id)
        while (spoken := await hear(socket)) != "Maria Keller from Harbor Clinic is with you now.":
            assert "still there" in spoken  # it was asked before she came
        await tell(socket, type="prompt", voicePrompt="I want to cancel my appointment", last=True)
        await asyncio.sleep(1)  # three silences long, in which the desk would speak
        await attending.say(maria, call.id, "Which one, please?", "one")
        assert await hear(socket) == "Which one, please?"
        await attending.put_through(maria, call.id)
        assert "connecting" in await hear(socket)
        assert "transfer" in (await end_of(socket))["HandoffData"]
    async with database.transaction() as store:
        said = await store.messages(call.id)
    assert [one.role for one in said][-3:] == ["staff", "patient", "staff"]
