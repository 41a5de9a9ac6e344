"""A simulated call in a terminal: what the desk says appears as it is spoken, and the caller types."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

import click

from reception.carrier.call import Call
from reception.carrier.caller import Caller, CallOver
from reception.carrier.reaching import line_to, service_at
from reception.carrier.speech import CallClock, Spoken
from reception.errors import Invalid
from reception.settings import Settings

#: From a pipe nobody listens: the call's seconds pass this much faster.
PIPED_SPEED = 50.0
#: Real seconds to wait for the desk after keys (which may be the first of several), and after silence.
KEY_PATIENCE = 2.0
SILENCE = 40.0
#: Real seconds within which an end follows the desk's last words.
AFTERWARDS = 0.5
#: Seconds of the desk's words before `/interrupt` speaks over them.
INTERRUPT_AFTER = 1.5

HELP = """  What you type is said; the desk is heard out first. Besides:
  /press 1 or #1          presses keys: /press 03031980
  /interrupt no, Monday   speaks over the desk
  /silence                says nothing until the desk asks
  /drop                   the connection to the service breaks
  /reconnect              a second connection for the same call takes over
  /hangup                 hangs up"""


async def hold_call(
    settings: Settings, url: str, caller: Caller, lines: Sequence[str] = (), speed: float = 1.0
) -> None:
    """Calls and talks until either side hangs up; the caller says `lines`, or what comes on stdin."""
    typed = not lines and sys.stdin.isatty()
    clock = CallClock(speed if typed else PIPED_SPEED)
    screen = _Screen(clock, typed)
    async with service_at(settings, url) as base, line_to(settings, base) as webhooks:
        if typed:
            screen.note(f"{HELP}\n")
        call = Call(webhooks, base, caller, clock, on_speech=screen.speech.put_nowait, on_event=screen.event)
        showing = asyncio.create_task(screen.show())
        running = asyncio.create_task(call.run())
        talking = asyncio.create_task(_talk(call, screen, _Lines(lines, typed)))
        await asyncio.wait({running, talking}, return_when=asyncio.FIRST_COMPLETED)
        call.hang_up() if talking.done() else talking.cancel()
        try:
            await running
        finally:
            await asyncio.gather(talking, return_exceptions=True)
            await screen.done()
            showing.cancel()
        screen.note("(the caller hung up)" if call.hung_up else "(the desk hung up)")


async def _talk(call: Call, screen: _Screen, lines: _Lines) -> None:
    """Says one line after the other; returns when there are no more."""
    with suppress(CallOver):
        await call.listen()
        while (line := await lines.next()) is not None and not call.over:
            screen.typed_line()
            if not line.startswith("/interrupt"):
                await call.listen()
                await screen.done()
            if not screen.typed:
                screen.note(f"Caller: {line}")
            try:
                if not await _do(call, line, screen):
                    return
            except Invalid as error:
                click.echo(f"({error})", err=True)
        await call.listen()
        await call.ended(AFTERWARDS)


async def _do(call: Call, line: str, screen: _Screen) -> bool:
    """What a line stands for; False when the caller hangs up."""
    order, _, rest = line.partition(" ")
    if line[0] == "#" and _keys(line[1:]):
        order, rest = "/press", line[1:]
    match order:
        case "/press" if _keys(rest):
            await call.press(rest)
            await call.listen(KEY_PATIENCE)
        case "/press":
            raise Invalid("Keys are 0 to 9, * and #: /press 1")
        case "/interrupt":
            await call.say(rest or "hold on", 0 if screen.typed else INTERRUPT_AFTER)
        case "/silence":
            if not await call.new_words(SILENCE):
                screen.note("(the desk is silent too)")
        case "/drop" | "/reconnect":
            if call.session is None:
                raise Invalid("There is no WebSocket now.")
            await (call.session.drop() if order == "/drop" else call.session.double())
            await call.new_words(KEY_PATIENCE)
        case "/hangup":
            return False
        case "/help":
            screen.note(HELP)
        case _ if line.startswith("/"):
            raise Invalid(f"{order} is nothing that a caller can do here; /help shows what is.")
        case _:
            await call.say(line)
    return True


class _Screen:
    """Writes what the desk says: typed calls see it word by word, pipes line by line."""

    def __init__(self, clock: CallClock, typed: bool) -> None:
        self.typed = typed
        self.speech: asyncio.Queue[Spoken] = asyncio.Queue()
        self._clock = clock
        self._in_line = False

    def event(self, text: str) -> None:
        """Something that happened on the line, once what was said before is on the screen."""
        self.speech.put_nowait(Spoken(f"({text})", -1.0, -1.0))

    async def show(self) -> None:
        """Runs until cancelled."""
        until = -1.0
        while True:
            piece = await self.speech.get()
            await self._clock.wait(piece.begins - self._clock.now())
            if piece.begins < 0:
                self.note(piece.text)
            elif piece.text:
                if piece.begins > until:
                    self.end_line()
                    click.echo("Desk: ", nl=False)
                await self._write(piece)
                until = piece.ends
                await self._prompt(piece)
            self.speech.task_done()

    async def _prompt(self, last: Spoken) -> None:
        """Shows that it is the caller's turn, once the desk has fallen silent."""
        if self.typed and self.speech.empty():
            await self._clock.wait_until(lambda: last.ends)
            if self.speech.empty():
                self.note(click.style("You:  ", dim=True), nl=False)
                self._in_line = True

    async def _write(self, piece: Spoken) -> None:
        self._in_line = True
        shown = 0
        if not self.typed:
            await self._clock.wait_until(lambda: piece.ends)  # it may be cut short until then
        while shown < len(piece.text):
            heard = len(piece.heard_by(self._clock.now())) if self.typed else len(piece.text)
            click.echo(piece.text[shown:heard], nl=False)
            shown = max(shown, heard)
            await asyncio.sleep(0.05 if self.typed else 0)
        if piece.cut:
            click.echo(" —", nl=False)
            self._in_line = True

    async def done(self) -> None:
        """Waits until everything said is on the screen."""
        await self.speech.join()
        self.end_line()

    def note(self, text: str, *, nl: bool = True) -> None:
        """Something that nobody said, or the caller's own words."""
        self.end_line()
        click.echo(text, nl=nl)

    def typed_line(self) -> None:
        """The caller has ended the line they are in."""
        self._in_line = self._in_line and not self.typed

    def end_line(self) -> None:
        """Ends the line that the desk is speaking."""
        if self._in_line:
            click.echo("")
        self._in_line = False


class _Lines:
    """What the caller does, line by line: given, from a pipe, or typed."""

    def __init__(self, lines: Sequence[str], typed: bool) -> None:
        self._given = iter(lines) if lines else iter(sys.stdin.readline, "")
        self._typed: asyncio.Queue[str] | None = None
        if typed:
            # Read without a thread: one that waits for a key would keep the command from ending.
            self._typed = asyncio.Queue()
            asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._read)

    async def next(self) -> str | None:
        """The next line that is not blank; None at the end."""
        while True:
            if self._typed is not None:
                line = await self._typed.get()
            else:
                line = await asyncio.to_thread(next, self._given, "")
            if not line:
                return None
            if line.strip():
                return line.strip()

    def _read(self) -> None:
        assert self._typed is not None
        text = os.read(sys.stdin.fileno(), 65_536).decode("utf-8", "replace")
        for line in text.splitlines() or [""]:
            self._typed.put_nowait(f"{line}\n" if text else "")


def _keys(keys: str) -> bool:
    return bool(keys) and all(key in "0123456789*#" for key in keys)
