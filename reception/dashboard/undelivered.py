"""A text that did not arrive as the inbox shows it: why, and what hinders sending it again."""

from __future__ import annotations

from typing import Any

from reception.database.records import InboxItem
from reception.database.store import Store
from reception.messaging.again import outdated
from reception.messaging.delivery import why_failed
from reception.messaging.text_words import text_words
from reception.service import Service


async def undelivered(service: Service, store: Store, item: InboxItem) -> dict[str, Any]:
    """What the template is given of the text that a request tells of; `failed` is None without one."""
    failed = await store.failed_text(item.practice_id, item.id) if item.text_failed else None
    if failed is None:
        return {"failed": None}
    practice = await store.practice_by_id(item.practice_id)
    assert practice is not None  # a request's practice can't be deleted: a foreign key keeps it
    words = text_words(service.settings.prompts_dir, practice.languages[0])
    hindered = outdated(failed, service.clock.now(practice.time_zone))
    if await store.opted_out(item.practice_id, failed.recipient):
        hindered = "This number takes no text messages from us."
    why = why_failed(failed.error_code, away=failed.error_code is None)
    return {
        "failed": failed,
        "failed_kind": words.kind(failed.kind),
        "failed_why": words.say(**why),
        "hindered": hindered,
    }
