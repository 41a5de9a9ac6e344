"""A caller who speaks over the desk: what was heard of its words by then, and of the options it named."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from reception.database.store import Store
from reception.dialogue.hearing import heard_part, options_heard
from reception.dialogue.state import State
from reception.dialogue.wording import Wording
from reception.kept import pack, unpack


async def note_interruption(
    store: Store, wordings: Mapping[str, Wording], conversation_id: UUID, spoken: str
) -> tuple[int, str] | None:
    """Keeps that the desk came no further than `spoken`: the rest counts as not said.

    How many of the options were heard, and the words; None when `spoken` is no part of the desk's last words,
    or all of them. `wordings`: language → sentences.
    """
    conversation = await store.conversation(conversation_id, lock=True)
    state = unpack(conversation.state) if conversation is not None else State()
    heard = heard_part(state.said, spoken)
    if conversation is None or heard is None or heard == state.said:
        return None
    wording = wordings[conversation.language]
    state.heard = heard
    state.options_heard = options_heard(heard, wording.marks(state.choices))
    await store.save_conversation(
        conversation_id,
        state=pack(state),
        status=conversation.status,
        outcome=conversation.outcome,
    )
    await store.note_heard(conversation_id, heard)
    return state.options_heard, heard
