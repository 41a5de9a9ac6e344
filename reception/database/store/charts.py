"""Queries for a patient's own page: details, who speaks for whom, and all that ever was, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, func, literal, select, tuple_, union_all, update

from reception.database.records import Chart, Event, Patient
from reception.database.store.appointments import appointment_rows
from reception.database.store.patients import COLUMNS, patient_of, records_of
from reception.database.store.queries import Queries
from reception.database.tables import (
    AppointmentRow,
    ConversationPatientRow,
    ConversationRow,
    GuardianRow,
    OutboxRow,
    PatientRow,
    PracticeRow,
    RequestRow,
)

Keys = dict[UUID, datetime]


class Charts(Queries):
    """One patient of a practice."""

    async def chart(self, practice_id: UUID, patient_id: UUID) -> Chart | None:
        """The patient's page without their history."""
        query = (
            select(
                *COLUMNS,
                PatientRow.possible_duplicate,
                PatientRow.version,
                PatientRow.created_at,
                PatientRow.merged_into,
                PracticeRow.time_zone,
            )
            .join(PracticeRow, PracticeRow.id == PatientRow.practice_id)
            .where(PatientRow.practice_id == practice_id, PatientRow.id == patient_id)
        )
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        return Chart(
            patient_of(row),
            row.possible_duplicate,
            row.version,
            row.created_at.astimezone(ZoneInfo(row.time_zone)),
            row.merged_into,
            await self._related(practice_id, GuardianRow.guardian_id, GuardianRow.patient_id, patient_id),
            await self._related(practice_id, GuardianRow.patient_id, GuardianRow.guardian_id, patient_id),
        )

    async def _related(self, practice_id: UUID, wanted: Any, given: Any, patient_id: UUID) -> list[Patient]:
        query = select(*COLUMNS).join(GuardianRow, wanted == PatientRow.id)
        query = query.where(
            GuardianRow.practice_id == practice_id, given == patient_id, PatientRow.merged_into.is_(None)
        )
        rows = await self._connection.execute(query.order_by(func.lower(PatientRow.name), PatientRow.id))
        return [Patient(*row) for row in rows]

    async def change_patient(self, practice_id: UUID, patient: Patient, version: int) -> bool:
        """Puts the details in place of those of this version; False when they were changed since."""
        values = {name: value for name, value in vars(patient).items() if name != "id"}
        query = (
            update(PatientRow)
            .where(
                PatientRow.practice_id == practice_id,
                PatientRow.id == patient.id,
                PatientRow.version == version,
            )
            .values(**values, version=PatientRow.version + 1)
        )
        return await self._connection.scalar(query.returning(PatientRow.id)) is not None

    async def remove_guardian(self, practice_id: UUID, patient_id: UUID, guardian_id: UUID) -> bool:
        """One patient speaks for another no longer; False when they didn't."""
        query = delete(GuardianRow).where(
            GuardianRow.practice_id == practice_id,
            GuardianRow.patient_id == patient_id,
            GuardianRow.guardian_id == guardian_id,
        )
        return await self._connection.scalar(query.returning(GuardianRow.patient_id)) is not None

    async def touch_patient(self, practice_id: UUID, patient_id: UUID) -> None:
        """Whoever has the patient's page open sees that something about them changed."""
        await self._connection.execute(
            update(PatientRow)
            .where(PatientRow.practice_id == practice_id, PatientRow.id == patient_id)
            .values(version=PatientRow.version)
        )

    async def history(
        self,
        practice_id: UUID,
        patient_id: UUID,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
    ) -> list[Event]:
        """Appointments, requests, conversations and texts, newest first; `before` is the last one shown."""
        parts = [_newest(one, limit, before) for one in _parts(practice_id, patient_id)]
        everything = union_all(*(select(part.subquery()) for part in parts)).subquery()
        order = (everything.c.at.desc(), everything.c.id.desc())
        rows = (await self._connection.execute(select(everything).order_by(*order).limit(limit))).all()
        keys: dict[str, Keys] = {}
        for kind, entity_id, at in rows:
            keys.setdefault(kind, {})[entity_id] = at
        zone = await self._zone(practice_id)
        events = [
            *await self._appointment_events(keys.get("appointment", {}), zone),
            *await self._request_events(keys.get("request", {}), zone),
            *await self._conversation_events(keys.get("conversation", {}), zone),
            *await self._text_events(keys.get("text", {}), zone),
        ]
        return sorted(events, key=lambda one: (one.at, one.id), reverse=True)

    async def _zone(self, practice_id: UUID) -> ZoneInfo:
        query = select(PracticeRow.time_zone).where(PracticeRow.id == practice_id)
        return ZoneInfo((await self._connection.execute(query)).scalar_one())

    async def _appointment_events(self, keys: Keys, zone: ZoneInfo) -> list[Event]:
        if not keys:
            return []
        rows = await self._connection.execute(appointment_rows().where(AppointmentRow.id.in_(keys)))
        return [
            Event(
                "appointment",
                row.id,
                keys[row.id].astimezone(zone),
                row.appointment_type,
                row.practitioner,
                {"reason": row.reason} if row.reason else {},
                "arrived" if row.status == "booked" and row.arrived_at else row.status,
                conversation_id=row.conversation_id,
            )
            for row in rows
        ]

    async def _request_events(self, keys: Keys, zone: ZoneInfo) -> list[Event]:
        if not keys:
            return []
        query = select(
            RequestRow.id,
            RequestRow.kind,
            RequestRow.details,
            RequestRow.status,
            RequestRow.priority,
            RequestRow.conversation_id,
        ).where(RequestRow.id.in_(keys))
        return [
            Event(
                "request",
                row.id,
                keys[row.id].astimezone(zone),
                row.kind,
                words=row.details,
                status=row.status,
                priority=row.priority,
                conversation_id=row.conversation_id,
            )
            for row in await self._connection.execute(query)
        ]

    async def _conversation_events(self, keys: Keys, zone: ZoneInfo) -> list[Event]:
        if not keys:
            return []
        query = select(
            ConversationRow.id,
            ConversationRow.channel,
            ConversationRow.status,
            ConversationRow.outcome,
            ConversationRow.message_count,
        ).where(ConversationRow.id.in_(keys))
        return [
            Event(
                "conversation",
                row.id,
                keys[row.id].astimezone(zone),
                row.channel,
                row.outcome or "",
                {"messages": row.message_count},
                row.status,
                conversation_id=row.id,
            )
            for row in await self._connection.execute(query)
        ]

    async def _text_events(self, keys: Keys, zone: ZoneInfo) -> list[Event]:
        if not keys:
            return []
        query = select(OutboxRow.id, OutboxRow.kind, OutboxRow.status, OutboxRow.conversation_id)
        rows = await self._connection.execute(query.where(OutboxRow.id.in_(keys)))
        return [
            Event(
                "text",
                row.id,
                keys[row.id].astimezone(zone),
                row.kind,
                status=row.status,
                conversation_id=row.conversation_id,
            )
            for row in rows
        ]


def _parts(practice_id: UUID, patient_id: UUID) -> Sequence[Select[*tuple[Any, ...]]]:
    """Each kind's rows as (kind, id, at)."""
    appointments = select(
        literal("appointment").label("kind"), AppointmentRow.id, func.lower(AppointmentRow.during).label("at")
    ).where(
        AppointmentRow.practice_id == practice_id,
        AppointmentRow.patient_id == patient_id,
        AppointmentRow.status != "held",
    )
    requests = select(
        literal("request").label("kind"), RequestRow.id, RequestRow.created_at.label("at")
    ).where(RequestRow.practice_id == practice_id, RequestRow.patient_id == patient_id)
    conversations = (
        select(
            literal("conversation").label("kind"), ConversationRow.id, ConversationRow.created_at.label("at")
        )
        .distinct()
        .join(ConversationPatientRow, ConversationPatientRow.conversation_id == ConversationRow.id)
        .where(
            ConversationPatientRow.practice_id == practice_id,
            ConversationPatientRow.patient_id.in_(records_of(patient_id)),
        )
    )
    texts = (
        select(literal("text").label("kind"), OutboxRow.id, OutboxRow.created_at.label("at"))
        .join(AppointmentRow, AppointmentRow.id == OutboxRow.appointment_id)
        .where(
            OutboxRow.practice_id == practice_id,
            AppointmentRow.patient_id == patient_id,
            AppointmentRow.status != "held",
            OutboxRow.status.not_in(("withdrawn", "queued")) | OutboxRow.due_at.is_(None),
        )
    )
    return appointments, requests, conversations, texts


def _newest(
    part: Select[*tuple[Any, ...]], limit: int, before: tuple[datetime, UUID] | None
) -> Select[*tuple[Any, ...]]:
    rows = part.subquery()
    query = select(rows)
    if before is not None:
        query = query.where(tuple_(rows.c.at, rows.c.id) < tuple_(*map(literal, before)))
    return query.order_by(rows.c.at.desc(), rows.c.id.desc()).limit(limit)
