"""All that stands in the database, as it can be read with the keys."""

from __future__ import annotations

from sqlalchemy import select

from reception.database.connection import Database
from reception.database.tables import Table


async def everything(database: Database) -> dict[str, str]:
    """Table → all its rows as one text, in an order of their own."""
    async with database.transaction() as store:
        return {
            table.name: "\n".join(sorted(str(row) for row in await store._connection.execute(select(table))))
            for table in Table.metadata.sorted_tables
        }
