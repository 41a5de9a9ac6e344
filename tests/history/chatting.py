"""Patients who chat: a message goes to any service, with the same identifier until it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import uuid4

import httpx

from tests.history.record import Event, Record
from tests.history.talking import Mind, Person, Wish, someone
from tests.history.world import Patient, Reader, Season, Slot

#: Seconds after which a patient gives up; how often one does so at the first trouble; and sends all again.
PATIENCE, GIVING_UP, AGAIN = 45.0, 0.03, 0.05
PASSING = (429, 500, 502, 503, 504)


@dataclass
class Chat:
    """One conversation as the patient saw it; what was sent last may be `unknown`."""

    id: str
    token: str
    patient: Patient
    sent: list[tuple[str, str]] = field(default_factory=list)  # client identifier and words, acknowledged
    unknown: Event | None = None
    seen: list[dict[str, Any]] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)


class Chatter:
    """One worker: one conversation after the other, as one of its patients."""

    def __init__(
        self, name: str, urls: Sequence[str], http: httpx.AsyncClient, record: Record, reader: Reader,
        own: Sequence[Patient], season: Season, seed: int,
    ) -> None:  # fmt: skip
        self.name, self._urls, self._http, self._record, self._reader = name, urls, http, record, reader
        self._rng, self._season = Random(seed), season
        self._own = [Person(one) for one in own]
        self.chats: list[Chat] = []

    async def work(self) -> None:
        """Until the record is full; what is begun then is brought to an end."""
        while not self._record.full:
            person = someone(self._own, self._rng)
            await self._converse(Mind(person, self._rng, by_phone=False, season=self._season))

    async def _converse(self, mind: Mind) -> None:
        event = self._record.invoke(self.name, "start")
        answer = await self._send("/api/chat/conversations", {}, {}, giving_up=False)
        if answer is None:
            self._record.complete(event, "unknown")
            return
        chat = Chat(answer["id"], answer["token"], mind.patient, seen=list(answer["messages"]))
        self._record.complete(event, "ok", conversation=chat.id)
        self.chats.append(chat)
        wish: Wish | None = mind.opening()
        while wish is not None and wish.about != "leave":
            said = await self._turn(chat, mind, wish)
            if said is None or said["status"] != "open":
                return
            told = self._reader.told(" ".join(one["text"] for one in said["messages"]))
            mind.learn(told)
            mind.options = _offered(said["messages"])
            wish = mind.answer(told)

    async def _turn(self, chat: Chat, mind: Mind, wish: Wish) -> dict[str, Any] | None:
        words = wish.words if wish.about != "option" or wish.slot is None else self._reader.said(wish.slot)
        body = {"text": words, "client_id": str(uuid4())}
        event = self._record.invoke(
            self.name, "say", channel="chat", conversation=chat.id, patient=mind.patient.name,
            minutes=mind.patient.minutes, words=words, slot=wish.slot, about=wish.about,
            client_id=body["client_id"], task=mind.task,
        )  # fmt: skip
        path, headers = (
            f"/api/chat/conversations/{chat.id}/messages",
            {"Authorization": f"Bearer {chat.token}"},
        )
        answer = await self._send(path, body, headers)
        if answer is None:
            chat.unknown = event
            self._record.complete(event, "unknown")
            return None
        text = " ".join(one["text"] for one in answer["messages"])
        self._record.complete(
            event, "ok", told=self._reader.told(text), offered=_offered(answer["messages"]),
            messages=[one["id"] for one in answer["messages"]], status=answer["status"],
        )  # fmt: skip
        chat.sent.append((body["client_id"], words))
        chat.seen += answer["messages"]
        if self._rng.random() < AGAIN:
            await self._again(chat, path, body, headers, answer)
        return answer

    async def _again(
        self, chat: Chat, path: str, body: dict[str, str], headers: dict[str, str], first: dict[str, Any]
    ) -> None:
        """The very same message once more, to whichever service: the same answer, and nothing changes."""
        event = self._record.invoke(self.name, "again", conversation=chat.id)
        answer = await self._send(path, body, headers, giving_up=False)
        same = answer is not None and answer["messages"] == first["messages"]
        self._record.complete(event, "unknown" if answer is None else "ok", same=same)
        if answer is not None and not same:
            chat.differing.append(body["client_id"])

    async def _send(
        self, path: str, body: dict[str, str], headers: dict[str, str], *, giving_up: bool = True
    ) -> dict[str, Any] | None:
        """The answer, from the first service that gives one; None for who gave up."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while loop.time() < end:
            try:
                url = self._rng.choice(list(self._urls))
                response = await self._http.post(url + path, json=body, headers=headers)
                if response.status_code not in PASSING:
                    assert response.status_code == 201, (path, response.status_code, response.text)
                    answer: dict[str, Any] = response.json()
                    return answer
            except httpx.TransportError:
                pass
            if giving_up and self._rng.random() < GIVING_UP:
                return None
            await asyncio.sleep(self._rng.uniform(0.05, 0.3))
        return None


def _offered(messages: Sequence[dict[str, Any]]) -> list[Slot]:
    """The times among the options of the last message."""
    if not messages or messages[-1]["expects"] != "slot":
        return []
    return [slot_of(one["value"]) for one in messages[-1]["options"]]


def slot_of(value: Mapping[str, str]) -> Slot:
    """The time that an option's value names."""
    return Slot(value["practitioner"], datetime.fromisoformat(value["start"]).timestamp())
