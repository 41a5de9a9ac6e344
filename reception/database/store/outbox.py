"""Queries for outgoing text messages: queued with the change they tell of, sent after it commits."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, Text, and_, cast, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from reception.database.records import TextQuestion, UnsentWords
from reception.database.store.queries import Queries, on_trial, real_time
from reception.database.tables import (
    ConversationRow,
    MessageRow,
    OptOutRow,
    OutboxRow,
    PracticeRow,
    ReceivedTextRow,
)

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
        about: Mapping[str, str] | None = None,
    ) -> UUID | None:
        """Puts a text into the outbox; it leaves once this transaction is committed, or at `due_at`.

        `key` makes it happen once per practice; `due_at` is aware, by the desk's clock. A text that asks
        something says what `about` (see TextQuestion). None when the key is there already, the number wants
        no texts of this practice, or it is no number in E.164; and where the practice is a copy for trying
        things out.
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
                about=None if about is None else dict(about),
            )
            .on_conflict_do_nothing(index_elements=["practice_id", "key"])
        )
        queued: UUID | None = await self._connection.scalar(query.returning(OutboxRow.id))
        if queued is not None and due_at is None:
            await self.wake_worker()
        return queued

    async def wake_worker(self) -> None:
        """Lets the worker begin its next round once this transaction is committed."""
        await self._connection.execute(text(f"NOTIFY {QUEUED}"))

    async def texts_about(self, appointment_id: UUID, kind: str) -> int:
        """How many texts of a kind there are about an appointment, sent or not."""
        query = select(func.count()).where(OutboxRow.appointment_id == appointment_id, OutboxRow.kind == kind)
        return await self._connection.scalar(query) or 0

    async def unsay_texts(self, appointment_id: UUID, kinds: Collection[str]) -> set[str]:
        """Removes texts about an appointment that have not left yet; returns of which kinds there were."""
        query = delete(OutboxRow).where(
            OutboxRow.appointment_id == appointment_id,
            OutboxRow.kind.in_(kinds),
            OutboxRow.status == "queued",
        )
        return set(await self._connection.scalars(query.returning(OutboxRow.kind)))

    async def last_text_about(self, appointment_id: UUID) -> tuple[str, str, datetime] | None:
        """Kind, status and time of the newest text about an appointment."""
        query = (
            select(OutboxRow.kind, OutboxRow.status, OutboxRow.updated_at)
            .where(OutboxRow.appointment_id == appointment_id)
            .order_by(OutboxRow.created_at.desc(), OutboxRow.id)
            .limit(1)
        )
        row = (await self._connection.execute(query)).first()
        return None if row is None else (row[0], row[1], row[2])

    async def asked_by_text(self, practice_id: UUID, key: str) -> bool:
        """Whether a text with this key was ever put into the outbox."""
        query = select(exists().where(OutboxRow.practice_id == practice_id, OutboxRow.key == key))
        return bool(await self._connection.scalar(query))

    async def open_question(
        self, practice_id: UUID, number: str, within: timedelta
    ) -> tuple[UUID, datetime] | None:
        """The newest text to this number whose question is not answered: its id, and since when."""
        query = (
            select(OutboxRow.id, OutboxRow.updated_at)
            .where(
                OutboxRow.practice_id == practice_id,
                OutboxRow.recipient == number,
                OutboxRow.about.is_not(None),
                OutboxRow.conversation_id.is_(None),
                OutboxRow.status.in_(("sending", "sent", "delivered", "unknown")),
                OutboxRow.updated_at > real_time() - within,
            )
            .order_by(OutboxRow.updated_at.desc())
        )
        row = (await self._connection.execute(query.limit(1))).first()
        return None if row is None else (row.id, row.updated_at)

    async def question(self, text_id: UUID) -> TextQuestion | None:
        """What a text asked, locked until this transaction ends; None when it is being answered already."""
        query = select(
            OutboxRow.id,
            OutboxRow.practice_id,
            OutboxRow.recipient,
            OutboxRow.body,
            OutboxRow.kind,
            OutboxRow.appointment_id,
            OutboxRow.about,
        ).where(OutboxRow.id == text_id, OutboxRow.conversation_id.is_(None), OutboxRow.about.is_not(None))
        row = (await self._connection.execute(query.with_for_update())).first()
        return None if row is None else TextQuestion(*row)

    async def answer_in(self, question: TextQuestion, conversation_id: UUID) -> None:
        """The question, and others about the same appointment, are answered in that conversation."""
        same = OutboxRow.id == question.id
        if question.appointment_id is not None:
            same = or_(
                same,
                and_(
                    OutboxRow.appointment_id == question.appointment_id,
                    OutboxRow.kind == question.kind,
                    OutboxRow.status != "queued",
                ),
            )
        await self._connection.execute(update(OutboxRow).where(same).values(conversation_id=conversation_id))

    async def unsent_words(self, within: timedelta) -> list[UnsentWords]:
        """What staff (or the desk, unasked) said in conversations by text and is not in the outbox yet."""
        query = self._unsent_words(within).order_by(MessageRow.conversation_id, MessageRow.sequence)
        return [UnsentWords(*row) for row in await self._connection.execute(query)]

    async def practices_with_unsent_words(self, within: timedelta) -> list[UUID]:
        """Where there are such words, without reading them."""
        query = self._unsent_words(within).with_only_columns(PracticeRow.id).distinct()
        return list(await self._connection.scalars(query))

    @staticmethod
    def _unsent_words(within: timedelta) -> Select[*tuple[Any, ...]]:
        key = func.concat("message:", cast(MessageRow.id, Text))
        queued = exists().where(OutboxRow.practice_id == PracticeRow.id, OutboxRow.key == key)
        return (
            select(MessageRow.id, PracticeRow.id, ConversationRow.id, ConversationRow.caller, MessageRow.text)
            .join(ConversationRow, ConversationRow.practice_id == PracticeRow.id)
            .join(MessageRow, MessageRow.conversation_id == ConversationRow.id)
            .where(
                ConversationRow.channel == "sms",
                ConversationRow.updated_at > real_time() - within,
                MessageRow.role.in_(("staff", "desk")),
                MessageRow.reply_to.is_(None),
                MessageRow.sequence > 1,  # the first is the greeting, or the text that is answered
                MessageRow.at > real_time() - within,
                ~queued,
            )
        )

    async def forget_received_texts(self, before: timedelta) -> int:
        """Forgets what was answered so long ago that no carrier delivers the text again; returns how many."""
        gone = await self._connection.scalars(
            delete(ReceivedTextRow)
            .where(ReceivedTextRow.at < real_time() - before)
            .returning(ReceivedTextRow.sid)
        )
        return len(gone.all())

    async def received_text(self, sid: str) -> list[str] | None:
        """What was answered to a text that came in before; None to a new one."""
        query = select(ReceivedTextRow.answers).where(ReceivedTextRow.sid == sid)
        answers: list[str] | None = await self._connection.scalar(query)
        return answers

    async def note_received_text(self, practice_id: UUID, sid: str, answers: Sequence[str]) -> None:
        """Remembers what was answered to a text that came in."""
        row = {"practice_id": practice_id, "sid": sid, "answers": list(answers)}
        await self._connection.execute(insert(ReceivedTextRow).values(row).on_conflict_do_nothing())

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
