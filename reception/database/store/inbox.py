"""Queries for the inbox: requests as staff work through them, who has which, and the notes beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, insert, select, tuple_, update
from sqlalchemy.orm import aliased

from reception.database.records import InboxItem, Note, Patient
from reception.database.store.patients import COLUMNS
from reception.database.store.queries import Queries, real_time
from reception.database.tables import (
    ConversationRow,
    OutboxRow,
    PatientRow,
    PracticeRow,
    RequestNoteRow,
    RequestRow,
    StaffRow,
)

Show = Literal["open", "mine", "done"]
#: Emergencies before what is urgent before the rest.
RANK = case({"emergency": 0, "urgent": 1}, value=RequestRow.priority, else_=2)
#: Whether a request tells of a text that did not arrive; as a kind of its own it can be asked for.
OF_A_TEXT = exists().where(OutboxRow.request_id == RequestRow.id)
FAILED_TEXT = "failed_text"
#: What belongs to the waiting list is on a page of its own.
ELSEWHERE = ("waitlist",)
#: Requests that a search reads at once, and in all.
SEARCHED, MOST_SEARCHED = 200, 2000

_Assigned, _Done, _Seen = aliased(StaffRow), aliased(StaffRow), aliased(StaffRow)


@dataclass(frozen=True)
class InboxFilter:
    """Which requests are shown: `kind` and `search` (a name, or words of the details) narrow them down."""

    show: Show = "open"
    kind: str = ""
    search: str = ""


class Inbox(Queries):
    """Requests of one practice, most pressing first; times are aware, in the practice's zone."""

    async def inbox(
        self,
        practice_id: UUID,
        staff_id: UUID,
        wanted: InboxFilter,
        limit: int,
        after: InboxItem | None = None,
    ) -> list[InboxItem]:
        """Up to `limit` requests, from the one after `after` on. Done ones come newest first.

        A search reads the next requests in that order one by one, as their words are encrypted: up to
        2,000 of them.
        """
        if not wanted.search:
            return await self._page(practice_id, staff_id, wanted, limit, after)
        found: list[InboxItem] = []
        for _ in range(MOST_SEARCHED // SEARCHED):
            page = await self._page(practice_id, staff_id, wanted, SEARCHED, after)
            found += [item for item in page if _tells_of(item, wanted.search)]
            if len(page) < SEARCHED or len(found) >= limit:
                break
            after = page[-1]
        return found[:limit]

    async def _page(
        self,
        practice_id: UUID,
        staff_id: UUID,
        wanted: InboxFilter,
        limit: int,
        after: InboxItem | None = None,
    ) -> list[InboxItem]:
        query = inbox_items().where(*_wanted(practice_id, staff_id, wanted))
        if wanted.show == "done":
            order: Sequence[Any] = (RequestRow.done_at.desc(), RequestRow.id)
            if after is not None:
                query = query.where(RequestRow.done_at < after.done_at)
        else:
            order = (RANK, RequestRow.created_at, RequestRow.id)
            if after is not None:
                here = (after.rank, after.created_at, after.id)
                query = query.where(tuple_(*order) > tuple_(*here))
        rows = await self._connection.execute(query.order_by(*order).limit(limit))
        return [inbox_item(row) for row in rows]

    async def inbox_counts(self, practice_id: UUID, staff_id: UUID) -> dict[Show, int]:
        """How many are open, and how many of those are mine; done ones are not counted."""
        mine = func.count().filter(RequestRow.assigned_to == staff_id)
        query = select(func.count(), mine).where(
            RequestRow.practice_id == practice_id,
            RequestRow.status == "open",
            RequestRow.kind.not_in(ELSEWHERE),
        )
        everything, own = (await self._connection.execute(query)).one()
        return {"open": everything, "mine": own}

    async def inbox_item(self, practice_id: UUID, request_id: UUID) -> InboxItem | None:
        """One request, open or done."""
        query = inbox_items().where(RequestRow.practice_id == practice_id, RequestRow.id == request_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else inbox_item(row)

    async def notes(self, request_id: UUID) -> list[Note]:
        """What staff noted at a request, oldest first."""
        query = (
            select(
                RequestNoteRow.id,
                RequestNoteRow.text,
                RequestNoteRow.at,
                StaffRow.name,
                PracticeRow.time_zone,
            )
            .join(PracticeRow, PracticeRow.id == RequestNoteRow.practice_id)
            .outerjoin(StaffRow, StaffRow.id == RequestNoteRow.staff_id)
            .where(RequestNoteRow.request_id == request_id)
            .order_by(RequestNoteRow.at, RequestNoteRow.id)
        )
        return [
            Note(row.id, row.text, row.at.astimezone(ZoneInfo(row.time_zone)), row.name or "")
            for row in await self._connection.execute(query)
        ]

    async def add_note(self, item: InboxItem, staff_id: UUID, text: str) -> UUID:
        """Notes something at a request; the request counts as changed."""
        note_id = uuid4()
        await self._connection.execute(
            insert(RequestNoteRow).values(
                id=note_id,
                practice_id=item.practice_id,
                request_id=item.id,
                staff_id=staff_id,
                text=text,
            )
        )
        await self._change_request(item.id, RequestRow.id == item.id)
        return note_id

    async def assign_request(self, item: InboxItem, staff_id: UUID | None) -> bool:
        """Gives it to somebody, or to nobody. False when it was changed since `item` was read."""
        return await self._change_request(item.id, RequestRow.version == item.version, assigned_to=staff_id)

    async def finish_request(self, item: InboxItem, staff_id: UUID) -> bool:
        """Done, by whom. False when it was changed since `item` was read."""
        unchanged = RequestRow.version == item.version
        return await self._change_request(
            item.id, unchanged, status="done", done_by=staff_id, done_at=real_time()
        )

    async def reopen_request(self, item: InboxItem) -> bool:
        """Open again. False when it was changed since `item` was read."""
        unchanged = RequestRow.version == item.version
        return await self._change_request(item.id, unchanged, status="open", done_by=None, done_at=None)

    async def colleagues(self, practice_id: UUID) -> list[tuple[UUID, str]]:
        """Who may work on requests, by name."""
        query = select(StaffRow.id, StaffRow.name).where(
            StaffRow.practice_id == practice_id, StaffRow.active, StaffRow.role != "viewer"
        )
        rows = await self._connection.execute(query.order_by(func.lower(StaffRow.name), StaffRow.id))
        return [(row.id, row.name) for row in rows]

    async def _change_request(self, request_id: UUID, condition: ColumnElement[bool], **values: Any) -> bool:
        query = (
            update(RequestRow)
            .where(RequestRow.id == request_id, condition)
            .values(version=RequestRow.version + 1, **values)
        )
        return await self._connection.scalar(query.returning(RequestRow.id)) is not None


def _wanted(practice_id: UUID, staff_id: UUID, wanted: InboxFilter) -> list[ColumnElement[bool]]:
    conditions = [
        RequestRow.practice_id == practice_id,
        RequestRow.status == ("done" if wanted.show == "done" else "open"),
        _of_kind(wanted.kind),
    ]
    if wanted.show == "mine":
        conditions.append(RequestRow.assigned_to == staff_id)
    return conditions


def _of_kind(kind: str) -> ColumnElement[bool]:
    if kind == FAILED_TEXT:
        return OF_A_TEXT
    return and_(RequestRow.kind == kind, ~OF_A_TEXT) if kind else RequestRow.kind.not_in(ELSEWHERE)


def _tells_of(item: InboxItem, words: str) -> bool:
    """Whether the patient's name or what the request says has these words in it."""
    said = [item.patient.name if item.patient else "", *(str(one) for one in item.details.values())]
    return any(words.casefold() in one.casefold() for one in said)


def inbox_items() -> Select[Any]:
    """All that is shown of requests, for `inbox_item`."""
    return (
        select(
            RequestRow.id,
            RequestRow.practice_id,
            RequestRow.kind,
            RequestRow.details,
            RequestRow.priority,
            RANK.label("rank"),
            RequestRow.status,
            RequestRow.conversation_id,
            RequestRow.created_at,
            RequestRow.seen_at,
            RequestRow.done_at,
            RequestRow.version,
            RequestRow.assigned_to,
            _Assigned.name.label("assigned_to_name"),
            _Done.name.label("done_by_name"),
            _Seen.name.label("seen_by_name"),
            ConversationRow.channel,
            ConversationRow.caller,
            ConversationRow.status.label("conversation_status"),
            PracticeRow.time_zone,
            OF_A_TEXT.label("text_failed"),
            *(column.label(f"patient_{column.key}") for column in COLUMNS),
        )
        .join(PracticeRow, PracticeRow.id == RequestRow.practice_id)
        .outerjoin(PatientRow, PatientRow.id == RequestRow.patient_id)
        .outerjoin(ConversationRow, ConversationRow.id == RequestRow.conversation_id)
        .outerjoin(_Assigned, _Assigned.id == RequestRow.assigned_to)
        .outerjoin(_Done, _Done.id == RequestRow.done_by)
        .outerjoin(_Seen, _Seen.id == RequestRow.seen_by)
    )


def inbox_item(row: Row[Any]) -> InboxItem:
    """A row of `inbox_items`."""
    zone = ZoneInfo(row.time_zone)

    def local(at: datetime | None) -> datetime | None:
        return None if at is None else at.astimezone(zone)

    who = [getattr(row, f"patient_{column.key}") for column in COLUMNS]
    return InboxItem(
        id=row.id,
        practice_id=row.practice_id,
        kind=row.kind,
        patient=None if who[0] is None else Patient(*who),
        details=row.details,
        priority=row.priority,
        rank=row.rank,
        status=row.status,
        conversation_id=row.conversation_id,
        channel=row.channel or "",
        caller=row.caller or "",
        conversation_over=row.conversation_status in (None, "closed"),
        created_at=row.created_at.astimezone(zone),
        seen_at=local(row.seen_at),
        seen_by=row.seen_by_name or "",
        done_at=local(row.done_at),
        done_by=row.done_by_name or "",
        version=row.version,
        assigned_to=row.assigned_to,
        assigned_to_name=row.assigned_to_name or "",
        text_failed=row.text_failed,
    )
