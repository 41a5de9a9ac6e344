"""The export: all appointments, requests and conversations as plain data, ready to be written as JSON."""

from __future__ import annotations

from typing import Any

from reception.database.records import OFFERED, Appointment, Conversation, Message, Patient, Request
from reception.database.store import Store


async def export(store: Store) -> dict[str, Any]:
    """Everything of every practice; times are ISO 8601 with the practice's offset, holds are left out.

    Give it a store of `Database.transaction(snapshot=True)`, so that all parts show the same moment.
    """
    return {
        "appointments": [_appointment(one) for one in await store.all_appointments()],
        "requests": [_request(one) for one in await store.all_requests()],
        "conversations": [_conversation(one, said) for one, said in await store.all_conversations()],
    }


def _patient(patient: Patient | None) -> dict[str, Any] | None:
    if patient is None:
        return None
    born = patient.date_of_birth
    return {
        "name": patient.name,
        "date_of_birth": born.isoformat() if born else None,
        "phone": patient.phone or None,
        "email": patient.email or None,
    }


def _appointment(appointment: Appointment) -> dict[str, Any]:
    return {
        "id": str(appointment.id),
        "patient": _patient(appointment.patient),
        "booked_by": appointment.booked_by,
        "practitioner": appointment.practitioner,
        "appointment_type": appointment.appointment_type,
        "reason": appointment.reason,
        "start": appointment.start.isoformat(),
        "end": appointment.end.isoformat(),
        "status": appointment.status,
        "conversation_id": _id(appointment.conversation_id),
    }


def _request(request: Request) -> dict[str, Any]:
    return {
        "id": str(request.id),
        "kind": request.kind,
        "patient": _patient(request.patient),
        "details": {key: value for key, value in request.details.items() if key != OFFERED},
        "priority": request.priority,
        "status": request.status,
        "conversation_id": _id(request.conversation_id),
    }


def _conversation(conversation: Conversation, said: list[Message]) -> dict[str, Any]:
    return {
        "id": str(conversation.id),
        "channel": conversation.channel,
        "status": conversation.status,
        "outcome": conversation.outcome,
        "messages": [message.as_json() for message in said],
    }


def _id(value: object | None) -> str | None:
    return None if value is None else str(value)
