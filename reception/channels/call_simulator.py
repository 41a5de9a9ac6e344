"""A simulated phone call: plays Twilio towards the service, with Twilio's requests, frames and signatures."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import click
import httpx
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from reception.app import create_app
from reception.channels.signatures import HEADER, twilio_token
from reception.channels.terminal import TIMEOUT, answers
from reception.channels.web_server import failure_of, listen, make_server
from reception.errors import MisconfiguredError, Unavailable
from reception.settings import Settings

#: A number of nobody: the service then takes its own practice.
NOBODY = "+15005550006"
#: Seconds to wait for the desk's answer to words, and to keys (which may be the first of several).
PATIENCE = 30.0
KEY_PATIENCE = 3.0
#: Seconds within which an end follows the desk's last words.
AFTERWARDS = 0.2
#: A speech recogniser reports what it has heard so far every few words.
PARTIAL_WORDS = 3
BETWEEN_PARTIALS = 0.1

_REFUSED = (
    "The service refused the signature. It must run with the same RECEPTION_DATA_DIR, "
    "RECEPTION_TWILIO_AUTH_TOKEN and RECEPTION_PUBLIC_URL as this command."
)


async def hold_call(
    settings: Settings, url: str, caller: str, called: str, lines: Sequence[str] = ()
) -> None:
    """Calls and talks until either side hangs up; the caller says `lines`, or what comes on stdin."""
    async with _service(settings, url) as base, httpx.AsyncClient(base_url=base, timeout=TIMEOUT) as http:
        signer = Signer(settings.public_url.rstrip("/") or base, twilio_token(settings))
        call = Call(
            http, signer, base, {"CallSid": f"CA{uuid4().hex}", "From": caller, "To": called or NOBODY}
        )
        await call.hold(iter(lines) if lines else iter(sys.stdin.readline, ""))


@asynccontextmanager
async def _service(settings: Settings, url: str) -> AsyncIterator[str]:
    """The base URL of the service at `url` if one answers there, else of one started on a free port."""
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT) as http:
        if await answers(http):
            yield url
            return
    listening = listen("127.0.0.1", 0)
    up = asyncio.Event()
    app = create_app(settings)
    server = make_server(app, up.set)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.wait({running, asyncio.create_task(up.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if not up.is_set():
            raise failure_of(app)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listening.close()


@dataclass(frozen=True)
class Signer:
    """Signs as Twilio does; `public` is the address under which the service believes it is reached."""

    public: str
    token: str

    def headers(self, path: str, form: Mapping[str, str], *, socket: bool = False) -> dict[str, str]:
        """The signature header of a request to `path` (with its query) or of a handshake."""
        base = self.public.replace("http", "ws", 1) if socket else self.public
        return {HEADER: RequestValidator(self.token).compute_signature(base + path, dict(form))}


@dataclass
class Call:
    """One call. `form` holds what Twilio sends along with every request about it."""

    http: httpx.AsyncClient
    signer: Signer
    base: str
    form: Mapping[str, str]

    async def hold(self, lines: Iterator[str]) -> None:
        """From ringing to the status report after the call."""
        document = await self._post("/twilio/voice", {"CallStatus": "ringing", "Direction": "inbound"})
        while document is not None:
            document = await self._follow(document, lines)
        await self._post("/twilio/status", {"CallStatus": "completed"})

    async def _follow(
        self, document: ElementTree.Element, lines: Iterator[str]
    ) -> ElementTree.Element | None:
        """Does what a TwiML document says; the next one, or None when the call is over."""
        for verb in document:
            if verb.tag == "Say":
                _say(verb.text)
            elif verb.tag == "Connect":
                return await self._connect(verb, lines)
            elif verb.tag == "Gather":
                return await self._gather(verb, lines)
            elif verb.tag == "Dial":
                click.echo(f"(connected to {verb.findtext('Number')})")
                return await self._post(self._path(verb.get("action")), {"DialCallStatus": "completed"})
            elif verb.tag == "Redirect":
                return await self._post(self._path(verb.text), {})
            elif verb.tag == "Hangup":
                break
        click.echo("(the desk hung up)")
        return None

    async def _gather(self, verb: ElementTree.Element, lines: Iterator[str]) -> ElementTree.Element | None:
        _say(verb.findtext("Say"))
        line = await _next(lines)
        if line is None:
            return None
        heard = {"Digits": line[1:]} if _keys(line) else {"SpeechResult": line, "Confidence": "0.9"}
        return await self._post(self._path(verb.get("action")), heard)

    async def _connect(self, verb: ElementTree.Element, lines: Iterator[str]) -> ElementTree.Element | None:
        relay = verb.find("ConversationRelay")
        if relay is None:
            raise Unavailable("The service answered with a <Connect> that this simulation does not know.")
        _say(relay.get("welcomeGreeting"))
        path = self._path(relay.get("url"))
        parameters = {one.get("name"): one.get("value") for one in relay.findall("Parameter")}
        headers = self.signer.headers(path, {}, socket=True)
        try:
            async with connect(
                self.base.replace("http", "ws", 1) + path, additional_headers=headers
            ) as socket:
                handed = await self._talk(socket, lines, parameters)
        except InvalidStatus as error:
            raise MisconfiguredError(_REFUSED) from error
        except (OSError, WebSocketException) as error:
            raise Unavailable("The service ended the call.") from error
        if handed is None:
            return None
        ended = {"SessionStatus": "ended", "HandoffData": handed} if handed else {"SessionStatus": "ended"}
        return await self._post(self._path(verb.get("action")), ended)

    async def _talk(
        self, socket: ClientConnection, lines: Iterator[str], parameters: Mapping[Any, Any]
    ) -> str | None:
        """The relay's session. The hand-off data when the desk ended it, None when the caller hung up."""
        setup: dict[str, Any] = {
            "type": "setup",
            "sessionId": f"VX{uuid4().hex}",
            "callSid": self.form["CallSid"],
        }
        setup |= {"from": self.form["From"], "to": self.form["To"], "customParameters": dict(parameters)}
        await _send(socket, setup)
        while (line := await _next(lines)) is not None:
            if _keys(line):
                for digit in line[1:]:
                    await _send(socket, {"type": "dtmf", "digit": digit})
            else:
                for words in heard_so_far(line):
                    await _send(socket, _prompt(words, last=False))
                    await asyncio.sleep(BETWEEN_PARTIALS)
                await _send(socket, _prompt(line, last=True))
            handed = await _listen(socket, KEY_PATIENCE if _keys(line) else PATIENCE)
            if handed is not None:
                return handed
        click.echo("(the caller hung up)")
        return None

    async def _post(self, path: str, more: Mapping[str, str]) -> ElementTree.Element | None:
        form = {**self.form, **more}
        try:
            response = await self.http.post(path, data=form, headers=self.signer.headers(path, form))
        except httpx.HTTPError as error:
            raise Unavailable("The service does not answer.") from error
        if response.status_code == 403:
            raise MisconfiguredError(_REFUSED)
        if not response.is_success:
            raise Unavailable(f"The service answered {path.partition('?')[0]} with {response.status_code}.")
        return ElementTree.fromstring(response.text) if response.text else None

    def _path(self, url: str | None) -> str:
        """Path and query of one of the service's own addresses, under whatever host it names."""
        parsed = httpx.URL(url or "/")
        prefix = httpx.URL(self.signer.public).path.rstrip("/")
        return parsed.raw_path.decode().removeprefix(prefix)


def heard_so_far(line: str) -> list[str]:
    """What a recogniser reports while `line` is being said: every few words, the last one cut short."""
    words = line.split()
    counts = range(PARTIAL_WORDS, len(words), PARTIAL_WORDS)
    return [" ".join([*words[: count - 1], words[count - 1][:3]]) for count in counts]


def _prompt(words: str, *, last: bool) -> dict[str, Any]:
    return {"type": "prompt", "voicePrompt": words, "lang": "en-US", "last": last}


async def _send(socket: ClientConnection, frame: Mapping[str, Any]) -> None:
    await socket.send(json.dumps(frame))


async def _listen(socket: ClientConnection, patience: float) -> str | None:
    """Prints what the desk says until it has finished; the hand-off data ("" for none) when it ended."""
    said = ""
    try:
        while True:
            frame = json.loads(await asyncio.wait_for(socket.recv(), patience))
            if frame["type"] == "end":
                return str(frame.get("handoffData", ""))
            said += frame.get("token", "")
            if frame.get("last"):
                _say(said)
                said, patience = "", AFTERWARDS
    except TimeoutError:
        return None
    except ConnectionClosed:
        return ""


async def _next(lines: Iterator[str]) -> str | None:
    """The caller's next words that are not blank, shown; None at the end."""
    while line := await asyncio.to_thread(next, lines, ""):
        if line.strip():
            click.echo(f"Caller: {line.strip()}")
            return line.strip()
    return None


def _keys(line: str) -> bool:
    """Whether a line stands for keys pressed, like `#1` or `#03031980`."""
    return len(line) > 1 and line[0] == "#" and all(key in "0123456789*#" for key in line[1:])


def _say(text: str | None) -> None:
    if text:
        click.echo(f"Desk: {text}")
