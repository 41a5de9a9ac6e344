"""What the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history.ground import make_ground


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated database at rest, which each installation copies."""
    return make_ground(tmp_path_factory.mktemp("ground"))
