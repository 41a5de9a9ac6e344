"""Postgres ring: a call comes in, is rung through or answered, recorded or not, by the relay or without."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from reception.database.connection import Database
from reception.database.load import load_practice
from reception.practice_file import parse_practice
from tests.channels.conftest import NUMBER, TRANSFER, Serve
from tests.channels.fakes import ScriptedModel
from tests.channels.twilio import CALL, action, call, changed, send, twiml
from tests.conftest import NOW, PRACTICE_YAML

pytestmark = pytest.mark.postgres


async def test_a_call_is_connected_to_the_relay_with_the_greeting(client: httpx.AsyncClient) -> None:
    answer = await twiml(client, "/twilio/voice", CALL)
    relay = answer.find("Connect/ConversationRelay")
    assert relay is not None
    assert relay.get("url") == "ws://desk.example/twilio/relay"
    assert "Harbor Clinic" in (relay.get("welcomeGreeting") or "")
    assert relay.find("Parameter") is not None
    assert (relay.get("language"), relay.get("voice")) == ("en-US", "Joanna-Neural")
    names = (relay.get("hints") or "").split(",")
    assert names[:2] == ["Dr. Anna Weber", "dr weber"] and "Check-up" in names and "metformin" in names


async def test_the_same_call_again_goes_on_in_its_conversation(
    client: httpx.AsyncClient, database: Database
) -> None:
    first, again = await twiml(client, "/twilio/voice", CALL), await twiml(client, "/twilio/voice", CALL)
    assert ElementTree.tostring(first) == ElementTree.tostring(again)
    async with database.transaction() as store:
        assert len(await store.all_conversations()) == 1


async def test_without_the_relay_speech_and_keys_are_gathered(serve: Serve, model: ScriptedModel) -> None:
    async with serve(twilio_relay=False) as client:
        document = await twiml(client, "/twilio/voice", CALL)
        step = action(document, "Gather")
        heard = {**CALL, "SpeechResult": "hello"}
        document = await twiml(client, step, heard)
        assert ElementTree.tostring(await twiml(client, step, heard)) == ElementTree.tostring(document)
        assert model.asked == ["hello"]
        step = action(document, "Gather")
        document = await twiml(client, step, CALL)  # silence
        assert "didn't hear" in (document.findtext("Gather/Say") or "")
        step = action(document, "Gather")
        document = await twiml(client, step, {**CALL, "Digits": "0"})
        assert document.findtext("Dial/Number") == TRANSFER


async def test_a_silent_caller_is_asked_again_and_then_let_go(serve: Serve) -> None:
    async with serve(twilio_relay=False) as client:
        document, said = await twiml(client, "/twilio/voice", CALL), []
        for _ in range(10):
            if document.find("Gather") is None:
                break
            said.append(document.findtext("Gather/Say") or "")
            document = await twiml(client, action(document, "Gather"), CALL)
        assert document.findtext("Say") == "Goodbye." and document.find("Hangup") is not None
    assert len(said) == 4 and "call you back" in said[-1]


@pytest.mark.parametrize("answer", [{"Digits": "1"}, {"SpeechResult": "yes"}])
async def test_without_the_relay_too_who_wants_it_is_called_back(
    serve: Serve, database: Database, answer: dict[str, str]
) -> None:
    async with serve(twilio_relay=False) as client:
        document = await twiml(client, "/twilio/voice", CALL)
        while "call you back" not in (document.findtext("Gather/Say") or ""):
            document = await twiml(client, action(document, "Gather"), CALL)
        for _ in range(2):
            promised = await twiml(client, action(document, "Gather"), {**CALL, **answer})
            assert "will call you back" in (promised.findtext("Say") or "")
    async with database.transaction() as store:
        assert [one.kind for one in await store.all_requests()] == ["staff"]


async def test_without_the_relay_too_an_emergency_is_said_to_its_end(
    serve: Serve, practice_path: Path
) -> None:
    changed(practice_path, f'transfer_number: "{TRANSFER}", ', "")
    async with serve(twilio_relay=False) as client:
        document = await twiml(client, "/twilio/voice", CALL)
        urgent = {**CALL, "SpeechResult": "my husband is not breathing"}
        document = await twiml(client, action(document, "Gather"), urgent)
        assert "call 911 right now" in (document.findtext("Say") or "")
        assert document.find("Gather") is not None and document.find("Gather/Say") is None


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


async def test_a_caller_without_a_number_is_answered(client: httpx.AsyncClient, database: Database) -> None:
    await twiml(client, "/twilio/voice", call("CA1", From="anonymous"))
    async with database.transaction() as store:
        [(conversation, _)] = await store.all_conversations()
    assert conversation.caller == ""


async def test_a_number_that_is_nobodys_ends_politely_where_there_are_several_practices(
    client: httpx.AsyncClient, database: Database
) -> None:
    wrong = {**CALL, "To": "+12125559999"}
    assert (await twiml(client, "/twilio/voice", wrong)).find("Connect") is not None
    other = parse_practice(PRACTICE_YAML.replace("Harbor", "Hill").replace(NUMBER, "+12125550200"), "other")
    async with database.transaction() as store:
        await load_practice(store, other)
    document = await twiml(client, "/twilio/voice", {**wrong, "CallSid": "CA2"})
    assert "does not belong to a practice" in (document.findtext("Say") or "")
    assert document.find("Hangup") is not None
    hill = await twiml(client, "/twilio/voice", call("CA3", To="+12125550200"))
    relay = hill.find("Connect/ConversationRelay")
    assert relay is not None and "Hill Clinic" in (relay.get("welcomeGreeting") or "")
    async with database.transaction() as store:
        assert await store.conversation_by_call("CA2") is None


@pytest.mark.parametrize(
    ("answering", "hour", "rings"),
    [
        ("on", 9, False),
        ("off", 9, True),
        ("off", 20, True),
        ("after_hours", 9, True),
        ("after_hours", 20, False),
    ],
)
async def test_calls_ring_through_when_the_practice_answers_itself(
    serve: Serve, practice_path: Path, answering: str, hour: int, rings: bool
) -> None:
    changed(practice_path, "name: Harbor Clinic", f'answering: "{answering}", name: Harbor Clinic')
    async with serve(now=NOW.replace(hour=hour)) as client:
        document = await twiml(client, "/twilio/voice", CALL)
        assert (document.find("Connect") is None) == rings
        assert (document.findtext("Dial/Number") == TRANSFER) == rings
        if rings:
            number = document.find("Dial/Number")
            assert number is not None and number.get("url") is None  # nothing was said yet
            missed = {**CALL, "DialCallStatus": "no-answer"}
            assert (await twiml(client, action(document, "Dial"), missed)).find("Record") is not None


async def test_a_practice_that_answers_itself_without_a_number_to_ring_takes_messages(
    serve: Serve, practice_path: Path
) -> None:
    changed(practice_path, f'transfer_number: "{TRANSFER}"', 'answering: "off"')
    async with serve() as client:
        assert (await twiml(client, "/twilio/voice", CALL)).find("Record") is not None


@pytest.fixture
def recording(practice_path: Path) -> Path:
    """The practice, which records calls."""
    return changed(practice_path, "practitioners:", "privacy: {record_calls: true}\npractitioners:")


@pytest.mark.parametrize(
    ("answer", "recorded"),
    [
        ({"SpeechResult": "yes"}, True),
        ({"Digits": "1"}, True),
        ({"SpeechResult": "no"}, False),
        ({"Digits": "2"}, False),
        ({}, False),
        ({"SpeechResult": "mumble"}, False),
    ],
)
async def test_only_a_plain_yes_starts_a_recording(
    serve: Serve, recording: Path, answer: dict[str, str], recorded: bool
) -> None:
    async with serve() as client:
        document = await twiml(client, "/twilio/voice", CALL)
        asked = document.findtext("Gather/Say") or ""
        assert "automated assistant" in asked and "record this call" in asked
        assert document.find("Start") is None
        form = {**CALL, **answer}
        document = await twiml(client, action(document, "Gather"), form)
        assert (document.find("Start/Recording") is not None) == recorded
        again = await twiml(client, "/twilio/consent", form)
        assert ElementTree.tostring(again) == ElementTree.tostring(document)
        # the same call is not asked twice
        assert (await twiml(client, "/twilio/voice", CALL)).find("Connect") is not None


async def test_who_speaks_of_something_else_than_recording_is_heard_and_not_recorded(
    serve: Serve, recording: Path, model: ScriptedModel
) -> None:
    async with serve() as client:
        document = await twiml(client, "/twilio/voice", CALL)
        urgent = {**CALL, "SpeechResult": "my husband is not breathing"}
        document = await twiml(client, action(document, "Gather"), urgent)
        assert document.find("Start") is None
        assert "call 911 right now" in (document.findtext("Say") or "")


async def test_a_recording_is_noted_in_the_audit_log(client: httpx.AsyncClient, database: Database) -> None:
    await twiml(client, "/twilio/voice", CALL)
    done = {**CALL, "RecordingSid": "RE1", "RecordingStatus": "completed"}
    assert (await send(client, "/twilio/recording", done)).status_code == 204
