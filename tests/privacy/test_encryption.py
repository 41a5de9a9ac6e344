"""What patients say is unreadable in the database without its keys, which can be changed. Ring: postgres."""

from __future__ import annotations

import asyncio
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from sqlalchemy import ARRAY, JSON, String, text

from reception import reencrypting
from reception.app import in_process
from reception.cli import main
from reception.data_keys import folder_keys, keys_of, new_key, parse_keys
from reception.database.connection import Database
from reception.database.encrypted import encrypted_columns
from reception.database.records import Change
from reception.database.store.reencryption import PLAIN, encrypted_tables
from reception.database.tables import MessageRow, PatientRow, RequestRow, Table
from reception.errors import MisconfiguredError
from reception.practice import Practice
from reception.settings import Settings
from tests.channels.fakes import ScriptedModel
from tests.privacy.kept import everything
from tests.privacy.test_erasure import live_through

pytestmark = pytest.mark.postgres

KEYS, NUMBER = "RECEPTION_DATA_KEYS", "+12125550177"
SAID = [f"Zita-{word}" for word in ("words", "reason", "medicine", "note", "body", "meant", "Kasse")]
TELLING = [*SAID, NUMBER, "example.org"]


async def raw(database: Database) -> str:
    """All that stands in the database, as whoever steals it reads it."""
    async with database.transaction() as store:
        tables = Table.metadata.sorted_tables
        rows = [
            await store._connection.scalars(text(f"SELECT t::text FROM {table.name} t")) for table in tables
        ]
        return "\n".join(one for found in rows for one in found)


@pytest.fixture
async def lived(database: Database, practice: Practice) -> UUID:
    async with database.transaction() as store:
        patient = await live_through(store, practice, "Zita", NUMBER, 0)
        await store.opt_out(practice.id, NUMBER)
        await store.note_received_text(practice.id, "SM1", ["Zita-words"])
    return patient.id


async def test_what_is_said_can_be_read_with_the_keys_alone(database: Database, lived: UUID) -> None:
    stolen, ours = await raw(database), "".join((await everything(database)).values())
    assert [word for word in TELLING if word not in ours] == []
    assert [word for word in TELLING if word in stolen] == []
    assert "Zita-name" in stolen  # names are looked for, also misheard


async def test_the_first_key_encrypts_all_decrypt_and_rotation_brings_all_under_it(
    database: Database, database_url: str, practice: Practice, lived: UUID
) -> None:
    before = await everything(database)
    turned = await Database.open(database_url, Path(), parse_keys(f"{new_key()},{os.environ[KEYS]}"))
    try:
        assert await everything(turned) == before
        async with turned.transaction() as store:  # found, although it is kept under the old key
            assert [one.id for one in await store.patients(practice.id, phone=NUMBER)] == [lived]
            await store.opt_out(practice.id, NUMBER, "carrier")  # kept under both keys now
        assert await reencrypting.rotate(turned) > 10
        assert await reencrypting.rotate(turned) == 0
        assert list(await reencrypting.values_by_key(turned)) == [turned.keys.first]
        after = await everything(turned)
        assert {name for name in before if before[name] != after[name]} <= {"opt_outs"}
        async with turned.transaction() as store:
            assert [one.id for one in await store.patients(practice.id, phone=NUMBER)] == [lived]
            assert await store.opted_out(practice.id, NUMBER)
    finally:
        await turned.close()
    with pytest.raises(MisconfiguredError, match="lacks the key"):
        await everything(database)


async def test_a_service_with_other_keys_does_not_start(
    database_url: str, lived: UUID, tmp_path: Path
) -> None:
    keys = SecretStr(new_key())
    settings = Settings(database_url=database_url, data_dir=tmp_path, data_keys=keys, worker=False)
    with pytest.raises(MisconfiguredError, match="lacks the key"):
        async with in_process(settings, ScriptedModel()):
            pass


async def test_a_rotation_that_was_stopped_goes_on_and_tells_no_dashboard(
    database: Database, database_url: str, lived: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(Exception): ...

    def stop(table: str, done: int, rows: int) -> None:
        if table == "messages" and done == 1:
            raise Stopped

    monkeypatch.setattr(reencrypting, "BATCH", 1)
    heard: list[Change] = []
    something = asyncio.Event()

    def hear(change: Change) -> None:
        heard.append(change)
        something.set()

    listening = asyncio.create_task(database.listen(hear, lambda: None))
    turned = await Database.open(database_url, Path(), parse_keys(f"{new_key()},{os.environ[KEYS]}"))
    try:
        with pytest.raises(Stopped):
            await reencrypting.rotate(turned, stop)
        counts = await reencrypting.values_by_key(turned)
        assert set(counts) == {turned.keys.first, database.keys.first}  # half-way, and all of it readable
        assert "Zita-words" in (await everything(turned))["messages"]
        await reencrypting.rotate(turned)
        assert list(await reencrypting.values_by_key(turned)) == [turned.keys.first]
        async with turned.transaction() as store:
            await store._connection.execute(text("UPDATE practices SET settings = settings"))
        await asyncio.wait_for(something.wait(), 20)
        assert {one.kind for one in heard} == {"practices"}
    finally:
        listening.cancel()
        await turned.close()


async def test_what_an_earlier_version_wrote_is_read_found_and_encrypted(
    database: Database, practice: Practice
) -> None:
    written = (
        "UPDATE patients SET phone = '+12125550111', loaded = '{\"phone\": \"+12125550111\"}'",
        "UPDATE appointments SET reason = 'knee'",
        "INSERT INTO requests (id, practice_id, kind, details, priority) SELECT gen_random_uuid(), id,"
        " 'billing', '{\"topic\": \"a bill\"}', 'routine' FROM practices",
    )
    async with database.transaction() as store:
        for each in written:
            await store._connection.execute(text(each))
    async with database.transaction() as store:
        assert len(await store.patients(practice.id, phone="+12125550111")) == 2
    before = await everything(database)
    assert (await reencrypting.values_by_key(database))[PLAIN] == 6
    assert await reencrypting.encrypt_plain(database) == 4
    assert PLAIN not in await reencrypting.values_by_key(database)
    assert await everything(database) == before
    stolen = await raw(database)
    assert [word for word in ("+12125550111", "knee", "a bill") if word in stolen] == []


def test_every_encryption_holds_on_to_its_own_column() -> None:
    for table in encrypted_tables():
        assert [one.type.column for one in encrypted_columns(table)] == [
            f"{table.name}.{one.name}" for one in encrypted_columns(table)
        ]
    keys = parse_keys(new_key())
    kept, alike = keys.encrypt("knee", "a.b"), keys.encrypt_alike("+1212", "a.b")
    assert keys.encrypt("knee", "a.b") != kept and keys.encrypt_alike("+1212", "a.b") == alike
    assert (keys.decrypt(kept, "a.b"), keys.decrypt_alike(alike, "a.b")) == ("knee", "+1212")
    for moved in (lambda: keys.decrypt(kept, "a.c"), lambda: keys.decrypt_alike(alike, "a.c")):
        with pytest.raises(MisconfiguredError, match="changed from outside"):
            moved()


#: Table → columns of text that tell of no patient, or are named in docs/privacy.md as readable.
READABLE = {
    "patients": "name",
    "practices": "slug name phone time_zone settings loaded",
    "settings_drafts": "settings",
    "settings_versions": "settings note",
    "practitioners": "name",
    "appointment_types": "name",
    "staff": "name email password_hash recovery_codes subject role",
    "staff_sessions": "token_hash entered",
    "invitations": "token_hash role email",
    "audit_log": "action entity details",
    "conversations": "channel language status outcome call_sid token_hash notice handed_over_for",
    "messages": "role expects about client_id intent",
    "calls": "call_sid recording relay_session",
    "corrections": "intent",
    "appointments": "status link",
    "requests": "kind priority status",
    "outbox": "kind key about status sid",
    "opt_outs": "reason",
    "received_texts": "sid",
    "identification_failures": "kind",
    "merges": "moved",
    "absence_cases": "status",
    "audit_chain": "hash",
    "request_counts": "key times",
}


def test_a_column_of_text_is_encrypted_or_known_to_be_readable() -> None:
    for table in Table.metadata.sorted_tables:
        words = {one.name for one in table.columns if isinstance(one.type, String | JSON | ARRAY)}
        unknown = words - set(READABLE.get(table.name, "").split())
        assert unknown == set(), f"{table.name}: see reception/database/encrypted.py"


def test_sql_refuses_to_ask_what_it_can_not_know() -> None:
    for ask in (
        lambda: MessageRow.text == "knee",
        lambda: MessageRow.text.icontains("knee"),
        lambda: PatientRow.phone.in_(["+1212"]),
        lambda: PatientRow.phone != "+1212",
        lambda: RequestRow.details["words"],
    ):
        with pytest.raises(TypeError, match="is encrypted"):
            ask()


def test_a_data_folder_gets_a_key_of_its_own_that_nobody_else_can_read(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as several:
        made = list(several.map(folder_keys, [tmp_path / "data"] * 8))
    assert len({one.first for one in made}) == 1
    assert stat.S_IMODE((tmp_path / "data" / "data.key").stat().st_mode) == 0o600
    with pytest.raises(MisconfiguredError, match="RECEPTION_DATA_KEYS"):
        keys_of(Settings(env="production", data_keys=SecretStr(""), data_dir=tmp_path))
    for wrong in ("", "short", "~" * 43, f"{new_key()},x"):
        with pytest.raises(MisconfiguredError, match="reception keys new"):
            parse_keys(wrong)


def test_the_commands_make_list_and_rotate_keys(
    database_url: str, lived: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECEPTION_DATABASE_URL", database_url)
    made = CliRunner().invoke(main, ["keys", "new"]).output.strip()
    old, new = parse_keys(os.environ[KEYS]).first, parse_keys(made).first
    monkeypatch.setenv(KEYS, f"{made},{os.environ[KEYS]}")
    assert "rows were encrypted" in CliRunner().invoke(main, ["keys", "rotate"]).output
    listed = CliRunner().invoke(main, ["keys", "list"]).output.split()
    assert listed[listed.index(new) + 2] == "encrypts" and listed[listed.index(old) + 1] == "0"
