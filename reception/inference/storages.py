"""How a built model can be stored, and which way is the fastest on this machine."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from gguf import GGMLQuantizationType, LlamaFileType

from reception.errors import MisconfiguredError
from reception.inference.factory import thread_count
from reception.settings import Settings

if TYPE_CHECKING:
    from reception.inference.context import Context

AUTO = "auto"
#: A turn as the desk asks for it: the new words with a guess of the answer, then two more steps.
TURN = (28, 3, 1)
ROUNDS = 6


@dataclass(frozen=True)
class Storage:
    """One way to store matrices, and what llama.cpp calls a file of them."""

    name: str
    kind: GGMLQuantizationType
    file_type: LlamaFileType


STORAGES = {
    kind.name: Storage(kind.name, kind, LlamaFileType[f"MOSTLY_{kind.name}"])
    for kind in (
        GGMLQuantizationType.BF16,
        GGMLQuantizationType.F16,
        GGMLQuantizationType.Q8_0,
        GGMLQuantizationType.Q5_1,
        GGMLQuantizationType.Q5_0,
        GGMLQuantizationType.Q4_1,
        GGMLQuantizationType.Q4_0,
    )
}


class Choice(msgspec.Struct, frozen=True):
    """Which storage was the fastest, on which machine, and each one's milliseconds for a turn."""

    machine: str
    storage: str
    milliseconds: dict[str, float]


def wanted(settings: Settings) -> str:
    """The storage that the settings name, or `AUTO`. Raises MisconfiguredError for unknown names."""
    name = settings.quantisation.strip()
    if name.lower() == AUTO:
        return AUTO
    if name.upper() in STORAGES:
        return name.upper()
    raise MisconfiguredError(
        f"RECEPTION_QUANTISATION={name} is not known: set {AUTO} or one of {', '.join(STORAGES)}."
    )


def read_choice(path: Path) -> Choice | None:
    """The recorded choice; None when there is none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Choice)
    except (OSError, msgspec.DecodeError):
        return None


def write_choice(path: Path, choice: Choice) -> None:
    """Records a choice."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(choice)) + b"\n")


def machine(settings: Settings) -> str:
    """What a choice depends on: processor, threads, layers on the GPU, llama.cpp's build."""
    layers = f"{settings.gpu_layers} GPU layers"
    build = f"llama-cpp-python {version('llama-cpp-python')}"
    return ", ".join((_processor(), f"{thread_count(settings)} threads", layers, build))


def fastest(files: Mapping[str, Path], settings: Settings) -> Choice:
    """Times a turn's batches on each storage's file, round about, so that noise hits all alike."""
    from reception.inference.context import Context

    contexts = {
        name: Context(file, threads=thread_count(settings), gpu_layers=settings.gpu_layers, tokens=512)
        for name, file in files.items()
    }
    try:
        rounds = [{name: _turn(context) for name, context in contexts.items()} for _ in range(ROUNDS)]
    finally:
        for context in contexts.values():
            context.close()
    # The least of each: what a busy machine adds says nothing about the file. The first round warms up.
    least = {name: min(one[name] for one in rounds[1:]) for name in files}
    return Choice(machine(settings), min(least, key=lambda name: least[name]), _rounded(least.items()))


def _turn(context: Context) -> float:
    context.keep(0, 0)
    start, place = time.perf_counter(), 0
    for count in TURN:
        tokens = [(place + offset) % context.vocabulary for offset in range(1, count + 1)]
        outputs = [offset >= count - 10 for offset in range(count)]
        context.decode(tokens, range(place, place + count), [0] * count, outputs)
        place += count
    return (time.perf_counter() - start) * 1000


def _rounded(figures: Iterable[tuple[str, float]]) -> dict[str, float]:
    return {name: round(figure, 1) for name, figure in figures}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    facts = dict(
        line.split(":", 1) for line in lines if line.startswith(("model", "cpu family")) and ":" in line
    )
    named = " ".join(value.strip() for _, value in sorted(facts.items()))
    return named or platform.processor() or platform.machine()
