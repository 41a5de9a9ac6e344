"""Postgres ring: a person takes over and hears first what it is about, or the caller leaves a message."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from reception.database.connection import Database
from reception.database.records import Access, NewMessage
from reception.practice import Practice
from tests.channels.conftest import TRANSFER, MakeApp, Serve
from tests.channels.fakes import ScriptedModel
from tests.channels.twilio import (
    action,
    call,
    changed,
    end_of,
    hear,
    press,
    relayed,
    say,
    send,
    twiml,
)
from tests.conftest import NOW
from tests.serving import on_a_port
from tests.staff.access import person

pytestmark = pytest.mark.postgres

HANDED_OVER = {"SessionStatus": "ended", "HandoffData": '{"reason": "handed_over"}'}


async def test_whoever_asks_for_a_person_is_connected(live: httpx.AsyncClient) -> None:
    async with relayed(live, "CA1") as socket:
        await press(socket, "0")
        assert (await hear(socket)).endswith("I'm connecting you.")
        ended = await end_of(socket)
    document = await twiml(live, "/twilio/after-relay", call("CA1", **ended))
    assert document.findtext("Dial/Number") == TRANSFER
    plain = await twiml(live, "/twilio/after-relay", call("CA9", SessionStatus="ended"))
    assert plain.find("Hangup") is not None


async def test_the_person_hears_who_calls_and_why_and_takes_the_call_by_a_key(
    live: httpx.AsyncClient, database: Database
) -> None:
    async with relayed(live, "CA1") as socket:
        for words in ("I want to cancel my appointment", "Mary Jones", "March 3, 1980"):
            await say(socket, words)
        await press(socket, "0")
        await hear(socket)
    dial = await twiml(live, "/twilio/after-relay", call("CA1", **HANDED_OVER))
    callee = {**call("CA2"), "ParentCallSid": "CA1", "To": TRANSFER}
    whisper = await twiml(live, action(dial, "Dial/Number"), callee)
    announced = whisper.findtext("Gather/Say") or ""
    assert "Harbor Clinic" in announced and "Press any key" in announced and "Mary" not in announced
    assert whisper.find("Hangup") is not None
    after = action(dial, "Dial")
    unanswered = call("CA1", DialCallStatus="completed")
    assert (await twiml(live, after, unanswered)).find("Record") is not None  # a mailbox picked up
    taken = await twiml(live, action(whisper, "Gather"), {**callee, "Digits": "5"})
    assert "The caller is identified: Mary Jones, born March 3, 1980." in (taken.findtext("Say") or "")
    for _ in range(2):
        document = await twiml(live, after, unanswered)
        assert document.find("Hangup") is not None and document.find("Record") is None
    async with database.transaction() as store:
        kept = await store.call("CA1")
    assert kept is not None and kept.dialled_at and kept.answered_at


async def test_an_emergency_is_whispered_as_one(live: httpx.AsyncClient) -> None:
    async with relayed(live, "CA1") as socket:
        await socket.send(
            json.dumps({"type": "prompt", "voicePrompt": "my husband is not breathing", "last": True})
        )
        await end_of(socket)
    announced = (await twiml(live, "/twilio/whisper?call=CA1", call("CA2"))).findtext("Gather/Say") or ""
    assert "may be an emergency" in announced and "breathing" not in announced
    told = (await twiml(live, "/twilio/accept?call=CA1", call("CA2"))).findtext("Say") or ""
    assert "not breathing" in told


async def test_whoever_is_not_identified_is_named_as_they_said(live: httpx.AsyncClient) -> None:
    async with relayed(live, "CA1") as socket:
        for words in ("I want to cancel my appointment", "Mary Jones"):
            await say(socket, words)
    told = (await twiml(live, "/twilio/accept?call=CA1", call("CA2"))).findtext("Say") or ""
    assert "gives the name Mary Jones and is not identified" in told
    nobody = (await twiml(live, "/twilio/whisper?call=CA7", call("CA2"))).findtext("Gather/Say") or ""
    assert nobody == "Press any key to take the call."


async def test_outside_the_hours_nobody_is_rung_and_a_call_back_is_noted(
    make_app: MakeApp, database: Database, model: ScriptedModel
) -> None:
    model.script |= {"tomorrow morning": "inform; date: tomorrow; time: morning"}
    async with (
        on_a_port(make_app(now=NOW.replace(hour=20))) as url,
        httpx.AsyncClient(base_url=url) as live,
        relayed(live, "CA1") as socket,
    ):
        said = await say(socket, "I want to speak to a person")
        assert "back Tuesday" in said and "connecting" not in said
        assert "noted" in await say(socket, "tomorrow morning")
    async with database.transaction() as store:
        [request] = await store.all_requests()
    assert (request.kind, request.details["callback"]) == ("staff", "tomorrow morning")


@pytest.mark.parametrize("answered", ["no-answer", "busy", "failed"])
async def test_when_nobody_answers_a_message_is_taken_and_written_down(
    client: httpx.AsyncClient, database: Database, answered: str
) -> None:
    await twiml(client, "/twilio/voice", call("CA1"))
    dial = await twiml(client, "/twilio/after-relay", call("CA1", **HANDED_OVER))
    document = await twiml(client, action(dial, "Dial"), call("CA1", DialCallStatus=answered))
    assert "call 911" in (document.findtext("Say") or "")
    left = call("CA1", RecordingSid="RE1", RecordingUrl="https://tape.example/RE1", RecordingDuration="12")
    for _ in range(2):
        thanks = await twiml(client, action(document, "Record"), left)
        assert "with the team" in (thanks.findtext("Say") or "")
    async with database.transaction() as store:
        [request] = await store.all_requests()
    assert request.kind == "message" and request.details["recording"] == "https://tape.example/RE1"
    assert "12 seconds" in request.details["text"]
    written = {**left, "TranscriptionStatus": "completed", "TranscriptionText": "Please call me, Mary Jones."}
    for _ in range(2):
        assert (await send(client, "/twilio/transcript", written)).status_code == 204
    async with database.transaction() as store:
        [request] = await store.all_requests()
        [(_, messages)] = await store.all_conversations()
    assert request.details["text"] == "Please call me, Mary Jones." and request.priority == "routine"
    assert [one.text for one in messages if one.role == "patient"] == ["Please call me, Mary Jones."]


async def test_a_transcript_may_come_before_its_recording_or_fail(
    client: httpx.AsyncClient, database: Database
) -> None:
    await twiml(client, "/twilio/voice", call("CA1"))
    left = call("CA1", RecordingSid="RE1", RecordingUrl="https://tape.example/RE1", RecordingDuration="9")
    danger = {**left, "TranscriptionStatus": "completed", "TranscriptionText": "He is not breathing"}
    await send(client, "/twilio/transcript", danger)
    hung_up = {**left, "CallStatus": "completed", "Digits": "hangup"}
    await twiml(client, "/twilio/voicemail", hung_up)
    await send(client, "/twilio/transcript", {**left, "TranscriptionStatus": "failed"})
    async with database.transaction() as store:
        [request] = await store.all_requests()
    assert (request.details["text"], request.priority) == ("He is not breathing", "emergency")


async def test_danger_in_a_transcript_opens_a_message_that_was_done_already(
    client: httpx.AsyncClient, database: Database, practice: Practice
) -> None:
    me = (await person(database, practice)).account
    await twiml(client, "/twilio/voice", call("CA1"))
    left = call("CA1", RecordingSid="RE1", RecordingUrl="https://tape.example/RE1", RecordingDuration="9")
    await twiml(client, "/twilio/voicemail", left)
    async with database.transaction() as store:
        [request] = await store.all_requests()
        item = await store.inbox_item(practice.id, request.id)
        assert item is not None and await store.finish_request(item, me.id)
    danger = {**left, "TranscriptionStatus": "completed", "TranscriptionText": "He is not breathing"}
    await send(client, "/twilio/transcript", danger)
    async with database.transaction() as store:
        [request] = await store.all_requests()
    assert (request.status, request.priority) == ("open", "emergency")


async def test_a_message_after_a_call_that_only_rang_through_is_in_the_inbox(
    serve: Serve, practice_path: Path, database: Database
) -> None:
    changed(practice_path, "name: Harbor Clinic", 'answering: "off", name: Harbor Clinic')
    async with serve() as client:
        await twiml(client, "/twilio/voice", call("CA1"))
        left = call("CA1", RecordingSid="RE1", RecordingUrl="https://tape.example/RE1", RecordingDuration="9")
        await twiml(client, "/twilio/voicemail", left)
    async with database.transaction() as store:
        [request] = await store.all_requests()
        [(conversation, _)] = await store.all_conversations()
    assert request.conversation_id == conversation.id and conversation.status == "closed"
    assert conversation.caller == "+12125550111"


async def test_a_relay_that_fails_again_or_was_never_reached_gives_way_to_gather(
    live: httpx.AsyncClient, model: ScriptedModel
) -> None:
    await twiml(live, "/twilio/voice", call("CA1"))
    failed = call("CA1", SessionStatus="failed", ErrorCode="64105")
    never = await twiml(live, "/twilio/after-relay?failures=0", failed)
    assert never.find("Gather") is not None
    async with relayed(live, "CA1") as socket:
        await say(socket, "I want to cancel my appointment")
    again = await twiml(live, "/twilio/after-relay?failures=0", failed)
    assert action(again, "Connect") == "/twilio/after-relay?failures=1"
    gather = await twiml(live, action(again, "Connect"), failed)
    assert "name" in (gather.findtext("Gather/Say") or "")
    heard = call("CA1", SpeechResult="Mary Jones")
    document = await twiml(live, action(gather, "Gather"), heard)
    assert "birth" in (document.findtext("Gather/Say") or "")
    gathering = document.find("Gather")
    assert gathering is not None and gathering.get("numDigits") == "8"
    assert ElementTree.tostring(await twiml(live, action(gather, "Gather"), heard)) == ElementTree.tostring(
        document
    )


async def test_a_relay_that_ended_because_the_caller_hung_up_ends_the_call(
    live: httpx.AsyncClient, database: Database
) -> None:
    async with relayed(live, "CA1") as socket:
        await say(socket, "hello")
    over = call("CA1", SessionStatus="completed", CallStatus="completed")
    assert len(await twiml(live, "/twilio/after-relay", over)) == 0
    async with database.transaction() as store:
        [(conversation, _)] = await store.all_conversations()
    assert conversation.status == "closed"


async def test_without_the_relay_staff_are_heard_and_have_the_call_put_through(
    serve: Serve, database: Database
) -> None:
    async with serve(twilio_relay=False) as client:
        document = await twiml(client, "/twilio/voice", call("CA1"))
        document = await twiml(client, action(document, "Gather"), call("CA1", SpeechResult="hello"))
        async with database.transaction() as store:
            conversation = await store.conversation_by_call("CA1")
            assert conversation is not None
            nora = await store.add_account(
                conversation.practice_id,
                name="Nora Bell",
                email="nora@harbor.example",
                role="staff",
                access=Access("hash", "secret", 0, ()),
            )
            await store.attend(conversation.practice_id, conversation.id, nora, instead_of=None)
            await store.add_messages(conversation.id, [NewMessage("staff", "Nora here.")])
        document = await twiml(client, action(document, "Gather"), call("CA1"))  # a silence
        assert document.findtext("Gather/Say") == "Nora here."
        for answer in ({"SpeechResult": "it is about my bill"}, {}):  # the desk says nothing to either
            document = await twiml(client, action(document, "Gather"), call("CA1", **answer))
            assert document.find("Gather") is not None and document.find("Gather/Say") is None
        async with database.transaction() as store:
            await store.request_transfer(conversation.id)
        document = await twiml(client, action(document, "Gather"), call("CA1"))
        assert document.findtext("Dial/Number") == TRANSFER
