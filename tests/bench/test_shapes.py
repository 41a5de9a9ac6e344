"""Models of random weights are loaded and answer like any other. Ring: unit (tiny model's vocabulary)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader, dequantize

from reception.bench.scaling import save, scale, show
from reception.bench.shapes import SHAPES, bytes_a_step, write_shape
from reception.settings import Settings


@pytest.fixture(scope="module")
def random_weights(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shape") / "random.gguf"
    told: list[tuple[int, int]] = []
    write_shape(SHAPES["tiny"], tiny, path, lambda done, total: told.append((done, total)))
    assert told == sorted(told) and told[-1][0] == told[-1][1]
    return path


def test_the_file_has_the_shape_and_the_vocabulary(random_weights: Path, tiny: Path) -> None:
    reader, source = GGUFReader(random_weights), GGUFReader(tiny)
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    assert list(tensors["blk.1.ffn_down.weight"].shape) == [96, 64]
    assert list(tensors["blk.0.attn_k.weight"].shape) == [64, 32]
    assert (
        reader.fields["tokenizer.ggml.tokens"].contents() == source.fields["tokenizer.ggml.tokens"].contents()
    )
    assert reader.fields["llama.attention.head_count_kv"].contents() == 2
    weights = dequantize(tensors["blk.0.attn_q.weight"].data, tensors["blk.0.attn_q.weight"].tensor_type)
    assert np.isfinite(weights).all()
    assert np.square(weights).sum(axis=1).mean() == pytest.approx(1, abs=0.3)


def test_a_step_reads_all_weights_but_the_embeddings(random_weights: Path) -> None:
    sizes = {tensor.name: int(tensor.n_bytes) for tensor in GGUFReader(random_weights).tensors}
    assert bytes_a_step(random_weights) == sum(sizes.values()) - sizes["token_embd.weight"]


async def test_concurrent_turns_are_measured(
    random_weights: Path, settings: Settings, tmp_path: Path
) -> None:
    found = await scale(settings, "tiny", random_weights, 1.0, (1, 4))
    assert [point.clients for point in found.points] == [1, 4]
    assert all(point.p95 >= point.p50 > 0 for point in found.points)
    assert all(point.evaluated > 0 and point.decoded > 0 and point.of_limit for point in found.points)
    save(found, tmp_path)
    assert (tmp_path / "shape-tiny.json").is_file()
    assert show(found)


def test_nothing_stays_of_a_file_that_could_not_be_written(tiny: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        write_shape(SHAPES["tiny"], tiny, tmp_path / "x.gguf", stop)
    assert not list(tmp_path.iterdir())


def test_the_7b_shape_has_seven_billion_weights() -> None:
    shape = SHAPES["7b"]
    keys = shape.kv_heads * shape.head_width
    layer = shape.width * (2 * shape.width + 2 * keys + 3 * shape.inner)
    assert 6.9e9 < shape.layers * layer < 7.1e9
