"""A patient's history in words for staff: a line, what stands beside it, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reception.dashboard import request_words
from reception.database.records import Event, Patient

_TALKS = {"chat": "Chat", "phone": "Call", "sms": "Text messages"}
_STATUSES = {
    "booked": "Booked",
    "arrived": "Arrived",
    "cancelled": "Cancelled",
    "completed": "Completed",
    "no_show": "Did not come",
    "handed_over": "Handed over",
    "done": "Done",
    "queued": "On its way",
    "sending": "On its way",
    "sent": "Sent",
    "delivered": "Delivered",
    "failed": "Not delivered",
    "unknown": "Not known whether it arrived",
}
_COLOURS = {
    "arrived": "blue",
    "booked": "green",
    "no_show": "red",
    "failed": "red",
    "unknown": "amber",
    "handed_over": "amber",
}
_TEXTS = {
    "booked": "Confirmation",
    "reminder": "Reminder",
    "waitlist": "Offer of a freed time",
    "reply": "Reply",
    "moved": "Told of the new time",
    "cancelled": "Told of the cancellation",
}


@dataclass(frozen=True)
class Line:
    """One thing of a history as it is shown; `path` leads to it, and is empty where it has no page."""

    icon: str
    title: str
    words: str
    tags: tuple[tuple[str, str], ...]  # text and colour
    path: str


def line(event: Event) -> Line:
    """How an event is shown."""
    if event.kind == "appointment":
        return _appointment(event)
    if event.kind == "request":
        return _request(event)
    if event.kind == "conversation":
        return _conversation(event)
    title = f"{_TEXTS.get(event.what, event.what.replace('_', ' ').capitalize())} by text"
    path = f"/staff/now/{event.conversation_id}" if event.conversation_id else ""
    return Line("sms", title, "", _status(event), path)


def _appointment(event: Event) -> Line:
    title = f"{event.what} with {event.who}"
    path = f"/staff/calendar?day={event.at:%Y-%m-%d}&open={event.id}"
    return Line("calendar", title, str(event.words.get("reason", "")), _status(event), path)


def _request(event: Event) -> Line:
    kind = request_words.KINDS.get(event.what) or event.what.replace("_", " ").capitalize()
    words = " · ".join(value for _, value in request_words.pairs(event.words))
    urgent = {"emergency": (("Emergency", "red"),), "urgent": (("Urgent", "amber"),)}
    tags = urgent.get(event.priority, ()) + (
        (("Open", "amber"),) if event.status == "open" else (("Done", ""),)
    )
    return Line("inbox", kind, words, tags, f"/staff/inbox/{event.id}")


def _conversation(event: Event) -> Line:
    count = event.words.get("messages", 0)
    came_to = event.who.replace("_", " ").capitalize()
    words = f"{count} message{'' if count == 1 else 's'}"
    tags = ((came_to, ""),) if came_to else _status(event) if event.status == "handed_over" else ()
    return Line(event.what, _TALKS.get(event.what, "Conversation"), words, tags, f"/staff/now/{event.id}")


def _status(event: Event) -> tuple[tuple[str, str], ...]:
    text = _STATUSES.get(event.status, event.status.replace("_", " ").capitalize())
    return ((text, _COLOURS.get(event.status, "")),) if text else ()


def age(patient: Patient, today: date) -> str:
    """How old somebody is, in years; in months under two years. Empty where that is not known."""
    born = patient.date_of_birth
    if born is None or born > today:
        return ""
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months >= 24:
        return f"{months // 12} years"
    return "1 month" if months == 1 else f"{months} months"


def by_time(events: list[Event], now: datetime) -> list[tuple[str, list[Event]]]:
    """The events under headings: what is to come, then month by month."""
    groups: dict[str, list[Event]] = {}
    for event in events:
        coming = event.kind == "appointment" and event.at > now
        heading = "To come" if coming else f"{event.at:%B %Y}"
        groups.setdefault(heading, []).append(event)
    return list(groups.items())
