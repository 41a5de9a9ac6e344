"""Queries for outgoing text messages: queued with the change they tell of, sent after it commits."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from reception.database.store.queries import Queries, on_trial, real_time
from reception.database.tables import OptOutRow, OutboxRow, PracticeRow

#: A number as carriers want it.
E164 = re.compile(r"\+[1-9][0-9]{5,14}")
#: The channel on which workers hear that there is something to send.
QUEUED = "reception_outbox"


class Outbox(Queries):
    """Texts, each of which is sent once, and the numbers that want none."""

    async def queue_text(
        self,
        practice_id: UUID,
        *,
        to: str,
        body: str,
        kind: str,
        key: str,
        conversation_id: UUID | None = None,
        appointment_id: UUID | None = None,
        due_at: datetime | None = None,
    ) -> UUID | None:
        """Puts a text into the outbox; it leaves once this transaction is committed, or at `due_at`.

        `key` makes it happen once per practice; `due_at` is aware, by the desk's clock. None when the key
        is there already, the number wants no texts of this practice, or it is no number in E.164; and where
        the practice is a copy for trying things out.
        """
        if not E164.fullmatch(to) or await self.opted_out(practice_id, to):
            return None
        if await self._connection.scalar(
            select(on_trial(PracticeRow.id)).where(PracticeRow.id == practice_id)
        ):
            return None
        query = (
            insert(OutboxRow)
            .values(
                id=uuid4(),
                practice_id=practice_id,
                recipient=to,
                body=body,
                kind=kind,
                key=key,
                conversation_id=conversation_id,
                appointment_id=appointment_id,
                due_at=due_at,
            )
            .on_conflict_do_nothing(index_elements=["practice_id", "key"])
        )
        queued: UUID | None = await self._connection.scalar(query.returning(OutboxRow.id))
        if queued is not None and due_at is None:
            await self._connection.execute(text(f"NOTIFY {QUEUED}"))
        return queued

    async def texts_about(self, appointment_id: UUID, kind: str) -> int:
        """How many texts of a kind there are about an appointment, sent or not."""
        query = select(func.count()).where(OutboxRow.appointment_id == appointment_id, OutboxRow.kind == kind)
        return await self._connection.scalar(query) or 0

    async def opted_out(self, practice_id: UUID, number: str) -> bool:
        """Whether this number wrote STOP to the practice."""
        query = select(exists().where(OptOutRow.practice_id == practice_id, OptOutRow.number == number))
        return bool(await self._connection.scalar(query))

    async def opt_out(self, practice_id: UUID, number: str, reason: str = "stop") -> None:
        """No more texts to this number (`carrier`: it says so; `no_texts`: no mobile), nor queued ones."""
        row = {"practice_id": practice_id, "number": number, "reason": reason}
        await self._connection.execute(insert(OptOutRow).values(row).on_conflict_do_nothing())
        await self._connection.execute(
            update(OutboxRow)
            .where(
                OutboxRow.practice_id == practice_id,
                OutboxRow.recipient == number,
                OutboxRow.status == "queued",
            )
            .values(status="withdrawn", updated_at=real_time())
        )

    async def opt_in(self, practice_id: UUID, number: str) -> None:
        """Texts to this number again; reminders that were withdrawn may be planned anew."""
        await self._connection.execute(
            delete(OutboxRow).where(
                OutboxRow.practice_id == practice_id,
                OutboxRow.recipient == number,
                OutboxRow.status == "withdrawn",
                OutboxRow.kind == "reminder",
            )
        )
        await self._connection.execute(
            delete(OptOutRow).where(OptOutRow.practice_id == practice_id, OptOutRow.number == number)
        )
