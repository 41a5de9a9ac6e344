"""Every query of the service; one Store lives as long as one transaction, and never commits.

Queries stand in one module per aggregate and meet in one class.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from reception.database.store.absence_cases import AbsenceCases
from reception.database.store.absences import Absences
from reception.database.store.attendance import Attendance
from reception.database.store.calendar import Calendar
from reception.database.store.calls import Calls
from reception.database.store.chains import Chains
from reception.database.store.charts import Charts
from reception.database.store.conversations import Conversations
from reception.database.store.corrections import Corrections
from reception.database.store.counts import Counts
from reception.database.store.failed_texts import FailedTexts
from reception.database.store.figures import Figures
from reception.database.store.finding import Finding
from reception.database.store.forgetting import Forgetting
from reception.database.store.one_patient import OnePatient
from reception.database.store.outbox import Outbox
from reception.database.store.overview import Overview
from reception.database.store.patients import Patients
from reception.database.store.practices import Practices
from reception.database.store.protection import Protection
from reception.database.store.reencryption import Reencryption
from reception.database.store.requests import Requests
from reception.database.store.sending import Sending
from reception.database.store.sources import Sources
from reception.database.store.staff import Staff
from reception.database.store.turns import Turns
from reception.database.store.twins import Twins
from reception.database.store.waiting import Waiting


class Store(
    Practices,
    Conversations,
    Turns,
    Calls,
    Patients,
    Finding,
    Charts,
    Twins,
    Attendance,
    Calendar,
    Absences,
    AbsenceCases,
    OnePatient,
    Requests,
    Outbox,
    Overview,
    Sending,
    Protection,
    Chains,
    Forgetting,
    Counts,
    Reencryption,
    Sources,
    Staff,
    Corrections,
    Waiting,
    FailedTexts,
    Figures,
):
    """All queries, within one transaction."""

    async def schema_version(self) -> str | None:
        """The version the schema was migrated to; None for an empty database."""
        if await self._connection.scalar(text("SELECT to_regclass('alembic_version')::text")) is None:
            return None
        version: str | None = await self._connection.scalar(text("SELECT version_num FROM alembic_version"))
        return version

    async def owns_tables(self) -> bool:
        """Whether the policies do not hold for the present role: it owns the tables, or may all."""
        query = """
            SELECT rolsuper OR rolbypassrls OR EXISTS (
                SELECT FROM pg_class WHERE relname = 'practices' AND pg_has_role(relowner, 'USAGE')
            ) FROM pg_roles WHERE rolname = current_user
        """
        return bool(await self._connection.scalar(text(query)))

    async def server(self) -> tuple[datetime, int]:
        """The server's clock, and its version as a number: 150004 is 15.4."""
        row = (
            await self._connection.execute(
                text("SELECT clock_timestamp(), current_setting('server_version_num')::int")
            )
        ).one()
        return row[0], row[1]


__all__ = ["Store"]
