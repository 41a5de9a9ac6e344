"""Postgres ring: whatever a telephone, a browser or a text message sends, the desk answers or refuses it.

The suite tries few; `make fuzz` many.
"""

from __future__ import annotations

import json
import random
from typing import Any
from xml.etree import ElementTree

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st
from litestar.testing import TestClient

from reception.channels import twiml
from reception.channels.line import frame_of
from reception.channels.phone_words import Speaker
from reception.channels.relay import RelaySession
from tests.attacks.fuzzing import anything, fuzz, json_values
from tests.channels.conftest import NUMBER, MakeApp
from tests.channels.test_chat import START
from tests.channels.twilio import signed

pytestmark = pytest.mark.postgres

TALK = twiml.Talk("https://desk.example", Speaker("en-US", "Joanna-Neural"))


@fuzz
@given(anything | json_values.map(lambda value: json.dumps(value, default=str)))
@example("[" * 100_000)
@example('{"type": NaN}')
def test_any_frame_is_a_mapping(text: str) -> None:
    assert isinstance(frame_of(text), dict)


@fuzz
@given(st.text(max_size=60))
@example("\ufffe & <Dial>+15550100</Dial> \x0b")
def test_whatever_is_spoken_the_document_is_xml_and_only_speech(words: str) -> None:
    for document in (
        twiml.gather(TALK, words, action="https://desk.example/a?b=1"),
        twiml.farewell(TALK, words),
        twiml.relay(TALK, words, words),
        twiml.text_messages([words]),
    ):
        tags = {element.tag for element in ElementTree.fromstring(document).iter()}
        assert "Dial" not in tags


def sends(app: Any) -> TestClient[Any]:
    return TestClient(app, base_url="http://desk.example", raise_server_exceptions=False)


def test_any_words_in_any_field_of_a_call_or_text_get_a_document(make_app: MakeApp) -> None:
    fields = (
        "CallSid",
        "From",
        "To",
        "SpeechResult",
        "Digits",
        "Body",
        "MessageSid",
        "OptOutType",
        "HandoffData",
    )
    paths = ("voice", "consent", "gather?step=1", "after-relay", "sms", "transcript", "voicemail", "status")
    with sends(make_app()) as client, structlog.testing.capture_logs() as logged:

        @fuzz
        @given(st.dictionaries(st.sampled_from(fields), anything), st.sampled_from(paths), st.booleans())
        def send(form: dict[str, str], path: str, real: bool) -> None:
            form = {name: value.encode("utf-8", "ignore").decode() for name, value in form.items()}
            form |= {"To": NUMBER, "From": "+12125550111", "CallSid": "CA1"} if real else {}
            url = f"http://desk.example/twilio/{path}"
            answer = client.post(url, data=form, headers=signed(url, form))
            assert answer.status_code in (200, 204, 403), answer.text  # 403: the call has ended
            if answer.status_code == 200:
                ElementTree.fromstring(answer.text)

        send()
    assert not [one for one in logged if one["log_level"] == "error"]


def test_any_frames_in_any_order_leave_the_line_standing(make_app: MakeApp) -> None:
    app = make_app()
    kinds = st.sampled_from(["setup", "prompt", "dtmf", "interrupt", "error", "info", ""])
    keys = ("voicePrompt", "last", "digit", "utteranceUntilInterrupt", "callSid", "sessionId", "from", "to")
    frames = st.fixed_dictionaries({"type": kinds}, optional=dict.fromkeys(keys, anything | json_values))
    setup = {"type": "setup", "callSid": "CA1", "sessionId": "VX", "from": "+12125550111", "to": NUMBER}
    said: list[Any] = []

    async def send(frame: Any) -> None:
        said.append(json.dumps(frame))

    with sends(app) as client:

        @fuzz
        @given(st.lists(frames, max_size=6), st.booleans())
        def talk(given: list[dict[str, Any]], begun: bool) -> None:
            async def play() -> None:
                session = RelaySession(app.state.service, send)
                for number, frame in enumerate(([setup] if begun else []) + given):
                    frame = {"callSid": f"CA{chance.random()}"} | frame if number else frame
                    await session.receive(frame_of(json.dumps(frame)))
                await session.news()
                await session.silent()

            client.blocking_portal.call(play)

        chance = random.Random(3)
        talk()
        assert client.get("/health/ready").status_code == 200
    assert said


def test_any_body_of_a_chat_is_answered_or_refused(make_app: MakeApp) -> None:
    with sends(make_app()) as client:
        started = client.post(START).json()
        path, token = f"{START}/{started['id']}/messages", {"Authorization": f"Bearer {started['token']}"}

        @fuzz
        @given(
            st.binary(max_size=80)
            | json_values.map(lambda value: json.dumps(value, default=str).encode())
            | st.fixed_dictionaries({"text": anything}).map(lambda body: json.dumps(body).encode())
        )
        @example(b"[" * 60_000)
        @example(b'{"text": "a", "text": "b", "client_id": "x"}')
        @example(b'{"text": 1e999}')
        def say(body: bytes) -> None:
            for address in (path, START):
                answer = client.post(address, content=body, headers=token)
                assert answer.status_code in (201, 400, 409, 422), answer.text

        say()
