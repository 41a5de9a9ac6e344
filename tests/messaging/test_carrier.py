"""The simulated carrier and Twilio's own client library, over HTTP. Ring: unit."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from twilio.request_validator import RequestValidator

from reception.carrier.rest import Carrier, Trouble
from reception.channels.signatures import HEADER
from reception.messaging.twilio_api import NotSent, TwilioApi, Unsure
from reception.recordings import Recordings
from tests.messaging.conftest import ACCOUNT, PRACTICE, TOKEN

PATIENT = "+12125550111"


async def test_a_text_is_taken_and_found_again(api: TwilioApi, carrier: Carrier) -> None:
    sent = await api.send(PRACTICE, PATIENT, "Hello")
    await api.send(PRACTICE, "+12125550112", "Somebody else's")
    assert sent.status == "queued"
    found = await api.sent_to(PATIENT, PRACTICE)
    assert [(one.sid, one.body) for one in found] == [(sent.sid, "Hello")]
    assert found[0].created == sent.created


async def test_recordings_go_and_who_is_gone_already_is_no_trouble(api: TwilioApi, carrier: Carrier) -> None:
    first, second = "RE" + "1" * 32, "RE" + "2" * 32
    carrier.recordings = {first, second}
    recordings = Recordings(api)
    assert await recordings.delete([f"https://api.example/Recordings/{first}.mp3"])
    assert carrier.recordings == {second}
    assert await recordings.delete([first])
    carrier.trouble = "down"
    assert not await recordings.delete([second])
    assert carrier.recordings == {second}
    carrier.trouble = ""
    assert await recordings.delete([first, second]) and not carrier.recordings


async def test_long_lists_come_in_pages(api: TwilioApi, carrier: Carrier) -> None:
    for number in range(7):
        await api.send(PRACTICE, PATIENT, f"Number {number}")
    listed = await asyncio.to_thread(api._client.messages.list, to=PATIENT, page_size=3)
    assert [one.body for one in listed] == [f"Number {number}" for number in reversed(range(7))]


@pytest.mark.parametrize(
    ("number", "code"), [("+15005550001", 21211), ("+15005550004", 21610), ("+15005550009", 21614)]
)
async def test_magic_numbers_are_refused_for_good(api: TwilioApi, number: str, code: int) -> None:
    with pytest.raises(NotSent) as refused:
        await api.send(PRACTICE, number, "Hello")
    assert (refused.value.code, refused.value.retryable) == (code, False)
    assert number not in str(refused.value)


@pytest.mark.parametrize("trouble", ["busy", "refusing"])
async def test_a_refusal_of_the_account_may_be_tried_again(
    api: TwilioApi, carrier: Carrier, trouble: Trouble
) -> None:
    carrier.trouble = trouble
    with pytest.raises(NotSent) as refused:
        await api.send(PRACTICE, PATIENT, "Hello")
    assert refused.value.retryable and not carrier.texts


@pytest.mark.parametrize(("trouble", "taken"), [("down", 0), ("lost", 1), ("slow", 1)])
async def test_without_a_proper_answer_nobody_knows(
    api: TwilioApi, carrier: Carrier, trouble: Trouble, taken: int
) -> None:
    carrier.trouble, carrier.delay = trouble, 1.5
    with pytest.raises(Unsure):
        await api.send(PRACTICE, PATIENT, "Hello")
    assert len(carrier.texts) == taken


async def test_a_server_that_is_away_has_sent_nothing() -> None:
    client = TwilioApi(ACCOUNT, TOKEN, "http://127.0.0.1:1", patience=1.0)
    with pytest.raises(NotSent) as away:
        await client.send(PRACTICE, PATIENT, "Hello")
    assert away.value.retryable
    await client.close()


async def test_a_wrong_token_is_refused(carrier: Carrier, carrier_url: str) -> None:
    client = TwilioApi(ACCOUNT, "wrong", carrier_url)
    with pytest.raises(NotSent) as refused:
        await client.send(PRACTICE, PATIENT, "Hello")
    assert refused.value.code == 20003
    await client.close()


async def test_receipts_are_signed_and_tell_what_became_of_it(api: TwilioApi, carrier: Carrier) -> None:
    received: list[tuple[str, str, str | None]] = []

    def receive(request: httpx.Request) -> httpx.Response:
        form = dict(httpx.QueryParams(request.content.decode()))
        url = f"https://desk.example{request.url.raw_path.decode()}"
        assert RequestValidator(TOKEN).validate(url, form, request.headers[HEADER])
        received.append((form["MessageSid"], form["MessageStatus"], form.get("ErrorCode")))
        return httpx.Response(204)

    transport = httpx.MockTransport(receive)
    carrier.service = httpx.AsyncClient(transport=transport, base_url="https://desk.example")
    good = await api.send(PRACTICE, PATIENT, "Hello", "https://desk.example/twilio/sms-status?id=1")
    landline = await api.send(PRACTICE, "+15005530006", "Hello", "https://desk.example/twilio/sms-status")
    await carrier.settled()
    assert {one for one in received if one[0] == good.sid} == {
        (good.sid, "sent", None),
        (good.sid, "delivered", None),
    }
    assert (landline.sid, "undelivered", "30006") in received
    await carrier.service.aclose()


async def test_a_call_under_way_gets_new_orders(api: TwilioApi, carrier: Carrier) -> None:
    await api.redirect_call("CA" + "1" * 32, "<Response><Hangup/></Response>")
    assert [(one.call_sid, one.twiml) for one in carrier.calls] == [
        ("CA" + "1" * 32, "<Response><Hangup/></Response>")
    ]
