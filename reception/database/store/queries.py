"""What the store's parts share: the connection of the transaction they belong to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction
from sqlalchemy.orm import InstrumentedAttribute

from reception.database.tables import PracticeRow


class Queries:
    """Queries within the transaction that is open on `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def savepoint(self) -> AsyncTransaction:
        """A part of the transaction, used with `async with`: an error undoes the part and nothing else."""
        return self._connection.begin_nested()


def on_trial(practice_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether a row belongs to a practice's copy for trying things out."""
    return practice_id.in_(select(PracticeRow.id).where(PracticeRow.trial_of.is_not(None)))


def real_time() -> ColumnElement[datetime]:
    """The database's own clock: real elapsed time, moving on within a transaction, never pinned."""
    return func.clock_timestamp(type_=DateTime(timezone=True))
