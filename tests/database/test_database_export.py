"""The export: exactly the contract's keys, times with the practice's offset. Ring: postgres."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from reception.database.connection import Database
from reception.database.export import export
from reception.database.records import NewMessage
from reception.practice import Practice

pytestmark = pytest.mark.postgres


async def test_everything_is_exported_in_the_contracts_form(
    database: Database, practice: Practice, conversation_id: UUID
) -> None:
    async with database.transaction() as store:
        peter = (await store.patients(practice.id, name="Peter Adams"))[0]
        await store.file_request(
            practice.id, "billing", {"topic": "invoice"}, "routine", peter.id, conversation_id
        )
        await store.file_request(practice.id, "emergency", {"words": "help"}, "emergency", None, None)
        await store.add_messages(conversation_id, [NewMessage("desk", "Hello", expects="request")])
    async with database.transaction(snapshot=True) as store:
        exported = json.loads(json.dumps(await export(store)))

    (appointment,) = exported["appointments"]
    assert appointment.pop("id")
    assert appointment == {
        "patient": {
            "name": "Mary Jones",
            "date_of_birth": "1980-03-03",
            "phone": "+12125550111",
            "email": None,
        },
        "booked_by": None,
        "practitioner": "Dr. Anna Weber",
        "appointment_type": "Check-up",
        "reason": "knee",
        "start": "2026-06-16T10:00:00-04:00",
        "end": "2026-06-16T10:30:00-04:00",
        "status": "booked",
        "conversation_id": None,
    }
    billing, emergency = exported["requests"]
    assert billing.pop("id") and emergency.pop("id")
    assert billing == {
        "kind": "billing",
        "patient": {
            "name": "Peter Adams",
            "date_of_birth": "1975-12-01",
            "phone": None,
            "email": "peter@example.org",
        },
        "details": {"topic": "invoice"},
        "priority": "routine",
        "status": "open",
        "conversation_id": str(conversation_id),
    }
    assert emergency["patient"] is None and emergency["priority"] == "emergency"
    (conversation,) = exported["conversations"]
    (message,) = conversation.pop("messages")
    assert conversation == {
        "id": str(conversation_id),
        "channel": "chat",
        "status": "open",
        "outcome": None,
    }
    assert set(message) == {"id", "role", "text", "at", "expects", "about", "options"}
    assert message["at"][-6:] in {"-04:00", "-05:00"}
