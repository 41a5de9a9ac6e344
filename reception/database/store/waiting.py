"""Queries for the waiting list on screen: what was offered to whom, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select

from reception.database.records import OFFERED, InboxItem, WaitingOffer
from reception.database.store.inbox import Inbox, inbox_item, inbox_items
from reception.database.store.queries import real_time
from reception.database.tables import (
    AppointmentRow,
    AppointmentTypeRow,
    OutboxRow,
    PracticeRow,
    PractitionerRow,
    RequestRow,
)

#: What a text's appointment, if it still has one, says of the offer.
_TAKEN = {"booked": "taken", "completed": "taken", "no_show": "taken", "cancelled": "cancelled"}
_NOT_DELIVERED = ("failed", "unknown", "withdrawn")


class Waiting(Inbox):
    """One practice's waiting list; times are aware, in the practice's zone."""

    async def waiting_list(self, practice_id: UUID, status: str, limit: int) -> list[InboxItem]:
        """Who waits, the longest first; with status done who no longer does, the last first."""
        row = RequestRow
        query = inbox_items().where(
            row.practice_id == practice_id, row.kind == "waitlist", row.status == status
        )
        order = (row.done_at.desc(), row.id) if status == "done" else (row.created_at, row.id)
        return [
            inbox_item(one) for one in await self._connection.execute(query.order_by(*order).limit(limit))
        ]

    async def waiting_count(self, practice_id: UUID) -> int:
        """How many wait."""
        query = select(func.count()).where(
            RequestRow.practice_id == practice_id,
            RequestRow.kind == "waitlist",
            RequestRow.status == "open",
        )
        return await self._connection.scalar(query) or 0

    async def waiting_offers(
        self, practice_id: UUID, items: Collection[InboxItem]
    ) -> dict[UUID, list[WaitingOffer]]:
        """Request → the times that were offered, newest first."""
        offers: dict[UUID, list[WaitingOffer]] = {item.id: [] for item in items}
        whose = func.split_part(OutboxRow.key, ":", 2)
        query = (
            select(
                whose.label("request_id"),
                OutboxRow.about,
                OutboxRow.status,
                OutboxRow.created_at,
                OutboxRow.conversation_id,
                AppointmentRow.id.label("hold_id"),
                AppointmentRow.status.label("place"),
                AppointmentRow.hold_expires_at,
                (AppointmentRow.hold_expires_at > real_time()).label("live"),
                PracticeRow.time_zone,
            )
            .join(PracticeRow, PracticeRow.id == OutboxRow.practice_id)
            .outerjoin(AppointmentRow, AppointmentRow.id == OutboxRow.appointment_id)
            .where(
                OutboxRow.practice_id == practice_id,
                OutboxRow.kind == "waitlist",
                whose.in_([str(item.id) for item in items]),
            )
            .order_by(OutboxRow.created_at.desc())
        )
        for row in await self._connection.execute(query):
            offers[UUID(row.request_id)].append(_offer(row))
        for item in items:
            kept = await self._kept(item, {one.hold_id for one in offers[item.id]})
            offers[item.id][:0] = kept
        return offers

    async def _kept(self, item: InboxItem, told: Collection[UUID | None]) -> list[WaitingOffer]:
        """The time that is kept for them without a text."""
        if item.conversation_id is None or OFFERED not in item.details or item.status == "done":
            return []
        query = (
            select(
                AppointmentRow.id,
                PractitionerRow.name.label("practitioner"),
                AppointmentTypeRow.name.label("appointment_type"),
                func.lower(AppointmentRow.during).label("start"),
                AppointmentRow.hold_expires_at,
            )
            .join(PractitionerRow, PractitionerRow.id == AppointmentRow.practitioner_id)
            .join(AppointmentTypeRow, AppointmentTypeRow.id == AppointmentRow.appointment_type_id)
            .where(
                AppointmentRow.practice_id == item.practice_id,
                AppointmentRow.conversation_id == item.conversation_id,
                AppointmentRow.status == "held",
                AppointmentRow.hold_expires_at > real_time(),
                AppointmentRow.id.not_in([one for one in told if one is not None]),
            )
        )
        zone = item.created_at.tzinfo
        return [
            WaitingOffer(
                item.id,
                row.id,
                row.practitioner,
                row.appointment_type,
                row.start.astimezone(zone),
                None,
                row.hold_expires_at.astimezone(zone),
                "kept",
            )
            for row in await self._connection.execute(query)
        ]


def _offer(row: Row[Any]) -> WaitingOffer:
    zone = ZoneInfo(row.time_zone)
    state = _state(row)
    return WaitingOffer(
        UUID(row.request_id),
        row.hold_id,
        row.about["practitioner"],
        row.about["appointment_type"],
        datetime.fromisoformat(row.about["start"]).astimezone(zone),
        row.created_at.astimezone(zone),
        row.hold_expires_at.astimezone(zone) if state in ("asked", "queued") else None,
        state,
    )


def _state(row: Row[Any]) -> str:
    if row.place in _TAKEN:
        return _TAKEN[row.place]
    if row.status in _NOT_DELIVERED:
        return "not_delivered"
    if row.live:
        return "queued" if row.status == "queued" else "asked"
    return "lapsed" if row.conversation_id is None else "declined"
