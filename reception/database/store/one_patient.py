"""Queries for all that the desk keeps of one patient: to hand it to them, and to erase it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Text, and_, cast, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reception.database.records import Appointment, Message, OwnText, Patient, Request
from reception.database.store.appointments import Appointments, appointment_rows
from reception.database.store.conversations import select_messages, to_message
from reception.database.store.patients import COLUMNS, records_of
from reception.database.store.requests import Requests
from reception.database.tables import (
    AppointmentRow,
    AuditRow,
    ConversationPatientRow,
    ConversationRow,
    ErasedSourceRow,
    MessageRow,
    OutboxRow,
    PatientRow,
    PracticeRow,
    RequestNoteRow,
    RequestRow,
)

#: Conversations that are looked through at once.
BATCH = 500


class OnePatient(Appointments, Requests):
    """What belongs to one patient, in whatever table it stands."""

    async def lock_patient(self, practice_id: UUID, patient_id: UUID) -> Patient | None:
        """The patient; nothing new can be filed for them until this transaction ends."""
        query = select(*COLUMNS).where(PatientRow.practice_id == practice_id, PatientRow.id == patient_id)
        row = (await self._connection.execute(query.with_for_update())).one_or_none()
        return None if row is None else Patient(*row)

    async def records(self, practice_id: UUID, patient_id: UUID) -> list[Patient]:
        """The patient as on file, and the records that were merged into theirs."""
        query = select(*COLUMNS).where(
            PatientRow.practice_id == practice_id, PatientRow.id.in_(records_of(patient_id))
        )
        return [Patient(*row) for row in await self._connection.execute(query)]

    async def appointments_for(self, patient_id: UUID) -> list[Appointment]:
        """All appointments of the patient, past, coming and cancelled, in order of time."""
        return await self._records(appointment_rows().where(AppointmentRow.patient_id == patient_id))

    async def conversations_about(self, practice_id: UUID, patient_id: UUID) -> set[UUID]:
        """Those in which the patient was identified, or out of which something of theirs came."""
        found: set[UUID] = set()
        for table in (ConversationPatientRow, AppointmentRow, RequestRow):
            query = select(table.conversation_id).where(
                table.practice_id == practice_id, table.patient_id.in_(records_of(patient_id))
            )
            found.update(one for one in await self._connection.scalars(query) if one is not None)
        return found

    async def requests_for(
        self, practice_id: UUID, patient: Patient, conversations: Collection[UUID]
    ) -> list[Request]:
        """Requests of the patient, and those that name nobody and are theirs all the same; oldest first.

        That is: out of their conversations, about a text of `texts_for`, or with a number only they have.
        """
        return await self._requests(await self._own_requests(practice_id, patient, conversations))

    async def notes_for(self, requests: Collection[UUID]) -> dict[UUID, list[str]]:
        """What staff noted at these requests, by request, oldest first."""
        query = (
            select(RequestNoteRow.request_id, RequestNoteRow.text)
            .where(RequestNoteRow.request_id.in_(requests))
            .order_by(RequestNoteRow.at, RequestNoteRow.id)
        )
        notes: dict[UUID, list[str]] = {}
        for request_id, text in await self._connection.execute(query):
            notes.setdefault(request_id, []).append(text)
        return notes

    async def conversation_memories(
        self, practice_id: UUID, after: UUID | None = None
    ) -> list[tuple[UUID, str, Mapping[str, Any]]]:
        """Id, caller and memory of up to 500 of a practice's conversations, from the one after `after` on."""
        query = select(ConversationRow.id, ConversationRow.caller, ConversationRow.state)
        query = query.where(ConversationRow.practice_id == practice_id)
        if after is not None:
            query = query.where(ConversationRow.id > after)
        rows = await self._connection.execute(query.order_by(ConversationRow.id).limit(BATCH))
        return [(row.id, row.caller, row.state) for row in rows]

    async def said_in(self, conversations: Collection[UUID]) -> dict[UUID, tuple[str, list[Message]]]:
        """Each conversation's channel and messages, oldest first."""
        query = select(ConversationRow.id, ConversationRow.channel)
        query = query.where(ConversationRow.id.in_(conversations)).order_by(ConversationRow.created_at)
        rows = await self._connection.execute(query)
        said: dict[UUID, tuple[str, list[Message]]] = {row.id: (row.channel, []) for row in rows}
        messages = select_messages().where(MessageRow.conversation_id.in_(conversations))
        for row in await self._connection.execute(messages):
            said[row.conversation_id][1].append(to_message(row))
        return said

    async def texts_for(
        self, practice_id: UUID, patient: Patient, conversations: Collection[UUID]
    ) -> list[OwnText]:
        """Texts about them or their appointments, in their conversations, and to a number only they have."""
        row = OutboxRow
        query = (
            select(row.id, row.kind, row.body, row.status, row.created_at, PracticeRow.time_zone)
            .join(PracticeRow, PracticeRow.id == row.practice_id)
            .where(await self._own_texts(practice_id, patient, conversations))
            .order_by(row.created_at, row.id)
        )
        return [
            OwnText(
                one.id, one.kind, one.body, one.status, one.created_at.astimezone(ZoneInfo(one.time_zone))
            )
            for one in await self._connection.execute(query)
        ]

    async def shares_number(self, practice_id: UUID, patient: Patient) -> bool:
        """Whether somebody else on file has the patient's number."""
        return bool(patient.phone) and await self._others_have(practice_id, patient.id, patient.phone)

    async def seen_by_staff(self, practice_id: UUID, patient_id: UUID) -> list[tuple[datetime, str]]:
        """When staff saw or changed what is on file of the patient, and what they did; oldest first."""
        query = select(AuditRow.at, AuditRow.action).where(
            AuditRow.practice_id == practice_id,
            AuditRow.entity_id == patient_id,
            AuditRow.staff_id.is_not(None),
        )
        return [(row.at, row.action) for row in await self._connection.execute(query.order_by(AuditRow.id))]

    async def recordings_in(
        self, practice_id: UUID, patient: Patient, conversations: Collection[UUID]
    ) -> list[str]:
        """Where messages on tape are that `erase_requests` removes with their requests."""
        theirs = await self._own_requests(practice_id, patient, conversations)
        details = await self._connection.scalars(select(RequestRow.details).where(theirs))
        return [str(one["recording"]) for one in details if "recording" in one]

    async def erase_texts(self, practice_id: UUID, patient: Patient, conversations: Collection[UUID]) -> int:
        """Removes the texts that `texts_for` shows, those that wait to be sent too; how many."""
        return await self._gone(OutboxRow, await self._own_texts(practice_id, patient, conversations))

    async def erase_appointments(self, practice_id: UUID, patient_id: UUID) -> int:
        """Removes the patient's appointments, past and coming; how many. Coming ones free their time."""
        row = AppointmentRow
        return await self._gone(row, row.practice_id == practice_id, row.patient_id == patient_id)

    async def erase_requests(
        self, practice_id: UUID, patient: Patient, conversations: Collection[UUID]
    ) -> int:
        """Removes the requests that `requests_for` shows; how many. Before texts: some are found by those."""
        return await self._gone(RequestRow, await self._own_requests(practice_id, patient, conversations))

    async def erase_conversations(self, practice_id: UUID, conversations: Collection[UUID]) -> int:
        """Removes conversations with all that was said, held and corrected in them; how many.

        Appointments and requests of others that came out of them stay, without who booked or asked.
        """
        here = AppointmentRow.conversation_id.in_(conversations)
        await self._gone(AppointmentRow, here, AppointmentRow.status == "held")
        await self._connection.execute(update(AppointmentRow).where(here).values(booked_by=None))
        row = ConversationRow
        return await self._gone(row, row.practice_id == practice_id, row.id.in_(conversations))

    async def erase_patient_row(self, practice_id: UUID, patient_id: UUID) -> bool:
        """Removes who the patient is, and who may speak for whom; False without such a patient.

        Records that were merged into it go along. Who came from a file is noted by the file's key, so that
        reading it again does not bring them back.
        """
        ours = PatientRow.practice_id == practice_id
        sources = await self._connection.scalars(
            select(PatientRow.source_key).where(ours, PatientRow.id.in_(records_of(patient_id)))
        )
        noted = [{"practice_id": practice_id, "source_key": str(one)} for one in sources if one is not None]
        if noted:
            await self._connection.execute(upsert(ErasedSourceRow).values(noted).on_conflict_do_nothing())
        return await self._gone(PatientRow, ours, PatientRow.id == patient_id) == 1

    async def erased_sources(self, practice_id: UUID) -> set[UUID]:
        """The keys of erased patients who came from a file."""
        query = select(ErasedSourceRow.source_key).where(ErasedSourceRow.practice_id == practice_id)
        return {UUID(key) for key in await self._connection.scalars(query)}

    async def _own_requests(
        self, practice_id: UUID, patient: Patient, conversations: Collection[UUID]
    ) -> ColumnElement[bool]:
        row = RequestRow
        numbers = await self._own_numbers(practice_id, patient)
        undelivered = select(OutboxRow.request_id).where(
            await self._own_texts(practice_id, patient, conversations)
        )
        theirs = or_(
            row.conversation_id.in_(conversations),
            row.id.in_(undelivered),
            row.id.in_(await self.requests_naming(practice_id, numbers)),
        )
        nameless = and_(row.patient_id.is_(None), theirs)
        return and_(row.practice_id == practice_id, or_(row.patient_id == patient.id, nameless))

    async def _own_texts(
        self, practice_id: UUID, patient: Patient, conversations: Collection[UUID]
    ) -> ColumnElement[bool]:
        booked = select(AppointmentRow.id).where(AppointmentRow.patient_id == patient.id)
        records = records_of(patient.id).with_only_columns(cast(PatientRow.id, Text))
        theirs: list[ColumnElement[bool]] = [
            OutboxRow.appointment_id.in_(booked),
            OutboxRow.conversation_id.in_(conversations),
            OutboxRow.about["patient"].astext.in_(records),  # also when the time it offered is gone
        ]
        theirs += [OutboxRow.recipient == one for one in await self._own_numbers(practice_id, patient)]
        return and_(OutboxRow.practice_id == practice_id, or_(*theirs))

    async def _own_numbers(self, practice_id: UUID, patient: Patient) -> list[str]:
        """The numbers on the patient's records that nobody else on file has."""
        numbers = {one.phone for one in await self.records(practice_id, patient.id) if one.phone}
        return [one for one in numbers if not await self._others_have(practice_id, patient.id, one)]

    async def _others_have(self, practice_id: UUID, patient_id: UUID, number: str) -> bool:
        query = select(PatientRow.id).where(
            PatientRow.practice_id == practice_id,
            PatientRow.phone == number,
            PatientRow.id.not_in(records_of(patient_id)),
        )
        return await self._connection.scalar(query.limit(1)) is not None

    async def _gone(self, table: Any, *conditions: ColumnElement[bool]) -> int:
        gone = await self._connection.scalars(delete(table).where(*conditions).returning(table.id))
        return len(gone.all())
