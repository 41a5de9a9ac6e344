"""Sends a text that did not arrive once more, unless it would be wrong by now; never twice."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from reception.database.records import FailedText
from reception.database.store import Store
from reception.database.store.failed_texts import AGAIN
from reception.errors import Invalid, Taken


def outdated(text: FailedText, now: datetime) -> str:
    """Why the text would be wrong by now, as staff read it; nothing where it still holds."""
    if text.kind == "waitlist":
        return "" if text.held else "The time that it offers is no longer kept for them."
    if text.kind == "absence":  # what it offers may have gone to somebody else since
        return "Times are offered anew on the page of the absence."
    if text.told_since:
        return "Another text has told of this appointment since."
    if text.kind in ("booked", "moved", "reminder"):
        if text.appointment_status != "booked" or text.appointment_start is None:
            return "The appointment that it tells of no longer stands."
        if text.appointment_start <= now:
            return "The appointment that it tells of is over."
        moved = text.kind == "reminder" and f":{int(text.appointment_start.timestamp())}:" not in text.key
        return "The appointment has another time now." if moved else ""
    if text.kind == "cancelled" and text.appointment_status != "cancelled":
        return "The appointment was booked again."
    return ""


async def send_again(store: Store, text: FailedText, now: datetime) -> UUID:
    """Queues the text anew, under a key of its own. Invalid where it can't be sent or would be wrong, Taken
    where somebody has done so already."""
    if text.again is not None:
        raise Taken("It was sent again already.")
    if why := outdated(text, now):
        raise Invalid(f"{why} Please call instead.")
    queued = await store.queue_text(
        text.practice_id,
        to=text.recipient,
        body=text.body,
        kind=text.kind,
        key=f"{text.key}{AGAIN}",
        conversation_id=text.conversation_id,
        appointment_id=text.appointment_id,
        about=text.about,
    )
    if queued is None:
        raise Invalid("This number takes no text messages from us. Please call instead.")
    return queued
