"""Queries for the chain that holds a practice's audit log together."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Text, cast, exists, func, select

from reception.database.records import ChainedLine
from reception.database.store.queries import Queries
from reception.database.tables import AuditChainRow, AuditRow

_AT = cast(func.extract("epoch", AuditRow.at) * 1_000_000, BigInteger)
#: All of a line that is hashed, in the order in which it is (see migration 0025).
_LINE = (
    AuditRow.practice_id,
    _AT,
    AuditRow.conversation_id,
    AuditRow.staff_id,
    AuditRow.action,
    AuditRow.entity,
    AuditRow.entity_id,
    AuditRow.details,
)


class Chains(Queries):
    """The chain is only read here: the database itself adds to it."""

    async def chained_lines(self, practice_id: UUID, after: int, most: int) -> list[ChainedLine]:
        """Up to `most` places of the practice's chain behind the position `after`, in order."""
        row = AuditChainRow
        query = (
            select(
                row.position,
                row.audit_id,
                row.hash,
                AuditRow.id,
                *(func.coalesce(cast(each, Text), "") for each in _LINE),
            )
            .outerjoin(AuditRow, AuditRow.id == row.audit_id)
            .where(row.practice_id == practice_id, row.position > after)
            .order_by(row.position)
            .limit(most)
        )
        return [
            ChainedLine(position, audit_id, kept, () if found is None else (str(found), *line))
            for position, audit_id, kept, found, *line in await self._connection.execute(query)
        ]

    async def chain_end(self, practice_id: UUID) -> int:
        """The position of the newest line; 0 before the first."""
        query = select(func.max(AuditChainRow.position)).where(AuditChainRow.practice_id == practice_id)
        return await self._connection.scalar(query) or 0

    async def unchained_line(self, practice_id: UUID) -> int | None:
        """The id of a line that stands outside the chain, which no service can have written."""
        chained = exists().where(AuditChainRow.audit_id == AuditRow.id)
        query = select(func.min(AuditRow.id)).where(AuditRow.practice_id == practice_id, ~chained)
        found: int | None = await self._connection.scalar(query)
        return found
