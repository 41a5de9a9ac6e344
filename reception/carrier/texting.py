"""The simulated carrier in a terminal: shows the texts that are sent, and delivers what is typed."""

from __future__ import annotations

import asyncio
import re
import sys
from uuid import uuid4
from xml.etree import ElementTree

import click
import httpx

from reception.carrier.messages import CarriedText
from reception.carrier.rest import Carrier
from reception.carrier.signing import Signer
from reception.channels.signatures import twilio_token
from reception.channels.web_server import listen, make_server
from reception.errors import MisconfiguredError
from reception.settings import Settings

_FROM = re.compile(r"(\+[1-9]\d{5,14})\s+(.*)", re.DOTALL)
_PATIENCE = 30.0


async def run_carrier(settings: Settings, url: str, port: int) -> None:
    """Runs until the end of stdin. MisconfiguredError without an account, or when the port is taken."""
    if not settings.twilio_account_sid:
        raise MisconfiguredError("RECEPTION_TWILIO_ACCOUNT_SID is missing: AC and 32 digits of your choice")
    last: list[CarriedText] = []

    def show(text: CarriedText) -> None:
        last[:] = [text]
        click.echo(f"{text.sender} to {text.recipient}: {text.body}")

    carrier = Carrier(settings.twilio_account_sid, twilio_token(settings), on_text=show)
    listening = listen("127.0.0.1", port)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = make_server(carrier.app(), lambda: click.echo(f"RECEPTION_TWILIO_API_URL={address}"))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE) as service:
        carrier.service = service
        signer = Signer(settings.public_url.rstrip("/") or url, twilio_token(settings))
        while line := await asyncio.to_thread(sys.stdin.readline):
            await _deliver(service, signer, settings.twilio_account_sid, line.strip(), last)
    server.should_exit = True
    await running
    listening.close()


async def _deliver(
    service: httpx.AsyncClient, signer: Signer, account: str, line: str, last: list[CarriedText]
) -> None:
    """One text to the service, and its answers."""
    named = _FROM.fullmatch(line)
    sender, words = (named[1], named[2]) if named else (last[0].recipient if last else "", line)
    if not sender or not words:
        click.echo("A number first, for example: +13125550199 When are you open?")
        return
    called = last[0].sender if last else "+15005550006"
    form = {
        "AccountSid": account,
        "MessageSid": f"SM{uuid4().hex}",
        "From": sender,
        "To": called,
        "Body": words,
    }
    try:
        answer = await service.post("/twilio/sms", data=form, headers=signer.headers("/twilio/sms", form))
    except httpx.HTTPError:
        click.echo("No service answers there.")
        return
    if answer.status_code != 200:
        click.echo(f"The service answered {answer.status_code}.")
        return
    for message in ElementTree.fromstring(answer.text).findall("Message"):
        click.echo(f"{called} to {sender}: {message.text}")
