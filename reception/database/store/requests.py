"""Queries for requests: what patients want that a person has to do."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, insert, select, update

from reception.database.records import Patient, Request
from reception.database.store.outbox import E164
from reception.database.store.patients import COLUMNS, kept_record
from reception.database.store.queries import Queries, on_trial, real_time
from reception.database.tables import PatientRow, RequestRow
from reception.errors import NotFound


class Requests(Queries):
    """Requests, for staff to work through."""

    async def file_request(
        self,
        practice_id: UUID,
        kind: str,
        details: Mapping[str, Any],
        priority: str,
        patient_id: UUID | None,
        conversation_id: UUID | None,
    ) -> UUID:
        """Files an open request (kinds and keys of `details`: the export's); returns its id."""
        request_id = uuid4()
        await self._connection.execute(
            insert(RequestRow).values(
                id=request_id,
                practice_id=practice_id,
                kind=kind,
                details=dict(details),
                priority=priority,
                patient_id=patient_id,
                conversation_id=conversation_id,
            )
        )
        return request_id

    async def lock_open_request(self, request_id: UUID) -> bool:
        """Whether the request is still open; nobody else changes it until the transaction ends."""
        query = select(RequestRow.id).where(RequestRow.id == request_id, RequestRow.status == "open")
        return await self._connection.scalar(query.with_for_update()) is not None

    async def update_request(
        self,
        request_id: UUID,
        details: Mapping[str, Any],
        *,
        priority: str | None = None,
        patient_id: UUID | None = None,
        reopen: bool = False,
    ) -> None:
        """Adds to the details; priority and patient only where given. NotFound without such a request.

        With `reopen` it is open again if it was done, and what staff do on an older page is refused.
        """
        mine = RequestRow.id == request_id
        known: Mapping[str, Any] | None = await self._connection.scalar(
            select(RequestRow.details).where(mine).with_for_update()
        )
        if known is None:
            raise NotFound("No such request")
        changes: dict[str, Any] = {"details": {**known, **details}}
        if priority is not None:
            changes["priority"] = priority
        if patient_id is not None:
            changes["patient_id"] = patient_id
        if reopen:
            changes |= {"status": "open", "done_by": None, "done_at": None}
            changes["version"] = RequestRow.version + 1
        await self._connection.execute(update(RequestRow).where(mine).values(changes))

    async def withdraw_request(self, request_id: UUID) -> None:
        """Takes back a request that nobody has to answer any more; one already done stays."""
        await self._connection.execute(
            delete(RequestRow).where(RequestRow.id == request_id, RequestRow.status == "open")
        )

    async def close_request(self, request_id: UUID) -> None:
        """Marks a request as done."""
        await self._connection.execute(
            update(RequestRow).where(RequestRow.id == request_id).values(status="done", done_at=real_time())
        )

    async def open_requests(
        self, practice_id: UUID, kind: str, patient_id: UUID | None = None
    ) -> list[Request]:
        """A practice's requests of one kind that nobody has done yet, oldest first; or one patient's."""
        theirs = [] if patient_id is None else [RequestRow.patient_id == kept_record(patient_id)]
        return await self._requests(
            RequestRow.practice_id == practice_id,
            RequestRow.kind == kind,
            RequestRow.status == "open",
            *theirs,
        )

    async def all_requests(self) -> list[Request]:
        """Every practice's requests, oldest first."""
        return await self._requests(~on_trial(RequestRow.practice_id))

    async def requests_naming(self, practice_id: UUID, numbers: Collection[str]) -> list[UUID]:
        """Requests of nobody, out of no conversation, in whose details one of the numbers stands.

        Details are encrypted, so each is read; there are few such: what came after a STOP, and what could
        not be delivered.
        """
        whole = [re.escape(one) for one in numbers if E164.fullmatch(one)]  # "12" stands in many words
        if not whole:
            return []
        named = re.compile(rf"(?:{'|'.join(whole)})(?![0-9])")
        query = select(RequestRow.id, RequestRow.details).where(
            RequestRow.practice_id == practice_id,
            RequestRow.patient_id.is_(None),
            RequestRow.conversation_id.is_(None),
        )
        rows = await self._connection.execute(query)
        return [row.id for row in rows if named.search(json.dumps(row.details))]

    async def _requests(self, *conditions: ColumnElement[bool]) -> list[Request]:
        query = (
            select(
                RequestRow.id,
                RequestRow.kind,
                RequestRow.details,
                RequestRow.priority,
                RequestRow.status,
                RequestRow.conversation_id,
                RequestRow.created_at,
                *COLUMNS,
            )
            .outerjoin(PatientRow, PatientRow.id == RequestRow.patient_id)
            .where(*conditions)
            .order_by(RequestRow.created_at, RequestRow.id)
        )
        requests = []
        for row in await self._connection.execute(query):
            request_id, kind, details, priority, status, conversation_id, created_at, *who = row
            patient = None if who[0] is None else Patient(*who)
            requests.append(
                Request(request_id, kind, patient, details, priority, status, conversation_id, created_at)
            )
        return requests
