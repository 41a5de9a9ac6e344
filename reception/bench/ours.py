"""This desk's own engine as a contender: with nothing read ahead, as in a chat, and as on the phone."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from itertools import accumulate, count

from reception.bench.contenders import Taken, Work
from reception.bench.utterances import Said
from reception.carrier.speech import heard_so_far
from reception.errors import Unfinished
from reception.inference.engine import QUEUE, Engine
from reception.inference.factory import adapter_files, thread_count
from reception.inference.language_model import Completion, Priority, Request
from reception.inference.models import locate
from reception.settings import Settings
from reception.understanding.prompt import parse_frame
from reception.understanding.understander import Understander


class Mode(StrEnum):
    """What the model has read before the clock starts, at the end of the patient's words.

    cold: nothing of this turn. chat: the desk's words. phone: those, and what a recogniser reported while
    the patient spoke, which lacks the last one to three words.
    """

    COLD = "cold"
    CHAT = "chat"
    PHONE = "phone"


class Ours:
    """The engine as the service builds it. Unless told otherwise, each turn is of a new conversation."""

    def __init__(self, settings: Settings, mode: Mode, *, queue: int = QUEUE) -> None:
        """Loads nothing yet; `queue` turns may wait."""
        self.name = f"reception, {mode}"
        self.mode = mode
        #: The tokens of each batch so far.
        self.batches: list[int] = []
        self._numbers = count()
        self.engine = Engine(
            lambda: locate(settings),
            threads=thread_count(settings),
            gpu_layers=settings.gpu_layers,
            sequences=settings.sequences,
            context_tokens=settings.context_tokens,
            queue=queue,
            adapters=adapter_files(settings),
            trace=self._note,
        )
        self._understander = Understander(self.engine)

    def _note(self, step: Sequence[tuple[int, int]]) -> None:
        self.batches.append(sum(tokens for _, tokens in step))

    async def turn(self, said: Said, conversation: str = "") -> Taken:
        """See `Contender.turn`. The work's `choices` are right for one turn at a time only."""
        conversation = conversation or f"{self.mode}-{next(self._numbers)}"
        await self._read_ahead(said, conversation)
        priority = Priority.PHONE if self.mode == Mode.PHONE else Priority.CHAT
        before = len(self.batches)
        start = time.perf_counter()
        request = self._understander.request(
            said.desk, said.patient, priority=priority, conversation=conversation
        )
        try:
            completion = await self.engine.complete(request)
            parse_frame(completion.text)
        except Unfinished:
            return Taken(_since(start), whole=False)
        return Taken(_since(start), True, self._work(request, completion, self.batches[before:]))

    async def _read_ahead(self, said: Said, conversation: str) -> None:
        if self.mode == Mode.COLD:
            return
        await self._understander.anticipate(said.desk, conversation)
        for words in heard_so_far(said.patient) if self.mode == Mode.PHONE else ():
            await self._understander.overhear(said.desk, words, conversation)

    def _work(self, request: Request, completion: Completion, batches: Sequence[int]) -> Work:
        reading = 1 + sum(read < completion.evaluated for read in accumulate(batches))
        return Work(
            prompt=text_of(request),
            prompt_tokens=completion.prompt_tokens,
            evaluated=completion.evaluated,
            steps=completion.steps,
            choices=max(0, completion.steps - reading),
            answer=completion.text,
            written=completion.tokens,
        )


def text_of(request: Request) -> str:
    """A request's prompt as one text."""
    parts = (request.prompt,) if isinstance(request.prompt, str) else request.prompt
    return "".join(part if isinstance(part, str) else part.text for part in parts)


@asynccontextmanager
async def running(settings: Settings, mode: Mode, *, queue: int = QUEUE) -> AsyncIterator[Ours]:
    """Our engine in one mode, loaded; raises ModelMissing when there is no file."""
    ours = Ours(settings, mode, queue=queue)
    try:
        await ours.engine.ready()
        yield ours
    finally:
        await ours.engine.close()


def _since(start: float) -> float:
    return (time.perf_counter() - start) * 1000
