"""The points of a call at which Twilio itself listens: Gather, Record, and the ringing of a transfer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from reception.carrier.documents import Dial, Gather, Hangup, Pause, Record, Say, read_document
from reception.carrier.speech import END_OF_SPEECH, CallClock, Voice, seconds_of
from reception.carrier.webhooks import Webhooks


@dataclass(frozen=True)
class Called:
    """Whoever is called by a transfer. `answer`: completed, no-answer, busy or failed."""

    answer: str = "completed"
    after: float = 2.0
    talks: float = 20.0
    presses: str = "1"


class _Stage:
    """What all of them have in common: a result that the caller's doing brings about."""

    def __init__(self, clock: CallClock, voice: Voice) -> None:
        self.pending = False
        self.clock, self.voice = clock, voice
        self.hung_up = False
        self._stirred = asyncio.Event()  # the caller has begun
        self._result: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def answered(self, patience: float) -> bool:
        """Whether the stage ends, with what was said, within so many real seconds."""
        if self.pending:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._result), patience)
        return not self.pending or self._result.done()

    def hang_up(self) -> None:
        self.hung_up = True
        self._finish({})

    async def _stir(self, seconds: float) -> bool:
        """Waits for the caller to do something, so many of the call's seconds; False when they don't."""
        stirred = asyncio.ensure_future(self._stirred.wait())
        waiting: set[asyncio.Future[Any]] = {stirred, self._result}
        try:
            done, _ = await asyncio.wait(
                waiting, timeout=self.clock.real(seconds), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            stirred.cancel()
        return bool(done)

    def _finish(self, result: dict[str, str]) -> None:
        if not self._result.done():
            self._result.set_result(result)


class Gathering(_Stage):
    """Prompts are spoken, and speech or keys end them."""

    def __init__(self, verb: Gather, clock: CallClock, voice: Voice) -> None:
        super().__init__(clock, voice)
        self._verb = verb
        self._keys = ""

    async def run(self) -> dict[str, str]:
        """What the action is told; empty when nothing was heard."""
        for prompt in self._verb.prompts:
            if isinstance(prompt, Say) and prompt.text:
                self.voice.speak(prompt.text)
        pauses = sum(one.seconds for one in self._verb.prompts if isinstance(one, Pause))
        await self._until(self.voice.until - self.clock.now() + pauses)
        await self._until(self._verb.timeout)
        while self._stirred.is_set() and not self._result.done():
            self._stirred.clear()
            await self._until(self._verb.timeout)
        if not self._result.done() and self._keys:
            return {"Digits": self._keys}
        return self._result.result() if self._result.done() else {}

    async def _until(self, seconds: float) -> None:
        """Waits so many of the call's seconds, or until the caller begins or has done."""
        if seconds > 0 and not self._result.done() and not self._stirred.is_set():
            await self._stir(seconds)

    async def say(self, words: str, interrupt_after: float | None = None) -> None:
        """Speech; lost where only keys are listened to."""
        if interrupt_after is not None:
            await self.clock.wait(interrupt_after)
        if "speech" not in self._verb.inputs:
            return
        self._begin()
        await self.clock.wait(seconds_of(words) + END_OF_SPEECH)
        self.pending = True
        self._finish({"SpeechResult": words, "Confidence": "0.9"})

    async def press(self, keys: str, interrupt_after: float | None = None) -> None:
        """Keys, until there are enough of them or the finishing one comes."""
        if "dtmf" not in self._verb.inputs:
            return
        self._begin()
        self.pending = True
        for key in keys:
            self._stirred.set()
            if key == self._verb.finish:
                self._finish({"Digits": self._keys} if self._keys else {"Digits": "", "FinishedOnKey": key})
                return
            self._keys += key
            if self._verb.digits and len(self._keys) >= self._verb.digits:
                self._finish({"Digits": self._keys})
                return
            await self.clock.wait(0.3)

    def _begin(self) -> None:
        self._stirred.set()
        if self.voice.speaking:
            self.voice.interrupt()


class Recording(_Stage):
    """A voicemail: what is said until the caller is silent, presses the key or hangs up."""

    def __init__(self, verb: Record, clock: CallClock, voice: Voice) -> None:
        super().__init__(clock, voice)
        self._verb = verb
        self._words: list[str] = []
        self._began = clock.now()

    async def run(self) -> str:
        """The words recorded."""
        while not self._result.done():
            self._stirred.clear()
            if not await self._stir(self._verb.timeout):
                break
        return " ".join(self._words)

    @property
    def seconds(self) -> int:
        """Whole seconds since the beginning."""
        return int(self.clock.now() - self._began)

    async def say(self, words: str, interrupt_after: float | None = None) -> None:
        """Is recorded."""
        self._stirred.set()
        await self.clock.wait(seconds_of(words))
        self._words.append(words)
        self._stirred.set()

    async def press(self, keys: str, interrupt_after: float | None = None) -> None:
        """A finishing key ends the recording."""
        if set(keys) & set(self._verb.finish):
            self._finish({"Digits": keys})


class Dialling(_Stage):
    """Another phone rings; who answers it hears the whisper first and may refuse."""

    def __init__(
        self,
        verb: Dial,
        called: Called,
        clock: CallClock,
        webhooks: Webhooks,
        form: Mapping[str, str],
        whispered: list[str],
    ) -> None:
        """What is whispered is added to `whispered`."""
        super().__init__(clock, Voice(clock))
        self.whispered = whispered
        self._verb, self._called, self._webhooks, self._form = verb, called, webhooks, form
        self._leg = f"CA{uuid4().hex}"

    async def run(self) -> dict[str, str]:
        """What the action is told of the other call."""
        answer = self._called.answer
        await self._pass(min(self._called.after, self._verb.timeout))
        if self._called.after > self._verb.timeout:
            answer = "no-answer"
        bridged = answer == "completed"
        if bridged and self._verb.whisper:
            bridged = await self._whisper(self._verb.whisper)
        if self.hung_up:
            answer, bridged = "canceled", False
        told = {
            "DialCallSid": self._leg,
            "DialCallStatus": answer,
            "DialBridged": "true" if bridged else "false",
        }
        if bridged:
            await self._pass(self._called.talks)
            told["DialCallDuration"] = str(int(self._called.talks))
        return told

    async def say(self, words: str, interrupt_after: float | None = None) -> None:
        """Nobody of ours hears it."""

    async def press(self, keys: str, interrupt_after: float | None = None) -> None:
        """Nobody of ours hears it."""

    async def _pass(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._result), self.clock.real(seconds))

    async def _whisper(self, url: str) -> bool:
        """Plays a document to whoever answered; whether they take the call."""
        for _ in range(5):
            form = {**self._form, "CallSid": self._leg, "ParentCallSid": self._form["CallSid"]}
            form |= {"To": self._verb.number, "Called": self._verb.number, "Direction": "outbound-dial"}
            form |= {"CallStatus": "in-progress"}
            if url != self._verb.whisper:
                form["Digits"] = self._called.presses
            following = ""
            for verb in read_document(await self._webhooks.post(url, form)).verbs:
                match verb:
                    case Say():
                        self.whispered.append(verb.text)
                    case Gather():
                        self.whispered += [one.text for one in verb.prompts if isinstance(one, Say)]
                        if self._called.presses:
                            following = verb.action
                            break
                    case Hangup():
                        return False
            if not following:
                return True
            url = following
        return False
