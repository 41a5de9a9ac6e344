"""A simulated carrier on a real port, and Twilio's own client library towards it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from reception.carrier.rest import Carrier
from reception.channels.web_server import listen, make_server
from reception.messaging.twilio_api import TwilioApi

ACCOUNT = "AC" + "0" * 32
TOKEN = "a-twilio-auth-token"
PRACTICE = "+12125550100"


@pytest.fixture
async def carrier() -> Carrier:
    return Carrier(ACCOUNT, TOKEN)


@pytest.fixture
async def carrier_url(carrier: Carrier) -> AsyncIterator[str]:
    """Where the carrier listens."""
    listening, up = listen("127.0.0.1", 0), asyncio.Event()
    server = make_server(carrier.app(), up.set)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    await asyncio.wait_for(up.wait(), 20)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await running
    listening.close()


@pytest.fixture
async def api(carrier_url: str) -> AsyncIterator[TwilioApi]:
    client = TwilioApi(ACCOUNT, TOKEN, carrier_url, patience=1.0)
    yield client
    await client.close()
