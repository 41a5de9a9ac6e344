"""What a patient meant, where the desk understood something else: staff say it, the model can learn it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath

from reception.channels.given import GivenService
from reception.corrections import checked
from reception.dashboard.insight import INTENTS, understood
from reception.dashboard.rendering import Flash, page, redirect
from reception.dialogue.meaning import Slot
from reception.errors import NotFound
from reception.staff.access import Me, Received, form_fields, may_change
from reception.staff.audit import did, saw


@get("/messages/{message_id:uuid}/meant", guards=[may_change])
async def meant(request: Received, message_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """The patient's words, what the desk had asked and understood, and a form for what was meant."""
    async with service.database.transaction() as store:
        found = await store.said_turn(me.practice_id, message_id)
        if found is None:
            raise NotFound("There is no such message of a patient.")
        await saw(store, me, "conversation", found.conversation_id)
    frame = found.meant or found.frame or {}
    return await page(
        request,
        "meant.html",
        here="",
        turn=found,
        understood=understood(found.frame),
        chosen=frame.get("intent", ""),
        words=frame.get("slots", {}),
        intents=INTENTS,
        slots=[slot.value for slot in Slot],
    )


@post("/messages/{message_id:uuid}/meant", guards=[may_change])
async def correct(request: Received, message_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Keeps what was meant. Invalid when a detail is not words of the message."""
    fields = await form_fields(request)
    given = {slot.value: fields.get(slot.value, "") for slot in Slot}
    async with service.database.transaction() as store:
        text = await store.patient_message(me.practice_id, message_id)
        intent, slots = checked(text, fields.get("intent", ""), given)
        await store.correct(me.practice_id, message_id, intent, slots, me.id)
        await did(store, me, "corrected", "message", message_id)
        found = await store.said_turn(me.practice_id, message_id)
    assert found is not None  # it was corrected in this very transaction
    flash = Flash("Thank you: the desk can learn from this.")
    return redirect(request, f"/staff/now/{found.conversation_id}", flash=flash)


handlers = [meant, correct]
