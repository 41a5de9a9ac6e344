"""The chat in a terminal: over HTTP with a running service, else with one inside this process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import click
import httpx
from rich.console import Console
from rich.markup import escape

from reception.app import in_process
from reception.errors import ReceptionError, Unavailable
from reception.settings import Settings

#: Seconds for one turn; the first one may wait for the model to load.
TIMEOUT = httpx.Timeout(60, connect=2)
_NAMES = {"desk": "Desk", "staff": "Practice", "patient": "You"}


async def hold_chat(settings: Settings, url: str, practice: str | None, language: str | None) -> None:
    """Talks until the conversation closes or the input ends. Unavailable when the desk can't answer."""
    async with service_at(settings, url) as http:
        talk = Talk(http)
        shown = _Shown(plain=not sys.stdin.isatty())
        shown.messages(await talk.start(practice, language))
        while talk.status != "closed":
            line = await asyncio.to_thread(_ask, shown.plain)
            if line is None:
                return
            said = shown.chosen(line)
            if not said.strip():
                continue
            if shown.plain:
                click.echo(f"You: {said}")
            try:
                shown.messages(await talk.say(said))
            except ReceptionError as error:
                if not error.retryable and error.status != 422:
                    raise
                click.echo(f"({error})", err=True)


@asynccontextmanager
async def service_at(settings: Settings, url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client for the service at `url` if one answers there, else for one opened in this process."""
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT) as http:
        if await answers(http):
            yield http
            return
    async with in_process(settings) as http:
        yield http


async def answers(http: httpx.AsyncClient) -> bool:
    """Whether a service like ours runs there."""
    try:
        return (await http.get("/health/live")).text == "ok"
    except httpx.HTTPError:
        return False


class Talk:
    """One conversation over the public chat interface."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._path = "/api/chat/conversations"
        self._headers: dict[str, str] = {}
        self.status = "open"

    async def start(self, practice: str | None = None, language: str | None = None) -> list[dict[str, Any]]:
        """Opens the conversation; the desk's first messages."""
        wanted = {"practice": practice, "language": language}
        started = await self._post(self._path, {key: value for key, value in wanted.items() if value})
        self._headers = {"Authorization": f"Bearer {started['token']}"}
        self._path += f"/{started['id']}"
        return self._taken(started)

    async def say(self, text: str) -> list[dict[str, Any]]:
        """One turn; the new messages of desk and staff."""
        return self._taken(
            await self._post(f"{self._path}/messages", {"text": text, "client_id": str(uuid4())})
        )

    def _taken(self, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
        self.status = answer["status"]
        return list(answer["messages"])

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            response = await self._http.post(path, json=body, headers=self._headers)
        except httpx.HTTPError as error:
            raise Unavailable("The service does not answer.") from error
        answer: dict[str, Any] = response.json()
        if response.is_success:
            return answer
        raise Refused(answer)


class Refused(ReceptionError):
    """The service's problem, told on."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail", "The service could not answer.")))
        self.status = int(problem.get("status", 500))
        self.retryable = bool(problem.get("retryable"))


class _Shown:
    """What stands on the screen: messages, and the options one may pick by number."""

    def __init__(self, *, plain: bool) -> None:
        self.plain = plain
        self._console = Console()
        self._options: Sequence[Mapping[str, Any]] = ()

    def messages(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Prints messages and numbers the options of the last one."""
        for message in messages:
            name = _NAMES[message["role"]]
            if self.plain:
                click.echo(f"{name}: {message['text']}")
            else:
                self._console.print(f"[bold cyan]{name}[/]  {escape(message['text'])}")
        self._options = messages[-1]["options"] if messages else ()
        for number, option in enumerate(self._options, 1):
            if self.plain:
                click.echo(f"  {number}. {option['label']}")
            else:
                self._console.print(f"   [bold]{number}[/]  {escape(option['label'])}")

    def chosen(self, line: str) -> str:
        """The text of the option whose number was typed, else what was typed."""
        number = line.strip()
        if number.isdecimal() and 0 < int(number) <= len(self._options):
            return str(self._options[int(number) - 1]["text"])
        return line


def _ask(plain: bool) -> str | None:
    """One line of the patient's; None at the end of the input."""
    if plain:
        line = sys.stdin.readline()
        return line.rstrip("\n") if line else None
    try:
        return input("You   ")
    except EOFError:
        click.echo("")
        return None
