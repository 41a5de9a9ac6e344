"""One call from ringing to the status report after it: does what the service's TwiML says, as Twilio does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar
from uuid import uuid4

from reception.carrier.caller import Caller, CallOver, Course, Stage, hears_no_more
from reception.carrier.documents import (
    BadDocument,
    Dial,
    Document,
    Gather,
    Hangup,
    Pause,
    Record,
    Redirect,
    Relay,
    Say,
    StartRecording,
    read_document,
)  # fmt: skip
from reception.carrier.session import Ended, Session
from reception.carrier.speech import CallClock, Spoken, Voice
from reception.carrier.stages import Called, Dialling, Gathering, Recording
from reception.carrier.webhooks import REFUSED, WebhookFailed, Webhooks
from reception.errors import MisconfiguredError

Result = TypeVar("Result")

#: Real seconds that a caller waits for whatever comes next.
PATIENCE = 30.0
#: Documents in a row without anything to hear or to say: a service that goes in circles.
MOST_DOCUMENTS = 200


class Call:
    """`run` lives the call; meanwhile the caller speaks, presses keys, listens and hangs up."""

    def __init__(
        self,
        webhooks: Webhooks,
        base: str,
        caller: Caller,
        clock: CallClock,
        called: Called | None = None,
        on_speech: Callable[[Spoken], None] | None = None,
        on_event: Callable[[str], None] | None = None,
    ) -> None:
        """`base` is where the service listens, `called` whoever answers a transfer.

        `on_speech` is told what the desk says as it comes, `on_event` in words what happens on the line.
        """
        self.form = caller.form()
        self.clock = clock
        self.voice = Voice(clock, on_speech)
        self.course = Course()
        self.webhooks = webhooks
        self._event = on_event or (lambda _: None)
        self._base = base
        self._called = called or Called()
        self._stage: Stage | None = None
        self._staged = asyncio.Event()
        self._over = asyncio.Event()
        self._told_of_recording: list[str] = []
        self.hung_up = False

    @property
    def over(self) -> bool:
        return self._over.is_set()

    @property
    def session(self) -> Session | None:
        """The relay's session, while there is one."""
        return self._stage if isinstance(self._stage, Session) and not self._stage.over else None

    async def relay(self) -> Session | None:
        """The relay's session, once the call is at a point where the caller is heard."""
        await self._listened()
        return self.session

    async def run(self) -> None:
        """Raises WebhookFailed without a usable answer, MisconfiguredError when the signature is refused."""
        status = "completed"
        try:
            await self._live()
        except WebhookFailed as error:
            self.course.errors.append(error.code)
            status = "failed"
            raise
        finally:
            self._over.set()
            self._staged.set()
            with suppress(WebhookFailed):
                await self._report(status)

    async def say(self, words: str, interrupt_after: float | None = None) -> None:
        """Says it once somebody listens; after so many seconds of the desk's words when that is given."""
        if interrupt_after is None:
            await self.listen()
        await (await self._listened()).say(words, interrupt_after)

    async def press(self, keys: str, interrupt_after: float | None = None) -> None:
        """Presses keys, over the desk's words too."""
        await (await self._listened()).press(keys, interrupt_after)

    async def listen(self, patience: float = PATIENCE) -> bool:
        """Waits for the desk's answer and hears it out; False when it does not come in real seconds."""
        stage = await self._stage_after(None)
        answered = stage is None or await stage.answered(patience)
        if answered and stage is not None and hears_no_more(stage):
            await self._stage_after(stage)
        await self.clock.wait(self.voice.until - self.clock.now())
        return answered

    async def new_words(self, patience: float = PATIENCE) -> bool:
        """Waits until the desk says something by itself, and hears it out."""
        before, waited = len(self.voice.heard), 0.0
        while len(self.voice.heard) == before and waited < patience and not self.over:
            await asyncio.sleep(0.05)
            waited += 0.05
        await self.clock.wait(self.voice.until - self.clock.now())
        return len(self.voice.heard) > before

    def hang_up(self) -> None:
        """The caller puts the phone down, unless the desk was first."""
        if self.over:
            return
        self.hung_up = True
        if self._stage is not None:
            self._stage.hang_up()

    async def ended(self, patience: float = PATIENCE) -> bool:
        """Whether the call ends within so many real seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), patience)
        return self.over

    async def _listened(self) -> Stage:
        """The stage at which the caller is heard."""
        stage = await self._stage_after(None)
        if stage is not None and hears_no_more(stage):
            stage = await self._stage_after(stage)
        if stage is None:
            raise CallOver
        return stage

    async def _stage_after(self, stage: Stage | None) -> Stage | None:
        """The stage that the call is at, once it is another one than `stage`; None when the call is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not self.over and (self._stage is None or self._stage is stage):
                    self._staged.clear()
                    await self._staged.wait()
        return None if self.over else self._stage

    async def _live(self) -> None:
        document = await self._ask("/twilio/voice", {"CallStatus": "ringing"})
        for _ in range(MOST_DOCUMENTS):
            following = await self._follow(document)
            if following is None or self.hung_up:
                return
            document = following
        self.course.warnings.append("a call that goes in circles")

    async def _follow(self, document: Document) -> Document | None:
        """Does what a document says; the next one, or None when the call is over."""
        for verb in document.verbs:
            if self.hung_up:
                return None
            match verb:
                case Say():
                    await self._spoken(verb.text)
                case Pause():
                    await self.clock.wait(verb.seconds)
                case Relay():
                    return await self._relayed(verb)
                case Gather():
                    heard = await self._at(
                        gathering := Gathering(verb, self.clock, self.voice), gathering.run()
                    )
                    if heard:
                        return await self._ask(verb.action, heard)
                case Record():
                    return await self._recorded(verb)
                case Dial():
                    return await self._dialled(verb)
                case StartRecording():
                    self._told_of_recording.append(verb.told)
                case Redirect():
                    return await self._ask(verb.url, {})
                case Hangup():
                    return None
        return None

    async def _relayed(self, verb: Relay) -> Document | None:
        session = Session(verb, self.form, self._base, self.webhooks.signer, self.clock, self.voice)
        began = self.clock.now()
        ended: Ended = await self._at(session, session.run())
        self.course.turns += session.turns
        self.course.sessions.append(ended)
        if ended.error:
            self._event(f"the session failed: Twilio's error {ended.error} {ended.reason}".rstrip())
        if ended.reason == "refused":
            raise MisconfiguredError(REFUSED)
        form = {"SessionId": session.id, "SessionStatus": ended.status}
        form["SessionDuration"] = str(int(self.clock.now() - began))
        if ended.handoff is not None:
            form["HandoffData"] = ended.handoff
        if ended.error:
            self.course.errors.append(ended.error)
            form |= {"ErrorCode": str(ended.error), "ErrorMessage": "The session failed."}
        if not verb.action:
            return None
        return await self._ask(verb.action, form)

    async def _recorded(self, verb: Record) -> Document | None:
        self._event("recording; # ends it")
        recording = Recording(verb, self.clock, self.voice)
        words = await self._at(recording, recording.run())
        self.course.recordings.append(words)
        sid, url = f"RE{uuid4().hex}", f"https://api.twilio.com/2010-04-01/Recordings/{uuid4().hex}"
        form = {"RecordingSid": sid, "RecordingUrl": url, "RecordingDuration": str(recording.seconds)}
        following = None
        if verb.action:
            following = await self._ask(verb.action, form | {"Digits": "hangup" if self.hung_up else "#"})
        if verb.recorded:
            await self.webhooks.post(verb.recorded, self.form | form | {"RecordingStatus": "completed"})
        if verb.transcribed:
            done = {"TranscriptionSid": f"TR{uuid4().hex}", "TranscriptionStatus": "completed"}
            await self.webhooks.post(verb.transcribed, self.form | form | done | {"TranscriptionText": words})
        return following

    async def _dialled(self, verb: Dial) -> Document | None:
        self.course.transfers.append(verb.number)
        dialling = Dialling(verb, self._called, self.clock, self.webhooks, self.form, self.course.whispered)
        result = await self._at(dialling, dialling.run())
        self._event(f"the transfer to {verb.number}: {result['DialCallStatus']}")
        if not verb.action:
            return None
        return await self._ask(verb.action, result)

    async def _at(self, stage: Stage, running: Coroutine[Any, Any, Result]) -> Result:
        self._stage = stage
        self._staged.set()
        if self.hung_up:
            stage.hang_up()
        try:
            return await running
        finally:
            self._stage = None

    async def _spoken(self, text: str) -> None:
        if text:
            self.voice.speak(text, "none")
        await self.clock.wait(self.voice.until - self.clock.now())

    async def _ask(self, url: str, more: Mapping[str, str]) -> Document:
        status = {"CallStatus": "completed" if self.hung_up else "in-progress"}
        body = await self.webhooks.post(url, self.form | status | dict(more))
        if not body.strip():
            return Document(())
        try:
            document = read_document(body)
        except BadDocument as error:
            raise WebhookFailed(error.code, f"The service answered with no TwiML: {error}.") from error
        self.course.warnings += document.warnings
        for warning in document.warnings:
            self._event(f"Twilio would warn: {warning}")
        return document

    async def _report(self, status: str) -> None:
        more = {"CallStatus": status, "CallDuration": str(int(self.clock.now())), "SequenceNumber": "0"}
        await self.webhooks.post("/twilio/status", self.form | more)
        for url in filter(None, self._told_of_recording):
            done = {"RecordingSid": f"RE{uuid4().hex}", "RecordingStatus": "completed"}
            await self.webhooks.post(url, self.form | done)
