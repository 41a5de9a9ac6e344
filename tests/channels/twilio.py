"""Plays Twilio by hand: signs requests and handshakes, reads TwiML, and talks over a relay's WebSocket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect

from reception.channels.signatures import HEADER
from tests.channels.conftest import NUMBER, TOKEN

CALL = {"CallSid": "CA0001", "From": "+12125550111", "To": NUMBER, "CallStatus": "ringing", "Empty": ""}


def call(sid: str, **more: str) -> dict[str, str]:
    """What Twilio sends along with every request about a call."""
    return {**CALL, "CallSid": sid, "CallStatus": "in-progress", **more}


def signed(url: str, form: Mapping[str, str], token: str = TOKEN) -> dict[str, str]:
    return {HEADER: RequestValidator(token).compute_signature(url, dict(form))}


async def send(client: httpx.AsyncClient, path: str, form: Mapping[str, str], base: str = "") -> Any:
    base = base or str(client.base_url).rstrip("/")
    return await client.post(path, data=dict(form), headers=signed(base + path, form))


async def twiml(client: httpx.AsyncClient, path: str, form: Mapping[str, str]) -> ElementTree.Element:
    response = await send(client, path, form)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("application/xml")
    return ElementTree.fromstring(response.text)


def action(document: ElementTree.Element, verb: str) -> str:
    """The path to which Twilio goes on after a verb, with its query."""
    element = document.find(verb)
    assert element is not None, ElementTree.tostring(document)
    return httpx.URL(element.get("action") or element.get("url") or element.text or "").raw_path.decode()


def relay_url(live: httpx.AsyncClient) -> str:
    return f"{str(live.base_url).rstrip('/').replace('http', 'ws', 1)}/twilio/relay"


@asynccontextmanager
async def relayed(
    live: httpx.AsyncClient, sid: str = "CA0002", session: str = "VX1", **more: Any
) -> AsyncIterator[ClientConnection]:
    """A relay session after its setup."""
    url = relay_url(live)
    async with connect(url, additional_headers=signed(url, {}), proxy=None) as socket:
        setup = {"type": "setup", "sessionId": session, "callSid": sid, "from": CALL["From"], "to": NUMBER}
        await socket.send(json.dumps(setup | more))
        yield socket


async def tell(socket: ClientConnection, **frame: Any) -> None:
    await socket.send(json.dumps(frame))


async def say(socket: ClientConnection, words: str) -> str:
    await tell(socket, type="prompt", voicePrompt=words, lang="en-US", last=True)
    return await hear(socket)


async def press(socket: ClientConnection, keys: str) -> None:
    for key in keys:
        await tell(socket, type="dtmf", digit=key)


async def hear(socket: ClientConnection) -> str:
    """What the desk says in one answer."""
    said = ""
    while True:
        frame = await frame_of(socket)
        assert frame["type"] == "text"
        said += frame["token"]
        if frame["last"]:
            return said


async def frame_of(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(await asyncio.wait_for(socket.recv(), 10)))


async def end_of(socket: ClientConnection) -> dict[str, str]:
    """What the action is told when the desk ends the session."""
    while (frame := await frame_of(socket))["type"] != "end":
        pass
    return {"SessionStatus": "ended", "HandoffData": frame.get("handoffData", "")}


def changed(path: Path, old: str, new: str) -> Path:
    """The practice file with something else in it."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path
