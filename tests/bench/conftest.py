"""Fixtures of the benchmark's tests: a tiny model on disk, and settings that use it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reception.settings import Settings
from tests.inference.tiny_model import write_tiny_model


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture
def settings(tiny: Path) -> Settings:
    return Settings(model=str(tiny), model_dir=tiny.parent, threads=1, sequences=8, context_tokens=2048)
