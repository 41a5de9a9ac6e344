"""Unit ring: a relay's session from Twilio's end, against a service that says what the test wants."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from reception.carrier.caller import Caller
from reception.carrier.documents import Relay, read_document
from reception.carrier.session import ENDED_BY_ITSELF, NOT_CONNECTED, Ended, Session
from reception.carrier.signing import Signer
from reception.carrier.speech import CallClock, Voice

SPEED = 50.0


class Desk:
    """Our side of the WebSocket, by hand."""

    def __init__(self) -> None:
        self.sockets: list[ServerConnection] = []
        self.heard: list[dict[str, Any]] = []
        self.came = asyncio.Event()
        self.spoken = asyncio.Event()  # its words have begun to be heard

    async def talk(self, socket: ServerConnection) -> None:
        self.sockets.append(socket)
        async for data in socket:
            self.heard.append(json.loads(data))
            self.came.set()

    async def say(self, frame: dict[str, Any] | str) -> None:
        await self.sockets[-1].send(frame if isinstance(frame, str) else json.dumps(frame))

    async def until(self, kind: str) -> dict[str, Any]:
        """The first frame of a type; waits for it."""
        async with asyncio.timeout(10):
            while True:
                found = next((one for one in self.heard if one["type"] == kind), None)
                if found is not None:
                    return found
                self.came.clear()
                await self.came.wait()


def relay(attributes: str = "") -> Relay:
    document = read_document(
        f'<Response><Connect action="/after"><ConversationRelay url="ws://desk.example/relay" {attributes}>'
        '<Parameter name="conversation" value="7"/></ConversationRelay></Connect></Response>'
    )
    [verb] = document.verbs
    assert isinstance(verb, Relay)
    return verb


@asynccontextmanager
async def session(
    desk: Desk, attributes: str = ""
) -> AsyncIterator[tuple[Session, Voice, asyncio.Task[Ended]]]:
    async with serve(desk.talk, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        clock = CallClock(SPEED)
        voice = Voice(clock, lambda _: desk.spoken.set())
        caller, signer = Caller("+12125550111"), Signer("http://desk.example", "token")
        one = Session(relay(attributes), caller.form(), f"http://127.0.0.1:{port}", signer, clock, voice)
        running = asyncio.create_task(one.run())
        await desk.until("setup")
        yield one, voice, running
        one.hang_up()
        await running


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_the_setup_names_the_call_and_its_parameters(desk: Desk) -> None:
    async with session(desk) as (one, _, _):
        setup = await desk.until("setup")
    assert (setup["from"], setup["customParameters"]) == ("+12125550111", {"conversation": "7"})
    assert setup["callSid"].startswith("CA") and setup["sessionId"] == one.id


@pytest.mark.parametrize("frame", ["no json", {"type": "text"}, {"type": "shout"}, {"type": "end", "x": 1}])
async def test_a_frame_that_twilio_does_not_take_ends_the_session(
    desk: Desk, frame: dict[str, Any] | str
) -> None:
    async with session(desk) as (_, _, running):
        await desk.say(frame)
        ended = await running
        assert (await desk.until("error"))["description"].startswith("Invalid message received")
    assert (ended.status, ended.error) == ("failed", 64107)


async def test_speaking_over_the_desk_tells_what_had_been_heard(desk: Desk) -> None:
    offer = "You can come on Monday at nine, on Tuesday at ten or on Wednesday at a quarter past eleven."
    async with session(desk) as (one, voice, _):
        await desk.say({"type": "text", "token": offer, "last": True})
        await desk.spoken.wait()  # from then on the caller's patience counts
        await one.say("Tuesday please", 1.0)
        heard = await desk.until("interrupt")
        prompt = await desk.until("prompt")
    assert offer.startswith(heard["utteranceUntilInterrupt"])
    assert heard["utteranceUntilInterrupt"].startswith("You can")
    assert heard["durationUntilInterruptMs"] >= 1000
    assert prompt == {"type": "prompt", "voicePrompt": "Tuesday please", "lang": "en-US", "last": True}
    assert voice.heard[0].cut


async def test_what_may_not_be_interrupted_is_heard_out_unless_speech_is_reported_all_the_same(
    desk: Desk,
) -> None:
    emergency = {"type": "text", "token": "Please call 911 right now.", "last": True, "interruptible": False}
    async with session(desk) as (one, voice, _):
        await desk.say(emergency)
        await desk.spoken.wait()
        await one.say("wait", 0.5)
        await desk.until("prompt")
        assert not voice.speaking and not voice.heard[0].cut
    other = Desk()
    async with session(other, 'reportInputDuringAgentSpeech="any"') as (one, voice, _):
        await other.say(emergency)
        await other.spoken.wait()
        await one.say("wait", 0.1)
        await other.until("prompt")
        assert not voice.heard[0].cut
    assert not [one for one in desk.heard + other.heard if one["type"] == "interrupt"]


async def test_keys_are_reported_where_the_document_wants_them(desk: Desk) -> None:
    async with session(desk) as (one, _, _):
        await one.press("12")
    assert [one["type"] for one in desk.heard] == ["setup"]
    other = Desk()
    async with session(other, 'dtmfDetection="true" partialPrompts="true"') as (one, _, _):
        await one.press("12")
        await one.say("one two three four")
        await one.send("{}")  # so that everything before has come
        await other.until("prompt")
    assert [one.get("digit") for one in other.heard[1:3]] == ["1", "2"]
    assert other.heard[3] == {"type": "prompt", "voicePrompt": "one two thr", "lang": "en-US", "last": False}


async def test_an_end_is_followed_once_everything_has_been_said(desk: Desk) -> None:
    async with session(desk) as (one, voice, running):
        await desk.say({"type": "text", "token": "Goodbye, and take care.", "last": True})
        await desk.say({"type": "end", "handoffData": '{"reason": "x"}'})
        ended = await running
        assert one.over and not voice.speaking
    assert ended == Ended("ended", '{"reason": "x"}')


async def test_a_dropped_connection_fails_or_is_made_again_as_the_document_says(desk: Desk) -> None:
    async with session(desk) as (one, _, running):
        await one.drop()
        assert await running == Ended("failed", error=ENDED_BY_ITSELF)
    other = Desk()
    async with session(other, 'applicationReconnect="true"') as (one, _, running):
        other.heard.clear()
        await one.drop()
        again = await other.until("setup")
        assert again["sessionId"] == one.id and not running.done()


async def test_a_service_that_cannot_be_reached_fails_the_session() -> None:
    clock = CallClock(SPEED)
    signer = Signer("http://desk.example", "token")
    one = Session(relay(), Caller().form(), "http://127.0.0.1:9", signer, clock, Voice(clock))
    assert await one.run() == Ended("failed", error=NOT_CONNECTED)


async def test_words_said_while_a_connection_fails_are_lost_and_keep_nobody_waiting() -> None:
    clock = CallClock(SPEED)
    signer = Signer("http://desk.example", "token")
    one = Session(relay(), Caller().form(), "http://127.0.0.1:9", signer, clock, Voice(clock))
    saying = asyncio.create_task(one.say("hello"))
    await one.run()
    await asyncio.wait_for(saying, 10)
    assert await asyncio.wait_for(one.answered(60), 10)
