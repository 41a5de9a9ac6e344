"""The desk's voice in a call over ConversationRelay: what is sent, how soon, and what may be spoken over."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from reception.channels.calls import sentences
from reception.channels.metrics import FILLERS, FirstWords
from reception.channels.patience import Patience
from reception.channels.phone_words import PhoneWords

Frame = dict[str, Any]
Send = Callable[[Frame], Awaitable[None]]

#: Seconds after which a turn that is not over is bridged by a few words, and then bridged again.
SOON = 0.7
STILL = 4.0
#: How words are spoken that nothing may interrupt, and those after which the caller wants a moment.
EMERGENCY = "emergency"
WAITS = "waits"


class Voice:
    """Speaks for one session; `over` once there is nothing more to say, `ended` where we said so."""

    def __init__(self, send: Send, words: PhoneWords) -> None:
        self._send = send
        self.words = words
        self.patience = Patience()
        self.over = False
        self.ended = False
        self._filler = secrets.randbelow(len(words.fillers))

    async def say(self, text: str, manner: str = "", first: FirstWords | None = None) -> None:
        """Speaks; the caller's silence is counted from where the words end."""
        for frame in spoken(text, interruptible=manner != EMERGENCY):
            await self._send(frame)
            if first is not None:
                first.said()
        self.patience.spoke(text, asked_to_wait=manner == WAITS)

    async def aside(self, text: str) -> None:
        """Speaks words that give way to whatever is said next."""
        for frame in spoken(text):
            await self._send(frame | {"preemptible": True})
        self.patience.spoke(text)

    async def end(self, text: str, reason: str, manner: str = "", first: FirstWords | None = None) -> None:
        """Speaks and ends the session; Twilio asks what to do then, and hands back the reason."""
        self.over = self.ended = True
        await self.say(text, manner, first)
        handed = {"handoffData": json.dumps({"reason": reason})} if reason else {}
        await self._send({"type": "end"} | handed)

    async def bridge(self, turn: asyncio.Task[Any], first: FirstWords) -> None:
        """Waits for a turn; one that takes long is bridged by words, never the same ones twice in a row."""
        wait = SOON
        while not (await asyncio.wait({turn}, timeout=wait))[0]:
            self._filler = (self._filler + 1) % len(self.words.fillers)
            filler = self.words.fillers[self._filler]
            await self._send({"type": "text", "token": f"{filler} ", "last": False})
            FILLERS.inc()
            first.said()
            wait = STILL


def spoken(text: str, *, interruptible: bool = True) -> list[Frame]:
    """Text frames, one a sentence, so that the first is spoken while the others are still on their way."""
    each = sentences(text)
    frames: list[Frame] = []
    for number, sentence in enumerate(each, 1):
        last = number == len(each)
        frame: Frame = {"type": "text", "token": sentence if last else f"{sentence} ", "last": last}
        frames.append(frame if interruptible else frame | {"interruptible": False})
    return frames
