"""Staff at the calendar's page: they book, move, cancel and block, while patients do so by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import httpx

from reception.practice import Practice
from reception.staff.access import CSRF_FIELD, SESSION, form_token
from tests.history.record import Event, Record
from tests.history.world import PUBLIC, TYPES, ZONE, Patient, Season, Slot, patients, slots

#: Titles of refusals: the time is somebody's, and whatever else stands against it.
TAKEN, REFUSED = "Slot taken", (404, 409, 422)


@dataclass
class Seen:
    """An appointment or a block as it stood on the screen."""

    id: str
    slot: Slot
    minutes: float
    owner: str


class Clerk:
    """One worker: looks at the calendar, then changes something in it, by any service."""

    def __init__(
        self, name: str, urls: Sequence[str], http: httpx.AsyncClient, session: str, practice: Practice,
        record: Record, own: Sequence[Patient], ids: Mapping[str, Any], season: Season, seed: int,
    ) -> None:  # fmt: skip
        self.name, self._urls, self._http, self._practice = name, urls, http, practice
        self._record, self._own, self._ids, self._rng = record, own, ids, Random(seed)
        self._slots = slots(season)
        self._headers = {"cookie": f"{SESSION}={session}", "origin": PUBLIC}
        self._fields = {CSRF_FIELD: form_token(session)}
        self._blocks: list[Seen] = []

    async def work(self) -> None:
        """Until the record is full."""
        while not self._record.full:
            await asyncio.sleep(self._rng.uniform(0.02, 0.25))
            choice = self._rng.random()
            if choice < 0.35:
                await self._book()
            elif choice < 0.5:
                await self._block()
            elif choice < 0.65 and self._blocks:
                await self._unblock(self._blocks.pop(self._rng.randrange(len(self._blocks))))
            else:
                await self._change()

    async def _book(self) -> None:
        patient, slot = self._rng.choice(self._own), self._rng.choice(self._slots)
        event = self._begin("book", slot, patient.minutes, patient.name)
        form = self._place(slot, patient.kind) | {
            "patient": str(self._ids[patient.name]),
            "reason": "by hand",
        }
        await self._send(event, "appointments", form)

    async def _block(self) -> None:
        slot = self._rng.choice(self._slots)
        owner = f"block {len(self._record.events)}"
        event = self._begin("block", slot, 30, owner)
        end = datetime.fromtimestamp(slot.start + 1800, ZONE)
        form = self._place(slot, "Check-up") | {
            "until_day": end.date().isoformat(), "until": f"{end:%H:%M}", "reason": owner,
        }  # fmt: skip
        await self._send(event, "blocks", form)
        self._blocks += [one for one in await self._screen() if one.owner == owner]

    async def _unblock(self, block: Seen) -> None:
        event = self._begin("unblock", block.slot, block.minutes, block.owner, row=block.id)
        await self._send(event, f"blocks/{block.id}/remove", {})

    async def _change(self) -> None:
        """Moves or cancels one of the appointments that are there, patients' own among them."""
        seen = [one for one in await self._screen() if not one.owner.startswith("block")]
        if not seen:
            return
        one = self._rng.choice(seen)
        kind = next(each.kind for each in patients() if each.name == one.owner)
        form = {"seen": one.slot.local.isoformat()}
        if self._rng.random() < 0.5:
            event = self._begin("cancel", one.slot, one.minutes, one.owner, row=one.id)
            await self._send(event, f"appointments/{one.id}/cancel", form)
            return
        to = self._rng.choice(self._slots)
        event = self._begin("move", to, one.minutes, one.owner, old=one.slot, row=one.id)
        form |= self._place(to, kind) | {"seen_with": self._doctor(one.slot)}
        await self._send(event, f"appointments/{one.id}/move", form)

    async def _screen(self) -> list[Seen]:
        """What is booked and blocked; nothing while it can't be looked up."""
        first, last = self._slots[0].local.date(), self._slots[-1].local.date() + timedelta(days=2)
        days = {"start": first.isoformat(), "end": last.isoformat()}
        try:
            url = f"{self._rng.choice(list(self._urls))}/staff/calendar/events"
            found = await self._http.get(url, params=days, headers=self._headers)
        except httpx.TransportError:
            return []
        names = {str(one.id): one.name for one in self._practice.practitioners}
        drawn = found.json() if found.status_code == 200 else []
        return [
            _seen(one, names[one["resource"]])
            for one in drawn if one.get("status") in ("booked", "blocked")
        ]  # fmt: skip

    def _place(self, slot: Slot, kind: str) -> dict[str, str]:
        return {
            "practitioner": self._doctor(slot), "appointment_type": kind, "anyway": "yes",
            "day": slot.local.date().isoformat(), "clock": f"{slot.local:%H:%M}",
        }  # fmt: skip

    def _doctor(self, slot: Slot) -> str:
        return str(self._practice.practitioner_by_name[slot.doctor].id)

    def _begin(
        self, kind: str, slot: Slot, minutes: float, owner: str, *, old: Slot | None = None, row: str = ""
    ) -> Event:
        return self._record.invoke(
            self.name, kind, channel="staff", slot=slot, minutes=minutes, owner=owner, old=old, row=row
        )

    async def _send(self, event: Event, path: str, form: Mapping[str, str]) -> None:
        """`failed` is a plain no; a broken connection or an absent database leaves open what was done."""
        url = f"{self._rng.choice(list(self._urls))}/staff/calendar/{path}"
        try:
            answer = await self._http.post(url, data={**self._fields, **form}, headers=self._headers)
        except httpx.TransportError:
            self._record.complete(event, "unknown")
            await asyncio.sleep(0.1)
            return
        if answer.status_code == 200:
            self._record.complete(event, "ok")
        elif answer.status_code in REFUSED:
            why = "taken" if TAKEN in answer.text else str(answer.status_code)
            self._record.complete(event, "failed", why=why)
        else:
            assert answer.status_code in (500, 503), (answer.status_code, path)
            self._record.complete(event, "unknown")
            await asyncio.sleep(0.1)


def _seen(event: Mapping[str, Any], doctor: str) -> Seen:
    start = datetime.fromisoformat(event.get("seen") or event["start"])
    if start.tzinfo is None:
        start = start.replace(tzinfo=ZONE)
    owner = event["title"]
    minutes = TYPES.get(event["type"], 30)
    return Seen(event["id"], Slot(doctor, start.timestamp()), minutes, owner)
