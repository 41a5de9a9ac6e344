"""Encrypts what is in the database anew, batch by batch, while the service runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Table

from reception.data_keys import MARK
from reception.database.connection import Database
from reception.database.store import Store
from reception.database.store.reencryption import encrypted_tables

#: Rows that are locked at once: a patient whose conversation is among them waits for so many.
BATCH = 200

Progress = Callable[[str, int, int], None]


async def rotate(database: Database, progress: Progress = lambda table, done, rows: None) -> int:
    """Brings every value under the first key; returns how many rows that took.

    It may be stopped and begun again at any time: rows that are done are passed over. `progress` is told the
    table, how many of its rows are done, and how many there are to do.
    """
    return await _all(database, f"{MARK}{database.keys.first}.", progress)


async def encrypt_plain(database: Database) -> int:
    """Encrypts what a version wrote that did not encrypt yet; returns how many rows that took."""
    return await _all(database, MARK, lambda table, done, rows: None)


async def values_by_key(database: Database) -> Counter[str]:
    """How many values are encrypted with which key, by the keys' names."""
    counts: Counter[str] = Counter()
    async with database.transaction(snapshot=True) as store:
        for table in encrypted_tables():
            counts += await store.values_by_key(table)
    return counts


async def _all(database: Database, beginning: str, progress: Progress) -> int:
    total = 0
    for table in encrypted_tables():
        async with database.transaction() as store:
            rows = await store.stale_rows(table, beginning)
        after: Sequence[Any] | None = None
        done = 0
        while done < rows:
            number, after = await database.run(partial(_batch, table, beginning, after))
            if not number:
                break
            done += number
            progress(table.name, done, rows)
        total += done
    return total


async def _batch(
    table: Table, beginning: str, after: Sequence[Any] | None, store: Store
) -> tuple[int, Sequence[Any] | None]:
    return await store.reencrypt(table, beginning, after, BATCH)
