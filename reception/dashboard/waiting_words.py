"""The waiting list in words: what somebody waits for, and what became of a time they were offered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from babel.dates import format_date, format_time

from reception.database.records import InboxItem, WaitingOffer

#: state → what to call it, and the colour of its tag.
STATES = {
    "asked": ("Asked by text", "amber"),
    "queued": ("Will be asked in the morning", "amber"),
    "kept": ("Kept, not told yet", "red"),
    "taken": ("Taken", "green"),
    "cancelled": ("Taken, cancelled later", ""),
    "declined": ("Not wanted", ""),
    "lapsed": ("No answer in time", ""),
    "not_delivered": ("Text not delivered", "red"),
}
_OPEN = ("asked", "queued", "kept")


def wish(details: Mapping[str, Any]) -> str:
    """What they wait for, in one line."""
    parts = [
        details.get("appointment_type") or "Any appointment",
        f"with {details['practitioner']}" if details.get("practitioner") else "",
        _stretch(str(details.get("date", "")), _day),
        _stretch(str(details.get("time", "")), _clock),
    ]
    return ", ".join(part for part in parts if part)


def who(item: InboxItem) -> str:
    """Whose wish it is."""
    return item.patient.name if item.patient else "Not identified"


def open_offer(offers: list[WaitingOffer]) -> WaitingOffer | None:
    """The time that is kept for them now."""
    return next((one for one in offers if one.state in _OPEN), None)


def place(offer: WaitingOffer) -> str:
    """The time and whom it is with."""
    return f"{when(offer.start)} · {offer.practitioner}"


def when(start: datetime) -> str:
    day = format_date(start, "EEE, MMM d", locale="en_US")
    return f"{day}, {format_time(start, 'short', locale='en_US')}"


def _stretch(filed: str, named: Any) -> str:
    """ "a", "a to b", "from a" or "until b" as filed, in words."""
    try:
        for word in ("from", "until"):
            if filed.startswith(f"{word} "):
                return f"{word} {named(filed.removeprefix(f'{word} '))}"
        first, _, last = filed.partition(" to ")
        if not last or last == first:
            return str(named(first)) if first else ""
        return f"{named(first)} to {named(last)}"
    except ValueError:
        return filed


def _day(text: str) -> str:
    return format_date(date.fromisoformat(text), "EEE, MMM d", locale="en_US")


def _clock(text: str) -> str:
    return format_time(time.fromisoformat(text), "short", locale="en_US")
