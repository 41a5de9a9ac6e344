"""Patients who call, as Twilio lets them: by webhooks and WebSocket; a line that breaks ends the call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from reception.carrier.call import Call
from reception.carrier.caller import ACCOUNT, Caller, CallOver
from reception.carrier.reaching import line_to
from reception.carrier.speech import CallClock
from reception.carrier.webhooks import Delivery, WebhookFailed
from reception.settings import Settings
from tests.history.record import Event, Record
from tests.history.talking import Mind, Person, Wish, someone
from tests.history.world import NUMBER, Patient, Reader, Season, Told

#: How many of a call's seconds pass in a real one, and real seconds until an answer counts as lost.
SPEED, PATIENCE = 3000.0, 15.0


@dataclass
class Talk:
    """One call: what the caller said, in order, and heard."""

    call_sid: str
    patient: Patient
    said: list[str] = field(default_factory=list)
    unknown: Event | None = None
    told: list[Told] = field(default_factory=list)


class PhonePatient:
    """One worker: one call after the other, as one of its patients."""

    def __init__(
        self, name: str, urls: Sequence[str], settings: Settings, record: Record, reader: Reader,
        own: Sequence[Patient], season: Season, seed: int,
    ) -> None:  # fmt: skip
        self.name, self._urls, self._settings = name, urls, settings
        self._record, self._reader, self._rng = record, reader, Random(seed)
        self._season = season
        self._own = [Person(one) for one in own]
        self.talks: list[Talk] = []

    async def work(self) -> None:
        """Until the record is full."""
        while not self._record.full:
            person = someone(self._own, self._rng)
            base = self._rng.choice(list(self._urls))
            async with line_to(self._settings, base, Delivery(retries=2)) as webhooks:
                call = Call(webhooks, base, Caller(person.patient.phone, NUMBER, ACCOUNT), CallClock(SPEED))
                talk = Talk(call.form["CallSid"], person.patient)
                self.talks.append(talk)
                await self._live(call, talk, Mind(person, self._rng, by_phone=True, season=self._season))

    async def _live(self, call: Call, talk: Talk, mind: Mind) -> None:
        running = asyncio.create_task(call.run())
        event = self._record.invoke(self.name, "call", call=talk.call_sid)
        try:
            reached = await call.relay()
            self._record.complete(event, "ok" if reached else "failed")
            if reached is not None:
                await self._talk(call, talk, mind)
        except CallOver:
            if event.outcome == "unknown":
                self._record.complete(event, "failed")
        finally:
            over = self._record.invoke(self.name, "hang_up", call=talk.call_sid)
            call.hang_up()
            with suppress(WebhookFailed):
                await running
                await call.webhooks.again("/twilio/status")  # twice does no harm, and this one tells
                self._record.complete(over, "ok")
            if over.outcome == "unknown":
                self._record.complete(over, "unknown")

    async def _talk(self, call: Call, talk: Talk, mind: Mind) -> None:
        wish: Wish | None = mind.opening()
        while wish is not None and wish.about != "leave":
            told = await self._turn(call, talk, mind, wish)
            if told is None or any(one.key == "goodbye" for one in told):
                return
            mind.learn(told)
            wish = mind.answer(told)

    async def _turn(self, call: Call, talk: Talk, mind: Mind, wish: Wish) -> list[Told] | None:
        heard = len(call.voice.heard)
        session = call.session
        if session is None:
            return None
        event = self._record.invoke(
            self.name, "say", channel="phone", conversation=talk.call_sid, patient=mind.patient.name,
            minutes=mind.patient.minutes, words=wish.words, slot=wish.slot, about=wish.about, task=mind.task,
        )  # fmt: skip
        talk.unknown = event
        told: list[Told] = []
        try:
            await call.say(wish.words)
            answered = await session.answered(PATIENCE)
            told = self._reader.told(" ".join(one.text.strip() for one in call.voice.heard[heard:]))
            # A broken line is "answered" too; and nothing can be looked up while the database is away.
            answered = answered and bool(told) and (call.session is session or told[-1].key == "goodbye")
        except CallOver:
            answered = False
        if not answered:
            self._record.complete(event, "unknown")
            return None
        talk.unknown = None
        talk.said.append(wish.words)
        talk.told += told
        self._record.complete(event, "ok", told=told, offered=[])
        return told
