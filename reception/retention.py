"""Forgets what a practice need not keep any longer: `privacy.retention_days` of its practice file, per kind.

A kind that the practice does not name is kept until somebody erases it. The audit log always stays.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from reception.acting import FAILURES_KEPT
from reception.clock import Clock
from reception.database.connection import Database
from reception.database.fence import of_practice
from reception.database.store import Store
from reception.erasure import erase, wrote_since
from reception.errors import NotFound
from reception.practice import Practice
from reception.recordings import Recordings

log = structlog.get_logger()

#: Rows that are forgotten in one transaction.
BATCH = 200
#: Seconds between two rounds of a worker.
EVERY = 3600.0
#: What `retention_days` may name; what is said, heard and corrected in a conversation goes with it.
KINDS = ("conversations", "requests", "appointments", "texts", "patients")

Forgot = Callable[[Store], Awaitable[int]]


class Retention:
    """One worker's forgetting; any number of workers may."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        recordings: Recordings,
        real: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Appointments age by the desk's `clock`, everything else by the `real` time."""
        self._database = database
        self._clock = clock
        self._recordings = recordings
        self._real = real

    async def round(self) -> dict[str, int]:
        """Forgets everything that is due; how much of each kind. Unavailable while the database is away."""
        async with self._database.transaction() as store:
            practices = await store.practices()
            guesses = await store.forget_guesses(FAILURES_KEPT)
        forgotten = {"guesses": guesses} if guesses else {}
        for practice in practices:
            for kind, days in practice.retention_days.items():
                with of_practice(practice.id):
                    count = await self._forget(practice, kind, timedelta(days=days))
                if count:
                    forgotten[kind] = forgotten.get(kind, 0) + count
                    log.info("forgotten", practice=str(practice.id), kind=kind, count=count)
        return forgotten

    async def _forget(self, practice: Practice, kind: str, kept: timedelta) -> int:
        before, by_desk = self._real() - kept, self._clock.now(practice.time_zone) - kept
        here = practice.id
        if kind == "conversations":
            calls = await self._all(lambda store: store.forget_calls(here, before, BATCH))
            return calls + await self._conversations(here, before)
        if kind == "requests":
            return await self._requests(here, before)
        if kind == "appointments":
            return await self._all(lambda store: store.forget_appointments(here, by_desk, BATCH))
        if kind == "texts":
            return await self._all(lambda store: store.forget_texts(here, before, BATCH))
        if kind == "patients":
            return await self._patients(here, before, by_desk)
        log.warning("retention_kind_unknown", practice=str(here), kind=kind)
        return 0

    async def _conversations(self, here: UUID, before: datetime) -> int:
        """A talk that was recorded goes at the carrier first: what can't be reached now is tried again."""
        total = 0
        while True:
            async with self._database.transaction() as store:
                old = await store.old_conversations(here, before, BATCH)
                recorded = await store.recordings_of_conversations(old)
            if not old or not await self._recordings.delete(recorded):
                return total
            total += await self._database.run(partial(_forget_conversations, old))

    async def _requests(self, here: UUID, before: datetime) -> int:
        total = 0
        while True:
            async with self._database.transaction() as store:
                old = await store.old_requests(here, before, BATCH)
                recorded = await store.recordings_of_requests(old)
            if not old or not await self._recordings.delete(recorded):
                return total
            total += await self._database.run(partial(_forget_requests, old))

    async def _patients(self, here: UUID, before: datetime, by_desk: datetime) -> int:
        """Who has not been here or in touch for so long is erased, as if they had asked for it."""
        total = 0
        waiting: set[UUID] = set()
        while True:
            async with self._database.transaction() as store:
                old = await store.old_patients(here, before, by_desk, BATCH, waiting)
            for patient in old:
                async with self._database.transaction() as store:
                    wrote = await wrote_since(store, here, patient, before)
                if wrote:
                    waiting.add(patient)
                    continue
                with suppress(NotFound):  # another worker was faster
                    await erase(self._database, self._recordings, here, patient)
                total += 1
            if not old:
                return total

    async def _all(self, forget: Forgot) -> int:
        """Batch after batch until nothing is left."""
        total = 0
        while number := await self._database.run(forget):
            total += number
        return total


async def _forget_conversations(conversations: list[UUID], store: Store) -> int:
    return await store.forget_conversations(conversations)


async def _forget_requests(requests: list[UUID], store: Store) -> int:
    return await store.forget_requests(requests)
