"""Postgres ring: calls and text messages by Twilio's webhooks and WebSocket, signatures included."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from reception.channels.signatures import HEADER
from reception.database.connection import Database
from reception.errors import Unavailable
from tests.channels.conftest import NUMBER, TOKEN, TRANSFER, Serve
from tests.channels.fakes import ScriptedModel

pytestmark = pytest.mark.postgres

CALL = {"CallSid": "CA0001", "From": "+12125550111", "To": NUMBER, "CallStatus": "ringing", "Empty": ""}


def signed(url: str, form: Mapping[str, str], token: str = TOKEN) -> dict[str, str]:
    return {HEADER: RequestValidator(token).compute_signature(url, dict(form))}


async def send(client: httpx.AsyncClient, path: str, form: Mapping[str, str], base: str = "") -> Any:
    base = base or str(client.base_url).rstrip("/")
    return await client.post(path, data=dict(form), headers=signed(base + path, form))


async def twiml(client: httpx.AsyncClient, path: str, form: Mapping[str, str]) -> ElementTree.Element:
    response = await send(client, path, form)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("application/xml")
    return ElementTree.fromstring(response.text)


def path_of(url: str | None) -> str:
    return httpx.URL(url or "").raw_path.decode()


async def test_a_call_is_connected_to_the_relay_with_the_greeting(client: httpx.AsyncClient) -> None:
    answer = await twiml(client, "/twilio/voice", CALL)
    relay = answer.find("Connect/ConversationRelay")
    assert relay is not None
    assert relay.get("url") == "ws://desk.example/twilio/relay"
    assert "Harbor Clinic" in (relay.get("welcomeGreeting") or "")
    assert relay.find("Parameter") is not None


async def test_the_same_call_again_goes_on_in_its_conversation(
    client: httpx.AsyncClient, database: Database
) -> None:
    first, again = await twiml(client, "/twilio/voice", CALL), await twiml(client, "/twilio/voice", CALL)
    assert ElementTree.tostring(first) == ElementTree.tostring(again)
    async with database.transaction() as store:
        assert len(await store.all_conversations()) == 1


async def test_unsigned_and_altered_requests_are_refused(
    client: httpx.AsyncClient, database: Database
) -> None:
    url = "http://desk.example/twilio/voice"
    good = signed(url, CALL)
    for form, headers in (
        (CALL, {}),
        (CALL, {HEADER: ""}),
        (CALL, {HEADER: "nonsense"}),
        (CALL, signed(url, CALL, token="another token")),
        (CALL, signed("http://elsewhere.example/twilio/voice", CALL)),
        ({**CALL, "From": "+19995550100"}, good),
        ({**CALL, "More": "1"}, good),
    ):
        response = await client.post("/twilio/voice", data=form, headers=headers)
        assert response.status_code == 403
        assert response.headers["content-type"] == "application/problem+json"
    for path in ("gather", "sms", "status", "after-relay", "after-transfer"):
        assert (await client.post(f"/twilio/{path}", data=CALL)).status_code == 403
    async with database.transaction() as store:
        assert await store.all_conversations() == []


async def test_signatures_are_checked_over_the_public_address(serve: Serve) -> None:
    async with serve(public_url="https://desk.harbor.example/") as client:
        path = "/twilio/voice"
        refused = await send(client, path, CALL)
        assert refused.status_code == 403
        answered = await send(client, path, CALL, base="https://desk.harbor.example")
        relay = ElementTree.fromstring(answered.text).find("Connect/ConversationRelay")
        assert relay is not None and relay.get("url") == "wss://desk.harbor.example/twilio/relay"


async def test_without_the_relay_speech_and_keys_are_gathered(serve: Serve, model: ScriptedModel) -> None:
    async with serve(twilio_relay=False) as client:
        document = await twiml(client, "/twilio/voice", CALL)
        step = path_of(document.find("Gather").get("action"))  # type: ignore[union-attr]
        heard = {**CALL, "SpeechResult": "hello"}
        document = await twiml(client, step, heard)
        assert ElementTree.tostring(await twiml(client, step, heard)) == ElementTree.tostring(document)
        assert model.asked == ["hello"]
        step = path_of(document.find("Gather").get("action"))  # type: ignore[union-attr]
        document = await twiml(client, step, CALL)  # silence
        assert "didn't hear" in (document.findtext("Gather/Say") or "")
        step = path_of(document.find("Gather").get("action"))  # type: ignore[union-attr]
        document = await twiml(client, step, {**CALL, "Digits": "0"})
        assert document.findtext("Dial/Number") == TRANSFER
        after = path_of(document.find("Dial").get("action"))  # type: ignore[union-attr]
        document = await twiml(client, after, {**CALL, "DialCallStatus": "no-answer"})
        assert "nobody can take your call" in (document.findtext("Say") or "")


async def test_a_silent_caller_is_asked_again_and_then_let_go(serve: Serve) -> None:
    async with serve(twilio_relay=False) as client:
        document = await twiml(client, "/twilio/voice", CALL)
        for _ in range(10):
            listening = document.find("Gather")
            if listening is None:
                break
            document = await twiml(client, path_of(listening.get("action")), CALL)
        assert document.find("Hangup") is not None


async def test_call_status_is_taken(client: httpx.AsyncClient) -> None:
    assert (await send(client, "/twilio/status", {**CALL, "CallStatus": "completed"})).status_code == 204


async def test_a_text_message_is_answered_in_one_conversation_per_sender(
    client: httpx.AsyncClient, database: Database
) -> None:
    def text(number: int, body: str) -> dict[str, str]:
        return {"MessageSid": f"SM{number}", "From": "+12125550122", "To": NUMBER, "Body": body}

    first = await twiml(client, "/twilio/sms", text(1, "hello"))
    assert len(first.findall("Message")) == 2  # the greeting says whom one is talking to
    again = await twiml(client, "/twilio/sms", text(1, "hello"))
    assert [one.text for one in again] == [one.text for one in first]
    await twiml(client, "/twilio/sms", text(2, "bye"))
    assert len((await twiml(client, "/twilio/sms", text(2, "bye"))).findall("Message")) == 1
    async with database.transaction() as store:
        assert [one.status for one, _ in await store.all_conversations()] == ["closed"]
    await twiml(client, "/twilio/sms", text(3, "hello"))
    async with database.transaction() as store:
        assert [one.channel for one, _ in await store.all_conversations()] == ["sms", "sms"]
    assert "words" in ((await twiml(client, "/twilio/sms", text(4, " "))).findtext("Message") or "")


def relay_url(live: httpx.AsyncClient) -> str:
    return f"{str(live.base_url).rstrip('/').replace('http', 'ws', 1)}/twilio/relay"


@asynccontextmanager
async def relayed(live: httpx.AsyncClient, call: str = "CA0002") -> AsyncIterator[ClientConnection]:
    """A relay session after its setup."""
    base = str(live.base_url).rstrip("/").replace("http", "ws", 1)
    async with connect(
        f"{base}/twilio/relay", additional_headers=signed(f"{base}/twilio/relay", {})
    ) as socket:
        setup = {"type": "setup", "sessionId": "VX1", "callSid": call, "from": CALL["From"], "to": NUMBER}
        await socket.send(json.dumps(setup))
        yield socket


async def say(socket: ClientConnection, words: str) -> str:
    await socket.send(json.dumps({"type": "prompt", "voicePrompt": words, "lang": "en-US", "last": True}))
    return await hear(socket)


async def hear(socket: ClientConnection) -> str:
    """What the desk says in one answer; every frame is one that Twilio knows."""
    said = ""
    while True:
        frame = await frame_of(socket)
        assert set(frame) == {"type", "token", "last"} and frame["type"] == "text"
        said += frame["token"]
        if frame["last"]:
            return said


async def frame_of(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(await asyncio.wait_for(socket.recv(), 10)))


async def test_a_handshake_that_twilio_did_not_sign_is_refused(live: httpx.AsyncClient) -> None:
    url = relay_url(live)
    for headers in ({}, signed(url, {}, token="another token")):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(url, additional_headers=headers):
                pass
        assert refused.value.response.status_code == 403


async def test_a_call_over_the_relay_from_start_to_end(live: httpx.AsyncClient, database: Database) -> None:
    await twiml(live, "/twilio/voice", {**CALL, "CallSid": "CA0002"})
    async with relayed(live) as socket:
        assert await say(socket, "hello")
        assert (await say(socket, "bye")).startswith("Thank you for contacting Harbor Clinic.")
        assert await frame_of(socket) == {"type": "end"}
    async with database.transaction() as store:
        [(conversation, messages)] = await store.all_conversations()
    assert (conversation.channel, conversation.status) == ("phone", "closed")
    assert [one.role for one in messages] == ["desk", "patient", "desk", "patient", "desk"]


async def test_whoever_asks_for_a_person_is_connected(live: httpx.AsyncClient) -> None:
    async with relayed(live, "CA0003") as socket:
        await socket.send(json.dumps({"type": "dtmf", "digit": "0"}))
        assert (await hear(socket)).endswith("I'm connecting you.")
        end = await frame_of(socket)
        assert end["type"] == "end"
    after = {**CALL, "SessionStatus": "ended", "HandoffData": end["handoffData"]}
    assert (await twiml(live, "/twilio/after-relay", after)).findtext("Dial/Number") == TRANSFER
    ended = {**CALL, "SessionStatus": "ended"}
    assert (await twiml(live, "/twilio/after-relay", ended)).find("Hangup") is not None


async def test_frames_that_mean_nothing_are_passed_over(live: httpx.AsyncClient) -> None:
    async with relayed(live, "CA0004") as socket:
        for frame in (
            "no json",
            "[]",
            "{}",
            '{"type": "prompt"}',
            '{"type": "prompt", "voicePrompt": 7, "last": true}',
            '{"type": "prompt", "voicePrompt": "half a sen", "last": false}',
            '{"type": "prompt", "voicePrompt": " ", "last": true}',
            '{"type": "dtmf"}',
            '{"type": "dtmf", "digit": "A"}',
            '{"type": "interrupt", "utteranceUntilInterrupt": "Hel", "durationUntilInterruptMs": 40}',
            '{"type": "error", "description": "something"}',
            '{"type": ["setup"]}',
            '{"type": "setup", "callSid": "CA9999"}',
            "[" * 5000,
        ):
            await socket.send(frame)
        assert await say(socket, "hello")


async def test_the_same_step_of_the_same_session_acts_once(
    live: httpx.AsyncClient, model: ScriptedModel, database: Database
) -> None:
    for _ in range(2):
        async with relayed(live, "CA0005") as socket:
            first = await say(socket, "hello")
            assert first
    assert model.asked == ["hello"]
    async with database.transaction() as store:
        [(_, messages)] = await store.all_conversations()
    assert len(messages) == 3


async def test_while_nothing_can_be_looked_up_the_caller_hears_so_and_reaches_a_person(
    live: httpx.AsyncClient, model: ScriptedModel
) -> None:
    await twiml(live, "/twilio/voice", {**CALL, "CallSid": "CA0006"})
    async with relayed(live, "CA0006") as socket:
        model.trouble = Unavailable("The model is away")
        said = await say(socket, "hello")
        assert "911" in said and "connecting you" in said
        assert json.loads((await frame_of(socket))["handoffData"]) == {"reason": "away"}


async def test_a_setup_without_a_call_leads_nowhere(live: httpx.AsyncClient) -> None:
    base = str(live.base_url).rstrip("/").replace("http", "ws", 1)
    async with connect(
        f"{base}/twilio/relay", additional_headers=signed(f"{base}/twilio/relay", {})
    ) as socket:
        await socket.send('{"type": "setup", "callSid": null}')
        await socket.send('{"type": "prompt", "voicePrompt": "hello", "last": true}')
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 0.3)
        await socket.close()
        with pytest.raises(ConnectionClosed):
            await socket.recv()
