"""How long speaking takes: the caller's words as a recogniser reports them, the desk's as they are heard."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

#: What a synthetic voice speaks in a second, and a caller.
CHARACTERS_A_SECOND = 15.0
WORDS_A_SECOND = 2.5
#: A speech recogniser reports what it has heard so far every few words.
PARTIAL_WORDS = 3
#: Seconds of silence after which a recogniser takes an utterance for finished.
END_OF_SPEECH = 0.3
#: Real seconds between two looks at a moment that may come nearer.
STEP = 0.02


class CallClock:
    """Seconds since the call began; `speed` is how many of them pass in a real one."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._began = time.monotonic()

    def now(self) -> float:
        return (time.monotonic() - self._began) * self.speed

    async def wait(self, seconds: float) -> None:
        """At once for nothing or less."""
        if seconds > 0:
            await asyncio.sleep(seconds / self.speed)

    async def wait_until(self, moment: Callable[[], float]) -> None:
        """Until then, although it may come nearer meanwhile."""
        while True:
            left = self.real(moment() - self.now())
            if left <= 0:
                return
            await asyncio.sleep(min(left, STEP))

    def real(self, seconds: float) -> float:
        """The call's seconds as real ones."""
        return seconds / self.speed


@dataclass
class Spoken:
    """A piece of the desk's speech: when it is heard, in the call's seconds, and whether it was cut short."""

    text: str
    begins: float
    ends: float
    interruptible: str = "any"
    preemptible: bool = False
    cut: bool = False

    def heard_by(self, moment: float) -> str:
        """As much of the text as is heard by then, in whole words."""
        if moment >= self.ends:
            return self.text
        count = int(max(0.0, moment - self.begins) * CHARACTERS_A_SECOND)
        if count == 0:
            return ""
        return self.text[:count].rpartition(" ")[0]


class Voice:
    """The desk's voice on one call: pieces are spoken one after the other, and may be interrupted."""

    def __init__(self, clock: CallClock, on_speech: Callable[[Spoken], None] | None = None) -> None:
        self.heard: list[Spoken] = []
        self._clock = clock
        self._turn = 0  # where in `heard` what is being said began
        self._on_speech = on_speech

    def speak(self, text: str, interruptible: str = "any", *, preemptible: bool = False) -> None:
        """Adds a piece behind those still being spoken."""
        now = self._clock.now()
        if now >= self.until:
            self._turn = len(self.heard)
        begins = max(now, self.until)
        piece = Spoken(text, begins, begins + len(text) / CHARACTERS_A_SECOND, interruptible, preemptible)
        self.heard.append(piece)
        if self._on_speech is not None:
            self._on_speech(piece)

    @property
    def until(self) -> float:
        """When the voice falls silent, in the call's seconds."""
        return self.heard[-1].ends if self.heard else 0.0

    @property
    def speaking(self) -> bool:
        return self._clock.now() < self.until

    def yields_to(self, kind: str) -> bool:
        """Whether what is being said now stops for `speech` or `dtmf`."""
        now = self._clock.now()
        piece = next((one for one in self.heard[self._turn :] if now < one.ends), None)
        return piece is not None and piece.interruptible in ("any", kind)

    def interrupt(self) -> tuple[str, int]:
        """Falls silent; the words heard of what was being said, and for how many milliseconds."""
        now = self._clock.now()
        pieces = self.heard[self._turn :]
        heard = "".join(one.heard_by(now) for one in pieces).strip()
        milliseconds = int((now - pieces[0].begins) * 1000) if pieces else 0
        self._cut(now)
        return heard, milliseconds

    def preempt(self) -> None:
        """Makes way for newer words, where what is being said may be preempted."""
        now = self._clock.now()
        if all(one.preemptible for one in self.heard[self._turn :] if one.ends > now):
            self._cut(now)

    def _cut(self, now: float) -> None:
        """What would be heard after `now` is not."""
        pieces = self.heard[self._turn :]
        for one in pieces:
            if one.ends > now:
                one.text, one.ends, one.cut = one.heard_by(now), now, True
        self.heard[self._turn :] = [one for one in pieces if one.begins <= now]


def heard_so_far(line: str) -> list[str]:
    """What a recogniser reports while `line` is being said: every few words, the last one cut short."""
    return [words for _, words in partials(line)]


def partials(line: str) -> Iterator[tuple[float, str]]:
    """(Seconds after the first word, words so far) for each report before the last."""
    words = line.split()
    for count in range(PARTIAL_WORDS, len(words), PARTIAL_WORDS):
        yield count / WORDS_A_SECOND, " ".join([*words[: count - 1], words[count - 1][:3]])


def seconds_of(line: str) -> float:
    """How long a caller takes to say it."""
    return len(line.split()) / WORDS_A_SECOND
