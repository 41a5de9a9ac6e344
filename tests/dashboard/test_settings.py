"""Postgres ring: settings in the dashboard, from a form to what holds, and the switch."""

from __future__ import annotations

import io
import os
import re
import sys
import wave
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from reception.dashboard.settings.listening import PROGRAM, voice_installed
from reception.database.connection import Database
from reception.founding import found_practice
from reception.practice import Practice
from tests.conftest import NOW
from tests.dashboard.conftest import Browser, LogIn
from tests.staff.access import person

pytestmark = pytest.mark.postgres

HOME = "/staff/settings"
HUM = """#!{python}
import io, sys, wave
said = sys.stdin.read()
assert "--stdin" in sys.argv and "--stdout" in sys.argv and said
sound = io.BytesIO()
with wave.open(sound, "wb") as file:
    file.setnchannels(1), file.setsampwidth(2), file.setframerate(22050)
    file.writeframes(bytes(2 * 22050))
head = bytearray(sound.getvalue())
head[4:8] = head[40:44] = bytes([255, 255, 255, 127])
sys.stdout.buffer.write(head)
"""


def mark(page: httpx.Response) -> str:
    found = re.search(r'name="mark" value="(\w+)"', page.text)
    assert found is not None, page.text
    return found[1]


def fields(page: httpx.Response) -> dict[str, str]:
    """What a browser would send of the page's first form, unchanged."""
    form = page.text.partition('<form class="card"')[2].partition("</form>")[0]
    sent = {
        name: value
        for tag in re.findall(r"<input[^>]*>", form)
        for name, value in [(_of(tag, "name"), _of(tag, "value"))]
        if name and (_of(tag, "type") not in ("checkbox", "radio") or " checked" in tag)
    }
    texts = re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)<', form)
    return {**sent, **dict(texts)}


def _of(tag: str, attribute: str) -> str:
    found = re.search(rf'\b{attribute}="([^"]*)"', tag)
    return found[1] if found else "on" if attribute == "value" and 'type="checkbox"' in tag else ""


async def change(admin: Browser, path: str, **changed: str) -> httpx.Response:
    """Opens a form, changes some of its fields (`__` is a dot; an empty name leaves it out), and sends it."""
    page = await admin.get(f"{HOME}/{path}")
    assert page.status_code == 200, page.text
    sent = fields(page) | {name.replace("__", "."): value for name, value in changed.items()}
    return await admin.post(f"{HOME}/{path}", sent)


async def held(database: Database) -> Practice:
    async with database.transaction() as store:
        found = await store.practice()
    assert found is not None
    return found


async def test_what_is_typed_holds_once_it_is_published_and_can_be_taken_back(
    log_in: LogIn, database: Database, practice: Practice
) -> None:
    admin = await log_in(role="admin")
    answer = await change(admin, "practice", practice__address="1 Elm St", practice__transfer_number="12")
    assert answer.headers["location"] == f"{HOME}/practice"
    page = await admin.get(f"{HOME}/practice")
    assert "Expected a phone number with its country code" in page.text
    assert "2 changes" in page.text
    assert (await admin.post(f"{HOME}/publish", {"note": ""})).status_code == 422
    await change(admin, "practice", practice__transfer_number="(212) 555-0199")
    await change(
        admin, "hours", **{"__opening_hours__mon": "8-12:30, 1:30pm-6pm", "__opening_hours__wed": ""}
    )
    await change(admin, "booking", booking__lead_minutes="30", reminders__hours_before="48, 3")
    joy = {"name": "Nurse Joy", "working_hours.way": "own", "working_hours.mon": "9-12"}
    await change(admin, "doctors/new", **{f"practitioners.{name}": value for name, value in joy.items()})
    await change(admin, "answers/new", answers__topic="parking", answers__answer="Behind the <b>house</b>.")
    await change(admin, "figures", figures__minutes__booked="5.5", figures__minutes__inbox="lots")
    assert "Expected a number" in (await admin.get(f"{HOME}/figures")).text
    await change(admin, "figures", figures__minutes__inbox="")
    await change(admin, "hours", **{"__opening_hours__tue": "8 in the morning"})
    page = await admin.get(f"{HOME}/hours")
    assert "Please write hours like 8-12:30 or 1:30pm-6pm" in page.text and "HH:MM" not in page.text
    await change(admin, "hours", **{"__opening_hours__tue": "8-18"})
    assert (await held(database)).address == ""
    review = await admin.get(f"{HOME}/review")
    assert "Nurse Joy" in review.text and "None: every coming appointment fits" in review.text
    await admin.post(f"{HOME}/publish", {"note": "spring"})
    now = await held(database)
    assert (now.address, now.transfer_number, now.booking.lead_minutes) == ("1 Elm St", "+12125550199", 30)
    assert now.reminders_hours_before == (48.0, 3.0)
    assert now.staff_minutes == {"booked": 5.5}
    assert now.opening_hours is not None and sorted(now.opening_hours) == [0, 1]
    assert [f"{one.start:%H:%M}-{one.end:%H:%M}" for one in now.opening_hours[0]] == [
        "08:00-12:30",
        "13:30-18:00",
    ]
    nurse = now.practitioner_by_name["Nurse Joy"]
    assert nurse.working_hours is not None and nurse.accepts_new_patients
    versions = await admin.get(f"{HOME}/versions")
    assert "spring" in versions.text and "Maria Keller" in versions.text and "added" in versions.text
    await admin.post(f"{HOME}/versions/1/undo")
    assert await held(database) == practice


async def test_a_doctor_by_another_name_keeps_the_appointments(
    log_in: LogIn, database: Database, practice: Practice
) -> None:
    admin = await log_in(role="admin")
    async with database.transaction() as store:
        wish = {"practitioner": "Dr. Anna Weber", "appointment_type": "Check-up"}
        await store.file_request(practice.id, "waitlist", wish, "routine", None, None)
    await change(admin, "visits/0", **{"appointment_types__practitioners__Dr. Anna Weber": "on"})
    await change(admin, "doctors/0", practitioners__name="Dr. Anna Weber-Klein")
    assert "None: every coming appointment fits" in (await admin.get(f"{HOME}/review")).text
    await admin.post(f"{HOME}/publish", {"note": ""})
    now = await held(database)
    renamed = now.practitioner_by_name["Dr. Anna Weber-Klein"]
    assert renamed.id == practice.practitioners[0].id
    assert now.appointment_types[0].practitioners == (renamed.id,)
    async with database.transaction() as store:
        [appointment] = [one for one in await store.all_appointments() if one.status == "booked"]
        [waits] = await store.open_requests(practice.id, "waitlist")
    assert appointment.practitioner == "Dr. Anna Weber-Klein"
    assert waits.details == {"practitioner": "Dr. Anna Weber-Klein", "appointment_type": "Check-up"}
    await change(admin, "doctors/new", practitioners__name="Dr. Anna Weber")  # another one of the old name
    assert "Was the name of Dr. Anna Weber-Klein before" in (await admin.get(f"{HOME}/doctors/2")).text
    assert (await admin.post(f"{HOME}/publish", {"note": ""})).status_code == 422


async def test_appointments_in_the_way_are_shown_before_anything_holds(
    log_in: LogIn, database: Database
) -> None:
    admin = await log_in(role="admin")
    await change(admin, "hours/new", closures__from="2026-06-16", closures__reason="training")
    review = await admin.get(f"{HOME}/review")
    assert "Mary Jones" in review.text and "The practice would be closed" in review.text
    await admin.post(f"{HOME}/doctors/0/remove", {"mark": mark(await admin.get(f"{HOME}/doctors/0"))})
    assert "Dr. Anna Weber would not be booked any more" in (await admin.get(f"{HOME}/review")).text
    await admin.post(f"{HOME}/discard")
    assert "Nothing to publish" in (await admin.get(f"{HOME}/review")).text


async def test_a_removed_doctors_appointments_are_shown_until_they_are_over(
    log_in: LogIn, database: Database, practice: Practice
) -> None:
    admin, weber = await log_in(role="admin"), practice.practitioners[0]
    await admin.post(f"{HOME}/doctors/0/remove", {"mark": mark(await admin.get(f"{HOME}/doctors/0"))})
    published = await admin.post(f"{HOME}/publish", {"note": ""})
    assert published.status_code in (302, 303), published.text
    assert weber.id not in {one.id for one in (await held(database)).practitioners}

    async def columns(query: str) -> tuple[str, dict[str, bool]]:
        told = (await admin.get(f"/staff/calendar/options?{query}")).json()
        return told["who"], {one["title"]: one["bookable"] for one in told["practitioners"]}

    both = {"Dr. Luis Ortega": True, "Dr. Anna Weber": False}
    assert await columns(f"day=2026-06-16&who={weber.id}") == (str(weber.id), both)
    drawn = await admin.get(f"/staff/calendar/events?start=2026-06-16&end=2026-06-17&who={weber.id}")
    assert [one["title"] for one in drawn.json()] == ["Mary Jones"]
    listed = (await admin.get("/staff/calendar/list?day=2026-06-16")).text
    assert "Mary Jones" in listed and "Dr. Anna Weber" in listed and "No longer bookable" in listed
    assert "Dr. Anna Weber" not in (await admin.get("/staff/calendar/list?day=2026-06-17")).text
    query = f"day=2026-06-16&clock=11:00&practitioner={weber.id}"
    assert "Dr. Anna Weber" not in (await admin.get(f"/staff/calendar/new?{query}", HX_Request="true")).text
    async with database.transaction() as store:
        [hers] = await store.booked_after(practice.id, NOW)
        panel = (await admin.get(f"/staff/calendar/appointments/{hers.id}")).text
        await store.set_appointment_status(hers.id, "cancelled")
    assert '<option value="">Choose: Dr. Anna Weber is no longer bookable' in panel
    assert await columns("day=2026-06-16") == ("", {"Dr. Luis Ortega": True})


async def test_two_who_change_settings_do_not_overwrite_each_other(log_in: LogIn, database: Database) -> None:
    one, other = await log_in("Maria Keller", "admin"), await log_in("Otto Braun", "admin")
    stale = fields(await other.get(f"{HOME}/practice"))
    await change(one, "practice", practice__address="1 Elm St")
    refused = await other.post(f"{HOME}/practice", stale | {"practice.address": "2 Oak St"})
    assert refused.status_code == 409 and "Nothing of yours was saved" in refused.text
    async with database.transaction() as store:
        holding = await store.settings_of((await held(database)).id)
        changed = {**holding, "practice": {**holding["practice"], "urgent_care": "the clinic"}}
        await store.update_practice(await held(database), changed, changed, other.account.id, "elsewhere")
    assert (await one.post(f"{HOME}/publish", {"note": ""})).status_code == 409
    await one.post(f"{HOME}/rebase")
    await one.post(f"{HOME}/publish", {"note": ""})
    now = await held(database)
    assert (now.address, now.urgent_care) == ("1 Elm St", "the clinic")


async def test_settings_are_for_admins_and_the_switch_for_staff(log_in: LogIn, database: Database) -> None:
    staff, viewer = await log_in("Maria Keller", "staff"), await log_in("Vera Look", "viewer")
    assert (await staff.get(f"{HOME}/practice")).status_code == 403
    assert (await viewer.post("/staff/answering", {"mode": "off"})).status_code == 403
    assert "Desk is on" in (await viewer.get("/staff/now")).text
    await staff.post("/staff/answering", {"mode": "off"})
    assert (await held(database)).answering == "off"
    assert "Desk is off" in (await viewer.get("/staff/now")).text
    chat = await staff.client.post("/api/chat/conversations", json={})
    told = chat.json()
    assert told["status"] == "closed" and "switched off" in told["messages"][0]["text"]
    assert "+12125550100" in told["messages"][0]["text"] and "911" in told["messages"][0]["text"]
    await staff.post("/staff/answering", {"mode": "after_hours"})  # and it is Monday, nine o'clock
    assert (await staff.client.post("/api/chat/conversations", json={})).json()["status"] == "closed"
    await staff.post("/staff/answering", {"mode": "on"})
    assert (await staff.client.post("/api/chat/conversations", json={})).json()["status"] == "open"


async def test_a_draft_is_tried_beside_the_form_and_nothing_of_it_is_real(
    log_in: LogIn, database: Database, practice: Practice
) -> None:
    admin, other = await log_in(role="admin"), await log_in("Otto Braun", "admin")
    await change(admin, "practice", practice__name="Harbor Health")
    begun = await admin.post(f"{HOME}/try/begin", {"channel": "chat"})
    assert "automated assistant of Harbor Health" in begun.text
    conversation = re.search(r'name="conversation" value="([^"]+)"', begun.text)
    assert conversation is not None
    said = await admin.post(f"{HOME}/try/say", {"conversation": conversation[1], "text": "when are you open"})
    assert "when are you open" in said.text and said.text.count('class="said desk"') == 2
    assert "The draft has changed" not in (await other.get(f"{HOME}/try")).text
    await change(admin, "practice", practice__name="Harbor House")
    assert "The draft has changed" in (await other.get(f"{HOME}/try")).text
    await other.post(f"{HOME}/try/begin", {"channel": "phone"})
    gone = await admin.post(f"{HOME}/try/say", {"conversation": conversation[1], "text": "hello"})
    assert gone.status_code == 404
    async with database.transaction() as store:
        assert await store.going_on(practice.id) == []
        assert [one.name for one in await store.practices()] == ["Harbor Clinic"]


async def test_settings_as_a_file(log_in: LogIn, database: Database) -> None:
    admin = await log_in(role="admin")
    downloaded = await admin.get(f"{HOME}/practice.yaml")
    assert downloaded.headers["content-disposition"] == 'attachment; filename="harbor-clinic.yaml"'

    async def upload(content: bytes) -> httpx.Response:
        page = await admin.get(f"{HOME}/file")
        token = admin.token_of(page)
        return await admin.client.post(
            f"{HOME}/file",
            files={"file": ("practice.yaml", content)},
            headers=admin._headers({"X_CSRF_Token": token}),
            follow_redirects=False,
        )

    assert (await upload(downloaded.content)).headers["location"] == f"{HOME}/file"
    changed = downloaded.text.replace("name: Harbor Clinic", "name: Harbor House\n  address: 1 Elm St")
    assert (await upload(changed.encode())).headers["location"] == f"{HOME}/review"
    assert "1 Elm St" in (await admin.get(f"{HOME}/review")).text
    for bad, words in (
        (changed.replace("minutes: 30", "minutes: soon"), "expected a whole number"),
        (changed + "\tx", "line"),
        ("", "The file is empty"),
    ):
        refused = await upload(bad.encode())
        assert refused.status_code == 422 and words in refused.text
    assert "line 2: not UTF-8" in (await upload("# Praxis\n# Böhm\n".encode("latin-1"))).text
    assert (await held(database)).name == "Harbor Clinic"


async def test_sentences_in_the_practices_own_words(log_in: LogIn, database: Database) -> None:
    admin = await log_in(role="admin")
    path = f"{HOME}/words/desk/greeting"
    wrong = {"chat": "Hi, <i>{practice}</i> here.", "phone": "Hi, {practice}, {number}."}
    assert "{number} must stay in it" in (await admin.post(f"{path}/read", wrong)).text
    refused = await admin.post(path, wrong)
    assert refused.headers["location"] == path
    assert "{number} must stay in it" in (await admin.get(path)).text
    assert (await admin.post(f"{HOME}/publish", {"note": ""})).status_code == 422
    right = {**wrong, "chat": "Hi, <i>{practice}</i> here. In danger? {number}!"}
    assert (
        "&lt;i&gt;Harbor Clinic&lt;/i&gt; here. In danger? 911!"
        in (await admin.post(f"{path}/read", right)).text
    )
    await admin.post(path, right)
    assert "Your words" in (await admin.get(f"{HOME}/words")).text
    assert "In danger?" in (await admin.get(f"{HOME}/review")).text
    await admin.post(f"{HOME}/publish", {"note": ""})
    chat = await admin.client.post("/api/chat/conversations", json={})
    assert chat.json()["messages"][0]["text"] == "Hi, <i>Harbor Clinic</i> here. In danger? 911!"
    await admin.post(path, {"standard": "yes"})
    await admin.post(f"{HOME}/publish", {"note": ""})
    assert (await held(database)).words == {}
    assert (await admin.get(f"{HOME}/words/desk/verbatim")).status_code == 404


@pytest.fixture
def voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's voice; without one, a program that hums and, like espeak-ng, tells no length."""
    if voice_installed():
        return
    program = tmp_path / PROGRAM
    program.write_text(HUM.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)


@pytest.mark.usefixtures("voice")
async def test_a_sentence_is_listened_to(log_in: LogIn) -> None:
    admin = await log_in(role="admin")
    heard = await admin.get(f"{HOME}/listen?text=-v+Hello,+this+is+the+desk")
    with wave.open(io.BytesIO(heard.content)) as sound:
        assert sound.getnframes() / sound.getframerate() > 0.5
    assert (await admin.get(f"{HOME}/listen?text=")).status_code == 422


async def test_another_practice_sees_and_changes_only_its_own(
    log_in: LogIn, client: AsyncTestClient[Litestar], database: Database, practice: Practice
) -> None:
    async with database.transaction() as store:
        other = await found_practice(store, "Maple Clinic", "+1 312 555 0140", "America/Chicago")
    ours = await log_in(role="admin")
    theirs = Browser(client, await person(database, other, "Nora Hall", "admin"))
    await change(ours, "practice", practice__address="1 Elm St")
    await ours.post(f"{HOME}/try/begin", {"channel": "chat"})
    for path in ("practice", "doctors", "versions", "review", "try", "words", "practice.yaml"):
        seen = (await theirs.get(f"{HOME}/{path}")).text
        assert "Harbor" not in seen and "Weber" not in seen and "1 Elm St" not in seen, path
    assert (await theirs.post("/staff/answering", {"mode": "after_hours"})).status_code == 303
    assert (await held(database)).answering == "on"
    await change(theirs, "doctors/new", practitioners__name="Dr. Anna Weber")  # a namesake
    await theirs.post(f"{HOME}/publish", {"note": ""})
    async with database.transaction() as store:
        [appointment] = [one for one in await store.all_appointments() if one.status == "booked"]
        mine = await store.practice_by_id(other.id)
    assert appointment.practitioner_id == practice.practitioners[0].id
    assert mine is not None and mine.practitioners[0].id != appointment.practitioner_id


async def test_a_doctor_is_renamed_while_a_patient_chooses_a_time_with_them(
    log_in: LogIn, database: Database
) -> None:
    admin = await log_in(role="admin")
    chat = (await admin.client.post("/api/chat/conversations", json={})).json()

    async def say(text: str) -> dict[str, Any]:
        answer = await admin.client.post(
            f"/api/chat/conversations/{chat['id']}/messages",
            json={"text": text},
            headers={"Authorization": f"Bearer {chat['token']}"},
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json()["messages"][-1])

    offered = (await say("I'd like a check-up on Tuesday"))["options"]
    for index, name in enumerate(("Dr. Anna Weber-Klein", "Dr. Luis Vega")):
        await change(admin, f"doctors/{index}", practitioners__name=name)
    await admin.post(f"{HOME}/publish", {"note": ""})
    again = await say(offered[0]["text"])
    assert again["expects"] in ("slot", "date")
    fresh = (await say("I'd like a check-up on Tuesday"))["options"]
    assert fresh[0]["value"]["practitioner"] in ("Dr. Anna Weber-Klein", "Dr. Luis Vega")
