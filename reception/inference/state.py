"""Saves what the cache holds for a conversation, and puts it back: here, or in another process."""

from __future__ import annotations

import msgspec

from reception.errors import Busy, Invalid
from reception.inference.cache import Parked
from reception.inference.scheduler import Scheduler


class Saved(msgspec.Struct, frozen=True):
    """A conversation's tokens and llama.cpp's own bytes for them; of use with the same model and adapter."""

    model: bytes
    adapter: str
    tokens: list[int]
    cells: bytes


def save(scheduler: Scheduler, conversation: str) -> bytes:
    """The state of a conversation that is not being answered right now; Invalid when the cache has none."""
    context, lane = scheduler.context, scheduler.lanes.of(conversation)
    if lane is not None:
        parked = Parked(lane.adapter, lane.tokens, context.save(lane.index))
    elif (found := scheduler.parking.of(conversation)) is not None:
        parked = found
    else:
        raise Invalid("The cache holds nothing of this conversation.")
    return msgspec.msgpack.encode(Saved(context.fingerprint, parked.adapter, parked.tokens, parked.cells))


def restore(scheduler: Scheduler, conversation: str, data: bytes) -> None:
    """Gives a conversation its state back; Invalid for another model's or broken data, Busy without room."""
    try:
        saved = msgspec.msgpack.decode(data, type=Saved)
    except msgspec.DecodeError as error:
        raise Invalid("This is no saved conversation.") from error
    context, lanes = scheduler.context, scheduler.lanes
    if saved.model != context.fingerprint:
        raise Invalid("This conversation was saved with another model.")
    place = lanes.take([], conversation, saved.adapter, rest=0)
    if place is None:
        raise Busy("The desk has too much to do at once.")
    lane = place.lane
    lanes.release(lane)
    context.keep(lane.index, 0)
    lane.tokens.clear()
    if not context.restore(lane.index, saved.cells):
        raise Busy("The cache has no room for this conversation.")
    lane.tokens = saved.tokens
