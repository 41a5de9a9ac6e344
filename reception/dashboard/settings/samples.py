"""Sample values for the variables of sentences, so that a wording can be read as a patient would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WHEN = "Tuesday, June 16 at 9:30 AM"
_SAMPLES: Mapping[str, str] = {
    "days": "Tuesday or Wednesday", "last": "Friday, September 11", "wish": "on Monday in the morning",
    "others": "Dr. Ortega", "kind": "Check-up", "instead": "New patient visit", "insurance": "Aetna",
    "name": "Robin Example", "for_reason": " (back pain)", "bring": "Please bring your insurance card.",
    "born": "March 14, 1980", "medication": "ibuprofen", "dose_too": ", 400 milligrams",
    "for_whom": " for Kim Sample", "specialty": "cardiology", "reason": "back pain",
    "date": "June 15 to June 17", "test": "the blood test", "topic": "the last bill",
    "text": "Please call me about the form",
    "callback": "tomorrow morning", "callback_too": ", tomorrow morning", "answer": "Behind the house.",
    "hours": "Monday to Friday 8:00 AM to 5:00 PM", "day": "Monday, June 15", "blocks": "8:00 AM to 5:00 PM",
    "plans": "Aetna and Cigna", "opens": "Monday, June 15 at 8:00 AM", "when": "Tue, Jun 16, 9:30 AM",
    "where": " 1 Elm Street.", "link": " https://desk.example/a1b2.ics", "url": "https://desk.example/a1b2.ics",
    "minutes": "30", "why": "the phone could not be reached.", "code": "30003", "words": "I have a question",
    "seconds": "20", "count": "3", "type": "Check-up", "urgent_care": "the walk-in clinic at 12 Station Road",
}  # fmt: skip


def samples(practice: Mapping[str, Any], doctors: list[str]) -> dict[str, str]:
    """Name of a variable → a value for it; the practice's own where it has one."""
    doctor = (doctors or ["Dr. Weber"])[0]
    phone = str(practice.get("phone") or "+1 202 555 0100")
    offer = f"{_WHEN} with {doctor}"
    named = {
        "practice": str(practice.get("name") or "Our practice"),
        "number": str(practice.get("emergency_number") or "911"),
        "phone": phone,
        "by_phone": f" ({phone})",
        "address": str(practice.get("address") or "1 Elm Street"),
        "practitioner": doctor,
        "doctors": " and ".join(doctors[:2]) or doctor,
        "offer": offer,
        "offers": f"{_WHEN}, 10:00 AM or 2:30 PM with {doctor}",
        "existing": offer,
        "all": f"{offer} and Friday, June 19 at 2:00 PM with {doctor}",
    }
    if practice.get("urgent_care"):
        named["urgent_care"] = str(practice["urgent_care"])
    return {**_SAMPLES, **named}
