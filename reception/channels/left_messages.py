"""What is left for the team after a call: a voicemail with its transcript, or the wish to be called back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from reception.database.records import Call, NewMessage
from reception.database.store import Store
from reception.dialogue import safety

#: Characters of a transcript that are kept.
LONGEST = 2000


async def keep_voicemail(
    store: Store, call: Call, *, recording: str, caller: str, language: str, details: Mapping[str, Any]
) -> None:
    """Files a voicemail in the inbox, or adds to the one that is there already: `text` and `recording`.

    One call has one voicemail, in whatever order its recording and its transcript arrive, and however often.
    """
    kept = await _conversation(store, call, caller, language)
    details = {key: value for key, value in details.items() if value}
    words = details.get("transcript", "")
    if call.request_id is None:
        priority = "emergency" if safety.is_emergency(words) else "routine"
        request = _as_request(details)
        filed = await store.file_request(call.practice_id, "message", request, priority, None, kept)
        await store.note_message_left(call.call_sid, filed)
    elif words:
        urgent = "emergency" if safety.is_emergency(words) else None
        # Who marked it done may not have heard all of it: danger is open until somebody has read of it.
        await store.update_request(
            call.request_id, {"text": words[:LONGEST]}, priority=urgent, reopen=urgent is not None
        )
    elif "recording" in details:
        await store.update_request(call.request_id, {"recording": details["recording"]})
    said = f"recording:{recording}"
    if words and await store.replies_to(kept, said) is None:
        await store.add_messages(kept, [NewMessage("patient", words[:LONGEST], client_id=said)])


async def promise_callback(store: Store, call_sid: str) -> None:
    """Files the wish to be called back, once per call."""
    call = await store.call(call_sid, lock=True)
    if call is None or call.request_id is not None:
        return
    filed = await store.file_request(call.practice_id, "staff", {}, "routine", None, call.conversation_id)
    await store.note_message_left(call_sid, filed)


def _as_request(details: Mapping[str, Any]) -> dict[str, Any]:
    text = str(details.get("transcript") or details.get("unwritten", ""))[:LONGEST]
    return {"text": text} | ({"recording": details["recording"]} if "recording" in details else {})


async def _conversation(store: Store, call: Call, caller: str, language: str) -> UUID:
    """The call's conversation; one is opened for a call that only rang through."""
    if call.conversation_id is not None:
        return call.conversation_id
    opened = await store.create_conversation(
        call.practice_id, "phone", language, "", caller, {}, call.call_sid
    )
    await store.close_conversation(opened.id)
    await store.open_call(call.call_sid, call.practice_id, opened.id)
    return opened.id
