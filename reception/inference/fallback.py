"""Two language models as one: an inference server, and a small local model that answers while it is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from math import inf
from typing import Any

import structlog

from reception.errors import Busy, Invalid, Late, MisconfiguredError, ReceptionError, Unavailable
from reception.inference.language_model import Completion, LanguageModel, Listener, Priority, Request
from reception.inference.metrics import ANSWERS, ASKED, AWAY, REMOTE_SECONDS

#: Seconds until the primary is asked whether it is back, and the most that they grow to.
PAUSE, LONGEST_PAUSE = 2.0, 30.0

#: What the caller did wrong or no longer needs, whichever model says so: no reason to ask another.
_CALLERS = (Invalid, Late)
#: What may go better with the other model.
_FAILURES = (Unavailable, MisconfiguredError, Busy)

log = structlog.get_logger()


class FallbackModel:
    """A `LanguageModel` that asks `primary`, and `local` when that one fails or takes too long.

    After a failure everything goes to `local`, until `primary` says in the background that it is ready. Each
    request chooses when it comes, so no answer is ever made of both.
    """

    def __init__(
        self,
        primary: LanguageModel,
        local: LanguageModel,
        *,
        patience: float = 2.0,
        phone_patience: float = 1.0,
        pause: float = PAUSE,
    ) -> None:
        """In seconds: the `patience` with `primary`, and the `pause` before asking whether it is back."""
        self._primary, self._local = primary, local
        self._patience = {Priority.PHONE: phone_patience, Priority.CHAT: patience}
        self._shortest_pause = self._pause = pause
        self._away = False
        self._proven = True  # whether the primary has answered since it was last taken back
        self._closing = False
        self._complained: set[str] = set()
        self._checks: dict[str, asyncio.Task[None]] = {}
        for model in ("remote", "local"):
            ANSWERS.labels(model)  # from nought: the autoscaler takes a figure that is missing for a fault

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        """See `LanguageModel.complete`. The listener hears the primary's answers in one piece.

        Reading ahead (`max_tokens` 0) is tried on the model in use and not missed when it fails.
        """
        if request.max_tokens == 0:
            return await self._read_ahead(request)
        start = time.perf_counter()
        if self._away:
            done = await self._answer_locally(request, listener)
        else:
            done = await self._answer(request, listener)
        return replace(done, ms=(time.perf_counter() - start) * 1000)

    async def ready(self) -> None:
        """Returns once either model answers; raises what is wrong with the local one when neither does."""
        local = self._check("local", self._load_local)
        waiting = {local, self._check("primary", self._look_at_primary)}
        while waiting:
            # Cancelling this leaves both at work: the local model goes on loading for when it is needed.
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if any(not one.cancelled() and one.exception() is None for one in done):
                return
        local.result()

    async def close(self) -> None:
        """Ends both models and the looking for the primary; open requests fail as Unavailable."""
        self._closing = True
        for check in self._checks.values():
            check.cancel()
        await asyncio.gather(*self._checks.values(), return_exceptions=True)
        await asyncio.gather(self._primary.close(), self._local.close())

    async def _answer(self, request: Request, listener: Listener | None) -> Completion:
        """The primary's answer, or the local model's when that one fails or takes too long."""
        start = time.perf_counter()
        ASKED.inc()
        # Without the listener: what it has heard could not be taken back when the primary dies half way.
        asked = asyncio.create_task(self._primary.complete(request))
        asked.add_done_callback(_retrieve)
        asked.add_done_callback(lambda task: _no_longer_asked(task, start))
        try:
            if not await self._in_time(asked, request):
                return await self._answer_locally(_shortened(request, start), listener, asked)
            return self._answered_by_primary(asked.result(), listener)
        finally:
            asked.cancel()

    async def _in_time(self, asked: asyncio.Task[Completion], request: Request) -> bool:
        """Whether the primary ends within its patience, with an answer or an error that is the caller's."""
        patience = self._patience.get(request.priority, inf)
        # Half of what is left until the deadline belongs to the local model.
        limit = min(patience, inf if request.deadline is None else request.deadline / 2)
        await asyncio.wait({asked}, timeout=None if limit == inf else limit)
        if not asked.done():
            if limit == patience:  # a caller in a hurry does not make the primary slow
                self._leave(TimeoutError())
            return False
        error = asked.exception()
        if error is None or isinstance(error, _CALLERS):
            return True
        self._leave(error)
        return False

    async def _answer_locally(
        self, request: Request, listener: Listener | None, asked: asyncio.Task[Completion] | None = None
    ) -> Completion:
        """The local model's answer; when it fails, the primary's after all, however late or unlikely."""
        try:
            done = await self._local.complete(request, listener)
        except _FAILURES as error:
            if self._closing:
                raise
            try:
                late = await (self._primary.complete(request) if asked is None else asked)
            except Exception as second:
                raise error from second
            return self._answered_by_primary(late, listener)
        ANSWERS.labels("local").inc()
        return done

    def _answered_by_primary(self, done: Completion, listener: Listener | None) -> Completion:
        self._proven = True
        ANSWERS.labels("remote").inc()
        if listener is not None and done.text:
            listener(done.text)
        return done

    async def _read_ahead(self, request: Request) -> Completion:
        model = self._local if self._away else self._primary
        try:
            return await model.complete(request)
        except _CALLERS:
            raise
        except Exception:  # nobody waits for it, and a turn will find out for itself
            return Completion("", 1.0, 0, 0.0)

    def _leave(self, error: BaseException) -> None:
        """Turns to the local model until the primary is back."""
        if self._away or self._closing:
            return
        self._away = True
        AWAY.set(1)
        # One that says it is ready and then fails each time is asked more and more rarely.
        longer = min(self._pause * 2, max(LONGEST_PAUSE, self._shortest_pause))
        self._pause = self._shortest_pause if self._proven else longer
        self._proven = False
        log.warning("inference_moved", to="local", reason=type(error).__name__)
        if isinstance(error, MisconfiguredError):
            self._complain("inference_misconfigured", error)
        self._check("return", self._wait_for_primary)

    async def _wait_for_primary(self) -> None:
        while self._away:
            await asyncio.sleep(self._pause)
            try:
                # One that hangs even here may meanwhile have been replaced at the same address.
                async with asyncio.timeout(self._patience[Priority.CHAT]):
                    await self._primary.ready()
            except Exception:  # whatever it is, the primary is not back
                continue
            self._away = False
            AWAY.set(0)
            log.info("inference_moved", to="remote", reason="ready")

    async def _look_at_primary(self) -> None:
        try:
            await self._primary.ready()
        except Exception as error:
            self._leave(error)
            raise

    async def _load_local(self) -> None:
        try:
            await self._local.ready()
        except ReceptionError as error:
            # The primary may hide it for long; better known before the local model is needed.
            self._complain("fallback_not_ready", error)
            raise

    def _complain(self, event: str, error: ReceptionError) -> None:
        """Logs an error that stays until somebody repairs it, once and not at every look."""
        if str(error) not in self._complained:
            self._complained.add(str(error))
            log.error(event, reason=str(error))

    def _check(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """The task of this name, started unless it is running."""
        task = self._checks.get(name)
        if task is None or task.done():
            task = self._checks[name] = asyncio.create_task(work())
            task.add_done_callback(_retrieve)
        return task


def _shortened(request: Request, start: float) -> Request:
    """The request with what is left of its deadline."""
    if request.deadline is None:
        return request
    return replace(request, deadline=max(0.0, request.deadline - (time.perf_counter() - start)))


def _no_longer_asked(task: asyncio.Task[Completion], start: float) -> None:
    ASKED.dec()
    if not task.cancelled() and task.exception() is None:
        REMOTE_SECONDS.observe(time.perf_counter() - start)


def _retrieve(task: asyncio.Task[Completion] | asyncio.Task[None]) -> None:
    """Looks at the outcome of a task nobody may wait for, since asyncio else reports its error as lost."""
    if not task.cancelled():
        task.exception()
