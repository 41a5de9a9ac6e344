"""What the benchmark tells a contender in a process of its own, and what that answers: one JSON line each."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from reception.bench.contenders import Taken, Work
from reception.bench.figures import Load
from reception.bench.utterances import Said


class Kind(StrEnum):
    """Who runs in the process: our engine in one of its modes, the floor, or a peer."""

    COLD = "cold"
    CHAT = "chat"
    PHONE = "phone"
    FLOOR = "floor"
    JSON = "llama-cpp-python, JSON schema"
    FRAME = "llama-cpp-python, same frame"
    CHAT_API = "llama-cpp-python, chat API"


#: The kinds that are our engine; their names are those of its modes.
ENGINES = (Kind.COLD, Kind.CHAT, Kind.PHONE)


class Setup(msgspec.Struct, frozen=True):
    """What a process needs to begin; `model` is a file's path. Peers ignore what is the engine's alone."""

    kind: Kind
    model: str
    threads: int
    gpu_layers: int = 0
    sequences: int = 8
    context_tokens: int = 4096
    adapters: str = ""


class OneTurn(msgspec.Struct, frozen=True, tag=True):
    """Understand one utterance."""

    said: Said
    conversation: str = ""


class ManyTurns(msgspec.Struct, frozen=True, tag=True):
    """Understand utterances, so many at once."""

    lines: list[Said]
    clients: int


class FloorOfTurn(msgspec.Struct, frozen=True, tag=True):
    """The floor of one turn."""

    work: Work
    frame_read: bool = False


class FloorOfTurns(msgspec.Struct, frozen=True, tag=True):
    """The floor of many turns together."""

    works: list[Work]


class MemoryUsed(msgspec.Struct, frozen=True, tag=True):
    """How much memory the process has, the service's code loaded."""


Order = OneTurn | ManyTurns | FloorOfTurn | FloorOfTurns | MemoryUsed


class Answer(msgspec.Struct, frozen=True):
    """The field that the order asks for: `taken`; `load` and `works`; or `number`.

    The number is in milliseconds for one turn, seconds for many, MB (10^6 bytes) for memory. `error` says
    what went wrong.
    """

    taken: Taken | None = None
    load: Load | None = None
    works: list[Work] = []
    number: float = 0.0
    error: str = ""
