"""Who saw and changed what: every page that shows a patient, and every change by staff, says so here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from reception.database.records import Account
from reception.database.store import Store

#: Looking at the same thing again within this time is the same look.
ONE_LOOK = timedelta(minutes=15)


async def saw(store: Store, me: Account, entity: str, entity_id: UUID) -> None:
    """Notes that `me` was shown something: entity "conversation", "patient", "request" or "appointment"."""
    await store.audit_view(me.practice_id, me.id, entity, entity_id, ONE_LOOK)


async def did(
    store: Store,
    me: Account,
    action: str,
    entity: str,
    entity_id: UUID | None,
    *,
    conversation_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Notes that `me` changed something, in the change's own transaction.

    `action` is a word like "taken_over"; `details`: identifiers and times only, never words or names.
    """
    await store.audit(
        me.practice_id, conversation_id, action, entity, entity_id, details or {}, staff_id=me.id
    )
