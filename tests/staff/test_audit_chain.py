"""The audit log only grows, and whatever is done to it beside the service is found. Ring: postgres."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from reception.cli import main
from reception.database.connection import Database
from reception.database.fence import of_practice
from reception.errors import MisconfiguredError
from reception.practice import Practice
from reception.staff.audit_chain import Checked, check_chain, noted_before

pytestmark = pytest.mark.postgres


async def note(database: Database, practice_id: UUID, times: int = 1) -> None:
    async with database.transaction() as store:
        for _ in range(times):
            details = {"start": "2026-06-16T10:00", "é": None}
            await store.audit(practice_id, uuid4(), "moved", "appointment", uuid4(), details)


async def checked(database: Database, practice_id: UUID) -> Checked:
    with of_practice(practice_id):
        async with database.transaction() as store:
            return await check_chain(store, practice_id)


async def tamper(database: Database, statement: str) -> None:
    """As the owner of the tables, who has put aside what stands in the way."""
    async with database.transaction() as store:
        await store._connection.execute(text("RESET ROLE"))
        await store._connection.execute(text("SET LOCAL session_replication_role = replica"))
        await store._connection.execute(text(statement))


async def test_two_hundred_at_once_make_one_chain(database: Database, practice: Practice) -> None:
    await asyncio.gather(*(note(database, practice.id, times=1 + each % 2) for each in range(200)))
    found = await checked(database, practice.id)
    assert (found.position, found.broken) == (300, "")


@pytest.mark.parametrize("change", ["UPDATE audit_log SET action = 'viewed'", "DELETE FROM audit_log"])
async def test_neither_the_service_nor_the_owner_can_simply_change_it(
    database: Database, practice: Practice, change: str
) -> None:
    await note(database, practice.id)
    for who in ("reception_service", "reception_across", "NONE"):
        for table in ("audit_log", "audit_chain"):
            statement = change.replace("audit_log", table).replace("action = 'viewed'", "practice_id = NULL")
            with pytest.raises(MisconfiguredError):
                async with database.transaction() as store:
                    await store._connection.execute(text(f"SET LOCAL ROLE {who}"))
                    await store._connection.execute(text(statement))
    with pytest.raises(MisconfiguredError):
        async with database.transaction() as store:
            await store._connection.execute(
                text("INSERT INTO audit_chain VALUES (:practice, 9, 9, '')"), {"practice": practice.id}
            )
    assert (await checked(database, practice.id)).position == 1


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_log SET at = at - interval '1 s' WHERE id = 3", "entry 3: line 3"),
        ("UPDATE audit_log SET staff_id = gen_random_uuid() WHERE id = 5", "entry 5: line 5"),
        ("UPDATE audit_log SET details = '{}' WHERE id = 2", "entry 2: line 2"),
        ("DELETE FROM audit_log WHERE id = 4", "entry 4: line 4 of the log is gone"),
        ("DELETE FROM audit_chain WHERE position = 2", "entry 2 is missing"),
        ("UPDATE audit_chain SET hash = repeat('0', 64) WHERE position = 1", "entry 1: line 1"),
        (
            "INSERT INTO audit_log (practice_id, action, entity, details)"
            " SELECT practice_id, 'viewed', 'patient', '{}' FROM audit_log WHERE id = 1",
            "line 6 of the log is in no chain",
        ),
    ],
)
async def test_what_the_owner_does_is_found(
    database: Database, practice: Practice, statement: str, broken: str
) -> None:
    await note(database, practice.id, times=5)
    assert (await checked(database, practice.id)).broken == ""
    await tamper(database, statement)
    assert (await checked(database, practice.id)).broken.startswith(broken)


async def test_an_end_of_the_log_can_be_checked_by_itself(database: Database, practice: Practice) -> None:
    await note(database, practice.id, times=5)
    await tamper(database, "UPDATE audit_log SET action = 'viewed' WHERE id = 2")
    async with database.transaction() as store:
        assert await store.chain_end(practice.id) == 5
        assert (await check_chain(store, practice.id, 3)).broken == ""
        assert (await check_chain(store, practice.id, 1)).broken.startswith("entry 2")


async def test_the_command_says_what_holds_and_a_noted_seal_finds_an_end_cut_off(
    database: Database, practice: Practice, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECEPTION_DATABASE_URL", database_url)
    monkeypatch.setenv("RECEPTION_DATA_DIR", str(tmp_path))
    await note(database, practice.id, times=3)

    async def verify(*arguments: str) -> tuple[int, str]:
        ran = await asyncio.to_thread(CliRunner().invoke, main, ["audit", "verify", *arguments])
        return ran.exit_code, ran.output

    code, said = await verify()
    seal = said.split()[-1]
    assert code == 0 and said == f"harbor-clinic\t{seal}\n" and seal.startswith("3:")
    await note(database, practice.id)
    assert (await verify("--practice", "harbor-clinic", "--noted", seal))[0] == 0

    await tamper(database, "DELETE FROM audit_chain WHERE position > 2")
    await tamper(database, "DELETE FROM audit_log WHERE id > 2")
    assert (await verify())[0] == 0  # of what was never noted elsewhere nothing is left
    code, said = await verify("--practice", "harbor-clinic", "--noted", seal)
    assert code == 1 and "noted seal is gone" in said
    async with database.transaction() as store:
        assert not await noted_before(store, practice.id, 2, seal.partition(":")[2])
