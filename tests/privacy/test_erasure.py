"""One patient's data: all of it handed out, all of it erased, and nobody else's. Ring: postgres."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from reception.cli import main
from reception.database.connection import Database
from reception.database.load import load_practice
from reception.database.records import Access, Account, NewMessage, Patient
from reception.database.store import Store
from reception.dialogue.meaning import Intent, Slot
from reception.dialogue.state import Claims, State, Who
from reception.erasure import Erased, erase_patient, export_patient
from reception.errors import NotFound
from reception.kept import pack
from reception.messaging.delivery import text_failed
from reception.messaging.incoming import leave_to_staff, obey
from reception.patients.merging import merge
from reception.practice import Practice
from reception.practice_file import PracticeFile
from reception.settings import ROOT
from tests.conftest import NOW
from tests.privacy.kept import everything

pytestmark = pytest.mark.postgres

PROMPTS = ROOT / "prompts"
BORN = date(1990, 1, 2)


async def live_through(store: Store, practice: Practice, who: str, phone: str, hour: int) -> Patient:
    """Somebody who was here, is booked again, wrote, rang, asked for a medicine and was corrected."""

    def marked(word: str) -> str:
        return f"{who}-{word}"

    here = practice.id
    patient = await store.add_patient(
        here, marked("name"), BORN, phone, f"{who}-a@example.org", marked("Kasse")
    )
    talk = await conversation(store, here, State(who=Who(str(patient.id)), medical_words=marked("words")))
    said = await store.add_messages(
        talk, [NewMessage("patient", marked("words"), frame={"slots": {"reason": marked("reason")}})]
    )
    await store.correct(here, said[0].id, Intent.INFORM, {Slot.REASON: marked("meant")}, None)
    for days in (-30, 1):
        start = NOW + timedelta(days=days, hours=hour)
        booked = await store.add_appointment(
            here,
            practice.practitioners[0].id,
            practice.appointment_types[0].id,
            start,
            start + timedelta(minutes=30),
            patient_id=patient.id,
            reason=marked("reason"),
            conversation_id=talk,
        )
        await store.queue_text(
            here, to=phone, body=marked("body"), kind="reminder", key=f"{who}{days}", appointment_id=booked
        )
    access = Access("hash", "secret", 0, [])
    staff = await store.add_account(
        here, name="Lee", email=f"{hour}@here.example", role="staff", access=access
    )
    asked = await store.file_request(
        here, "prescription", {"medication": marked("medicine")}, "routine", patient.id, talk
    )
    item = await store.inbox_item(here, asked)
    assert item is not None
    await store.add_note(item, staff, marked("note"))
    called = await conversation(store, here, State(), "phone", phone, call_sid=who)
    await store.open_call(who, here, called)
    await store.add_messages(called, [NewMessage("patient", marked("words"))])
    tape = {"text": marked("words"), "recording": f"https://carrier.example/{who}"}
    await store.file_request(here, "message", tape, "routine", None, called)
    unknown = State(claims=Claims(name=marked("name"), date_of_birth=BORN))
    failed = await conversation(store, here, unknown)
    await store.add_identification_failure(here, phone, failed, "print")
    return patient


async def conversation(
    store: Store,
    here: UUID,
    state: State,
    channel: str = "chat",
    caller: str = "",
    call_sid: str | None = None,
) -> UUID:
    opened = await store.create_conversation(here, channel, "en", "hash", caller, pack(state), call_sid)
    return opened.id


@pytest.fixture
async def two(database: Database, practice: Practice) -> tuple[Patient, Patient]:
    async with database.transaction() as store:
        zita = await live_through(store, practice, "Zita", "+12125550177", 0)
        olga = await live_through(store, practice, "Olga", "+12125550188", 1)
        await store.add_guardian(practice.id, zita.id, olga.id)
    return zita, olga


async def test_an_erased_patient_is_in_no_table_and_everybody_else_is(
    database: Database, practice: Practice, two: tuple[Patient, Patient]
) -> None:
    zita, olga = two
    before = "".join((await everything(database)).values())
    assert all(f"{who}-{word}" in before for who in ("Zita", "Olga") for word in ("words", "reason", "note"))
    async with database.transaction() as store:
        erased = await erase_patient(store, practice.id, zita.id)
    assert erased == Erased(2, 2, 3, 2)
    after = await everything(database)
    holding = {name for name, rows in after.items() if "Zita" in rows or "+12125550177" in rows}
    assert holding == set()
    assert {name for name, rows in after.items() if str(zita.id) in rows} == {"audit_log"}
    async with database.transaction() as store:
        theirs = json.dumps(await export_patient(store, practice.id, olga.id))
        assert all(
            f"Olga-{word}" in theirs for word in ("name", "words", "reason", "medicine", "note", "body")
        )
        with pytest.raises(NotFound):
            await erase_patient(store, practice.id, zita.id)
        again = await store.patients(practice.id, phone="+12125550177")
    assert again == []  # whoever calls from there now is new


async def test_a_record_that_was_merged_goes_with_the_one_it_went_into_and_stays_away(
    database: Database, practice: Practice, practice_file: PracticeFile
) -> None:
    async with database.transaction() as store:
        [mary], [peter] = [
            await store.patients(practice.id, name=name) for name in ("Mary Jones", "Peter Adams")
        ]
        access = Access("hash", "secret", 0, [])
        staff = await store.add_account(
            practice.id, name="Lee", email="lee@here.example", role="admin", access=access
        )
        me = Account(staff, practice.id, "Lee", "lee@here.example", "admin", True)
        unknown = State(claims=Claims(name=peter.name, date_of_birth=peter.date_of_birth))
        await conversation(store, practice.id, unknown)
        await merge(store, me, mary.id, peter.id, (1, 1))
    async with database.transaction() as store:
        erased = await erase_patient(store, practice.id, mary.id)
        assert (erased.appointments, erased.conversations) == (1, 1)
        await load_practice(store, practice_file)  # which names both
        assert await store.patients(practice.id) == []
    after = "".join((await everything(database)).values())
    assert [name for name in ("Mary Jones", "Peter Adams", "+12125550111") if name in after] == []


async def test_what_was_filed_by_number_alone_is_handed_out_and_goes(
    database: Database, practice: Practice, two: tuple[Patient, Patient]
) -> None:
    zita, olga = two
    async with database.transaction() as store:
        for one, words in ((zita, "Zita-rash"), (olga, "Olga-rash")):
            assert one.phone
            await obey(store, practice, one.phone, "stop", "STOP", PROMPTS)
            await leave_to_staff(store, practice, one.phone, words, PROMPTS)
        longer = {"text": f"{zita.phone}0 wants no texts (STOP): Olga-too"}
        await store.file_request(practice.id, "message", longer, "routine", None, None)
        theirs = json.dumps((await export_patient(store, practice.id, zita.id))["requests"])
        assert "Zita-rash" in theirs and "Olga" not in theirs
        assert (await erase_patient(store, practice.id, zita.id)).requests == 3
    after = await everything(database)
    assert "Zita" not in after["requests"]
    assert "Olga-rash" in after["requests"] and "Olga-too" in after["requests"]
    assert {name for name, rows in after.items() if "+12125550177'" in rows} == {"opt_outs"}


async def test_offers_go_whose_time_is_gone_though_the_family_has_one_number(
    database: Database, practice: Practice
) -> None:
    shared = "+12125550166"
    async with database.transaction() as store:
        zita, olga = [
            await store.add_patient(practice.id, f"{who}-name", BORN, shared) for who in ("Zita", "Olga")
        ]
        for one, who in ((zita, "Zita"), (olga, "Olga")):
            offered = await store.queue_text(
                practice.id,
                to=shared,
                body=f"{who}-offer",
                kind="waitlist",
                key=f"waitlist:{who}",
                about={"patient": str(one.id), "start": NOW.isoformat()},
            )
            assert offered is not None
            await text_failed(store, PROMPTS, offered, 30003)
        erased = await erase_patient(store, practice.id, zita.id)
    assert (erased.texts, erased.requests) == (1, 1)
    after = await everything(database)
    assert {name for name, rows in after.items() if str(zita.id) in rows} == {"audit_log"}
    assert "Zita" not in after["outbox"] and "Olga-offer" in after["outbox"]
    assert after["requests"].count(shared) == 1


def test_the_commands_hand_out_and_erase(
    database_url: str, two: tuple[Patient, Patient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECEPTION_DATABASE_URL", database_url)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["patient", *arguments])

    theirs = json.loads(run("export", "zita-NAME", "--born", str(BORN)).stdout)
    assert theirs["patient"]["phone"] == "+12125550177"
    assert [len(theirs[part]) for part in ("appointments", "requests", "conversations", "texts")] == [
        2,
        2,
        3,
        2,
    ]
    assert "nobody" in run("export", "Zita-name", "--born", "1991-01-02").output.lower()
    assert run("erase", str(two[0].id)).exit_code == 1  # not without a yes
    assert "2 appointments" in run("erase", str(two[0].id), "--yes").output
    assert run("export", str(two[0].id)).exit_code == 1
