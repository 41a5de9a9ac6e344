"""Reads the measures of a model from the first bytes of its GGUF file, without loading it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from reception.errors import ModelMissing

_MAGIC = b"GGUF"
#: GGUF's types of values: how `struct` reads a number, by the type's code.
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
#: Bytes of one text: chat templates and merges are far shorter, and a damaged length must fill no memory.
_LONGEST = 1 << 24
_WANTED = {
    "llama.block_count",
    "llama.embedding_length",
    "llama.feed_forward_length",
    "llama.attention.head_count",
    "llama.attention.head_count_kv",
    "llama.vocab_size",
}


@dataclass(frozen=True)
class Measures:
    """A model's size: `weights` in bytes, the others as numbers of things; `head` is one head's width."""

    weights: int
    layers: int
    kv_heads: int
    head: int
    width: int
    inner: int
    vocabulary: int


def read_measures(path: Path) -> Measures:
    """The measures of a Llama model; ModelMissing when the file is none, or is cut off."""
    try:
        with path.open("rb") as file:
            found = _numbers(file)
    except (OSError, struct.error, ValueError, KeyError, OverflowError, RecursionError) as error:
        raise ModelMissing(f"{path.name} is missing or no GGUF file: run `reception model pull`.") from error
    heads = found.get("llama.attention.head_count", 0)
    if heads < 1:
        raise ModelMissing(f"{path.name} holds no Llama model: set RECEPTION_MODEL to one that does.")
    width = found.get("llama.embedding_length", 0)
    return Measures(
        weights=path.stat().st_size,
        layers=found.get("llama.block_count", 0),
        kv_heads=found.get("llama.attention.head_count_kv", heads),
        head=width // heads,
        width=width,
        inner=found.get("llama.feed_forward_length", 0),
        vocabulary=found.get("llama.vocab_size", 0),
    )


def _numbers(file: BinaryIO) -> dict[str, int]:
    """The wanted entries; reads no further than the last of them."""
    magic, _version, _tensors, entries = struct.unpack("<4sIQQ", file.read(24))
    if magic != _MAGIC:
        raise struct.error("not GGUF")
    found: dict[str, int] = {}
    for _ in range(entries):
        key = _text(file)
        value = _value(file, *struct.unpack("<I", file.read(4)))
        if key in _WANTED and isinstance(value, int):
            found[key] = value
            if found.keys() == _WANTED:
                break
    return found


def _value(file: BinaryIO, kind: int) -> Any:
    """A number or text; None for an array, which is passed over."""
    if kind == _STRING:
        return _text(file)
    if kind != _ARRAY:
        code = _NUMBERS[kind]
        return struct.unpack(f"<{code}", file.read(struct.calcsize(code)))[0]
    element, count = struct.unpack("<IQ", file.read(12))
    if element in _NUMBERS:
        file.seek(struct.calcsize(_NUMBERS[element]) * count, 1)
        return None
    for _ in range(count):
        _value(file, element)
    return None


def _text(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > _LONGEST:
        raise struct.error("no text is that long")
    return file.read(length).decode("utf-8")
