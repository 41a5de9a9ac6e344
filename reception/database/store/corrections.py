"""Queries for corrections: what staff say that a patient's message meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause

from reception.corrections import Correction
from reception.database.records import SaidTurn
from reception.database.store.queries import Queries
from reception.database.tables import (
    AppointmentRow,
    ConversationRow,
    CorrectionRow,
    MessageRow,
    PatientRow,
    RequestRow,
)
from reception.dialogue.meaning import Intent, Slot
from reception.errors import NotFound


class Corrections(Queries):
    """Corrected turns."""

    async def patient_message(self, practice_id: UUID, message_id: UUID) -> str:
        """What the patient said in this message. NotFound when it is no patient's of this practice."""
        query = (
            select(MessageRow.text)
            .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
            .where(
                MessageRow.id == message_id,
                MessageRow.role == "patient",
                ConversationRow.practice_id == practice_id,
            )
        )
        text: str | None = await self._connection.scalar(query)
        if text is None:
            raise NotFound("No such message of a patient")
        return text

    async def said_turn(self, practice_id: UUID, message_id: UUID) -> SaidTurn | None:
        """A patient's message with what came of it; None when it is no patient's of this practice."""
        asked = _asked()
        query = (
            select(
                MessageRow.id,
                MessageRow.conversation_id,
                MessageRow.text,
                asked.c.text.label("asked"),
                MessageRow.frame,
                CorrectionRow.intent,
                CorrectionRow.slots,
            )
            .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
            .outerjoin(asked, true())
            .outerjoin(CorrectionRow, CorrectionRow.message_id == MessageRow.id)
            .where(
                MessageRow.id == message_id,
                MessageRow.role == "patient",
                ConversationRow.practice_id == practice_id,
            )
        )
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        meant = None if row.intent is None else {"intent": row.intent, "slots": row.slots}
        return SaidTurn(row.id, row.conversation_id, row.text, row.asked or "", row.frame, meant)

    async def correct(
        self,
        practice_id: UUID,
        message_id: UUID,
        intent: Intent,
        slots: Mapping[Slot, str],
        staff_id: UUID | None,
    ) -> None:
        """Keeps what was meant; correcting the same message again replaces it."""
        meant = {"intent": intent.value, "slots": {slot.value: words for slot, words in slots.items()}}
        query = insert(CorrectionRow).values(
            message_id=message_id, practice_id=practice_id, staff_id=staff_id, **meant
        )
        changes = {**meant, "staff_id": staff_id, "at": func.clock_timestamp()}
        await self._connection.execute(
            query.on_conflict_do_update(index_elements=["message_id"], set_=changes)
        )

    async def corrections(self, practice_id: UUID) -> list[Correction]:
        """A practice's corrected turns, oldest first, each with the names of whoever it may be about."""
        asked = _asked()
        query = (
            select(
                MessageRow.conversation_id,
                MessageRow.text,
                CorrectionRow.intent,
                CorrectionRow.slots,
                asked.c.expects,
                asked.c.about,
            )
            .join(MessageRow, MessageRow.id == CorrectionRow.message_id)
            .outerjoin(asked, true())
            .where(CorrectionRow.practice_id == practice_id)
            .order_by(CorrectionRow.at)
        )
        rows = (await self._connection.execute(query)).all()
        names = await self._names({row.conversation_id for row in rows})
        return [
            Correction(
                row.text,
                Intent(row.intent),
                {Slot(name): words for name, words in row.slots.items()},
                row.expects,
                row.about,
                names.get(row.conversation_id, set()),
            )
            for row in rows
        ]

    async def _names(self, conversations: set[UUID]) -> dict[UUID, set[str]]:
        """The names said or concerned in each conversation: understood, corrected, or on file."""
        names: dict[UUID, set[str]] = {}
        said = select(MessageRow.conversation_id, MessageRow.frame, CorrectionRow.slots)
        said = said.outerjoin(CorrectionRow, CorrectionRow.message_id == MessageRow.id)
        said = said.where(MessageRow.conversation_id.in_(conversations), MessageRow.role == "patient")
        for conversation, frame, meant in await self._connection.execute(said):
            for slots in ((frame or {}).get("slots"), meant):
                if slots and "patient_name" in slots:
                    names.setdefault(conversation, set()).add(slots["patient_name"])
        for table in (AppointmentRow, RequestRow):
            on_file = select(table.conversation_id, PatientRow.name)
            on_file = on_file.join(PatientRow, PatientRow.id == table.patient_id)
            on_file = on_file.where(table.conversation_id.in_(conversations))
            for concerned, name in await self._connection.execute(on_file):
                if concerned is not None:
                    names.setdefault(concerned, set()).add(name)
        return names


def _asked() -> LateralFromClause:
    """The desk's message before a patient's."""
    said: Any = aliased(MessageRow)
    return (
        select(said.text, said.expects, said.about)
        .where(
            said.conversation_id == MessageRow.conversation_id,
            said.sequence < MessageRow.sequence,
            said.role == "desk",
        )
        .order_by(said.sequence.desc())
        .limit(1)
        .lateral()
    )
