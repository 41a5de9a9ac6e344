"""Runs our migrations on the connection that `Database.migrate` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from reception.database.tables import Table

#: A migration that can't get its lock fails within seconds, instead of queueing every patient behind it.
LOCK_TIMEOUT = "5s"

connection = context.config.attributes["connection"]
connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
context.configure(connection=connection, target_metadata=Table.metadata)
context.run_migrations()
