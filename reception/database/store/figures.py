"""Queries for figures: counts of what happened in a stretch of time, and nothing of whom it happened to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, and_, case, distinct, func, literal, or_, select

from reception.database.store.queries import Queries
from reception.database.tables import (
    AppointmentRow,
    ConversationRow,
    CorrectionRow,
    MessageRow,
    OutboxRow,
    RequestRow,
)

#: Outcomes with which the desk has done what was wanted, nobody else needed.
DONE = ("booked", "moved", "cancelled", "checked", "confirmed", "waitlist")
QUESTION = "practice_question"


@dataclass(frozen=True)
class Stretch:
    """A practice's time from `start`, included, to `end`, not included; `zone` says what its hours are."""

    practice_id: UUID
    start: datetime
    end: datetime
    zone: str


@dataclass(frozen=True)
class Talks:
    """Conversations that began in an hour or day (by the practice's clocks, without zone) on a channel."""

    at: datetime
    channel: str
    count: int


@dataclass(frozen=True)
class Ending:
    """How conversations ended: `who` is desk, inbox, staff or nobody; `outcome` what the desk did."""

    who: str
    outcome: str
    count: int


@dataclass(frozen=True)
class Pace:
    """Milliseconds until half and 95 % of the answers were there; `at` as in Talks."""

    at: datetime | None
    channel: str
    half: float
    most: float
    answers: int


@dataclass(frozen=True)
class Reading:
    """Turns that were understood by the model or the rules, and how many of them staff corrected."""

    at: datetime
    turns: int
    corrected: int


@dataclass(frozen=True)
class Mistaken:
    """How often one intent was read where staff say that another was meant."""

    read: str
    meant: str
    count: int


@dataclass(frozen=True)
class WaitingFigures:
    """People put on the waiting list and taken off it; times offered to them by text, and what came of it."""

    joined: int
    filled: int
    taken_off: int
    offered: int
    answered: int


class Figures(Queries):
    """Aggregates of one practice. A conversation belongs to when it began; a chat counts once something was
    said in it, a call always."""

    async def talks_by_time(self, within: Stretch, unit: str) -> list[Talks]:
        """Conversations by hour or day and channel, in order of time; empty hours are left out."""
        at = func.date_trunc(unit, _local(ConversationRow.created_at, within))
        query = (
            select(at, ConversationRow.channel, func.count())
            .where(*_talks(within))
            .group_by(at, ConversationRow.channel)
            .order_by(at, ConversationRow.channel)
        )
        return [Talks(*row) for row in await self._connection.execute(query)]

    async def talks_by_weekday(self, within: Stretch) -> dict[tuple[int, int], int]:
        """(weekday, hour) → conversations; Monday is 0."""
        local = _local(ConversationRow.created_at, within)
        day, hour = func.extract("isodow", local), func.extract("hour", local)
        query = select(day, hour, func.count()).where(*_talks(within)).group_by(day, hour)
        rows = await self._connection.execute(query)
        return {(int(day) - 1, int(hour)): count for day, hour, count in rows}

    async def endings(self, within: Stretch) -> list[Ending]:
        """Conversations in which a patient said something, by who brought them to an end."""
        talks = _ended(within)
        query = (
            select(talks.c.who, talks.c.outcome, func.count())
            .group_by(talks.c.who, talks.c.outcome)
            .order_by(func.count().desc(), talks.c.who, talks.c.outcome)
        )
        return [Ending(*row) for row in await self._connection.execute(query)]

    async def reasons(self, within: Stretch, wishes: Collection[str]) -> dict[str, int]:
        """Intent → conversations in which it was said, of those `wishes`; as corrected by staff."""
        meant = func.coalesce(CorrectionRow.intent, MessageRow.intent)
        query = (
            select(meant, func.count(distinct(MessageRow.conversation_id)))
            .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
            .outerjoin(CorrectionRow, CorrectionRow.message_id == MessageRow.id)
            .where(*_talks(within), meant.in_(wishes))
            .group_by(meant)
        )
        return {intent: count for intent, count in await self._connection.execute(query)}

    async def handed_over(self, within: Stretch) -> dict[str, int]:
        """Why a person was first needed → conversations."""
        why = ConversationRow.handed_over_for
        query = select(why, func.count()).where(*_talks(within), why.is_not(None)).group_by(why)
        return {str(reason): count for reason, count in await self._connection.execute(query)}

    async def readings(self, within: Stretch, unit: str) -> list[Reading]:
        """Patients' turns by hour or day of their conversation."""
        at = func.date_trunc(unit, _local(ConversationRow.created_at, within))
        query = (
            select(at, func.count(), func.count(CorrectionRow.message_id))
            .select_from(MessageRow)
            .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
            .outerjoin(CorrectionRow, CorrectionRow.message_id == MessageRow.id)
            .where(*_talks(within), MessageRow.intent.is_not(None))
            .group_by(at)
            .order_by(at)
        )
        return [Reading(*row) for row in await self._connection.execute(query)]

    async def mistaken(self, within: Stretch) -> list[Mistaken]:
        """What was corrected, by intents read and meant; they are the same where only details were wrong."""
        query = (
            select(MessageRow.intent, CorrectionRow.intent, func.count())
            .select_from(CorrectionRow)
            .join(MessageRow, MessageRow.id == CorrectionRow.message_id)
            .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
            .where(*_talks(within), MessageRow.intent.is_not(None))
            .group_by(MessageRow.intent, CorrectionRow.intent)
            .order_by(func.count().desc(), MessageRow.intent, CorrectionRow.intent)
        )
        rows = await self._connection.execute(query)
        return [Mistaken(str(read), meant, count) for read, meant, count in rows]

    async def pace(self, within: Stretch, unit: str | None = None) -> list[Pace]:
        """How long answers took, by channel and by hour or day; without a unit, of the whole stretch."""
        at: Any = literal(None)
        if unit is not None:
            at = func.date_trunc(unit, _local(ConversationRow.created_at, within))
        took = MessageRow.took_ms
        half, most = (func.percentile_cont(share).within_group(took) for share in (0.5, 0.95))
        groups = [ConversationRow.channel] if unit is None else [at, ConversationRow.channel]
        query = (
            select(at, ConversationRow.channel, half, most, func.count())
            .select_from(MessageRow)
            .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
            .where(*_talks(within), took.is_not(None))
            .group_by(*groups)
            .order_by(*groups)
        )
        return [Pace(*row) for row in await self._connection.execute(query)]

    async def attendance(self, within: Stretch) -> dict[str, int]:
        """Status → appointments that begin in the stretch; holds and blocked time are none."""
        start = func.lower(AppointmentRow.during)
        query = (
            select(AppointmentRow.status, func.count())
            .where(
                AppointmentRow.practice_id == within.practice_id,
                start >= within.start,
                start < within.end,
                AppointmentRow.status.in_(("booked", "cancelled", "completed", "no_show")),
            )
            .group_by(AppointmentRow.status)
        )
        return {status: count for status, count in await self._connection.execute(query)}

    async def waiting_figures(self, within: Stretch) -> WaitingFigures:
        """What happened on the waiting list."""
        row = RequestRow
        done = and_(row.done_at >= within.start, row.done_at < within.end)
        made = and_(row.created_at >= within.start, row.created_at < within.end)
        listed = select(
            func.count().filter(made),
            func.count().filter(done, row.done_by.is_(None)),
            func.count().filter(done, row.done_by.is_not(None)),
        ).where(row.practice_id == within.practice_id, row.kind == "waitlist", or_(done, made))
        asked = select(func.count(), func.count(OutboxRow.conversation_id)).where(
            *_texts(within), OutboxRow.kind == "waitlist"
        )
        joined, filled, taken_off = (await self._connection.execute(listed)).one()
        offered, answered = (await self._connection.execute(asked)).one()
        return WaitingFigures(joined, filled, taken_off, offered, answered)

    async def texts_by_kind(self, within: Stretch) -> dict[tuple[str, str], int]:
        """(kind, status) → texts put into the outbox."""
        query = (
            select(OutboxRow.kind, OutboxRow.status, func.count())
            .where(*_texts(within))
            .group_by(OutboxRow.kind, OutboxRow.status)
        )
        return {(kind, status): count for kind, status, count in await self._connection.execute(query)}


def _talks(within: Stretch) -> tuple[ColumnElement[bool], ...]:
    row = ConversationRow
    return (
        row.practice_id == within.practice_id,
        row.created_at >= within.start,
        row.created_at < within.end,
        or_(row.channel == "phone", row.message_count > 1),
    )


def _texts(within: Stretch) -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxRow.practice_id == within.practice_id,
        OutboxRow.created_at >= within.start,
        OutboxRow.created_at < within.end,
    )


def _local(at: Any, within: Stretch) -> ColumnElement[datetime]:
    """The moment by the practice's clocks, without a zone."""
    return func.timezone(within.zone, at)


def _ended(within: Stretch) -> CTE:
    """Each conversation in which a patient spoke: who ended it, and with what."""
    row = ConversationRow
    said = MessageRow.conversation_id == row.id
    spoke = select(MessageRow.id).where(said, MessageRow.role == "patient").exists()
    staff = select(MessageRow.id).where(said, MessageRow.role == "staff").exists()
    asked = select(MessageRow.id).where(said, MessageRow.intent == QUESTION).exists()
    filed = (
        select(RequestRow.id)
        .where(RequestRow.conversation_id == row.id, RequestRow.kind != "waitlist")
        .exists()
    )
    who = case(
        (or_(row.handed_over_for.is_not(None), staff), "staff"),
        (filed, "inbox"),
        (or_(row.outcome.in_(DONE), asked), "desk"),
        else_="nobody",
    )
    outcome = case((row.outcome.in_(DONE), row.outcome), (asked, QUESTION), else_="")
    return select(who.label("who"), outcome.label("outcome")).where(*_talks(within), spoke).cte("ended")
