"""A new practice: what holds before its settings are published, and the draft it begins with."""

from __future__ import annotations

import secrets
from typing import Any

from pydantic import ValidationError

from reception.database.store import Store
from reception.errors import Invalid
from reception.practice import Practice
from reception.practice_file import practice_from_json, whole_settings
from reception.practice_values import slug_of

#: What the first version of a practice is noted with that was not brought by a file.
FOUNDED = "new practice"
_WEEK = {day: ["08:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
#: What most practices offer, to be changed.
_VISITS = (
    {"name": "Consultation", "spoken_as": ["see the doctor"], "minutes": 20},
    {"name": "New patient visit", "spoken_as": ["first visit"], "minutes": 40},
    {"name": "Check-up", "spoken_as": ["physical", "yearly exam"], "minutes": 30, "new_patients": False},
)


class Founding:
    """The secret with which somebody founds the first practice; shown at the start of the service."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)

    def opens(self, given: str) -> bool:
        return secrets.compare_digest(self.token.encode(), given.encode("utf-8", "replace"))


async def found_practice(store: Store, name: str, phone: str, time_zone: str) -> Practice:
    """Adds a practice whose desk is off until its settings are published; its draft has them half done.

    Invalid says what of the three can't be right.
    """
    own = {"name": name, "phone": phone, "time_zone": time_zone, "slug": await _slug(store, name)}
    settings = _whole(
        {
            "practice": {**own, "answering": "off"},
            "practitioners": [{"name": name, "slots": []}],  # nobody can be booked
            "appointment_types": [{"name": "Appointment", "minutes": 15}],
        }
    )
    practice = practice_from_json(settings)
    if not await store.add_practice(practice, settings, FOUNDED):
        raise Invalid("There is a practice of this name already.")
    draft = {
        "practice": {**settings["practice"], "answering": "on"},
        "opening_hours": _WEEK,
        "practitioners": [],
        "appointment_types": list(_VISITS),
        "reminders": {"hours_before": [48]},
    }
    await store.save_draft(practice.id, draft, await store.latest_version(practice.id), None)
    return practice


def _whole(settings: dict[str, Any]) -> dict[str, Any]:
    try:
        return whole_settings(settings)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)[0]
        key = str(details["loc"][-1]).replace("_", " ")
        raise Invalid(f"{key.capitalize()}: {details['msg']}.") from None


async def _slug(store: Store, name: str) -> str:
    """The name's slug, with a number behind it where another practice has that."""
    slug = slug_of(name) or "practice"
    number = 1
    while await store.practice(slug if number == 1 else f"{slug}-{number}") is not None:
        number += 1
    return slug if number == 1 else f"{slug}-{number}"
