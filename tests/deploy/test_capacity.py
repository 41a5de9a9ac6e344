"""Unit ring: what a model and its conversations need, how many fit, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from reception.cli import main
from reception.errors import MisconfiguredError, ModelMissing
from reception.inference.capacity import GB, cache_bytes, check_fit, conversations, need
from reception.inference.header import Measures, read_measures
from reception.inference.server import serve
from reception.settings import Settings
from tests.inference.tiny_model import write_tiny_model

#: Llama 2 7B and Llama 3 8B in 8 bits: 32 layers, heads of 128; the second shares its keys among four.
LLAMA_7B = Measures(7_160_000_000, 32, 32, 128, 4096, 11008, 32000)
LLAMA_8B = Measures(8_540_000_000, 32, 8, 128, 4096, 14336, 128256)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


def test_a_models_measures_are_read_from_its_file(tiny: Path) -> None:
    measures = read_measures(tiny)
    assert (measures.layers, measures.kv_heads, measures.head, measures.width) == (2, 2, 16, 64)
    assert measures.weights == tiny.stat().st_size


def test_the_cache_of_a_token_is_keys_and_values_of_all_layers() -> None:
    assert cache_bytes(LLAMA_7B) == 32 * 32 * 128 * 2 * 2 == 524_288
    assert cache_bytes(LLAMA_8B) == 131_072


def test_how_many_conversations_fit_into_16_and_24_gb() -> None:
    assert [conversations(LLAMA_7B, size * GB, gpu=True) for size in (8, 16, 24)] == [0, 59, 119]
    assert [conversations(LLAMA_8B, size * GB, gpu=True) for size in (8, 16, 24)] == [0, 191, 429]
    assert need(LLAMA_8B, 8192, gpu=True).cache == 8192 * 131_072


def test_what_cannot_fit_is_refused_with_numbers_and_what_would(tiny: Path) -> None:
    check_fit(tiny, Settings(model=str(tiny), memory_gb=1))
    with pytest.raises(
        MisconfiguredError, match=r"1\.0 GB.*2\.0 GB of cache.*RECEPTION_CONTEXT_TOKENS to \d+"
    ):
        check_fit(tiny, Settings(model=str(tiny), memory_gb=1, context_tokens=8_000_000))
    with pytest.raises(MisconfiguredError, match="smaller RECEPTION_MODEL"):
        check_fit(tiny, Settings(model=str(tiny), memory_gb=0.0001))


def test_the_inference_server_does_not_start_with_it(tiny: Path) -> None:
    settings = Settings(model=str(tiny), memory_gb=1, context_tokens=8_000_000)
    with pytest.raises(MisconfiguredError, match="does not fit"):
        serve(settings, "127.0.0.1", 0)


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    for content in (b"", b"GGUF", b"something else entirely, long enough"):
        path = tmp_path / "no.gguf"
        path.write_bytes(content)
        with pytest.raises(ModelMissing, match=r"no\.gguf"):
            read_measures(path)


def test_the_command_says_how_many_fit(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECEPTION_MODEL", str(tiny))
    output = CliRunner().invoke(main, ["model", "capacity", "--memory", "16"]).output
    assert "at once" in output and "in  16.0 GB" in output
