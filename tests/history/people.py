"""Everybody who takes part in a history."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import httpx

from reception.carrier.messages import CarriedText
from tests.history.calling import PhonePatient
from tests.history.chatting import Chatter
from tests.history.installation import Installation
from tests.history.plan import Plan
from tests.history.record import Record
from tests.history.staffing import Clerk
from tests.history.texting import OFFER, TextPatient
from tests.history.world import Reader, patients
from tests.staff.access import person


@dataclass
class People:
    """Everybody at work, and the patients' identifiers."""

    chatters: list[Chatter]
    callers: list[PhonePatient]
    clerks: list[Clerk]
    texters: list[TextPatient]
    ids: dict[str, str]

    @property
    def everybody(self) -> list[Chatter | PhonePatient | Clerk | TextPatient]:
        return [*self.chatters, *self.callers, *self.clerks, *self.texters]


async def gathered(
    plan: Plan, world: Installation, http: httpx.AsyncClient, record: Record, reader: Reader
) -> People:
    """Everybody with patients of their own; the texts that offer a time go to whoever answers first."""
    database = await world.database()
    async with database.transaction() as store:
        practice = await store.practice()
        assert practice is not None
        ids = {one.name: str(one.id) for one in await store.patients(practice.id)}
    clerk = await person(database, practice)
    await database.close()
    everybody, season = list(patients()), plan.season
    each = len(everybody) // (plan.chatters + plan.callers + plan.clerks)
    own = iter([tuple(everybody[n * each : (n + 1) * each]) for n in range(len(everybody) // each)])
    seeds = count(plan.seed * 1000)
    offers: list[CarriedText] = []
    world.on_text = lambda text: offers.append(text) if OFFER in text.body else None
    return People(
        [
            Chatter(f"chat-{n}", world.urls, http, record, reader, next(own), season, next(seeds))
            for n in range(plan.chatters)
        ],
        [
            PhonePatient(
                f"phone-{n}", world.urls, world.settings(), record, reader, next(own), season, next(seeds)
            )
            for n in range(plan.callers)
        ],
        [
            Clerk(
                f"staff-{n}", world.urls, http, clerk.session, practice, record, next(own), ids, season,
                next(seeds),
            )
            for n in range(plan.clerks)
        ],
        [
            TextPatient(
                f"text-{n}", world, offers, record, reader, next(seeds), late=plan.kept_seconds + 1
            )
            for n in range(plan.texters)
        ],
        ids,
    )  # fmt: skip
