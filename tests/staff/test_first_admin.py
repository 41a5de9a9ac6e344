"""Postgres ring: the set-up link is for the terminal alone, and commands let people in again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from reception.cli import main
from reception.database.connection import Database
from reception.practice import Practice
from reception.service import Service
from reception.settings import Settings
from reception.staff.first_admin import show_setup_link
from tests.channels.fakes import ScriptedModel
from tests.staff.access import accounts_of, person

pytestmark = pytest.mark.postgres

URL = "http://127.0.0.1:8000"


async def shown(database_url: str, tmp_path: Path) -> str:
    """What the terminal shows of it when a service starts."""
    settings = Settings(database_url=database_url, data_dir=tmp_path, rate_limit=0, worker=False)
    service, lines = Service(settings, ScriptedModel()), []
    await service.open()
    try:
        await show_setup_link(service, URL, lines.append)
    finally:
        await service.close()
    return "\n".join(lines)


async def test_the_first_start_shows_a_link_and_later_ones_do_not(
    database: Database,
    database_url: str,
    practice: Practice,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    text = await shown(database_url, tmp_path)
    token = text.rpartition("/staff/join/")[2].strip()
    assert (await accounts_of(database).invitation(token)).first
    written = capfd.readouterr()
    assert token not in written.out and token not in written.err
    await person(database, practice, "Ada Admin", "admin")
    assert await shown(database_url, tmp_path) == ""


async def test_commands_list_invite_and_reset(
    database: Database, database_url: str, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECEPTION_DATABASE_URL", database_url)
    maria = await person(database, practice)

    async def command(*words: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, main, ["staff", *words])
        return result.exit_code, result.output.strip()

    assert await command("list") == (0, "maria@harbor.example\tstaff\tMaria Keller")
    code, link = await command("invite", "jo@harbor.example", "--role", "viewer")
    invited = await accounts_of(database).invitation(link.rpartition("/")[2])
    assert (code, invited.role, invited.email) == (0, "viewer", "jo@harbor.example")
    code, link = await command("reset", maria.email)
    assert (await accounts_of(database).invitation(link.rpartition("/")[2])).staff_id == maria.account.id
    assert (await command("reset", "nobody@harbor.example"))[0] == 1
    code, link = await command("setup")
    assert code == 0 and "/staff/join/" in link
    await person(database, practice, "Ada Admin", "admin")
    code, problem = await command("setup")
    assert code == 1 and "has an admin already" in problem
