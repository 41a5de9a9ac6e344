"""Patients who wait and are asked by text: they say yes or no, soon or too late, or nothing at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from random import Random
from uuid import NAMESPACE_URL, uuid4, uuid5
from xml.etree import ElementTree

from reception.carrier.messages import CarriedText
from reception.carrier.reaching import line_to
from reception.carrier.webhooks import Delivery, WebhookFailed
from tests.history.installation import ACCOUNT, Installation, id_of
from tests.history.record import Event, Record
from tests.history.world import NUMBER, Patient, Reader, patients

#: What an offer asks for, and how often somebody says yes, says no, and thinks too long.
OFFER, YES, NO, LATE = "Reply YES", 0.7, 0.2, 0.15
#: How often the same text is delivered when nothing comes back.
MOST_TRIES = 4


@dataclass
class Texted:
    """One answer to an offer: the message, the offer's text, and what was answered."""

    sid: str
    offer: str
    event: Event
    answers: list[str]
    differing: bool = False

    @property
    def client_id(self) -> str:
        """The identifier of the message in its conversation."""
        return str(uuid5(NAMESPACE_URL, f"twilio:{self.sid}"))


class TextPatient:
    """One worker: takes one offer after the other, whoever got it."""

    def __init__(
        self, name: str, world: Installation, offers: list[CarriedText], record: Record, reader: Reader,
        seed: int, *, late: float,
    ) -> None:  # fmt: skip
        """`offers` are shared with other workers; who thinks too long thinks `late` seconds."""
        self.name, self._world, self._offers, self._record, self._reader = name, world, offers, record, reader
        self._rng, self._late = Random(seed), late
        self.answered: list[Texted] = []

    async def work(self) -> None:
        """Until the record is full."""
        while not self._record.full:
            if not self._offers:
                await asyncio.sleep(0.1)
                continue
            text, chance = self._offers.pop(), self._rng.random()
            if chance < YES + NO:
                late = self._rng.random() < LATE
                await asyncio.sleep(self._late if late else self._rng.uniform(0, 1))
                await self._answer(text, "YES" if chance < YES else "NO")

    async def _answer(self, text: CarriedText, word: str) -> None:
        patient = next(one for one in patients() if one.phone == text.recipient)
        sid, offer = f"SM{uuid4().hex}", id_of(text)
        event = self._record.invoke(
            self.name, "say", channel="sms", conversation=sid, patient=patient.name, minutes=patient.minutes,
            words=word, slot=None, about="offer", task="waitlist", text=offer,
        )  # fmt: skip
        answers = await self._sent(sid, patient, word)
        told = self._reader.told(" ".join(answers))
        texted = Texted(sid, offer, event, answers)
        self.answered.append(texted)
        if not told:
            self._record.complete(event, "unknown")
            return
        self._record.complete(event, "ok", told=told, offered=[])
        again = await self._delivered(sid, patient, word)  # once more, to whichever service
        texted.differing = again is not None and bool(self._reader.told(" ".join(again))) and again != answers

    async def _sent(self, sid: str, patient: Patient, word: str) -> list[str]:
        """The desk's answers; none where the desk could not be reached, or could look nothing up."""
        for _ in range(MOST_TRIES):
            answers = await self._delivered(sid, patient, word)
            if answers is not None and self._reader.told(" ".join(answers)):
                return answers
            await asyncio.sleep(self._rng.uniform(0.1, 0.5))
        return []

    async def _delivered(self, sid: str, patient: Patient, word: str) -> list[str] | None:
        form = {"AccountSid": ACCOUNT, "MessageSid": sid, "From": patient.phone, "To": NUMBER, "Body": word}
        base = self._rng.choice(self._world.urls)
        try:
            async with line_to(self._world.settings(), base, Delivery(retries=1)) as webhooks:
                body = await webhooks.post("/twilio/sms", form)
        except WebhookFailed:
            return None
        return [one.text or "" for one in ElementTree.fromstring(body).findall("Message")]
