"""Training: a killed run goes on to the same end, and what can't work says so. Ring: unit (a tiny Llama)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from reception.settings import ROOT
from tests.inference.tiny_model import write_tiny_model

GOOD = {"desk": "What day?", "patient": "on Tuesday please", "intent": "inform", "slots": {"date": "Tuesday"}}

#: Tokens of a turn and of a row: the tiny model reads letter by letter.
LONGEST, ROW = 400, 800


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> Path:
    """A Hugging Face folder: a Llama of two small layers with random weights, and a tokenizer of bytes."""
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM, set_seed

    folder = tmp_path_factory.mktemp("tiny-llama")
    tokenizer = AutoTokenizer.from_pretrained(tiny.parent, gguf_file=tiny.name)
    tokenizer.save_pretrained(folder)
    set_seed(3)
    LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=1024,
        )
    ).save_pretrained(folder)  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small slice of what the recipe makes."""
    from fine_tune import prepare

    folder = tmp_path_factory.mktemp("data")
    prepare.main(["--out", str(folder), "--count", "400", "--samples", "0", "--sgd-share", "0"])
    return folder


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from fine_tune.recipe import read_recipe

    recipe = asdict(read_recipe(ROOT / "fine_tune" / "configs" / "desk-135m.yaml"))
    file = tmp_path_factory.mktemp("config") / "tiny.yaml"
    small = {"name": "tiny", "processes": 1, "dtype": "float32", "rank": 4, "epochs": 3}
    small |= {"longest": LONGEST, "row_tokens": ROW, "batch_tokens": 2 * ROW}
    file.write_text(yaml.safe_dump({**recipe, **small}))
    return file


def train(config: Path, data: Path, base: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    """A run of its own, whose messages go to `said`."""
    command = [sys.executable, "-m", "fine_tune.train", "--config", str(config), "--data", str(data)]
    command += ["--base", str(base), "--out", str(out), "--checkpoint-seconds", "0.2", *more]
    with said(out).open("w") as file:
        return subprocess.Popen(
            command, cwd=ROOT, stderr=file, stdout=subprocess.DEVNULL, start_new_session=True
        )


def said(out: Path) -> Path:
    return out.with_suffix(".said")


def last(folder: Path) -> dict[str, float]:
    done: dict[str, float] = json.loads((folder / "log.jsonl").read_text().splitlines()[-1])
    return done


def test_a_killed_run_goes_on_to_the_same_end(config: Path, data: Path, base: Path, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    run = train(config, data, base, whole)
    assert run.wait(300) == 0, said(whole).read_text()
    run = train(config, data, base, cut)
    while not (cut / "checkpoint.pt").exists():
        assert run.poll() is None, "the run ended before its first checkpoint"
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait(30)
    assert "valid_loss" not in (cut / "log.jsonl").read_text()
    run = train(config, data, base, cut, "--resume")
    assert run.wait(300) == 0, said(cut).read_text()
    assert last(cut) == last(whole)
    assert (cut / "adapter.safetensors").read_bytes() == (whole / "adapter.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([GOOD, {**GOOD, "intent": "dance"}], r"train\.jsonl:2: 'dance' is not a valid Intent"),
        ([{**GOOD, "slots": {"shoe": "Tuesday"}}], r"train\.jsonl:1: 'shoe' is not a valid Slot"),
        ([{**GOOD, "slots": {"date": "Monday"}}], r"train\.jsonl:1: the date is not whole words"),
        ([{"desk": "", "intent": "greet", "slots": {}}], r"train\.jsonl:1: no 'patient' in it"),
        ([], r"train\.jsonl is empty"),
    ],
)  # fmt: skip
def test_bad_data_is_named_by_file_and_line(rows: list[dict[str, Any]], says: str, tmp_path: Path) -> None:
    from fine_tune.batches import DataError, read_examples

    file = tmp_path / "train.jsonl"
    file.write_text(lines(*rows))
    with pytest.raises(DataError, match=says):
        list(read_examples(file))


def test_all_recipes_can_be_read_and_bad_ones_say_why(tmp_path: Path) -> None:
    from fine_tune.recipe import read_recipe

    recipes = [read_recipe(file) for file in sorted((ROOT / "fine_tune" / "configs").glob("*.yaml"))]
    assert [one.name for one in recipes] == [
        "desk-135m-corrections",
        "desk-135m-more",
        "desk-135m",
        "desk-7b-qlora",
        "desk-7b",
    ]
    for change, says in (
        ({"rank": 0, "dtype": "bfloat16"}, "set dtype: float32"),
        ({"quantise": "q4"}, "quantise must be nf4"),
        ({"ranks": 4}, "ranks"),
    ):
        bad = tmp_path / "bad.yaml"
        bad.write_text(yaml.safe_dump({**asdict(recipes[0]), **change}))
        with pytest.raises(SystemExit, match=says):
            read_recipe(bad)


def test_a_model_trained_whole_is_written_as_the_base_was(tiny: Path, tmp_path: Path) -> None:
    import gguf
    import numpy as np

    from fine_tune.export import write_model
    from fine_tune.lora import trained_state
    from fine_tune.train import load_base

    out = tmp_path / "whole.gguf"
    model, _ = load_base(tiny)
    write_model({name: tensor.numpy() for name, tensor in trained_state(model).items()}, tiny, out, "F16")
    before, after = (
        {tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}
        for reader in (gguf.GGUFReader(tiny), gguf.GGUFReader(out))
    )
    assert before.keys() == after.keys()
    assert all(np.allclose(before[name], after[name], atol=2e-3) for name in before)


def failure(config: Path, data: Path, base: Path, out: Path, *more: str) -> str:
    run = train(config, data, base, out, *more)
    assert run.wait(120) == 1
    assert "Traceback" not in said(out).read_text()
    return said(out).read_text()


def test_what_cannot_be_trained_says_what_to_change(
    config: Path, data: Path, base: Path, tmp_path: Path
) -> None:
    other = tmp_path / "gpt"
    other.mkdir()
    (other / "config.json").write_text('{"model_type": "gpt2"}')
    out = tmp_path / "run"
    assert "is gpt2: give --base" in failure(config, data, other, out)
    assert "no checkpoint.pt to go on from" in failure(config, data, base, out, "--resume")
    assert "run `python -m fine_tune.prepare` first" in failure(config, tmp_path, base, out)
    assert not (out / "adapter.safetensors").exists()


def test_a_full_disk_leaves_the_checkpoint_before(
    config: Path, data: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from fine_tune.batches import read_rows
    from fine_tune.recipe import read_recipe
    from fine_tune.train import load_base
    from fine_tune.trainer import CHECKPOINT, Trainer

    recipe = read_recipe(config)
    model, tokenize = load_base(base)
    rows = read_rows(data / "valid.jsonl", tokenize, longest=LONGEST, row_tokens=ROW)
    trainer = Trainer(model, recipe, rows, tmp_path, 0, 60)
    trainer.save()
    before = (tmp_path / CHECKPOINT).read_bytes()

    def full(state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(SystemExit, match=r"No space left.*Make room and go on with --resume"):
        trainer.save()
    assert (tmp_path / CHECKPOINT).read_bytes() == before
    assert not (tmp_path / "checkpoint.new").exists()
