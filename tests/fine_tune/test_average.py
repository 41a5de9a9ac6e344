"""Unit: the mean of two adapters of one line, and of no others."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="install the extra fine-tune to train")


def test_each_matrix_is_the_mean_of_both() -> None:
    from fine_tune.average import mean

    one, other = {"a": torch.tensor([[1.0, 3.0]])}, {"a": torch.tensor([[3.0, 3.0]], dtype=torch.float16)}
    assert mean(one, other)["a"].tolist() == [[2.0, 3.0]]
    assert mean(one, other, share=0.75)["a"].tolist() == [[1.5, 3.0]]


def test_adapters_of_another_rank_are_refused() -> None:
    from fine_tune.average import mean

    with pytest.raises(ValueError, match="of the same recipe"):
        mean({"a": torch.zeros(2, 16)}, {"a": torch.zeros(2, 8)})


def test_a_share_is_one(tmp_path: Path) -> None:
    from fine_tune.average import main

    paths = ["--config", "x", "--run", "x", "--with", "x", "--out", str(tmp_path / "out")]
    with pytest.raises(SystemExit, match="from 0 to 1"):
        main([*paths, "--share", "70"])
    assert not (tmp_path / "out").exists()
