"""Postgres ring: only what Twilio signed for our account counts, over the public address, and only once."""

from __future__ import annotations

import httpx
import pytest
import structlog
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from reception.channels.signatures import HEADER
from reception.database.connection import Database
from reception.errors import MisconfiguredError
from tests.channels.conftest import MakeApp, Serve
from tests.channels.fakes import ScriptedModel
from tests.channels.twilio import CALL, action, call, end_of, relay_url, relayed, send, signed, twiml
from tests.serving import on_a_port

pytestmark = pytest.mark.postgres

ACCOUNT = "AC00000000000000000000000000000001"


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
    for path in (
        "gather",
        "consent",
        "sms",
        "status",
        "after-relay",
        "whisper",
        "accept",
        "after-transfer",
        "voicemail",
        "transcript",
        "recording",
    ):
        assert (await client.post(f"/twilio/{path}", data=CALL)).status_code == 403
    async with database.transaction() as store:
        assert await store.all_conversations() == []


async def test_signatures_are_checked_over_the_public_address(serve: Serve) -> None:
    async with serve(public_url="https://desk.harbor.example/") as client:
        path = "/twilio/voice"
        refused = await send(client, path, CALL)
        assert refused.status_code == 403
        answered = await send(client, path, CALL, base="https://desk.harbor.example")
        assert 'url="wss://desk.harbor.example/twilio/relay"' in answered.text


async def test_a_handshake_that_twilio_did_not_sign_is_refused(live: httpx.AsyncClient) -> None:
    url = relay_url(live)
    for headers in ({}, signed(url, {}, token="another token")):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(url, additional_headers=headers):
                pass
        assert refused.value.response.status_code == 403


async def test_only_our_account_counts(serve: Serve) -> None:
    async with serve(twilio_account_sid=ACCOUNT) as client:
        assert (await twiml(client, "/twilio/voice", {**CALL, "AccountSid": ACCOUNT})).find(
            "Connect"
        ) is not None
        for account in ({}, {"AccountSid": "AC2"}):
            assert (await send(client, "/twilio/voice", {**CALL, **account})).status_code == 403


async def test_a_refusal_is_logged_without_what_was_sent(client: httpx.AsyncClient) -> None:
    structlog.reset_defaults()  # another test may have raised the level
    form = {**CALL, "SpeechResult": "my secret pain"}
    with capture_logs() as logs:
        await client.post("/twilio/gather", data=form, headers={HEADER: "nonsense"})
    assert any(line["event"] == "twilio_signature_refused" for line in logs)
    assert not any(word in str(logs) for word in ("secret", CALL["From"]))


@pytest.mark.parametrize(("trusted", "status"), [("127.0.0.0/8, 10.1.0.0/16", 200), ("10.1.0.0/16", 403)])
async def test_forwarding_headers_count_only_from_trusted_proxies(
    make_app: MakeApp, trusted: str, status: int
) -> None:
    forwarded = {"x-forwarded-proto": "https", "x-forwarded-host": "desk.harbor.example"}
    async with (
        on_a_port(make_app(trusted_proxies=trusted)) as url,
        httpx.AsyncClient(base_url=url, headers=forwarded) as client,
    ):
        answer = await send(client, "/twilio/voice", CALL, base="https://desk.harbor.example")
        assert answer.status_code == status


def test_a_trusted_proxy_that_is_no_network_is_refused_at_start(make_app: MakeApp) -> None:
    with pytest.raises(MisconfiguredError, match="RECEPTION_TRUSTED_PROXIES"):
        make_app(trusted_proxies="the load balancer")


async def test_a_retry_gets_the_same_answer_and_a_replay_after_the_call_is_refused(
    serve: Serve, model: ScriptedModel, database: Database
) -> None:
    async with serve(twilio_relay=False) as client:
        document = await twiml(client, "/twilio/voice", call("CA1"))
        step, form = action(document, "Gather"), call("CA1", SpeechResult="hello")
        base = str(client.base_url).rstrip("/")
        headers = signed(base + step, form) | {"I-Twilio-Idempotency-Token": "token"}
        first, again = [await client.post(step, data=form, headers=headers) for _ in range(2)]
        assert first.text == again.text and model.asked == ["hello"]
        assert (await send(client, "/twilio/status", call("CA1", CallStatus="completed"))).status_code == 204
        for path, replayed in ((step, form), ("/twilio/voice", call("CA1"))):
            assert (await send(client, path, replayed)).status_code == 403
        assert (
            await send(client, "/twilio/after-relay", call("CA1", CallStatus="completed"))
        ).status_code == 200
    async with database.transaction() as store:
        assert [conversation.status for conversation, _ in await store.all_conversations()] == ["closed"]


async def test_a_handshake_for_an_ended_call_or_another_account_leads_nowhere(
    make_app: MakeApp, live: httpx.AsyncClient
) -> None:
    await twiml(live, "/twilio/voice", call("CA1"))
    await send(live, "/twilio/status", call("CA1", CallStatus="completed"))
    async with relayed(live, "CA1") as socket:
        assert await end_of(socket) == {"SessionStatus": "ended", "HandoffData": ""}
