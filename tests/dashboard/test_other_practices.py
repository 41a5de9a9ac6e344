"""Every address of the service, asked for what is another practice's: refused, and nothing changes there.

Ring: postgres.

The addresses come from the application itself, so that none that is added is forgotten. Everything of the
other practice that has an identifier has the same one, so that it fits whatever an address asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import AsyncTestClient
from pydantic import BaseModel
from sqlalchemy import text

from reception.beginning import hashed
from reception.database.connection import Database
from reception.database.load import load_practice
from reception.database.records import NewMessage
from reception.database.tables import Table
from reception.practice import Practice
from reception.practice_file import parse_practice
from reception.staff.accounts import Role
from tests.conftest import PRACTICE_YAML
from tests.dashboard.conftest import Browser, LogIn
from tests.staff.access import person

pytestmark = pytest.mark.postgres

THEIRS = UUID("5ec2e75e-c0de-4000-8000-00000000d00d")
TOKEN = "their-token"
#: Names and words that stand in the other practice's rows and nowhere else.
SECRETS = ("Quimby", "Zanzibar", "+12125550177")
#: Not theirs to see, no such thing, or (of what does not exist as well) not now or not like this.
REFUSED = (403, 404, 400, 409, 422)
#: What has one row there, which gets the identifier, and what refers to it.
SAME = {
    "patients": "name LIKE '%Quimby'",
    "appointments": "reason = 'Zanzibar'",
    "conversations": "true",
    "messages": "role = 'patient'",
    "requests": "true",
    "staff": "true",
    "practitioners": "name LIKE '%Weber'",
    "outbox": "true",
}
REFERS = {
    "appointments": ("patient_id", "practitioner_id"),
    "messages": ("conversation_id",),
    "requests": ("patient_id", "conversation_id"),
    "staff_sessions": ("staff_id",),
    "outbox": ("conversation_id", "request_id", "appointment_id"),
}


@pytest.fixture
async def neighbour(database: Database, practice: Practice) -> Practice:
    """Another practice, with one of everything."""
    yaml = PRACTICE_YAML.replace("Harbor Clinic", "Other Clinic").replace("Mary Jones", "Edna Quimby")
    yaml = yaml.replace("knee", "Zanzibar").replace("+12125550111", "+12125550177")
    yaml = yaml.replace("+12125550100", "+12125550199")
    async with database.transaction() as store:
        other = (
            await load_practice(store, parse_practice(yaml.replace("Weber", "Zanzibar Weber"), "x.yaml"))
        ).practice
        patient = (await store.patients(other.id, name="Edna Quimby"))[0]
        talk = await store.create_conversation(other.id, "chat", "en", hashed(TOKEN), "+12125550177", {})
        await store.add_messages(talk.id, [NewMessage("patient", "Zanzibar"), NewMessage("desk", "Zanzibar")])
        await store.file_request(other.id, "message", {"text": "Zanzibar"}, "emergency", patient.id, talk.id)
        await store.queue_text(other.id, to="+12125550177", body="Zanzibar", kind="reply", key="1")
    await person(database, other, "Zanzibar Chief", "admin")
    async with database.transaction() as store:
        await store._connection.execute(text("RESET ROLE"))
        await store._connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table, condition in SAME.items():
            query = f"UPDATE {table} SET id = :theirs WHERE practice_id = :other AND {condition}"
            await store._connection.execute(text(query), {"theirs": THEIRS, "other": other.id})
        for table, columns in REFERS.items():
            changes = ", ".join(f"{column} = :theirs" for column in columns)
            query = f"UPDATE {table} SET {changes} WHERE practice_id = :other"
            await store._connection.execute(text(query), {"theirs": THEIRS, "other": other.id})
    return other


async def kept(database: Database, practice: Practice) -> dict[str, str]:
    """A mark of all that a practice has in each table."""
    marks = {}
    async with database.look_up() as store:
        for table in Table.metadata.sorted_tables:
            column = "id" if table.name == "practices" else "practice_id"
            if column not in table.c:
                continue
            query = (
                f"SELECT md5(string_agg(r::text, '|' ORDER BY r::text)) FROM {table} r WHERE {column} = :id"
            )
            marks[table.name] = await store._connection.scalar(text(query), {"id": practice.id})
    return marks


def addresses(app: Litestar) -> Iterator[tuple[str, str, bool]]:
    """Method and path of every address, with their identifiers in it, and whether there are any."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or route.path_format.startswith(("/static", "/staff/assets")):
            continue
        kinds = {each.name: each.type for each in route.path_parameters.values()}
        named = any(kind is UUID for kind in kinds.values())
        fill = {name: "0" if kind is int else str(THEIRS) for name, kind in kinds.items()}
        path = route.path_format.format_map(fill)
        for method in sorted({"GET", "POST"} & set(route.methods)):
            yield method, path, named


def everything_asked(model: type[BaseModel] = BaseModel) -> dict[str, str]:
    """A field for each of any form of the dashboard: an identifier of theirs wherever one fits."""
    fields: dict[str, str] = {}
    for each in model.__subclasses__():
        if each.__module__.startswith("reception.dashboard"):
            schema = each.model_json_schema()
            for name, kind in schema["properties"].items():
                fields.setdefault(name, _answer(name, kind))
        fields = everything_asked(each) | fields
    return fields


def _answer(name: str, kind: dict[str, Any]) -> str:
    kinds = kind.get("anyOf", [kind])
    formats = {each.get("format") for each in kinds}
    if "uuid" in formats or name in ("patient", "practitioner", "staff", "request", "appointment"):
        return str(THEIRS)
    if choices := next((each["enum"] for each in kinds if "enum" in each), None):
        return str(choices[0])
    known = {"date": "2026-06-17", "date-time": "2026-06-17T10:00:00-04:00", "time": "10:00:00"}
    known |= {"email": "somebody@example.org", "phone": "+12125550144", "date_of_birth": "1980-03-03"}
    return next((known[each] for each in (*formats, name) if each in known), "1")


@pytest.mark.parametrize("role", ["admin", "staff", "viewer"])
async def test_no_address_of_the_dashboard_shows_or_changes_anothers(
    log_in: LogIn,
    database: Database,
    practice: Practice,
    neighbour: Practice,
    client: AsyncTestClient[Litestar],
    role: Role,
) -> None:
    me = await log_in("Maria Keller", role)
    token = Browser.token_of(await me.get("/staff/account"))
    before, form = await kept(database, neighbour), everything_asked()
    asked, refused = 0, 0
    for method, path, named in addresses(client.app):
        if not path.startswith("/staff") or path in ("/staff/logout", "/staff/account/password"):
            continue
        if role != "admin" and not named:
            continue
        if method == "GET":
            answer = await me.get(f"{path}?patient={THEIRS}")
        else:
            answer = await me.post(path, form, token=token)
        told = re.sub(str(THEIRS), "", answer.text)
        assert not [one for one in SECRETS if one in told], (method, path)
        assert answer.status_code < 500, (method, path, answer.text)
        if named:
            assert answer.status_code in REFUSED, (method, path, answer.status_code)
        asked, refused = asked + 1, refused + (answer.status_code in (403, 404))
    assert asked > 60 and refused > 50
    assert await kept(database, neighbour) == before


async def test_a_chats_token_opens_no_other_conversation(
    client: AsyncTestClient[Litestar], database: Database, practice: Practice, neighbour: Practice
) -> None:
    started = (await client.post("/api/chat/conversations", json={"practice": practice.slug})).json()
    before = await kept(database, neighbour)
    asked = 0
    for method, path, _ in addresses(client.app):
        if not path.startswith(f"/api/chat/conversations/{THEIRS}"):
            continue
        own = {"authorization": f"Bearer {started['token']}"}
        body = {"json": {"text": "hello"}} if method == "POST" else {}
        answer = await client.request(method, path, headers=own, **body)
        assert answer.status_code == 404 and "Zanzibar" not in answer.text, path
        asked += 1
    assert asked == 4
    assert await kept(database, neighbour) == before
    theirs = await client.get(
        f"/api/chat/conversations/{THEIRS}", headers={"authorization": f"Bearer {TOKEN}"}
    )
    assert theirs.status_code == 200 and "Zanzibar" in theirs.text
