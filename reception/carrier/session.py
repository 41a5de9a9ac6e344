"""One session of ConversationRelay: Twilio's end of the WebSocket, and what goes through it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from reception.carrier import frames
from reception.carrier.documents import Relay
from reception.carrier.frames import BadFrame, read_frame
from reception.carrier.signing import Signer
from reception.carrier.speech import END_OF_SPEECH, CallClock, Voice, partials, seconds_of

#: Twilio's errors: no WebSocket could be opened, and one that ended by itself.
NOT_CONNECTED = 64102
ENDED_BY_ITSELF = 64105
#: Seconds to open a WebSocket, and attempts at a dropped one where the document asks for them.
CONNECT = 5.0
RECONNECTS = 3
BETWEEN_RECONNECTS = 0.5
#: Real seconds between the first words of an answer and its last ones that tell a filler.
BRIDGED = 0.05
#: Real seconds within which the desk answers whoever wants to interrupt it.
ANSWER = 10.0


@dataclass
class Turn:
    """What the caller said, and when (in real seconds) it was sent and answered."""

    words: str
    sent: float
    first: float | None = None
    whole: float | None = None

    @property
    def bridged(self) -> bool:
        """Whether the answer came only after its first words: those were a filler."""
        return self.first is not None and self.whole is not None and self.whole - self.first > BRIDGED


@dataclass(frozen=True)
class Ended:
    """How a session ended, as the `action` is told."""

    status: str  # ended (by us), completed (the caller hung up), failed
    handoff: str | None = None
    error: int = 0
    reason: str = ""


class Session:
    """The caller's side is `say` and `press`; `run` ends when the session does."""

    def __init__(
        self, relay: Relay, form: Mapping[str, str], base: str, signer: Signer, clock: CallClock, voice: Voice
    ) -> None:
        self.turns: list[Turn] = []
        self.pending = False  # the caller said something that is not answered yet
        self._relay, self._form, self._signer = relay, form, signer
        self._url = base.replace("http", "ws", 1) + signer.path(relay.url)
        self._clock, self._voice = clock, voice
        self.id = f"VX{uuid4().hex}"
        self._sockets: list[ClientConnection] = []  # the last one counts
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = asyncio.Event()
        self._over: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        self._changed = asyncio.Event()
        self._speaking = asyncio.Lock()
        self._talking = False  # the desk, whose words go on with the next frame

    async def run(self) -> Ended:
        """The session from the handshake on."""
        if self._relay.greeting:
            self._voice.speak(self._relay.greeting, self._relay.greeting_interruptible)
        self._read(self._live())
        try:
            ended = await self._over
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for socket in self._sockets:
                await socket.close()
        if ended.status == "ended":
            await self._clock.wait(self._voice.until - self._clock.now())
        return ended

    @property
    def over(self) -> bool:
        """Whether it has ended; the last words may still be being spoken."""
        return self._over.done()

    async def say(self, words: str, interrupt_after: float | None = None) -> None:
        """Says it at the pace of speech; over the desk's words where these may be interrupted."""
        async with self._speaking:
            await self._begin("speech", interrupt_after)
            began = self._clock.now()
            if self._relay.partials:
                for seconds, so_far in partials(words):
                    await self._clock.wait(began + seconds - self._clock.now())
                    await self.send(frames.prompt(so_far, last=False))
            await self._clock.wait(began + seconds_of(words) + END_OF_SPEECH - self._clock.now())
            self.pending = True
            self._changed.clear()
            self.turns.append(Turn(words, time.perf_counter()))
            await self.send(frames.prompt(words, last=True))

    async def partly(self, words: str) -> None:
        """Words the recogniser reports and may take back."""
        await self.send(frames.prompt(words, last=False))

    async def press(self, keys: str, interrupt_after: float | None = None) -> None:
        """Presses keys one after the other; the last one counts as the end of the turn."""
        turn = Turn(f"#{keys}", time.perf_counter())
        async with self._speaking:
            self.turns.append(turn)
            for place, key in enumerate(keys):
                await self._begin("dtmf", interrupt_after if place == 0 else None)
                if self._relay.dtmf:
                    self.pending = True
                    self._changed.clear()
                    turn.sent = time.perf_counter()
                    await self.send({"type": "dtmf", "digit": key})
                await self._clock.wait(0.3)

    async def send(self, frame: Mapping[str, Any] | str) -> None:
        """Any frame at all; lost when the socket is gone or never opened, as on a bad line."""
        await self._ready.wait()
        with suppress(ConnectionClosed):
            for socket in self._sockets[-1:]:
                await socket.send(frame if isinstance(frame, str) else json.dumps(frame))
        if self.over:
            self._done()  # nobody is there to answer

    async def answered(self, patience: float) -> bool:
        """Returns once what was said is answered in full; False after so many real seconds."""
        if not self.pending:
            return True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), patience)
        return not self.pending

    async def drop(self) -> None:
        """The socket is torn down without a goodbye, as by a broken network."""
        await self._ready.wait()
        for socket in self._sockets[-1:]:
            socket.transport.abort()

    async def double(self) -> None:
        """A second WebSocket of the same call takes over, while the first is still open."""
        await self._ready.wait()
        self.id = f"VX{uuid4().hex}"
        socket = await self._open()
        self._read(self._listen(socket))

    def hang_up(self) -> None:
        """The caller is gone."""
        self._end(Ended("completed"))

    async def _begin(self, kind: str, interrupt_after: float | None) -> None:
        """The caller begins to speak, or presses a key, while the desk may be speaking."""
        if interrupt_after is not None:
            await self.answered(ANSWER)
            await self._clock.wait(interrupt_after)
        if not self._voice.speaking:
            return
        if self._voice.yields_to(kind):
            heard, milliseconds = self._voice.interrupt()
            await self.send(frames.interrupt(heard, milliseconds))
        elif self._relay.reported not in ("any", kind):
            await self._clock.wait(self._voice.until - self._clock.now())

    def _read(self, reading: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(reading))

    def _end(self, ended: Ended) -> None:
        if not self._over.done():
            self._over.set_result(ended)
        self._ready.set()  # whoever waits for a socket in order to speak has nothing to wait for
        self._done()

    async def _live(self) -> None:
        """Opens the WebSocket, and again after a drop where the document asks for it."""
        attempts = 0
        while True:
            try:
                socket = await self._open()
            except (OSError, TimeoutError, WebSocketException) as error:
                if attempts == 0 or attempts > RECONNECTS:
                    refused = isinstance(error, InvalidStatus) and error.response.status_code == 403
                    self._end(Ended("failed", error=NOT_CONNECTED, reason="refused" if refused else ""))
                    return
                attempts += 1
                await asyncio.sleep(BETWEEN_RECONNECTS)
                continue
            self._ready.set()
            await self._listen(socket)
            if not self._relay.reconnects:
                return
            attempts = 1

    async def _open(self) -> ClientConnection:
        path = self._signer.path(self._relay.url)
        headers = self._signer.headers(path, {}, socket=True)
        socket = await connect(self._url, additional_headers=headers, open_timeout=CONNECT, proxy=None)
        await socket.send(json.dumps(frames.setup(self._form, self.id, self._relay.parameters)))
        self._sockets.append(socket)
        return socket

    async def _listen(self, socket: ClientConnection) -> None:
        """Our frames until the socket closes; what comes over one that was replaced is heard by nobody."""
        try:
            async for data in socket:
                if socket is self._sockets[-1]:
                    await self._frame(data)
        except ConnectionClosed:
            pass
        if socket is self._sockets[-1] and not self._relay.reconnects:
            self._end(Ended("failed", error=ENDED_BY_ITSELF))

    async def _frame(self, data: str | bytes) -> None:
        try:
            frame = read_frame(data)
        except BadFrame as error:
            # Twilio's pages say both that it ends the session and that it does not: we take the worse.
            await self.send({"type": "error", "description": f"Invalid message received: {error}"})
            self._end(Ended("failed", error=frames.INVALID_MESSAGE, reason=str(error)))
            return
        if frame["type"] == "end":
            self._end(Ended("ended", frame.get("handoffData")))
        elif frame["type"] == "text":
            self._take(frame)

    def _take(self, frame: Mapping[str, Any]) -> None:
        turn = self.turns[-1] if self.turns else None
        if turn is not None and turn.first is None:
            turn.first = time.perf_counter()
        if frame["token"]:
            interruptible = frame.get("interruptible", self._relay.interruptible)
            if isinstance(interruptible, bool):
                interruptible = "any" if interruptible else "none"
            if not self._talking:
                self._voice.preempt()
            self._voice.speak(frame["token"], interruptible, preemptible=frame.get("preemptible", False))
        self._talking = not frame.get("last", False)
        if not self._talking:
            if turn is not None and turn.whole is None:
                turn.whole = time.perf_counter()
            self._done()

    def _done(self) -> None:
        self.pending = False
        self._changed.set()
