"""What the store's parts share: the connection of the transaction they belong to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, DateTime, func
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction


class Queries:
    """Queries within the transaction that is open on `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def savepoint(self) -> AsyncTransaction:
        """A part of the transaction, used with `async with`: an error undoes the part and nothing else."""
        return self._connection.begin_nested()


def real_time() -> ColumnElement[datetime]:
    """The database's own clock: real elapsed time, moving on within a transaction, never pinned."""
    return func.clock_timestamp(type_=DateTime(timezone=True))
