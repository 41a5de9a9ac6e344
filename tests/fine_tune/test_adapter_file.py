"""An adapter comes back from its GGUF file as it was written, to train on from. Ring: none (no model)."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest

from fine_tune.adapter_file import AdapterError, Tensors, read_adapter, write_adapter

HEADS = (4, 2)
RANK, WIDTH = 2, 16


def adapter() -> Tensors:
    """Random tensors of one block, exact in half precision: 4 heads of 4 for queries, 2 for keys."""
    draw = np.random.default_rng(5)
    tall = {"self_attn.q_proj": 16, "self_attn.k_proj": 8, "mlp.up_proj": 24}
    return {
        f"model.layers.0.{part}.{kind}": draw.standard_normal(shape).astype(np.float16).astype(np.float32)
        for part, rows in tall.items()
        for kind, shape in (("lora_a", (RANK, WIDTH)), ("lora_b", (rows, RANK)))
    }


def test_an_adapter_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    state, file = adapter(), tmp_path / "adapter.gguf"
    write_adapter(state, HEADS, 32.0, "tiny", file)
    back = read_adapter(file, HEADS, 32.0)
    assert back.keys() == state.keys()
    for name, tensor in state.items():
        np.testing.assert_array_equal(back[name], tensor, err_msg=name)


def test_rows_of_queries_lie_in_another_order_in_the_file(tmp_path: Path) -> None:
    state, file = adapter(), tmp_path / "adapter.gguf"
    write_adapter(state, HEADS, 32.0, "tiny", file)
    stored = {tensor.name: np.array(tensor.data) for tensor in gguf.GGUFReader(file).tensors}
    rows = state["model.layers.0.self_attn.q_proj.lora_b"]
    # A head's rows 0, 1, 2, 3 are two halves of a rotation; llama.cpp keeps its pairs together: 0, 2, 1, 3.
    np.testing.assert_array_equal(stored["blk.0.attn_q.weight.lora_b"][:4], rows[[0, 2, 1, 3]])


def test_an_adapter_of_another_scale_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "adapter.gguf"
    write_adapter(adapter(), HEADS, 16.0, "tiny", file)
    with pytest.raises(AdapterError, match="alpha 16, the recipe says 32"):
        read_adapter(file, HEADS, 32.0)


def test_a_file_that_is_no_adapter_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "adapter.gguf"
    file.write_bytes(b"not a model")
    with pytest.raises(AdapterError, match="no GGUF file"):
        read_adapter(file, HEADS, 32.0)
