"""Commands that take data over and hand settings out. Ring: postgres."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reception.cli import main
from reception.database.connection import Database
from reception.database.load import load_practice
from reception.practice_file import parse_practice
from tests.conftest import PRACTICE_YAML

pytestmark = pytest.mark.postgres

PATIENTS = """\
name,date_of_birth,phone
Jo Lane,1980-01-02,+12125550123
,1980-01-02,
Sam Poe,1990-01-02,
"""


@pytest.fixture
def loaded(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the small practice, which the commands find in the environment."""
    monkeypatch.setenv("RECEPTION_DATABASE_URL", database_url)

    async def load() -> None:
        database = await Database.open(database_url, Path())
        await database.run(lambda store: load_practice(store, parse_practice(PRACTICE_YAML, "")))
        await database.close()

    asyncio.run(load())
    return database_url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_a_dry_run_tells_all_and_changes_nothing(loaded: str, tmp_path: Path) -> None:
    file = tmp_path / "patients.csv"
    file.write_text(PATIENTS)
    for _ in range(2):
        dry = run("import", "patients", str(file), "--dry-run")
        assert "nothing was changed" in dry.output
        assert "Patients: 2 added, 0 changed, 0 unchanged, 1 refused." in dry.output
        assert "line 3: name: required" in dry.output and dry.exit_code == 1
    assert "Patients: 2 added" in run("import", "patients", str(file)).output
    assert "Patients: 0 added, 0 changed, 2 unchanged" in run("import", "patients", str(file)).output


def test_a_file_in_another_encoding_is_refused_whole(loaded: str, tmp_path: Path) -> None:
    file = tmp_path / "patients.csv"
    file.write_bytes("name\nZoë Köhler\n".encode("latin-1"))
    result = run("import", "patients", str(file))
    assert result.exit_code == 1 and "UTF-8" in result.output and "hler" not in result.output


def test_exported_settings_load_again_and_change_nothing(loaded: str, tmp_path: Path) -> None:
    written = run("practice", "export")
    assert written.exit_code == 0 and "Mary Jones" not in written.output
    file = tmp_path / "practice.yaml"
    file.write_text(written.output)
    assert "settings unchanged" in run("practice", "load", str(file)).output
