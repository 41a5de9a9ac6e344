"""Model ring: parts die and come back while patients chat: no conversation is lost, no time booked twice.

The suite plays a slice; `make resilience` plays 20 patients, every part, and a minute without the inference
server.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from reception.inference.models import locate
from reception.settings import Settings
from tests.deploy.fleet import Fleet, Part, Postgres
from tests.deploy.patients import Patient, Talk

pytestmark = [pytest.mark.model, pytest.mark.postgres]

NOW = "2026-06-15T07:00"  # a Monday
PATIENTS = int(os.environ.get("RESILIENCE_PATIENTS", "3"))
WHOLE = PATIENTS > 4
#: Seconds without the inference server, and of peace after each trouble.
AWAY = 60.0 if WHOLE else 2.0
PEACE = 8.0 if WHOLE else 0.0

PRACTICE = """
practice: {name: Harbor Clinic, time_zone: America/New_York, phone: "+12125550100"}
opening_hours: {mon: ["08:00-18:00"], tue: ["08:00-18:00"], wed: ["08:00-18:00"], thu: ["08:00-18:00"]}
practitioners: [{name: Dr. Anna Weber}, {name: Dr. Luis Ortega}]
appointment_types: [{name: Check-up, minutes: 30, new_patients: true}]
patients:
"""
NAMES = (
    "Mary Jones", "Peter Adams", "Susan Clark", "James Miller", "Linda Brown", "Robert Wilson", "Karen Moore",
    "David Taylor", "Nancy Thomas", "Mark White", "Betty Harris", "Paul Martin", "Helen Lewis", "Brian Scott",
    "Sandra Hall", "George Allen", "Donna Young", "Kevin King", "Carol Wright", "Frank Walker",
)  # fmt: skip


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    if shutil.which("nginx") is None:
        pytest.skip("nginx is missing: install it (Debian: apt-get install nginx-light)")
    locate(Settings())  # says how to get the model when there is none
    practice = tmp_path / "practice.yaml"
    entries = [
        f'  - {{name: {name}, date_of_birth: "19{60 + number}-03-0{1 + number % 9}"}}\n'
        for number, name in enumerate(NAMES)
    ]
    practice.write_text(PRACTICE + "".join(entries))
    fleet = Fleet(tmp_path, practice, NOW)
    try:
        fleet.start()
        yield fleet
    finally:
        fleet.stop()


def tell(text: str) -> None:
    """For whoever watches `make resilience`."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")


async def again(part: Part | Postgres, end: Callable[[], None]) -> None:
    """Ends a part, and has it back a second later."""
    await asyncio.to_thread(end)
    await asyncio.sleep(1.0)
    await asyncio.to_thread(part.start)
    await asyncio.to_thread(part.wait)


async def trouble(fleet: Fleet) -> None:
    """What happens to the parts, one after the other."""
    for name in ("first", "second", "inference", "postgres", "nginx") if WHOLE else ("first",):
        tell(f"killed: {name}")
        await again(fleet.parts[name], fleet.parts[name].kill)
        await asyncio.sleep(PEACE)
    for name in ("first", "second") if WHOLE else ():
        tell(f"restarted: {name}")
        await again(fleet.parts[name], fleet.parts[name].stop)
    inference = fleet.parts["inference"]
    assert isinstance(inference, Part)
    local = await asyncio.to_thread(fleet.answers, "local")
    tell(f"away for {AWAY:.0f} s: inference")
    await asyncio.to_thread(inference.stop)
    await asyncio.sleep(AWAY)
    assert await asyncio.to_thread(fleet.answers, "local") > local
    await asyncio.to_thread(inference.start)
    await asyncio.to_thread(inference.wait)
    remote = await asyncio.to_thread(fleet.answers, "remote")
    for _ in range(200):  # between two turns the conversations move back to it
        await asyncio.sleep(0.2)
        if await asyncio.to_thread(fleet.answers, "remote") > remote:
            return
    raise AssertionError("nobody asked the inference server again")


async def test_no_conversation_is_lost_and_no_time_booked_twice(fleet: Fleet) -> None:
    stop = asyncio.Event()
    async with httpx.AsyncClient(base_url=fleet.url, timeout=60) as client:
        patients = [
            Patient(client, name, f"March {1 + number % 9}, 19{60 + number}", number, 1.0 if WHOLE else 0.3)
            for number, name in enumerate(NAMES[:PATIENTS])
        ]
        talking = [asyncio.create_task(each.keep_booking(stop)) for each in patients]
        try:
            await trouble(fleet)
        finally:
            stop.set()
            await asyncio.gather(*talking)
        talks = [talk for patient in patients for talk in patient.talks]
        for talk in talks:
            kept = await client.get(
                f"/api/chat/conversations/{talk.id}", headers={"Authorization": f"Bearer {talk.token}"}
            )
            messages = kept.json()["messages"]
            assert [one["text"] for one in messages if one["role"] == "patient"] == talk.sent
            assert [one for one in messages if one["role"] != "patient"] == talk.seen
    booked = [talk for talk in talks if talk.booked]
    tell(
        f"{len(talks)} conversations, {sum(len(talk.sent) for talk in talks)} turns,"
        f" {sum(talk.retries for talk in talks)} sent again, {len(booked)} booked"
    )
    assert len(talks) >= PATIENTS and booked
    check_calendar(fleet, booked)


def check_calendar(fleet: Fleet, booked: list[Talk]) -> None:
    """Every booking that was told of is there, none besides, and no two at one time."""
    with psycopg.connect(fleet.postgres.url) as connection:
        rows = connection.execute(
            "SELECT conversation_id::text, practitioner_id, during FROM appointments WHERE status = 'booked'"
        ).fetchall()
        overlaps = connection.execute(
            "SELECT count(*) FROM appointments a JOIN appointments b ON a.id < b.id"
            " AND a.practitioner_id = b.practitioner_id AND a.during && b.during"
            " WHERE a.status = 'booked' AND b.status = 'booked'"
        ).fetchone()
    assert overlaps == (0,)
    found = sorted(row[0] for row in rows)
    strays = [talk.told() for talk in booked if talk.id not in found]
    assert not strays and found == sorted(talk.id for talk in booked), "\n\n".join(strays)
