"""Writes model files of a given shape with random weights: they cost what real ones cost, and say nothing.

The Llama architecture in 4 bits (Q4_0: a scale in 16 bits and 32 weights of 4 bits make a block of 18
bytes), with the vocabulary and tokeniser of a real file, so that prompts and grammars are the real ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter
from numpy.typing import NDArray

_Q4_0 = GGMLQuantizationType.Q4_0
_BLOCK_WEIGHTS, _BLOCK_BYTES = gguf.GGML_QUANT_SIZES[_Q4_0]
#: The spread of 4-bit weights around their middle: that of -8 to 7, all equally likely.
_SPREAD = 4.61

#: Told (bytes done, bytes in all) while a file is written.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Shape:
    """A model's measures: `kv_heads` share keys and values, `inner` is the feed-forward's width."""

    name: str
    width: int
    layers: int
    heads: int
    kv_heads: int
    inner: int
    context: int = 8192

    @property
    def head_width(self) -> int:
        """The width of one head."""
        return self.width // self.heads


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("7b", width=4096, layers=32, heads=32, kv_heads=8, inner=14336),
        Shape("tiny", width=64, layers=2, heads=4, kv_heads=2, inner=96),
    )
}


def write_shape(shape: Shape, vocabulary: Path, out: Path, progress: Progress, *, seed: int = 1) -> None:
    """Writes `out` (nothing stays of a failed attempt), with the tokeniser of the file `vocabulary`.

    One tensor at a time is in memory.
    """
    part = out.with_name(out.name + ".part")
    try:
        _write(shape, GGUFReader(vocabulary), part, progress, np.random.default_rng(seed))
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)


def bytes_a_step(path: Path) -> int:
    """How many bytes of weights one step reads at least: all but the table of embeddings, if it has an own.

    Of that table a step reads a few rows; a model without an own output matrix reads all of it in the end.
    """
    tensors = {tensor.name: int(tensor.n_bytes) for tensor in GGUFReader(path).tensors}
    table = tensors.get("token_embd.weight", 0) if "output.weight" in tensors else 0
    return sum(tensors.values()) - table


def _write(shape: Shape, source: GGUFReader, out: Path, progress: Progress, chance: Any) -> None:
    tokens = source.get_field("tokenizer.ggml.tokens")
    if tokens is None:
        raise ValueError("the file that lends its vocabulary has none")
    tensors = list(_tensors(shape, len(tokens.data)))
    with closing(GGUFWriter(out, "llama")) as writer:
        _describe(shape, len(tokens.data), writer)
        _copy_tokeniser(source, writer)
        for name, rows, columns in tensors:
            if rows:
                packed = (rows, columns // _BLOCK_WEIGHTS * _BLOCK_BYTES)
                writer.add_tensor_info(name, packed, np.dtype(np.uint8), packed[0] * packed[1], _Q4_0)
            else:
                writer.add_tensor_info(name, (columns,), np.dtype(np.float32), columns * 4)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        total, done = sum(_size(rows, columns) for _, rows, columns in tensors), 0
        for _, rows, columns in tensors:
            writer.write_tensor_data(
                _blocks(rows, columns, chance) if rows else np.ones(columns, dtype=np.float32)
            )
            done += _size(rows, columns)
            progress(done, total)


def _tensors(shape: Shape, vocabulary: int) -> Iterator[tuple[str, int, int]]:
    """Name, rows and columns of each matrix; a vector has no rows."""
    width, keys = shape.width, shape.kv_heads * shape.head_width
    yield "token_embd.weight", vocabulary, width
    for layer in range(shape.layers):
        for name, rows, columns in (
            ("attn_norm", 0, width),
            ("attn_q", width, width),
            ("attn_k", keys, width),
            ("attn_v", keys, width),
            ("attn_output", width, width),
            ("ffn_norm", 0, width),
            ("ffn_gate", shape.inner, width),
            ("ffn_up", shape.inner, width),
            ("ffn_down", width, shape.inner),
        ):
            yield f"blk.{layer}.{name}.weight", rows, columns
    yield "output_norm.weight", 0, width
    yield "output.weight", vocabulary, width


def _size(rows: int, columns: int) -> int:
    return rows * columns // _BLOCK_WEIGHTS * _BLOCK_BYTES if rows else columns * 4


def _blocks(rows: int, columns: int, chance: Any) -> NDArray[np.uint8]:
    """Random weights, so small that a product keeps the size of what it is fed."""
    blocks = rows * columns // _BLOCK_WEIGHTS
    data: NDArray[np.uint8] = np.frombuffer(chance.bytes(blocks * _BLOCK_BYTES), dtype=np.uint8).copy()
    scale = np.array([1 / (_SPREAD * columns**0.5)], dtype="<f2").view(np.uint8)
    data.reshape(blocks, _BLOCK_BYTES)[:, :2] = scale
    return data.reshape(rows, -1)


def _describe(shape: Shape, vocabulary: int, writer: GGUFWriter) -> None:
    writer.add_name(f"random weights, shape {shape.name}")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0)


def _copy_tokeniser(source: GGUFReader, writer: GGUFWriter) -> None:
    for name, entry in source.fields.items():
        if name.startswith("tokenizer."):
            kind = entry.types[0]
            inner = entry.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(name, entry.contents(), kind, sub_type=inner)
