"""How alike two records are, in words: what staff decide by whether they are one person. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from reception.database.records import Patient
from reception.identity import alike, near


@dataclass(frozen=True)
class Likeness:
    """Why two may be one person; a higher `weight` is more likely."""

    weight: int
    why: str


def likeness(one: Patient, other: Patient) -> Likeness | None:
    """Why two records may be one person's, or None. Families share numbers: one alone is no reason."""
    names = alike(one.name, other.name)
    reached = _reached(one, other)
    born, given = one.date_of_birth, other.date_of_birth
    same_day = born is not None and born == given
    named = {"same": "Same name", "close": "Like names", "different": ""}[names]
    if names == "different":
        first = one.name.casefold().split()[:1] == other.name.casefold().split()[:1]
        if same_day and reached and first:
            return Likeness(50, f"Same first name, birth date and {reached}")
        return None
    if same_day:
        weight = 100 if names == "same" else 80
        return Likeness(weight + 10 * bool(reached), f"{named}, same birth date{_and(reached)}")
    if near(born, given):
        return Likeness(60 + 10 * bool(reached), f"{named}, birth dates one slip apart{_and(reached)}")
    if reached:
        known = born is not None and given is not None
        return Likeness(20 if known else 70, f"{named}, same {reached}")
    if names == "same" and (born is None or given is None):
        return Likeness(40, "Same name, a birth date is missing")
    return None


def _reached(one: Patient, other: Patient) -> str:
    if one.phone and one.phone == other.phone:
        return "number"
    return "e-mail" if one.email and one.email == other.email else ""


def _and(reached: str) -> str:
    return f" and {reached}" if reached else ""
