"""The local language model: one thread owns llama.cpp and works on many requests in shared batches."""

from __future__ import annotations

import asyncio
import heapq
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import structlog

from reception.errors import Busy, Invalid, ReceptionError, Unavailable
from reception.inference import metrics
from reception.inference.cache import Lane, Lanes
from reception.inference.constrain import Constraint
from reception.inference.context import CacheFull, Context
from reception.inference.language_model import Completion
from reception.inference.sequence import Generation

#: The most tokens one request may have, prompt and answer together.
REQUEST_TOKENS = 1024
#: How many requests may wait; more are refused, since they would be answered too late anyway.
QUEUE = 64

log = structlog.get_logger()


@dataclass(order=True)
class Request:
    """One call of `complete` in the engine's hands; the lowest priority number, then the oldest, is first."""

    priority: int
    number: int
    generation: Generation = field(compare=False)
    future: Future[None] = field(compare=False)
    lane: Lane | None = field(default=None, compare=False)


class Engine:
    """A `LanguageModel` in this process. The model is loaded by the first `ready` or `complete`.

    `locate` gives the file, or raises why there is none; a failed load is tried again by the next call.
    """

    def __init__(
        self, locate: Callable[[], Path], *, threads: int, gpu_layers: int = 0, sequences: int = 8,
        context_tokens: int = 4096, queue: int = QUEUE,
    ) -> None:  # fmt: skip
        self._locate = locate
        self._options = {"threads": threads, "gpu_layers": gpu_layers}
        self._sizes = {"sequences": sequences, "tokens": context_tokens}
        self._limit = queue
        self._wake = threading.Condition()
        self._waiting: list[Request] = []
        self._running: list[Request] = []
        self._numbers = count()
        self._loaded: Future[Context] | None = None
        self._thread: threading.Thread | None = None
        self._closing = False

    async def ready(self) -> None:
        """Loads the model when it is not yet; raises ModelMissing, Unavailable or MisconfiguredError."""
        await self._context()

    async def complete(
        self, prompt: str, grammar: str, *, max_tokens: int, draft: str = "", priority: int = 1
    ) -> Completion:
        """See `LanguageModel.complete`."""
        start = time.perf_counter()
        context = await self._context()
        # Building a grammar takes milliseconds and no turn at the model: done outside the engine's thread.
        generation = await asyncio.to_thread(_prepare, context, prompt, grammar, max_tokens, draft)
        outcome = "failed"
        try:
            if not generation.done:
                await self._run(Request(priority, next(self._numbers), generation, Future()))
            outcome = "done"
        except Busy:
            outcome = "refused"
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            metrics.COMPLETIONS.labels(outcome).inc()
        seconds = time.perf_counter() - start
        metrics.SECONDS.observe(seconds)
        metrics.TOKENS.labels("written").inc(len(generation.answer))
        text = context.detokenize(generation.answer)
        return Completion(text, generation.confidence, len(generation.answer), seconds * 1000)

    async def close(self) -> None:
        """Ends the thread and frees the model; open requests fail as Unavailable."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    async def _context(self) -> Context:
        with self._wake:
            if self._closing:
                raise Unavailable("The language model has been shut down.")
            failed = self._loaded is not None and self._loaded.done() and self._loaded.exception()
            if self._loaded is None or failed:
                self._loaded = Future()
                self._thread = threading.Thread(target=self._work, args=(self._loaded,), daemon=True)
                self._thread.start()
        return await asyncio.shield(asyncio.wrap_future(self._loaded))

    async def _run(self, request: Request) -> None:
        with self._wake:
            if self._closing:
                raise Unavailable("The language model has been shut down.")
            if len(self._waiting) >= self._limit:
                raise Busy("The desk has too much to do at once.")
            heapq.heappush(self._waiting, request)
            self._wake.notify()
        # Cancelling the task cancels the future; the engine drops the request at its next step.
        await asyncio.wrap_future(request.future)

    def _work(self, loaded: Future[Context]) -> None:
        """The engine's thread: loads, works until closed, frees."""
        try:
            context = Context(self._locate(), **self._options, **self._sizes)
        except ReceptionError as error:
            loaded.set_exception(error)
            return
        except Exception as error:
            log.error("model_load_failed", kind=type(error).__name__)
            loaded.set_exception(Unavailable("The language model could not be loaded."))
            return
        loaded.set_result(context)
        lanes = Lanes(self._sizes["sequences"])
        try:
            while self._admit(context, lanes):
                self._step(context, lanes)
        finally:
            self._fail(lanes, [*self._running, *self._waiting], "The language model has been shut down.")
            context.close()

    def _admit(self, context: Context, lanes: Lanes) -> bool:
        """Waits for work and gives lanes to waiting requests; False when the engine closes."""
        with self._wake:
            self._wake.wait_for(lambda: self._closing or self._waiting or self._running)
            if self._closing:
                return False
            for request in [one for one in self._running if one.future.cancelled()]:
                self._leave(lanes, request)
            self._waiting = [one for one in self._waiting if not one.future.cancelled()]
            heapq.heapify(self._waiting)
            while self._waiting and (place := lanes.take(self._waiting[0].generation.tokens)):
                request = heapq.heappop(self._waiting)
                context.keep(place.lane.index, 0 if place.source else place.shared)
                if place.source:
                    context.copy(place.source.index, place.lane.index, place.shared)
                    place.lane.tokens = place.source.tokens[: place.shared]
                del place.lane.tokens[place.shared :]
                request.lane = place.lane
                metrics.TOKENS.labels("remembered").inc(place.shared)
                self._running.append(request)
            metrics.WAITING.set(len(self._waiting))
            metrics.RUNNING.set(len(self._running))
        return True

    def _step(self, context: Context, lanes: Lanes) -> None:
        """One batch over all running requests, then each one's next choice."""
        try:
            rows = _evaluate(context, self._running)
            for request in list(self._running):
                self._advance(context, lanes, request, rows.get(request.number, []))
        except CacheFull:
            self._make_room(context, lanes)
        except Exception as error:
            # A failure here is of the whole context, not of one request.
            log.error("model_step_failed", kind=type(error).__name__)
            self._fail(lanes, list(self._running), "The language model failed to answer.")
            context.clear()
            for lane in lanes.all:
                lane.tokens.clear()

    def _advance(self, context: Context, lanes: Lanes, request: Request, rows: Sequence[int]) -> None:
        generation, lane = request.generation, request.lane
        assert lane is not None
        if len(lane.tokens) < len(generation.feed):
            return  # a long prompt is read in several batches
        try:
            right = generation.advance([context.logits(row) for row in rows])
        except Invalid as error:
            self._leave(lanes, request)
            _settle(request, error)
            return
        if right < len(lane.tokens):
            del lane.tokens[right:]
            context.keep(lane.index, right)
        if generation.done:
            self._leave(lanes, request)
            _settle(request)

    def _make_room(self, context: Context, lanes: Lanes) -> None:
        """Forgets the oldest idle lane; without one, turns away the least urgent request."""
        idle = lanes.idle()
        lane = idle[0] if idle else None
        if lane is None:
            request = max(self._running)
            lane = request.lane
            self._leave(lanes, request)
            _settle(request, Busy("The desk has too much to do at once."))
        assert lane is not None
        context.keep(lane.index, 0)
        lane.tokens.clear()

    def _leave(self, lanes: Lanes, request: Request) -> None:
        self._running.remove(request)
        if request.lane is not None:
            lanes.release(request.lane)

    def _fail(self, lanes: Lanes, requests: Sequence[Request], text: str) -> None:
        for request in requests:
            if request in self._running:
                self._leave(lanes, request)
            _settle(request, Unavailable(text))


def _prepare(context: Context, prompt: str, grammar: str, max_tokens: int, draft: str) -> Generation:
    tokens = context.tokenize(prompt)
    limit = min(REQUEST_TOKENS, context.length)
    if not tokens or len(tokens) + max_tokens > limit:
        raise Invalid(f"Prompt and answer must have between 1 and {limit} tokens together.")
    return Generation(
        tokens,
        Constraint(context.tokenizer, grammar),
        max_tokens=max_tokens,
        draft=context.tokenize(" " + draft) if draft else (),
        ends=context.tokenizer.eos_tokens,
        detokenize=context.detokenize,
    )


def _evaluate(context: Context, requests: Sequence[Request]) -> dict[int, list[int]]:
    """Reads what the requests have unread, as far as one batch reaches; their rows with scores by number."""
    tokens: list[int] = []
    positions: list[int] = []
    sequences: list[int] = []
    outputs: list[bool] = []
    rows: dict[int, list[int]] = {}
    ends: list[tuple[Lane, list[int]]] = []
    for request in sorted(requests):
        lane = request.lane
        assert lane is not None
        feed, known = request.generation.feed, len(lane.tokens)
        new = feed[known : known + context.batch - len(tokens)]
        first = len(feed) - request.generation.rows
        wanted = [known + offset >= first for offset in range(len(new))]
        rows[request.number] = [len(tokens) + offset for offset, want in enumerate(wanted) if want]
        positions += range(known, known + len(new))
        sequences += [lane.index] * len(new)
        outputs += wanted
        tokens += new
        ends.append((lane, new))
    context.decode(tokens, positions, sequences, outputs)
    for lane, new in ends:
        lane.tokens += new
    metrics.TOKENS.labels("evaluated").inc(len(tokens))
    return rows


def _settle(request: Request, error: ReceptionError | None = None) -> None:
    """Ends a request's future, unless its caller cancelled it meanwhile."""
    if not request.future.set_running_or_notify_cancel():
        return
    if error is None:
        request.future.set_result(None)
    else:
        request.future.set_exception(error)
