"""Fixtures of the inference tests: a tiny model on disk and an engine that runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from reception.inference.engine import Engine
from tests.inference.tiny_model import write_tiny_model


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture
async def engine(tiny: Path) -> AsyncIterator[Engine]:
    engine = Engine(lambda: tiny, threads=1, sequences=4, context_tokens=1024)
    yield engine
    await engine.close()
