"""Postgres ring: a call over the relay's WebSocket, with all that callers, staff and bad lines do to it."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from reception.channels import line, patience, relay_voice
from reception.database.connection import Database
from reception.database.records import NewMessage
from reception.database.store import Store
from reception.database.tables import MessageRow
from reception.errors import Unavailable
from tests.channels.conftest import NUMBER, TRANSFER, MakeApp
from tests.channels.fakes import ScriptedModel
from tests.channels.twilio import (
    CALL,
    call,
    changed,
    end_of,
    frame_of,
    hear,
    press,
    relay_url,
    relayed,
    say,
    send,
    signed,
    tell,
    twiml,
)
from tests.serving import on_a_port

pytestmark = pytest.mark.postgres

#: A time of day as the desk says it on the phone.
TIME = re.compile(r"\d{1,2}(?::\d\d)?.[AP]M")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine, no turn is bridged."""
    monkeypatch.setattr(relay_voice, "SOON", 30.0)


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


async def test_frames_before_the_setup_and_after_the_end_are_passed_over(
    live: httpx.AsyncClient, model: ScriptedModel
) -> None:
    url = relay_url(live)
    async with connect(url, additional_headers=signed(url, {}), proxy=None) as socket:
        await tell(socket, type="setup", callSid=None)
        await tell(socket, type="prompt", voicePrompt="hello", last=True)
        await press(socket, "1")
        await tell(socket, type="setup", sessionId="VX1", callSid="CA1", to=NUMBER)
        await tell(socket, type="prompt", voicePrompt="bye", last=True)
        await press(socket, "0")
        assert "Goodbye" in await hear(socket)
        assert await frame_of(socket) == {"type": "end"}
    assert model.asked == ["bye"]


async def test_a_frame_of_a_megabyte_ends_the_session_and_the_call_goes_on(
    live: httpx.AsyncClient, model: ScriptedModel
) -> None:
    await twiml(live, "/twilio/voice", call("CA1"))
    async with relayed(live, "CA1") as socket:
        assert await say(socket, "hello")
        with pytest.raises(ConnectionClosed):
            await tell(socket, type="prompt", voicePrompt="x" * 1_000_000, last=True)
            await socket.recv()
    failed = call("CA1", SessionStatus="failed", ErrorCode="64105")
    document = await twiml(live, "/twilio/after-relay?failures=0", failed)
    relay = document.find("Connect/ConversationRelay")
    assert relay is not None and "cut off" in (relay.get("welcomeGreeting") or "")
    assert "help you" in (relay.get("welcomeGreeting") or "")  # the desk's last words again
    async with relayed(live, "CA1", "VX2") as socket:
        assert "Goodbye" in await say(socket, "bye")
    assert model.asked == ["hello", "bye"]


async def test_a_second_socket_of_the_same_call_takes_over_from_the_first(live: httpx.AsyncClient) -> None:
    async with relayed(live, "CA1", "VX1") as first:
        assert await say(first, "hello")
        async with relayed(live, "CA1", "VX2") as second:
            with pytest.raises(ConnectionClosedOK):
                await first.recv()
            assert await say(second, "hello")


async def offered(socket: ClientConnection) -> str:
    """Two times to choose from, as the desk says them."""
    said = await say(socket, "I'd like a check-up on Tuesday")
    if "What is the appointment for" in said or "about" in said:
        said = await say(socket, "my knee")
    return said


async def test_options_that_were_not_heard_cannot_be_picked_by_number(
    live: httpx.AsyncClient, model: ScriptedModel
) -> None:
    model.script |= {"the second one": "inform; choice: second one", "my knee": "inform; reason: my knee"}
    async with relayed(live, "CA1") as socket:
        said = await offered(socket)
        first_time = TIME.search(said)
        assert first_time is not None and len(TIME.findall(said)) > 1
        await tell(socket, type="interrupt", utteranceUntilInterrupt=said[: first_time.end()])
        assert await say(socket, "the second one") == said  # all of it again
        await tell(socket, type="interrupt", utteranceUntilInterrupt=said[: first_time.end()])
        await press(socket, "2")  # neither does a key pick what was not heard
        chosen = await say(socket, "the first one")
        assert "name" in chosen  # that one is held, and the desk asks who it is for


async def test_what_was_not_heard_is_kept_with_the_message_and_unknown_to_the_next_turn(
    live: httpx.AsyncClient, model: ScriptedModel, database: Database
) -> None:
    async with relayed(live, "CA1") as socket:
        said = await say(socket, "when are you open")
        words = said.split()
        await tell(socket, type="interrupt", utteranceUntilInterrupt=" ".join(words[:3]))
        await say(socket, "hello")
    heard = " ".join(words[:3])
    async with database.transaction() as store:
        rows = await store._connection.execute(select(MessageRow.heard).where(MessageRow.heard.is_not(None)))
        assert [row.heard for row in rows] == [heard]
    assert f"desk: {heard}\npatient: hello\nframe:" in model.prompts


async def test_an_emergency_is_said_at_once_and_nothing_may_interrupt_it(
    live: httpx.AsyncClient, model: ScriptedModel
) -> None:
    async with relayed(live, "CA1") as socket:
        await tell(socket, type="prompt", voicePrompt="my husband is not breathing", last=True)
        frame = await frame_of(socket)
        assert frame["interruptible"] is False
        assert json.loads((await end_of(socket))["HandoffData"]) == {"reason": "handed_over"}


async def test_a_long_turn_is_bridged_by_words_that_do_not_repeat(
    live: httpx.AsyncClient, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_voice, "SOON", 0.02)
    monkeypatch.setattr(relay_voice, "STILL", 0.1)
    model.pause = 0.25
    async with relayed(live, "CA1") as socket:
        said = await say(socket, "hello")
    fillers = re.findall("One moment|Let me see|Just a second", said)
    assert len(fillers) >= 2
    assert all(one != other for one, other in pairwise(fillers))
    assert said.endswith("?")


async def test_keys_do_for_whatever_they_can(live: httpx.AsyncClient, model: ScriptedModel) -> None:
    model.script |= {"my knee": "inform; reason: my knee"}
    async with relayed(live, "CA1") as socket:
        said = await offered(socket)
        await press(socket, "1")
        assert "name" in await hear(socket)
        assert "birth" in await say(socket, "Mary Jones")
        await press(socket, "*")
        assert "birth" in await hear(socket)
        await press(socket, "0303*03031980")
        read_back = await hear(socket)
        assert "Mary Jones" in read_back and TIME.findall(said)[0] in read_back
        await press(socket, "1")
        assert "booked" in await hear(socket)
        await press(socket, "2")
        assert "Goodbye" in await hear(socket)


async def test_half_a_birth_date_counts_once_no_key_follows(
    live: httpx.AsyncClient, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.script |= {"0303": "out_of_scope"}
    async with relayed(live, "CA1") as socket:
        await say(socket, "I want to cancel my appointment")
        await say(socket, "Mary Jones")
        monkeypatch.setattr(patience, "BETWEEN_KEYS", 0.05)
        await press(socket, "0303")
        assert await hear(socket)
    assert model.asked[-1] == "0303"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silences are over at once."""
    monkeypatch.setattr(patience, "QUIET", 0.02)
    monkeypatch.setattr(patience, "CHARACTERS_A_SECOND", 1e6)


async def test_a_silent_caller_is_asked_twice_offered_a_call_back_and_let_go(
    live: httpx.AsyncClient, hasty: None, database: Database
) -> None:
    async with relayed(live, "CA1") as socket:
        said = [await hear(socket) for _ in range(4)]
        assert await frame_of(socket) == {"type": "end", "handoffData": '{"reason": "silent"}'}
    assert all("Are you still there? What can I do for you?" in one for one in said[:2])
    assert "call you back" in said[2] and said[3] == "Goodbye."
    ended = await twiml(live, "/twilio/after-relay", call("CA1", HandoffData='{"reason": "silent"}'))
    assert ended.find("Hangup") is not None
    async with database.transaction() as store:
        assert await store.all_requests() == []


@pytest.mark.parametrize("answer", ["1", "yes"])
async def test_who_wants_to_be_called_back_is_noted_once(
    live: httpx.AsyncClient, hasty: None, database: Database, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with relayed(live, "CA1") as socket:
        for _ in range(2):
            await hear(socket)
        monkeypatch.setattr(patience, "QUIET", 5)
        assert "call you back" in await hear(socket)
        if answer.isdigit():
            await press(socket, answer)
        else:
            await tell(socket, type="prompt", voicePrompt=answer, last=True)
        assert "will call you back" in await hear(socket)
    async with database.transaction() as store:
        [request] = await store.all_requests()
        [(conversation, _)] = await store.all_conversations()
    assert (request.kind, request.conversation_id) == ("staff", conversation.id)
    assert conversation.caller == CALL["From"]


async def test_who_asks_for_a_moment_gets_one(
    live: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "CHARACTERS_A_SECOND", 1e6)
    monkeypatch.setattr(
        patience, "MOMENT", 0.02
    )  # silence is waited for as long as this, and QUIET is not over
    async with relayed(live, "CA1") as socket:
        assert await say(socket, "hold on")
        assert "still there" in await hear(socket)


async def test_what_staff_write_is_spoken_to_the_caller(
    live: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.1)
    async with relayed(live, "CA1") as socket:
        await say(socket, "hello")
        async with database.transaction() as store:
            conversation = await store.conversation_by_call("CA1")
            assert conversation is not None
            words = "This is Nora from the practice. How can I help?"
            await store.add_messages(conversation.id, [NewMessage("staff", words)])
        assert await hear(socket) == words
        assert await say(socket, "hello")


async def test_staff_have_a_call_put_through(
    live: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.1)
    async with relayed(live, "CA1") as socket:
        await say(socket, "hello")
        async with database.transaction() as store:
            conversation = await store.conversation_by_call("CA1")
            assert conversation is not None
            await store.request_transfer(conversation.id)
        assert "connecting" in await hear(socket)
        ended = await end_of(socket)
    for _ in range(2):  # the action is called twice
        document = await twiml(live, "/twilio/after-relay", call("CA1", **ended))
        assert document.findtext("Dial/Number") == TRANSFER
    async with database.transaction() as store:
        news = await store.call_news(conversation.id)
    assert news is not None and not news.transfer_requested


async def test_who_hangs_up_gives_back_what_was_held(
    live: httpx.AsyncClient, model: ScriptedModel, database: Database
) -> None:
    model.script |= {"my knee": "inform; reason: my knee"}
    async with relayed(live, "CA1") as socket:
        await offered(socket)
        await press(socket, "1")
        assert "name" in await hear(socket)
    async with database.transaction() as store:
        assert len(await held(store)) == 1
    await send(live, "/twilio/status", call("CA1", CallStatus="completed"))
    async with database.transaction() as store:
        assert await held(store) == []
        [(conversation, _)] = await store.all_conversations()
    assert conversation.status == "closed"


async def held(store: Store) -> list[object]:
    rows = await store._connection.execute(text("SELECT id FROM appointments WHERE status = 'held'"))
    return list(rows)


async def test_a_turn_in_which_the_caller_hangs_up_happens_whole(
    live: httpx.AsyncClient, model: ScriptedModel, database: Database
) -> None:
    async with relayed(live, "CA1") as socket:
        await say(socket, "when are you open")
        model.pause = 0.3
        await tell(socket, type="prompt", voicePrompt="hello", last=True)
        await model.paused.wait()
    await send(live, "/twilio/status", call("CA1", CallStatus="completed"))
    async with database.transaction() as store:
        [(conversation, messages)] = await store.all_conversations()
    assert [one.role for one in messages] == ["desk", *["patient", "desk"] * 2]
    assert conversation.status == "closed"


async def test_nobody_is_identified_by_the_number_they_call_from(
    make_app: MakeApp, practice_path: Path, model: ScriptedModel
) -> None:
    changed(practice_path, "practitioners:", "booking: {identify_by: [phone]}\npractitioners:")
    model.script |= {"2125550111": "inform; phone: 2125550111"}
    async with (
        on_a_port(make_app()) as url,
        httpx.AsyncClient(base_url=url) as live,
        relayed(live, "CA1", **{"from": "+12125550111"}) as socket,  # as Mary Jones has it on file
    ):
        assert "phone number" in await say(socket, "I want to cancel my appointment")
        await press(socket, "2125550111")
        assert "cancel your appointment" in await hear(socket)


async def test_a_call_goes_on_in_another_process_when_its_own_dies(
    make_app: MakeApp, model: ScriptedModel, database: Database
) -> None:
    model.script |= {"my knee": "inform; reason: my knee"}
    async with on_a_port(make_app()) as one, on_a_port(make_app()) as other:
        async with httpx.AsyncClient(base_url=one) as live:
            await twiml(live, "/twilio/voice", call("CA1"))
            async with relayed(live, "CA1") as socket:
                said = await offered(socket)
        async with httpx.AsyncClient(base_url=other) as live:
            failed = call("CA1", SessionStatus="failed", ErrorCode="64105")
            document = await twiml(live, "/twilio/after-relay?failures=0", failed)
            relay = document.find("Connect/ConversationRelay")
            assert relay is not None and said in (relay.get("welcomeGreeting") or "")
            async with relayed(live, "CA1", "VX2") as socket:
                assert "name" in await say(socket, "the first one")
    async with database.transaction() as store:
        assert len(await store.all_conversations()) == 1 and len(await held(store)) == 1
