"""An export replaces what ships only once it is known to be fit. Ring: unit (a tiny adapter, no model)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml
from safetensors.numpy import save_file

from fine_tune import export
from fine_tune.recipe import read_recipe
from reception.settings import ROOT
from tests.fine_tune.test_adapter_file import adapter

BEFORE = b"the adapter that ships"


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with an adapter in it, a finished run of the same recipe, and its base model's folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(export, "IN_GIT", tmp_path / "fine_tune")
    recipe = read_recipe(ROOT / "fine_tune" / "configs" / "desk-135m.yaml")
    Path("recipe.yaml").write_text(yaml.safe_dump(asdict(recipe)))
    Path("run").mkdir()
    save_file(adapter(), "run/adapter.safetensors")
    Path("base").mkdir()
    config = {"model_type": "llama", "num_attention_heads": 4, "num_key_value_heads": 2}
    Path("base/config.json").write_text(json.dumps(config))
    file = tmp_path / recipe.output
    file.parent.mkdir(parents=True)
    file.write_bytes(BEFORE)
    return file


def exported() -> None:
    export.main(["--config", "recipe.yaml", "--run", "run", "--base", "base", "--check"])


def unfit(*_: object) -> float:
    return 0.5


def interrupted(*_: object) -> float:
    raise KeyboardInterrupt


def full(state: object, heads: object, alpha: object, name: object, out: Path) -> int:
    out.write_bytes(b"half")
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("part", "fails", "error"),
    [
        ("check", unfit, SystemExit),
        ("check", interrupted, KeyboardInterrupt),
        ("write_adapter", full, OSError),
        ("LARGEST", 10, SystemExit),
    ],
)
def test_what_ships_stays_where_the_new_file_is_not_fit(
    part: str,
    fails: Callable[..., object] | int,
    error: type[BaseException],
    shipped: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export, "check", lambda *_: 1.0)
    monkeypatch.setattr(export, part, fails)
    with pytest.raises(error):
        exported()
    assert shipped.read_bytes() == BEFORE
    assert list(shipped.parent.iterdir()) == [shipped]


def test_the_file_that_was_checked_is_the_one_that_ships(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bytes] = []

    def fit(written: Path, *_: object) -> float:
        assert shipped.read_bytes() == BEFORE
        checked.append(written.read_bytes())
        return 1.0

    monkeypatch.setattr(export, "check", fit)
    exported()
    assert [shipped.read_bytes()] == checked
    assert list(shipped.parent.iterdir()) == [shipped]
