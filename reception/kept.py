"""How a conversation's memory and an utterance's frame are kept in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from reception.dialogue.meaning import Frame, value_to_json
from reception.dialogue.state import State


def pack(state: State) -> dict[str, Any]:
    """A conversation's memory as JSON data."""
    packed: dict[str, Any] = msgspec.to_builtins(state)
    return packed


def unpack(kept: Mapping[str, Any]) -> State:
    """The memory from what `pack` gave."""
    return msgspec.convert(dict(kept), State)


def frame_json(frame: Frame) -> dict[str, Any]:
    """A frame as JSON data, for staff and for learning from."""
    return {
        "intent": frame.intent.value,
        "slots": {slot.value: words for slot, words in frame.slots.items()},
        "values": {slot.value: value_to_json(value) for slot, value in frame.values.items()},
        "confidence": round(frame.confidence, 4),
    }
