"""The local language model: one thread owns llama.cpp and works on many requests in shared batches."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

import structlog

from reception.errors import Busy, Invalid, Late, PromptTooLong, ReceptionError, Unavailable, UnknownAdapter
from reception.inference import metrics, state
from reception.inference.constrain import Constraint
from reception.inference.context import Context
from reception.inference.language_model import LIKELIEST, Completion, Control, Listener, Request
from reception.inference.queue import FairQueue
from reception.inference.sampling import Sampler
from reception.inference.scheduler import STEP_TOKENS, Job, Scheduler, Trace
from reception.inference.sequence import Generation

#: How many requests may wait; more are refused, since they would be answered too late anyway.
QUEUE = 64

log = structlog.get_logger()

T = TypeVar("T")


class Engine:
    """A `LanguageModel` in this process. The model is loaded by the first `ready` or `complete`.

    `locate` gives the file, or raises why there is none; a failed load is tried again by the next call.
    `forced` and `drafts` (guesses too) turn the shortcuts off that make answers faster and never different;
    `trace` is told after each step how many tokens of which job were evaluated. Both are for measurements.
    """

    def __init__(
        self, locate: Callable[[], Path], *, threads: int, gpu_layers: int = 0, sequences: int = 8,
        context_tokens: int = 4096, queue: int = QUEUE, adapters: Mapping[str, Path] | None = None,
        forced: bool = True, drafts: bool = True, trace: Trace | None = None,
    ) -> None:  # fmt: skip
        self.adapters = tuple(adapters or ())
        self._locate = locate
        self._options = {
            "threads": threads,
            "gpu_layers": gpu_layers,
            "sequences": sequences,
            "tokens": context_tokens,
            "adapters": dict(adapters or {}),
        }
        self._forced, self._drafts, self._trace = forced, drafts, trace
        self._wake = threading.Condition()
        self._waiting: FairQueue[Job] = FairQueue(queue)
        self._errands: list[Callable[[Scheduler], None]] = []
        self._loaded: Future[Context] | None = None
        self._thread: threading.Thread | None = None
        self._closing = False

    async def ready(self) -> None:
        """Loads the model when it is not yet; raises ModelMissing, Unavailable or MisconfiguredError."""
        await self._context()

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        """See `LanguageModel.complete`."""
        start = time.monotonic()
        outcome = "failed"
        try:
            context = await self._context()
            # Building a grammar takes milliseconds and needs no model: done outside the engine's thread.
            generation = await asyncio.to_thread(self._prepare, context, request)
            job = Job(request, generation, start, Future(), _on_loop(listener))
            if generation.done:
                job.tell()
                await asyncio.sleep(0)  # the listener hears it first
            else:
                await self._run(job)
            outcome = "done"
        except (Busy, Late, Invalid) as error:
            outcome = "late" if isinstance(error, Late) else "refused"
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            metrics.COMPLETIONS.labels(outcome).inc()
        return _completion(job, time.monotonic() - start)

    async def count(self, prompt: str | tuple[str | Control, ...]) -> int:
        """How many tokens a prompt has."""
        context = await self._context()
        return len(context.tokenize(prompt))

    async def limit(self) -> int:
        """The most tokens that prompt and answer may have together."""
        return (await self._context()).length

    async def chat_template(self) -> str:
        """The model's Jinja template for chats; "" when it brings none."""
        return (await self._context()).chat_template()

    async def special_tokens(self) -> tuple[str, str]:
        """How the model writes the begin and the end of a text."""
        return (await self._context()).special_texts()

    async def save(self, conversation: str) -> bytes:
        """What the cache holds for a conversation between two of its requests; Invalid when nothing."""
        await self._context()
        return await self._between_steps(lambda scheduler: state.save(scheduler, conversation))

    async def restore(self, conversation: str, saved: bytes) -> None:
        """Puts back what `save` gave, here or in another process with the same model and adapter.

        Raises Invalid for other data, Busy when there is no room.
        """
        await self._context()
        await self._between_steps(lambda scheduler: state.restore(scheduler, conversation, saved))

    async def close(self) -> None:
        """Ends the thread and frees the model; open requests fail as Unavailable."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _prepare(self, context: Context, request: Request) -> Generation:
        """Checks everything about a request before any token of it is evaluated."""
        if request.adapter and request.adapter not in self.adapters:
            raise UnknownAdapter("There is no such adapter: see RECEPTION_ADAPTERS, or /v1/models.")
        tokens = context.tokenize(request.prompt)
        if not tokens or len(tokens) + request.max_tokens > context.length:
            raise PromptTooLong(
                f"Prompt and answer must have between 1 and {context.length} tokens together: shorten the"
                " prompt, ask for fewer tokens, or set a larger RECEPTION_CONTEXT_TOKENS."
            )
        sampler = None if request.sampling == LIKELIEST else Sampler(request.sampling, context.vocabulary)
        guess = context.tokenize(request.guess) if request.guess and self._drafts else ()
        draft = context.tokenize(" " + request.draft) if request.draft and self._drafts else ()
        return Generation(
            tokens,
            Constraint(context.tokenizer, request.grammar, forced=self._forced),
            max_tokens=request.max_tokens,
            guess=guess,
            draft=draft,
            stop=request.stop,
            ends=context.tokenizer.eos_tokens,
            sampler=sampler,
            steady=STEP_TOKENS if request.steady else 0,
            lean={context.tokenize(text)[0]: more for text, more in request.lean.items()},
            spell=context.tokenizer.decode_bytes,
        )

    async def _context(self) -> Context:
        with self._wake:
            self._check_open()
            failed = self._loaded is not None and self._loaded.done() and self._loaded.exception()
            if self._loaded is None or failed:
                self._loaded = Future()
                self._thread = threading.Thread(target=self._work, args=(self._loaded,), daemon=True)
                self._thread.start()
        return await asyncio.shield(asyncio.wrap_future(self._loaded))

    def _check_open(self) -> None:
        if self._closing:
            raise Unavailable("The language model has been shut down.")

    async def _run(self, job: Job) -> None:
        with self._wake:
            self._check_open()
            request = job.request
            self._waiting.push(
                job, priority=request.priority, owner=request.conversation, now=time.monotonic()
            )
            self._wake.notify()
        # Cancelling the task cancels the future; the engine drops the job at its next step.
        await asyncio.wrap_future(job.future)

    async def _between_steps(self, errand: Callable[[Scheduler], T]) -> T:
        done: Future[T] = Future()

        def run(scheduler: Scheduler) -> None:
            if not done.set_running_or_notify_cancel():
                return  # the caller was cancelled meanwhile
            try:
                done.set_result(errand(scheduler))
            except ReceptionError as error:
                done.set_exception(error)

        with self._wake:
            self._check_open()
            self._errands.append(run)
            self._wake.notify()
        return await asyncio.wrap_future(done)

    def _work(self, loaded: Future[Context]) -> None:
        """The engine's thread: loads, works until closed, frees."""
        try:
            context = Context(self._locate(), **self._options)  # type: ignore[arg-type]
        except ReceptionError as error:
            loaded.set_exception(error)
            return
        except Exception as error:
            log.error("model_load_failed", kind=type(error).__name__)
            loaded.set_exception(Unavailable("The language model could not be loaded."))
            return
        loaded.set_result(context)
        scheduler = Scheduler(context, gpu=self._options["gpu_layers"] != 0, trace=self._trace)
        try:
            while self._admit(scheduler):
                scheduler.step()
        finally:
            self._shut_down(scheduler)
            context.close()

    def _admit(self, scheduler: Scheduler) -> bool:
        """Waits for work, runs errands and lets waiting jobs start; False when the engine closes."""
        with self._wake:
            self._wake.wait_for(
                lambda: self._closing or self._errands or len(self._waiting) or scheduler.running
            )
            if self._closing:
                return False
            errands, self._errands = self._errands, []
            for gone in self._waiting.discard(lambda job: job.over):
                gone.settle(gone.overdue())
            now = time.monotonic()
            while (job := self._waiting.peek(now)) is not None and scheduler.start(job):
                self._waiting.pop(now)
                metrics.WAIT.observe(now - job.asked)
            metrics.WAITING.set(len(self._waiting))
            metrics.RUNNING.set(len(scheduler.running))
        for errand in errands:
            errand(scheduler)
        return True

    def _shut_down(self, scheduler: Scheduler) -> None:
        with self._wake:
            self._closing = True
            errands, self._errands = self._errands, []
            jobs = [*scheduler.running, *self._waiting.discard(lambda _: True)]
        for job in jobs:
            job.settle(Unavailable("The language model has been shut down."))
        for errand in errands:
            errand(scheduler)


def _on_loop(listener: Listener | None) -> Listener | None:
    """Tells a listener on the event loop that is running now."""
    if listener is None:
        return None
    loop = asyncio.get_running_loop()
    return lambda text: _call_soon(loop, listener, text)


def _call_soon(loop: asyncio.AbstractEventLoop, listener: Listener, text: str) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(listener, text)


def _completion(job: Job, seconds: float) -> Completion:
    generation = job.generation
    metrics.SECONDS.observe(seconds)
    metrics.NEAR_TIES.inc(generation.near_ties)
    metrics.TOKENS.labels("written").inc(len(generation.answer))
    return Completion(
        generation.text,
        generation.confidence,
        tokens=len(generation.answer),
        ms=seconds * 1000,
        prompt_tokens=generation.prompt_length,
        cut=generation.cut,
        near_ties=generation.near_ties,
        evaluated=job.evaluated,
        steps=job.steps,
    )
