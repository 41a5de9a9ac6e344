"""Postgres ring: patients and calendar from CSV files, through the dashboard."""

from __future__ import annotations

import re

import httpx
import pytest

from reception.database.connection import Database
from reception.practice import Practice
from tests.dashboard.conftest import Browser, LogIn

pytestmark = pytest.mark.postgres

PATH = "/staff/settings/import"
LINES = 300


class Importer:
    """An admin who takes files over."""

    def __init__(self, admin: Browser, token: str) -> None:
        self.admin, self.token = admin, token

    async def send(self, content: bytes, **fields: str) -> httpx.Response:
        return await self.admin.client.post(
            PATH,
            data={"kind": "patients", **fields},
            files={"file": ("list.csv", content)},
            headers=self.admin._headers({"X_CSRF_Token": self.token, "HX_Request": "true"}),
        )

    async def checked(self, content: bytes, **fields: str) -> dict[str, str]:
        """Checks a file, and gives what the button below the report sends."""
        answer = await self.send(content, run="dry", **fields)
        found = re.search(r"checked[^:]*: [^\w]*(\w{64})", answer.text)
        assert found is not None, answer.text
        return {**fields, "run": "real", "checked": found[1]}


@pytest.fixture
async def importer(log_in: LogIn) -> Importer:
    admin = await log_in(role="admin")
    return Importer(admin, admin.token_of(await admin.get("/staff/settings/booking")))


def told(answer: httpx.Response) -> list[int]:
    """Added, changed, there already, refused."""
    return [int(one) for one in re.findall(r"<dd>(\d+)</dd>", answer.text)]


def said(answer: httpx.Response) -> str:
    return answer.headers["hx-trigger"]


async def patients(database: Database, practice: Practice) -> int:
    async with database.transaction() as store:
        return len(await store.sourced_patients(practice.id))


async def test_a_file_is_checked_then_taken_over_but_for_its_bad_lines(
    importer: Importer, database: Database, practice: Practice
) -> None:
    before = await patients(database, practice)
    rows = [f"Patient {number},1980-01-{number % 28 + 1:02},(212) 555-{number:04}" for number in range(LINES)]
    rows[10] = "Patient 10,1980-13-40,"
    rows[20] = '"Patient 20,1980-01-01,'
    rows[30] = "Patient 5,1980-01-06,"  # a duplicate
    content = "\n".join(["Name,Date of birth,Phone", *rows, ""]).encode()
    dry = await importer.send(content, run="dry")
    assert told(dry) == [LINES - 3, 0, 0, 3]  # a quotation mark that is not closed costs its own line only
    assert (
        "expected a date as YYYY-MM-DD" in dry.text
        and "the same name and date of birth as line 7" in dry.text
    )
    assert "Patient 10" not in dry.text  # lines are told by their number, never by what they say
    assert await patients(database, practice) == before
    real = await importer.send(content, **await importer.checked(content))
    assert told(real) == told(dry) and await patients(database, practice) == before + told(real)[0]
    again = await importer.send(content, run="dry")
    assert told(again)[:3] == [0, 0, told(real)[0]] and "nothing to import" in again.text
    async with database.transaction() as store:
        assert "imported_patients" in [one.action for one in await store.audit_trail(practice.id)]


async def test_what_is_no_csv_in_the_encoding_chosen_is_said_and_nothing_changes(
    importer: Importer, database: Database, practice: Practice
) -> None:
    before = await patients(database, practice)
    text = "name;date_of_birth\nJürgen Böhm;1970-01-01\nAnn Smith;1990-05-02\n"
    assert "Line 2 can" in said(await importer.send(text.encode("cp1252")))
    assert "choose that below" in said(await importer.send(text.encode("utf-16")))
    assert "This file is in UTF-8" in said(await importer.send(text.encode(), encoding="windows-1252"))
    assert "This is a spreadsheet" in said(await importer.send(b"PK\x03\x04rest"))
    assert "The file is empty" in said(await importer.send(b" \n"))
    assert "expected a header" in (await importer.send(b"Ann Smith,1990-05-02\n")).text
    assert "ends in the middle of line 3" in (await importer.send(text.encode()[:-15])).text
    assert await patients(database, practice) == before
    old = text.encode("cp1252")
    chosen = await importer.checked(old, encoding="windows-1252")
    assert "another file than the one that was checked" in said(await importer.send(old + b"X;\n", **chosen))
    assert told(await importer.send(old, **chosen))[0] == 2
    async with database.transaction() as store:
        assert len(await store.patients(practice.id, name="Jürgen Böhm")) == 1


async def test_a_calendar_is_taken_over_where_its_times_are_free(
    importer: Importer, database: Database, practice: Practice
) -> None:
    content = (
        b"patient,practitioner,appointment_type,start\n"
        b"Mary Jones,Dr. Anna Weber,Check-up,2026-06-16T10:15\n"
        b"Mary Jones,Dr. Anna Weber,Check-up,2026-06-17T10:00\n"
        b"Nobody Known,Dr. Anna Weber,Check-up,2026-06-17T11:00\n"
    )
    chosen = await importer.checked(content, kind="appointments")
    real = await importer.send(content, **chosen)
    assert told(real) == [1, 0, 0, 2]
    assert "the time is taken by another appointment" in real.text and "patient: not on file" in real.text


async def test_taking_over_is_for_admins(log_in: LogIn) -> None:
    staff = await log_in(role="staff")
    assert (await staff.get(PATH)).status_code == 403
