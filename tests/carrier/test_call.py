"""Postgres ring: simulated calls behave as Twilio's do, towards a service on a real port."""

from __future__ import annotations

import asyncio

import pytest

from reception.carrier.call import Call
from reception.carrier.caller import CallOver
from reception.carrier.session import ENDED_BY_ITSELF, Session
from reception.carrier.stages import Called
from reception.carrier.webhooks import Delivery, WebhookFailed
from reception.database.connection import Database
from reception.errors import MisconfiguredError
from tests.carrier.conftest import Line, Serve, heard
from tests.channels.conftest import TRANSFER
from tests.channels.fakes import ScriptedModel

pytestmark = pytest.mark.postgres


async def session_of(call: Call) -> Session:
    await call.listen()
    assert call.session is not None
    return call.session


def paths(call: Call) -> list[str]:
    return [path.partition("?")[0].removeprefix("/twilio/") for path, _ in call.webhooks.posted]


async def test_a_call_is_heard_answered_and_ended(line: Line, database: Database) -> None:
    async with line.call() as call:
        await call.say("hello")
        await call.say("bye")
        assert await call.ended()
        with pytest.raises(CallOver):
            await call.say("hello")
    assert "Harbor Clinic" in heard(call) and "Thank you for contacting" in heard(call)
    assert call.course.warnings == [] and call.course.errors == []
    assert [one.words for one in call.course.turns] == ["hello", "bye"]
    assert all(one.first is not None and one.first > one.sent for one in call.course.turns)
    assert paths(call)[0] == "voice" and paths(call)[-1] == "status"
    assert call.webhooks.posted[-1][1]["CallStatus"] == "completed"
    async with database.transaction() as store:
        [(conversation, _)] = await store.all_conversations()
    assert conversation.status == "closed"


async def test_words_are_reported_while_they_are_said(line: Line, model: ScriptedModel) -> None:
    async with line.call() as call:
        await call.say("I want to cancel my appointment")
        await call.listen()
    assert any("patient: I want" in prompt for prompt in model.read_ahead)
    assert model.asked == ["I want to cancel my appointment"]


async def test_the_action_is_told_how_the_session_ended(line: Line) -> None:
    async with line.call() as call:
        await call.press("0")
        assert await call.ended()
    assert call.course.transfers == [TRANSFER]
    told = next(form for path, form in call.webhooks.posted if path.startswith("/twilio/after-relay"))
    assert told["SessionStatus"] == "ended" and "handed_over" in told["HandoffData"]
    assert told["SessionDuration"].isdigit() and told["SessionId"].startswith("VX")


async def test_nobody_answers_a_transfer(line: Line) -> None:
    async with line.call(called=Called("no-answer")) as call:
        await call.press("0")
        await call.ended(5)
    told = next(form for path, form in call.webhooks.posted if path.startswith("/twilio/after-transfer"))
    assert told["DialCallStatus"] == "no-answer"


async def test_without_the_relay_twilio_itself_gathers(serve: Serve, model: ScriptedModel) -> None:
    async with serve(twilio_relay=False) as line, line.call() as call:
        await call.say("when are you open")
        await call.press("*")
        await call.say("bye")
        assert await call.ended()
    assert model.asked == ["when are you open", "can you say that again", "bye"]
    assert call.course.warnings == []


async def test_a_broken_connection_is_reported_to_the_action(line: Line) -> None:
    async with line.call() as call:
        await (await session_of(call)).drop()
        await call.new_words(0.5)
    told = next(form for path, form in call.webhooks.posted if path.startswith("/twilio/after-relay"))
    assert (told["SessionStatus"], told["ErrorCode"]) == ("failed", str(ENDED_BY_ITSELF))


async def test_a_second_connection_of_the_same_call_takes_over(line: Line) -> None:
    async with line.call() as call:
        session = await session_of(call)
        await session.double()
        await call.say("when are you open")
        assert await call.listen()
    assert "open" in heard(call).split("What can I do for you?")[1]


async def test_a_webhook_may_come_twice_and_late(line: Line, database: Database) -> None:
    async with line.call(delivery=Delivery(twice=True)) as call:
        await call.say("hello")
        await call.listen()
        await call.webhooks.again("voice")
    async with database.transaction() as store:
        assert len(await store.all_conversations()) == 1


async def test_a_service_that_is_away_is_tried_again_and_then_reported(line: Line) -> None:
    line.base = "http://127.0.0.1:9"  # nothing listens there
    with pytest.raises(WebhookFailed) as failed:
        async with line.call(delivery=Delivery(retries=1)) as call:
            await call.ended()
    assert failed.value.code == 11205 and call.course.errors == [11205]


async def test_another_token_is_refused(line: Line) -> None:
    with pytest.raises(MisconfiguredError, match="signature"):
        async with line.call(token="another") as call:
            await call.ended()
    assert call.voice.heard == []


async def test_a_caller_without_a_number_is_answered(line: Line) -> None:
    async with line.call("anonymous") as call:
        await call.say("hello")
        await call.listen()
        await asyncio.sleep(0)
    assert len(call.course.turns) == 1
