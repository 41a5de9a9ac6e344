"""Unit ring: TwiML as the carrier reads it, and frames as it takes them."""

from __future__ import annotations

import json

import pytest

from reception.carrier.documents import (
    BadDocument,
    Dial,
    Gather,
    Hangup,
    Pause,
    Record,
    Redirect,
    Relay,
    Say,
    read_document,
)  # fmt: skip
from reception.carrier.frames import BadFrame, read_frame
from reception.channels import twiml
from reception.channels.phone_words import Speaker


def test_our_own_documents_are_read_without_a_warning() -> None:
    talk = twiml.Talk("https://desk.example", Speaker("en-US", "Joanna-Neural"), "Dr. Weber,metformin")
    for document in (
        twiml.relay(talk, "Hello.", "7", record=True),
        twiml.gather(talk, "Hello.", action=talk.url("gather", step=1)),
        twiml.transfer(talk, "One moment.", "+12125550101", "CA1"),
        twiml.whisper(talk, "A call.", "CA1"),
        twiml.voicemail(talk, "Please leave a message.", "Bye."),
        twiml.farewell(talk, "Bye."),
    ):
        assert read_document(document).warnings == []


def test_every_verb_is_read_with_what_it_says() -> None:
    document = read_document(
        """<Response>
          <Say voice="x">One <break time="1s"/>two</Say><Pause length="2"/>
          <Gather input="speech dtmf" numDigits="8" timeout="4" action="/g"><Say>Hm?</Say></Gather>
          <Connect action="/a"><ConversationRelay url="wss://x/r" welcomeGreeting="Hi" interruptible="true"
            dtmfDetection="true" partialPrompts="true"><Parameter name="n" value="v"/></ConversationRelay>
          </Connect>
          <Dial action="/d" timeout="20"><Number url="/w">+12125550101</Number></Dial>
          <Record action="/rec" maxLength="60" transcribe="true" transcribeCallback="/t"/>
          <Redirect>/again</Redirect><Hangup/>
        </Response>"""
    )
    say, pause, gather, relay, dial, record, redirect, hangup = document.verbs
    assert (say, pause) == (Say("One two"), Pause(2.0))
    assert gather == Gather("/g", (Say("Hm?"),), frozenset({"speech", "dtmf"}), 4.0, 8, "#")
    assert isinstance(relay, Relay)
    assert (relay.url, relay.action, relay.greeting, relay.parameters) == (
        "wss://x/r",
        "/a",
        "Hi",
        {"n": "v"},
    )
    assert (relay.interruptible, relay.dtmf, relay.partials, relay.reconnects) == ("any", True, True, False)
    assert dial == Dial("/d", "+12125550101", "/w", 20.0)
    assert isinstance(record, Record) and (record.seconds, record.transcribed) == (60.0, "/t")
    assert (redirect, hangup) == (Redirect("/again"), Hangup())


def test_what_twilio_does_not_know_is_warned_of_and_passed_over() -> None:
    document = read_document('<Response><Shout>Hi</Shout><Say loud="yes">Hi</Say></Response>')
    assert document.verbs == (Say("Hi"),)
    assert document.warnings == ["unknown element <Shout>", "unknown attribute loud of <Say>"]


@pytest.mark.parametrize(("text", "code"), [("oops", 12100), ("<html/>", 12102), ("", 12100)])
def test_no_twiml_is_refused_with_twilios_error(text: str, code: int) -> None:
    with pytest.raises(BadDocument) as refused:
        read_document(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "text", "token": "Hello.", "last": True, "interruptible": "speech", "lang": "en-US"},
        {"type": "play", "source": "https://x/y.mp3", "loop": 1},
        {"type": "end", "handoffData": "{}"},
        {"type": "end"},
    ],
)
def test_good_frames_are_taken(frame: dict[str, object]) -> None:
    assert read_frame(json.dumps(frame)) == frame


@pytest.mark.parametrize(
    "data",
    [
        "no json", "[]", "{}", b"\x00", '{"type": "shout"}', '{"type": "text"}',
        '{"type": "text", "token": 7}', '{"type": "text", "token": "a", "last": "yes"}',
        '{"type": "text", "token": "a", "colour": "red"}', '{"type": "end", "handoffData": {}}',
        '{"type": "text", "token": "a", "interruptible": "perhaps"}',
    ],
)  # fmt: skip
def test_bad_frames_are_refused(data: str | bytes) -> None:
    with pytest.raises(BadFrame):
        read_frame(data)
