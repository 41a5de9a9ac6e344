"""Postgres ring: patients on screen: found however they are spelled, with all that ever was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from reception.database.connection import Database
from reception.practice import Practice
from tests.conftest import NOW
from tests.dashboard.conftest import Browser, LogIn

pytestmark = pytest.mark.postgres


@pytest.fixture
async def maria(log_in: LogIn) -> Browser:
    return await log_in("Maria Keller")


async def take_on(database: Database, practice: Practice, name: str, born: str = "", **contact: str) -> UUID:
    async with database.transaction() as store:
        day = date.fromisoformat(born) if born else None
        return (await store.add_patient(practice.id, name, day, **contact)).id


async def looked_up(browser: Browser, words: str) -> str:
    answer = await browser.post("/staff/patients/search", {"words": words}, hx_request="true")
    assert answer.status_code == 200
    return answer.text


KNOWN = (
    "katarz", "Wisniewska", "vishnevska", "katarina wisniefska", "wisniewska kat", "11/30/1968",
    "nov 30 1968", "0177", "(212) 555-0177", "+12125550177", "kw@example.org", "wisn 30.11.1968",
    "Wiśniewska",
)  # fmt: skip
UNKNOWN = ("zzyzx", "9999", "wisniewska 1.1.2000", "nobody@example.org", "jones%", "k%a")


async def test_somebody_is_found_by_whatever_is_known_and_by_nothing_else(
    maria: Browser, database: Database, practice: Practice
) -> None:
    await take_on(
        database, practice, "Katarzyna Wisniewska", "1968-11-30", phone="+12125550177", email="kw@example.org"
    )
    for words in KNOWN:
        found = await looked_up(maria, words)
        assert "Katarzyna Wisniewska" in found and "Mary Jones" not in found, words
    for words in UNKNOWN:
        assert "Katarzyna" not in await looked_up(maria, words), words
    assert "Nobody like that" in await looked_up(maria, "zzyzx")


async def test_names_that_begin_as_typed_stand_before_those_that_are_only_like_it(
    maria: Browser, database: Database, practice: Practice
) -> None:
    for name in ("Ann Steward", "Bea Stewart", "Stewart Ames"):
        await take_on(database, practice, name)
    found = await looked_up(maria, "stewart")
    order = [found.index(name) for name in ("Bea Stewart", "Stewart Ames", "Ann Steward")]
    assert order == sorted(order)


async def test_a_page_shows_details_and_all_that_ever_was_newest_first(
    maria: Browser, database: Database, practice: Practice, conversation_id: UUID
) -> None:
    async with database.transaction() as store:
        mary = (await store.patients(practice.id, name="Mary Jones"))[0]
        state = {"who": {"patient_id": str(mary.id)}}
        await store.save_conversation(conversation_id, state=state, status="closed", outcome="booked")
        request = await store.file_request(
            practice.id, "prescription", {"medication": "<b>iron</b>"}, "urgent", mary.id, conversation_id
        )
        (coming,) = await store.upcoming(practice.id, mary.id, NOW)
        await store.queue_text(
            practice.id, to=mary.phone, body="See you", kind="booked", key="k", appointment_id=coming.id
        )
    page = (await maria.get(f"/staff/patients/{mary.id}")).text
    assert "Born Mar 3, 1980, 46 years" in page and "+12125550111" in page
    assert "Check-up with Dr. Anna Weber" in page and "knee" in page
    assert f'href="/staff/calendar?day=2026-06-16&amp;open={coming.id}"' in page
    assert "&lt;b&gt;iron&lt;/b&gt;" in page and f'href="/staff/inbox/{request}"' in page
    assert f'href="/staff/now/{conversation_id}"' in page and "Confirmation by text" in page
    assert page.index("Confirmation by text") < page.index(
        "Check-up with"
    )  # by the real clock, 2026 or later
    assert "Mary Jones" in (await maria.get("/staff/patients")).text  # looked at before


async def test_a_long_history_comes_in_pages_without_gap_or_repetition(
    maria: Browser, database: Database, practice: Practice
) -> None:
    async with database.transaction() as store:
        peter = (await store.patients(practice.id, name="Peter Adams"))[0].id
        for number in range(50):
            await store.file_request(
                practice.id, "message", {"text": f"note-{number:02}."}, "routine", peter, None
            )
    page = (await maria.get(f"/staff/patients/{peter}/chart")).text
    assert "note-49." in page and "note-10." in page and "note-09." not in page
    more = page.split(f'hx-get="/staff/patients/{peter}/history')[1].split('"')[0].replace("&amp;", "&")
    rest = (await maria.get(f"/staff/patients/{peter}/history{more}")).text
    assert "note-09." in rest and "note-00." in rest and "note-10." not in rest and "Earlier" not in rest


async def test_nobody_sees_patients_of_another_practice(maria: Browser) -> None:
    assert (await maria.get(f"/staff/patients/{uuid4()}")).status_code == 404
    at = (datetime.now(UTC) + timedelta(days=1)).isoformat().replace("+", "%2B")
    path = f"/staff/patients/{uuid4()}/history?at={at}&id={uuid4()}"
    assert (await maria.get(path)).status_code == 404
