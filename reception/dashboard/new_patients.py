"""A patient who is taken on while an appointment is booked by hand."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from reception.database.records import Account
from reception.database.store import Store
from reception.dialogue.state import Claims
from reception.errors import Invalid
from reception.identity import duplicate
from reception.practice import Practice
from reception.staff.audit import did
from reception.understanding.values.births import read_birth_date
from reception.understanding.values.contacts import read_email, read_phone, region_of
from reception.understanding.values.english import ENGLISH


class New(BaseModel):
    """A new patient, as far as the fields are filled in."""

    new_name: Annotated[str, Field(title="Name", max_length=200)] = ""
    new_born: Annotated[str, Field(title="Date of birth", max_length=40)] = ""
    new_phone: Annotated[str, Field(title="Phone", max_length=40)] = ""
    new_email: Annotated[str, Field(title="E-mail", max_length=254)] = ""


async def take_on(store: Store, practice: Practice, me: Account, new: New, today: date) -> UUID:
    """Takes a new patient on. Invalid names the field to mend, or says that nobody was chosen."""
    name = " ".join(new.new_name.split())
    if not name:
        raise Invalid("Choose a patient, or fill in the name of a new one.")
    born = read_birth_date(new.new_born, today, ENGLISH) if new.new_born.strip() else None
    if new.new_born.strip() and born is None:
        raise Invalid("Date of birth: please write it like 3/14/1980 or March 14, 1980.")
    phone = read_phone(new.new_phone, region_of(practice.phone), ENGLISH) if new.new_phone.strip() else ""
    if phone is None:
        raise Invalid("Phone: please write the number with its area code.")
    email = read_email(new.new_email, ENGLISH) if new.new_email.strip() else ""
    if email is None:
        raise Invalid("E-mail: please enter an address like maria@mail.example.")
    claims = Claims(name, born, phone, email)
    doubles = [one for one in await store.patients_like(practice.id, name) if duplicate(claims, one)]
    patient = await store.add_patient(practice.id, name, born, phone, email, possible_duplicate=bool(doubles))
    await did(store, me, "taken_on", "patient", patient.id)
    return patient.id
