"""Queries that encrypt what is there anew: with another key, or for the first time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.exc import IntegrityError

from reception.data_keys import MARK
from reception.database import tables
from reception.database.encrypted import encrypted_columns, kept_text
from reception.database.store.queries import Queries
from reception.database.tables import ConversationRow, PatientRow

#: What a key is called that is none.
PLAIN = "not encrypted"


def encrypted_tables() -> list[Table]:
    """The tables in which something is encrypted."""
    return [table for table in tables.Table.metadata.sorted_tables if encrypted_columns(table)]


class Reencryption(Queries):
    """Rows in the order of their primary keys, so that a run can stop and go on anywhere."""

    async def decrypt_something(self) -> None:
        """MisconfiguredError where our keys are not those that data is encrypted with."""
        for column in (ConversationRow.state, PatientRow.phone):
            await self._connection.scalar(select(column).limit(1))

    async def values_by_key(self, table: Table) -> Counter[str]:
        """How many values of a table are encrypted with which key, by the keys' names."""
        counts: Counter[str] = Counter()
        for column in encrypted_columns(table):
            kept = kept_text(column)
            name = func.split_part(kept, ".", 2)
            query = select(func.starts_with(kept, MARK), name, func.count()).where(kept.is_not(None))
            for encrypted, key, number in await self._connection.execute(
                query.group_by(text("1"), text("2"))
            ):
                counts[key if encrypted else PLAIN] += number
        return counts

    async def stale_rows(self, table: Table, beginning: str) -> int:
        """How many rows have a value that is kept otherwise than beginning like this."""
        query = select(func.count()).select_from(table).where(_stale(table, beginning))
        return await self._connection.scalar(query) or 0

    async def reencrypt(
        self, table: Table, beginning: str, after: Sequence[Any] | None, limit: int
    ) -> tuple[int, Sequence[Any] | None]:
        """Encrypts up to `limit` stale rows after a primary key with the first key; nobody is told.

        How many those were, and the primary key of the last; None when there are no more.
        """
        await self._connection.execute(text("SET LOCAL reception.quiet = 'on'"))
        identity = _identity(table)
        query = select(*identity.values(), *encrypted_columns(table)).where(_stale(table, beginning))
        if after is not None:
            known = (literal(one, column.type) for one, column in zip(after, identity.values(), strict=True))
            query = query.where(tuple_(*identity.values()) > tuple_(*known))
        query = query.order_by(*identity.values()).limit(limit).with_for_update()
        rows = [tuple(row) for row in await self._connection.execute(query)]
        await self._rewrite(table, rows)
        return len(rows), rows[-1][: len(identity)] if rows else None

    async def _rewrite(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        """Writes rows (primary key, then encrypted values) as they were, which encrypts them."""
        names = [f"of_{name}" for name in _identity(table)] + [
            f"new_{one.name}" for one in encrypted_columns(table)
        ]
        values = [dict(zip(names, row, strict=True)) for row in rows]
        if not values:
            return
        try:
            async with self.savepoint():
                await self._connection.execute(_update(table), values)
        except IntegrityError:  # something that is looked up was kept under two keys: once will do
            for one in values:
                await self._rewrite_or_drop(table, one)

    async def _rewrite_or_drop(self, table: Table, values: Mapping[str, Any]) -> None:
        try:
            async with self.savepoint():
                await self._connection.execute(_update(table), values)
        except IntegrityError:
            of = {name: one for name, one in values.items() if name.startswith("of_")}
            await self._connection.execute(delete(table).where(*_mine(table)), of)


def _identity(table: Table) -> dict[str, ColumnElement[Any]]:
    """The columns of the primary key as they are kept, encrypted or not."""
    encrypted = {one.name for one in encrypted_columns(table)}
    return {
        one.name: type_coerce(one, Text()) if one.name in encrypted else one
        for one in table.primary_key.columns
    }


def _mine(table: Table) -> list[ColumnElement[bool]]:
    return [one == bindparam(f"of_{name}", type_=one.type) for name, one in _identity(table).items()]


def _update(table: Table) -> Any:
    changed = {one.name: bindparam(f"new_{one.name}", type_=one.type) for one in encrypted_columns(table)}
    return update(table).where(*_mine(table)).values(changed)


def _stale(table: Table, beginning: str) -> ColumnElement[bool]:
    kept = [kept_text(one) for one in encrypted_columns(table)]
    return or_(*(one.is_not(None) & ~func.starts_with(one, beginning) for one in kept))
