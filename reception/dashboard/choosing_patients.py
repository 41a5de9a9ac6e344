"""Whom an appointment is for: searched by name, birth date or number, or taken on as new."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from reception.database.records import Account, Patient
from reception.database.store import Store
from reception.dialogue.state import Claims
from reception.errors import Invalid
from reception.identity import duplicate
from reception.practice import Practice
from reception.staff.audit import did
from reception.understanding.values.births import read_birth_date
from reception.understanding.values.contacts import read_email, read_phone, region_of
from reception.understanding.values.english import ENGLISH

#: Patients shown at once.
MOST = 8
_OTHER = re.compile(r"[^\W\d_][^\d@+/]*")


class New(BaseModel):
    """A new patient, as far as the fields are filled in."""

    new_name: Annotated[str, Field(title="Name", max_length=200)] = ""
    new_born: Annotated[str, Field(title="Date of birth", max_length=40)] = ""
    new_phone: Annotated[str, Field(title="Phone", max_length=40)] = ""
    new_email: Annotated[str, Field(title="E-mail", max_length=254)] = ""


async def find_patients(store: Store, practice: Practice, wanted: str, today: date) -> list[Patient]:
    """Whom the words may mean, likeliest first: "jones", "3/3/1980", "212 555 0111" or several at once."""
    words = " ".join(wanted.split())
    if len(words) < 2:
        return []
    digits = sum(one.isdigit() for one in words)
    name = " ".join(_OTHER.findall(words)).strip(" ,.-")
    born = read_birth_date(words, today, ENGLISH) if digits else None
    phone = read_phone(words, region_of(practice.phone), ENGLISH) if digits >= 7 and born is None else None
    found: dict[UUID, Patient] = {}
    if born or phone:
        known = [*(await store.patients(practice.id, date_of_birth=born))] if born else []
        known += await store.patients(practice.id, phone=phone) if phone else []
        like = {one.id for one in await store.patients_named(practice.id, name, MOST)} if name else set()
        known.sort(key=lambda one: one.id not in like)
        found |= {one.id: one for one in known}
    elif name:
        found |= {one.id: one for one in await store.patients_named(practice.id, name, MOST)}
        if len(found) < MOST:
            for one in await store.patients_like(practice.id, name):
                found.setdefault(one.id, one)
    return list(found.values())[:MOST]


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
