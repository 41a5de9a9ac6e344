"""An adapter as a GGUF LoRA file: written after training, read to train on from what is served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

#: The projections of a block: the trainer's name → the file's.
NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}

Tensors = dict[str, NDArray[np.float32]]


class AdapterError(ValueError):
    """A file that is no adapter of this recipe; the text says why."""


def to_gguf_names(state: Tensors, heads: int, kv_heads: int) -> Iterator[tuple[str, NDArray[np.float16]]]:
    """The adapter's tensors under the file's names, rows of queries and keys in the file's order."""
    for name, tensor in sorted(state.items()):
        _, _, layer, part, projection, kind = name.split(".")  # model.layers.0.self_attn.q_proj.lora_a
        if kind == "lora_b" and projection in ("q_proj", "k_proj"):
            tensor = permute_rows(tensor, heads if projection == "q_proj" else kv_heads)
        yield f"blk.{layer}.{NAMES[f'{part}.{projection}']}.weight.{kind}", tensor.astype(np.float16)


def permute_rows(rows: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows (heads * dim, …) from halves to pairs within each head: how llama.cpp rotates positions."""
    size = rows.shape[0] // heads
    return np.ascontiguousarray(rows.reshape(heads, 2, size // 2, -1).swapaxes(1, 2).reshape(rows.shape))


def unpermute_rows(rows: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """The other way round: rows (heads * dim, …) from pairs to halves within each head."""
    size = rows.shape[0] // heads
    return np.ascontiguousarray(rows.reshape(heads, size // 2, 2, -1).swapaxes(1, 2).reshape(rows.shape))


def write_adapter(state: Tensors, heads: tuple[int, int], alpha: float, name: str, out: Path) -> int:
    """Writes the adapter file; returns its size in bytes. `heads`: those of queries, of keys and values."""
    out.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(out, "llama")
    writer.add_type("adapter")
    writer.add_name(name)
    writer.add_license("apache-2.0")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for part, tensor in to_gguf_names(state, *heads):
        writer.add_tensor(part, np.ascontiguousarray(tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return out.stat().st_size


def read_adapter(path: Path, heads: tuple[int, int], alpha: float) -> Tensors:
    """The adapter's tensors under the trainer's names; AdapterError when it is none, or scaled otherwise."""
    try:
        reader = gguf.GGUFReader(path)
    except (OSError, ValueError) as error:
        raise AdapterError(f"{path} is no GGUF file: {error}") from error
    scale = reader.get_field("adapter.lora.alpha")
    if scale is None:
        raise AdapterError(f"{path} is no LoRA adapter")
    if scale.contents() != alpha:
        raise AdapterError(f"{path} was trained with alpha {scale.contents():g}, the recipe says {alpha:g}")
    parts = {own: name for name, own in NAMES.items()}
    state: Tensors = {}
    for tensor in reader.tensors:
        _, layer, own, _, kind = tensor.name.split(".")  # blk.0.attn_q.weight.lora_a
        rows = tensor.data.astype(np.float32)
        if kind == "lora_b" and own in ("attn_q", "attn_k"):
            rows = unpermute_rows(rows, heads[own == "attn_k"])
        state[f"model.layers.{layer}.{parts[own]}.{kind}"] = rows
    return state
