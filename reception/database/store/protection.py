"""Queries that protect: failed identifications, and the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import case, delete, distinct, false, func, insert, or_, select

from reception.database.records import AuditLine, Guesses
from reception.database.store.queries import Queries, real_time
from reception.database.tables import AuditRow, IdentificationFailureRow, StaffRow


class Protection(Queries):
    """Failures count per caller and practice, in real time; the audit log only grows."""

    async def add_identification_failure(
        self,
        practice_id: UUID,
        caller: str,
        conversation_id: UUID,
        fingerprint: str,
        *,
        kind: Literal["denied", "unmatched"] = "denied",
        person: str = "",
    ) -> None:
        """Notes a failure; `fingerprint` tells equal attempts apart from others without keeping the words.

        `unmatched` are details that nobody on file has, said of the `person` (another fingerprint).
        """
        await self._connection.execute(
            insert(IdentificationFailureRow).values(
                practice_id=practice_id,
                caller=caller,
                conversation_id=conversation_id,
                fingerprint=fingerprint,
                kind=kind,
                person=person,
            )
        )

    async def identification_failures(self, practice_id: UUID, caller: str, since: timedelta) -> int:
        """How often this caller failed at this practice within the last `since`."""
        return (await self.guesses(practice_id, caller, "", since)).denied

    async def guesses(
        self, practice_id: UUID, caller: str, person: str, since: timedelta, *, call: UUID | None = None
    ) -> Guesses:
        """What this caller, and everybody about this person, tried at the practice within `since`.

        Who hides the number has no `caller`: then it is what was tried in this `call`.
        """
        row = IdentificationFailureRow
        hidden = row.caller == "" if call is not None else false()
        theirs = row.caller == caller if call is None else hidden & (row.conversation_id == call)
        unmatched = row.kind == "unmatched"
        about = unmatched & (row.person == person) & (row.person != "")
        attempts = func.count(distinct(row.fingerprint))
        everything = func.count(distinct(func.concat(row.person, row.fingerprint)))
        query = select(
            func.count().filter(row.kind == "denied", theirs),
            attempts.filter(about, theirs),
            attempts.filter(about),
            everything.filter(unmatched, theirs),
            everything.filter(unmatched, hidden),
        ).where(row.practice_id == practice_id, row.at > real_time() - since, or_(theirs, about, hidden))
        return Guesses(*(await self._connection.execute(query)).one())

    async def forgive_identification_failures(
        self, conversation_id: UUID, fingerprint: str, person: str = ""
    ) -> None:
        """Takes back the failures with this fingerprint, or about this person: they turned out to be none."""
        row = IdentificationFailureRow
        unmatched = (row.kind == "unmatched") & (row.person == person) & (row.person != "")
        await self._connection.execute(
            delete(row).where(
                row.conversation_id == conversation_id, or_(row.fingerprint == fingerprint, unmatched)
            )
        )

    async def audit(
        self,
        practice_id: UUID,
        conversation_id: UUID | None,
        action: str,
        entity: str,
        entity_id: UUID | None,
        details: Mapping[str, Any],
        *,
        staff_id: UUID | None = None,
    ) -> None:
        """Adds a line to the audit log. `details`: identifiers and times only, as JSON.

        `staff_id` is who did it; nobody for the desk.
        """
        await self._connection.execute(
            insert(AuditRow).values(
                practice_id=practice_id,
                conversation_id=conversation_id,
                staff_id=staff_id,
                action=action,
                entity=entity,
                entity_id=entity_id,
                details=dict(details),
            )
        )

    async def audit_view(
        self, practice_id: UUID, staff_id: UUID, entity: str, entity_id: UUID, within: timedelta
    ) -> None:
        """Notes that somebody of staff has seen something, unless that was noted `within` the last while."""
        noted = select(AuditRow.id).where(
            AuditRow.entity_id == entity_id,
            AuditRow.staff_id == staff_id,
            AuditRow.action == "viewed",
            AuditRow.at > real_time() - within,
        )
        if await self._connection.scalar(noted.limit(1)) is None:
            of = entity_id if entity == "conversation" else None
            await self.audit(practice_id, of, "viewed", entity, entity_id, {}, staff_id=staff_id)

    async def audit_trail(
        self, practice_id: UUID, conversation_id: UUID | None = None, *, most: int = 200
    ) -> list[AuditLine]:
        """What staff saw and changed, newest first; of one conversation all of it, oldest first.

        Failed log-ins stand under the account's name, whoever it was.
        """
        failed = AuditRow.action == "login_failed"
        whose = case((failed, AuditRow.entity_id), else_=AuditRow.staff_id)
        query = (
            select(
                AuditRow.at,
                AuditRow.staff_id,
                func.coalesce(StaffRow.name, ""),
                AuditRow.action,
                AuditRow.entity,
                AuditRow.entity_id,
                AuditRow.conversation_id,
                AuditRow.details,
            )
            .outerjoin(StaffRow, StaffRow.id == whose)
            .where(AuditRow.practice_id == practice_id, or_(AuditRow.staff_id.is_not(None), failed))
            .limit(most)
        )
        if conversation_id is not None:
            query = query.where(AuditRow.conversation_id == conversation_id).order_by(AuditRow.id)
        else:
            query = query.order_by(AuditRow.at.desc(), AuditRow.id.desc())
        return [AuditLine(*row) for row in await self._connection.execute(query)]
