"""Patients who chat through the proxy, whatever happens behind it, and remember all that they were told."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

#: Seconds after which a patient gives up sending the same message; and between two tries.
PATIENCE, PAUSE = 180.0, 0.3
MOST_TURNS = 24
PASSING = (429, 500, 502, 503, 504)

ANSWERS = {
    "request": "I would like to book a check-up",
    "appointment_type": "a check-up",
    "practitioner": "any doctor",
    "date": "as soon as possible",
    "time": "any time",
    "reason": "a check-up",
    "confirmation": "yes",
    "anything_else": "no thank you, goodbye",
    "callback": "tomorrow morning",
}


@dataclass
class Talk:
    """One conversation as its patient saw it: what was sent, and the messages that came."""

    id: str
    token: str
    sent: list[str] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)
    status: str = "open"
    booked: bool = False
    retries: int = 0

    def told(self) -> str:
        """What was said, for a person to read."""
        return "\n".join(
            [
                self.id,
                *(f"patient: {one}" for one in self.sent),
                *(f"desk: {one['text']}" for one in self.seen),
            ]
        )


class Patient:
    """Someone on file, who books one appointment after the other until `stop` is set."""

    def __init__(self, client: httpx.AsyncClient, name: str, born: str, seed: int, pace: float) -> None:
        self._client, self._name, self._born, self._pace = client, name, born, pace
        self._random = random.Random(seed)
        self.talks: list[Talk] = []

    async def keep_booking(self, stop: asyncio.Event) -> None:
        """Conversation after conversation; the last one is brought to its end."""
        while not stop.is_set():
            started = (await self._send("/api/chat/conversations", {}, {})).json()
            talk = Talk(started["id"], started["token"], seen=started["messages"])
            self.talks.append(talk)
            await self._talk(talk)

    async def _talk(self, talk: Talk) -> None:
        while talk.status == "open" and len(talk.sent) < MOST_TURNS:
            await asyncio.sleep(self._random.uniform(0.3, 1.7) * self._pace)
            asked = talk.seen[-1]
            text = self._answer(asked)
            path = f"/api/chat/conversations/{talk.id}/messages"
            body = {"text": text, "client_id": str(uuid4())}
            answer = (await self._send(path, body, {"Authorization": f"Bearer {talk.token}"}, talk)).json()
            talk.sent.append(text)
            talk.seen += answer["messages"]
            talk.status = answer["status"]
            # Confirmed, and not offered another time: the desk has said that it is booked.
            talk.booked |= asked["about"] == "booking" and talk.seen[-1]["expects"] == "anything_else"

    def _answer(self, asked: dict[str, Any]) -> str:
        if asked["options"] and asked["expects"] != "confirmation":
            chosen: str = self._random.choice(asked["options"])["text"]
            return chosen
        if asked["expects"] == "patient_name":
            return self._name
        if asked["expects"] == "date_of_birth":
            return self._born
        return ANSWERS.get(asked["expects"] or "", "goodbye")

    async def _send(
        self, path: str, body: dict[str, str], headers: dict[str, str], talk: Talk | None = None
    ) -> httpx.Response:
        """Sends until there is an answer: the same message, with the same identifier."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while True:
            try:
                response = await self._client.post(path, json=body, headers=headers)
                if response.status_code not in PASSING:
                    assert response.status_code == 201, (path, response.status_code, response.text)
                    return response
                trouble = f"{response.status_code} {response.text}"
            except httpx.TransportError as error:
                trouble = type(error).__name__
            assert loop.time() < end, f"no answer within {PATIENCE} s: {trouble}"
            if talk is not None:
                talk.retries += 1
            await asyncio.sleep(PAUSE)
