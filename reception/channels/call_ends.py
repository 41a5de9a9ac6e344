"""The end of a call: what it held is given back, and its talk is over."""

from __future__ import annotations

from reception.database.fence import of_practice
from reception.service import Service


async def hang_up(service: Service, call_sid: str) -> None:
    """The call is over, whoever ended it; again, or of an unknown call, changes nothing."""
    async with service.database.look_up() as store:
        practice_id = await store.practice_of_call(call_sid)
    if practice_id is None:
        return
    with of_practice(practice_id):
        async with service.database.transaction() as store:
            await store.note_ended(call_sid)
            conversation = await store.conversation_by_call(call_sid)
        if conversation is not None:
            await service.desk.hang_up(conversation.id)
            service.hub.changed(conversation.id)
