"""What is kept of a patient as staff type it: checked, put into its normal form, compared with others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from reception.database.records import Patient
from reception.database.store import Store
from reception.dialogue.state import Claims
from reception.identity import duplicate
from reception.practice_values import BirthDate, Email, Phone, Text

FIELDS = {
    "name": "Name",
    "date_of_birth": "Birth date",
    "phone": "Phone",
    "email": "E-mail",
    "insurance": "Insurance",
}


class Details(BaseModel):
    """A form with a patient's details; validate it in the practice's context (`practice_values.context`)."""

    name: Text = Field(title=FIELDS["name"], min_length=1, max_length=200)
    date_of_birth: BirthDate | None = Field(None, title=FIELDS["date_of_birth"])
    phone: Phone = Field("", title=FIELDS["phone"])
    email: Email = Field("", title=FIELDS["email"], max_length=254)
    insurance: Text = Field("", title=FIELDS["insurance"], max_length=200)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_unknown(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if name == "name" or str(value).strip()}

    def of(self, patient_id: UUID) -> Patient:
        """The patient with these details."""
        return Patient(patient_id, **{name: getattr(self, name) for name in FIELDS})


def changed(before: Patient, after: Patient) -> list[str]:
    """The names of the details that differ."""
    return [name for name in FIELDS if getattr(before, name) != getattr(after, name)]


async def twins(store: Store, practice_id: UUID, given: Details) -> list[Patient]:
    """Those on file who may be the same person."""
    said = Claims(given.name, given.date_of_birth, given.phone, given.email)
    found = await store.patients_like(practice_id, given.name)
    return [one for one in found if duplicate(said, one)]
