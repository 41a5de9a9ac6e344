"""Plays a scripted call against a service, and says what was not as the script wants it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from reception.carrier.call import Call
from reception.carrier.caller import Caller, CallOver
from reception.carrier.script import Expect, Script, Step
from reception.carrier.session import Session
from reception.carrier.speech import CallClock
from reception.carrier.stages import Called
from reception.carrier.webhooks import WebhookFailed, Webhooks
from reception.evaluation.dialogues import matches

#: Real seconds within which the desk must say what is expected, and within which the books must agree.
PATIENCE = 15.0
BOOKS = 5.0
#: And within which it must speak by itself after a silence.
SILENCE = 40.0
_LOOK = 0.05


class Host(Protocol):
    """The service under test."""

    base: str
    account: str
    webhooks: Webhooks

    async def books(self) -> dict[str, Any]:
        """The export."""

    async def kill(self) -> None:
        """Ends the process at once, and starts another one on the same port."""


class Playing:
    """One script being played."""

    def __init__(self, script: Script, host: Host, clock: CallClock) -> None:
        self.script, self.host = script, host
        self.problems: list[str] = []
        transfer = script.transfer
        called = Called(transfer.answer, transfer.after, transfer.talks, transfer.presses)
        caller = Caller(script.caller, script.called, host.account)
        self.call = Call(host.webhooks, host.base, caller, clock, called)
        self._since = -1.0  # when the caller last did something, in the call's seconds
        self._done: list[tuple[float, str]] = []

    async def play(self) -> list[str]:
        """Everything that was not as it should be; nothing when all was."""
        running = asyncio.create_task(self.call.run())
        try:
            for number, step in enumerate(self.script.steps, 1):
                try:
                    await self._do(step)
                except CallOver:
                    self.problems.append(f"step {number}: the call is over")
                    break
                if step.expect is not None:
                    wrong = [f"step {number}: {each}" for each in await self._wrong(step.expect)]
                    self.problems += wrong
        finally:
            self.call.hang_up()
            with suppress(WebhookFailed):
                await running
        self.problems += await self._in_the_end()
        return self.problems

    def transcript(self) -> list[str]:
        """What was said and done, in order."""
        heard = [one for one in self.call.voice.heard if one.text]
        said = [(one.begins, f"Desk: {one.text.strip()}{' —' if one.cut else ''}") for one in heard]
        return [line for _, line in sorted([*said, *self._done], key=lambda each: each[0])]

    async def _do(self, step: Step) -> None:
        call = self.call
        if step.expect is None and step.wait is None:
            if step.say is not None and step.interrupt_after is None:
                await call.listen()
            self._since = call.clock.now()
            things = step.model_dump(exclude_none=True, exclude={"interrupt_after"}).items()
            shown = ", ".join(f"{name} {value}".removesuffix(" True") for name, value in things)
            self._done.append((call.clock.now(), f"Caller: {step.say}" if step.say else f"({shown})"))
        if step.say is not None:
            await call.say(step.say, step.interrupt_after)
        elif step.press is not None:
            await call.press(step.press, step.interrupt_after)
        elif step.wait is not None:
            await call.clock.wait(step.wait)
        elif step.silence:
            await call.listen()
            self._since = call.clock.now()
            if not await call.new_words(SILENCE):
                self.problems.append("the desk was silent too")
        elif step.kill:
            await self.host.kill()
        elif step.hang_up:
            call.hang_up()
            await call.ended()
        elif step.deliver_again is not None:
            await call.webhooks.again(step.deliver_again)
        elif step.expect is None:
            await self._on_the_socket(step, await call.relay())

    async def _on_the_socket(self, step: Step, session: Session | None) -> None:
        """What concerns the WebSocket alone."""
        if session is None:
            self.problems.append("there was no WebSocket for a step that needs one")
        elif step.partial is not None:
            await session.partly(step.partial)
        elif step.frame is not None:
            await session.send(step.frame)
        elif step.drop:
            await session.drop()
        elif step.reconnect:
            await session.double()

    async def _wrong(self, expect: Expect) -> list[str]:
        """What is still not so after a while."""
        until = time.monotonic() + PATIENCE
        wrong = list(self._compared(expect))
        while wrong and time.monotonic() < until:
            await asyncio.sleep(_LOOK)
            wrong = list(self._compared(expect))
        heard = self._heard()
        wrong += [f"heard {words!r}" for words in _list(expect.not_heard) if _plain(words) in heard]
        return wrong

    def _compared(self, expect: Expect) -> Iterator[str]:
        course = self.call.course
        heard = self._heard()
        yield from (
            f"did not hear {words!r} but {heard!r}"
            for words in _list(expect.heard)
            if _plain(words) not in heard
        )
        if expect.over is not None and self.call.over != expect.over:
            yield "the call goes on" if expect.over else "the call is over"
        if expect.transferred_to and expect.transferred_to not in course.transfers:
            yield f"not transferred to {expect.transferred_to}"
        if expect.whispered and _plain(expect.whispered) not in _plain(" ".join(course.whispered)):
            yield f"{expect.whispered!r} was not whispered"

    def _heard(self) -> str:
        """What was heard since the caller's last doing, without what that cut short."""
        pieces = [one for one in self.call.voice.heard if one.begins > self._since and not one.cut]
        return _plain(" ".join(one.text for one in pieces))

    async def _in_the_end(self) -> list[str]:
        """The books may lag behind the end of the call."""
        course, end = self.call.course, self.script.end
        problems = [f"Twilio would warn: {each}" for each in course.warnings]
        if list(end.errors) != course.errors:
            problems.append(f"Twilio's errors are {course.errors}, not {list(end.errors)}")
        until = time.monotonic() + BOOKS
        wrong = list(_rows(self.script, await self.host.books(), self.call.form["CallSid"]))
        while wrong and time.monotonic() < until:
            await asyncio.sleep(_LOOK * 4)
            wrong = list(_rows(self.script, await self.host.books(), self.call.form["CallSid"]))
        return problems + wrong


def _rows(script: Script, books: Mapping[str, Any], call: str) -> Iterator[str]:
    for kind in ("appointments", "requests"):
        left = list(books[kind])
        for wanted in getattr(script.end.expected, kind):
            found = next((row for row in left if matches(wanted, row)), None)
            if found is None:
                yield f"missing in {kind}: {wanted}"
            else:
                left.remove(found)  # two wanted rows need two rows
        for unwanted in getattr(script.end.unexpected, kind):
            if any(matches(unwanted, row) for row in left):
                yield f"should not be in {kind}: {unwanted}"
    wanted_conversations = script.end.conversations
    if wanted_conversations is not None and len(books["conversations"]) != wanted_conversations:
        yield f"{len(books['conversations'])} conversations, not {wanted_conversations}"


def _list(words: str | Sequence[str]) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())
