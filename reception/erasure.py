"""All that the desk keeps of one patient, to be handed to them or erased for good.

What stays: lines of the audit log (identifiers and times only), and a number's wish to get no texts, which
has to be kept to be obeyed. What a practice must keep of a treatment stands in its own records, not here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from reception.database.connection import Database
from reception.database.records import Message, Patient
from reception.database.store import Store
from reception.errors import NotFound, Unavailable
from reception.kept import unpack
from reception.recordings import Recordings

UNKNOWN = "There is no such patient."


@dataclass(frozen=True)
class Erased:
    """How many rows went."""

    appointments: int
    requests: int
    conversations: int
    texts: int


async def export_patient(store: Store, practice_id: UUID, patient_id: UUID) -> dict[str, Any]:
    """Everything that is kept of a patient, as JSON data. NotFound without such a patient.

    Give it a store of `Database.transaction(snapshot=True)`, so that all parts show the same moment.
    """
    patient = await store.patient(practice_id, patient_id)
    if patient is None:
        raise NotFound(UNKNOWN)
    conversations = await _conversations(store, practice_id, patient)
    requests = await store.requests_for(practice_id, patient, conversations)
    notes = await store.notes_for([one.id for one in requests])
    said = await store.said_in(conversations)
    return {
        "patient": {**asdict(patient), "id": str(patient.id), "date_of_birth": _day(patient)},
        "speaks_for": [str(one.id) for one in await store.wards(practice_id, patient_id)],
        "no_texts": await store.opted_out(practice_id, patient.phone),
        "appointments": [
            {
                "id": str(one.id),
                "practitioner": one.practitioner,
                "appointment_type": one.appointment_type,
                "reason": one.reason,
                "start": one.start.isoformat(),
                "end": one.end.isoformat(),
                "status": one.status,
                "booked_by": one.booked_by,
            }
            for one in await store.appointments_for(patient_id)
        ],
        "requests": [
            {
                "id": str(one.id),
                "kind": one.kind,
                "details": dict(one.details),
                "priority": one.priority,
                "status": one.status,
                "at": one.created_at.isoformat(),
                "notes": notes.get(one.id, []),
            }
            for one in requests
        ],
        "conversations": [
            {"id": str(one), "channel": channel, "messages": [_message(each) for each in messages]}
            for one, (channel, messages) in said.items()
        ],
        "texts": [
            {**asdict(one), "id": str(one.id), "at": one.at.isoformat()}
            for one in await store.texts_for(practice_id, patient, conversations)
        ],
        "seen_by_staff": [
            {"at": at.isoformat(), "action": action}
            for at, action in await store.seen_by_staff(practice_id, patient_id)
        ],
    }


async def erase_patient(
    store: Store, practice_id: UUID, patient_id: UUID, *, staff_id: UUID | None = None
) -> Erased:
    """Erases a patient from every table, coming appointments included, and says so in the audit log.

    `staff_id` is who does it. NotFound without such a patient. A conversation in which they spoke goes as a
    whole, also where it was about somebody else's appointment, which stays. Who calls again is new. What was
    recorded stays at the carrier: `erase` sees to that too.
    """
    patient = await store.lock_patient(practice_id, patient_id)
    if patient is None:
        raise NotFound(UNKNOWN)
    conversations = await _conversations(store, practice_id, patient)
    requests = await store.erase_requests(practice_id, patient, conversations)
    texts = await store.erase_texts(practice_id, patient, conversations)
    appointments = await store.erase_appointments(practice_id, patient_id)
    talks = await store.erase_conversations(practice_id, conversations)
    await store.erase_patient_row(practice_id, patient_id)
    await store.audit(practice_id, None, "erased", "patient", patient_id, {}, staff_id=staff_id)
    return Erased(appointments, requests, talks, texts)


async def erase(
    database: Database,
    recordings: Recordings,
    practice_id: UUID,
    patient_id: UUID,
    *,
    staff_id: UUID | None = None,
) -> Erased:
    """Erases a patient, what was recorded of them at the carrier included, which goes first.

    Unavailable while the carrier can't be asked, and nothing is erased; NotFound without such a patient.
    """
    async with database.transaction() as store:
        kept = await recorded(store, practice_id, patient_id)
    if not await recordings.delete(kept):
        raise Unavailable("The carrier can't be reached to delete recordings: nothing was erased. Try again.")
    return await database.run(lambda store: erase_patient(store, practice_id, patient_id, staff_id=staff_id))


async def wrote_since(store: Store, practice_id: UUID, patient_id: UUID, moment: datetime) -> bool:
    """Whether a request that would be erased with the patient is open, or newer; False without them.

    It may name nobody, so that only its number tells that it is theirs.
    """
    patient = await store.patient(practice_id, patient_id)
    if patient is None:
        return False
    theirs = await store.requests_for(practice_id, patient, await _conversations(store, practice_id, patient))
    return any(one.status == "open" or one.created_at >= moment for one in theirs)


async def recorded(store: Store, practice_id: UUID, patient_id: UUID) -> set[str]:
    """Identifiers or addresses of what the carrier has on tape of a patient. NotFound without them."""
    patient = await store.patient(practice_id, patient_id)
    if patient is None:
        raise NotFound(UNKNOWN)
    conversations = await _conversations(store, practice_id, patient)
    calls = await store.recordings_of_conversations(list(conversations))
    return calls | set(await store.recordings_in(practice_id, patient, conversations))


async def _conversations(store: Store, practice_id: UUID, patient: Patient) -> set[UUID]:
    """The conversations in which the patient spoke or was spoken of."""
    records = await store.records(practice_id, patient.id)
    shared = await store.shares_number(practice_id, patient)
    found = await store.conversations_about(practice_id, patient.id)
    after: UUID | None = None
    while memories := await store.conversation_memories(practice_id, after):
        for one, caller, kept in memories:
            if any(concerns(record, caller, kept, shared=shared) for record in records):
                found.add(one)
        after = memories[-1][0]
    return found


def concerns(patient: Patient, caller: str, kept: Mapping[str, Any], *, shared: bool) -> bool:
    """Whether a conversation's memory tells of the patient.

    Their identifier stands in it; somebody gave their name and birth date; or, where nobody else was
    identified, it was their number, unless others on file have it too (`shared`).
    """
    if _holds(kept, str(patient.id)):
        return True
    state = unpack(kept)
    claims, who = state.claims, state.who
    if who.patient_id is not None:
        return False
    if claims.name and claims.name.casefold() == patient.name.casefold():
        return claims.date_of_birth in (None, patient.date_of_birth)
    return bool(patient.phone) and not shared and patient.phone in (caller, claims.phone)


def _holds(kept: Any, words: str) -> bool:
    """Whether a text stands anywhere in JSON data."""
    if isinstance(kept, Mapping):
        return any(_holds(one, words) for one in kept.values())
    if isinstance(kept, str):
        return kept == words
    return isinstance(kept, Collection) and any(_holds(one, words) for one in kept)


def _day(patient: Patient) -> str | None:
    return patient.date_of_birth.isoformat() if patient.date_of_birth else None


def _message(message: Message) -> dict[str, Any]:
    """The public form, and what the desk understood."""
    return message.as_json() | {"understood": message.frame}
