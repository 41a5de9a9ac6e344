"""Builds a served model: a base GGUF with a LoRA adapter added in, every matrix stored the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter, ReaderTensor
from numpy.typing import NDArray

from reception.errors import ModelMissing
from reception.inference.storages import Storage

#: Told (bytes done, bytes in all) while a file is written.
Progress = Callable[[int, int], None]
Floats = NDArray[np.float32]


def merge(base: Path, adapter: Path, out: Path, storage: Storage, progress: Progress) -> None:
    """Writes `out` = base + adapter, stored as `storage` says, with the base's tokeniser and metadata.

    The adapter is llama.cpp's LoRA format, rows of queries and keys already in GGUF order: for a matrix W of
    shape (out, in) it holds W.lora_a (rank, in) and W.lora_b (out, rank), and W becomes
    W + lora_b @ lora_a * alpha / rank. Raises ModelMissing when the two don't belong together.
    """
    updates = _updates(adapter, {tensor.name: tensor for tensor in GGUFReader(base).tensors})

    def add(name: str, weights: Floats) -> Floats:
        if name not in updates:
            return weights
        down, up = updates[name]
        return weights + up @ down

    rewrite(base, out, storage, add, progress)


def rewrite(
    base: Path, out: Path, storage: Storage, change: Callable[[str, Floats], Floats], progress: Progress
) -> None:
    """Writes `out` = base with each tensor (by its GGUF name, in single precision) as `change` makes it."""
    source = GGUFReader(base)
    with closing(GGUFWriter(out, str(_value(source, "general.architecture")))) as writer:
        _copy_metadata(source, writer)
        writer.add_file_type(storage.file_type)
        for tensor in source.tensors:
            shape, dtype, size, stored = _layout(tensor, storage)
            writer.add_tensor_info(tensor.name, shape, dtype, size, stored)
        total = sum(_layout(tensor, storage)[2] for tensor in source.tensors)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        done = 0
        for tensor in source.tensors:  # one at a time: a large model need not fit into memory
            writer.write_tensor_data(_stored(change(tensor.name, _floats(tensor)), storage))
            done += _layout(tensor, storage)[2]
            progress(done, total)


def _updates(adapter: Path, targets: Mapping[str, ReaderTensor]) -> dict[str, tuple[Floats, Floats]]:
    """For each adapted matrix its (lora_a, scaled lora_b)."""
    reader = GGUFReader(adapter)
    if _value(reader, "general.type") != "adapter" or _value(reader, "adapter.type") != "lora":
        raise ModelMissing(f"{adapter.name} is no LoRA adapter: restore it with git.")
    alpha = float(_value(reader, "adapter.lora.alpha"))
    parts = {tensor.name: _floats(tensor) for tensor in reader.tensors}
    updates = {}
    for name, down in parts.items():
        target, kind = name.rsplit(".", 1)
        if kind != "lora_a":
            continue
        up = parts.get(f"{target}.lora_b")
        shape = tuple(reversed(targets[target].shape.tolist())) if target in targets else None
        if up is None or shape != (up.shape[0], down.shape[1]) or up.shape[1] != down.shape[0]:
            raise ModelMissing(f"{adapter.name} does not fit its base model: restore it with git.")
        updates[target] = (down, up * np.float32(alpha / down.shape[0]))
    if len(updates) * 2 != len(parts):
        raise ModelMissing(f"{adapter.name} is incomplete: restore it with git.")
    return updates


def _stored(weights: Floats, storage: Storage) -> NDArray[Any]:
    """The bytes to store for one tensor."""
    if weights.ndim == 1:
        return weights
    quantised: NDArray[Any] = gguf.quants.quantize(weights, storage.kind)
    return quantised


def _layout(
    tensor: ReaderTensor, storage: Storage
) -> tuple[tuple[int, ...], Any, int, GGMLQuantizationType | None]:
    """How a tensor is announced to the writer: shape (of bytes, for a matrix), type, size, storage."""
    shape = tuple(reversed(tensor.shape.tolist()))
    if len(shape) == 1:
        return shape, np.dtype(np.float32), shape[0] * 4, None
    packed = gguf.quant_shape_to_byte_shape(shape, storage.kind)
    return packed, np.dtype(np.uint8), int(np.prod(packed)), storage.kind


def _floats(tensor: ReaderTensor) -> Floats:
    return np.asarray(gguf.quants.dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)


def _copy_metadata(source: GGUFReader, writer: GGUFWriter) -> None:
    own = {"general.architecture", "general.file_type"}
    for name, field in source.fields.items():
        if name in own or name.startswith("GGUF."):
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), kind, sub_type=inner)


def _value(reader: GGUFReader, name: str) -> Any:
    field = reader.get_field(name)
    return None if field is None else field.contents()
