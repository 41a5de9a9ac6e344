"""Postgres ring: "Dr. Weber is ill today" on the page: one form, then each patient until all are settled."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from reception.database.connection import Database
from reception.database.records import Appointment
from reception.practice import Practice
from tests.conftest import NOW
from tests.dashboard.conftest import Browser, LogIn

pytestmark = pytest.mark.postgres

PAGE = "/staff/calendar/absence"


@pytest.fixture
async def maria(log_in: LogIn) -> Browser:
    return await log_in("Maria Keller")


@pytest.fixture
async def hers(database: Database, practice: Practice) -> Appointment:
    """Mary Jones, on Tuesday at ten with Dr. Weber."""
    async with database.transaction() as store:
        return (await store.booked_after(practice.id, NOW))[0]


def days(practice: Practice, first: str = "2026-06-15", last: str = "2026-06-16") -> dict[str, str]:
    return {"practitioner": str(practice.practitioners[0].id), "first": first, "last": last}


async def begin(browser: Browser, practice: Practice, **more: str) -> str:
    """The page of a new absence."""
    answer = await browser.post(PAGE, {**days(practice), "with_others": "yes", **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_the_form_says_whom_it_hits_before_anything_happens(
    maria: Browser, database: Database, practice: Practice, hers: Appointment
) -> None:
    assert "Nobody is booked then" in (await maria.get(PAGE)).text  # on Monday
    query = "&".join(f"{name}={value}" for name, value in days(practice).items())
    shown = (await maria.get(f"{PAGE}/affected?{query}")).text
    assert "1 patient is booked then" in shown and "Mary Jones" in shown and "+12125550111" in shown
    wrong = (await maria.get(f"{PAGE}/affected?{query.replace('last=2026-06-16', 'last=2026-06-01')}")).text
    assert "must not lie before the first" in wrong
    async with database.transaction() as store:
        assert [one.id for one in await store.booked_after(practice.id, NOW)] == [hers.id]


async def test_a_patient_is_called_and_given_one_of_the_times_that_are_free(
    maria: Browser, database: Database, practice: Practice, hers: Appointment
) -> None:
    absence = await begin(maria, practice)
    page = (await maria.get(absence)).text
    assert "To be called" in page and 'href="tel:+12125550111"' in page
    found = re.search(r"absence/cases/([0-9a-f-]{36})/times", page)
    assert found is not None
    case = f"{PAGE}/cases/{found[1]}"
    times = (await maria.get(f"{case}/times")).text
    assert "Dr. Luis Ortega" in times and "Mon, Jun 15" not in times and "Wed, Jun 17" in times
    start = (NOW + timedelta(days=1)).replace(hour=10)
    chosen = {"practitioner": str(practice.practitioners[1].id), "start": start.isoformat()}
    booked = await maria.post(f"{case}/book", chosen, HX_Request="true")
    assert "Has a new time" in booked.text and "10:00" in booked.text
    again = await maria.post(f"{case}/settle", HX_Request="true")
    assert again.status_code == 409
    assert "All 1 settled" in (await maria.get(PAGE)).text
    async with database.transaction() as store:
        [moved] = await store.booked_after(practice.id, NOW)
    assert (moved.id, moved.practitioner, moved.start) == (hers.id, "Dr. Luis Ortega", start)


async def test_a_mistake_is_taken_back(
    maria: Browser, database: Database, practice: Practice, hers: Appointment
) -> None:
    absence = await begin(maria, practice)
    assert (await maria.post(f"{absence}/back")).status_code == 303
    assert "Takes place after all" in (await maria.get(absence)).text
    async with database.transaction() as store:
        assert [one.id for one in await store.booked_after(practice.id, NOW)] == [hers.id]
        assert await store.time_blocks(practice.id, NOW, NOW + timedelta(days=3)) == []


async def test_viewers_may_look_at_it_and_wrong_days_change_nothing(
    maria: Browser, log_in: LogIn, practice: Practice, hers: Appointment
) -> None:
    absence = await begin(maria, practice)
    eva = await log_in("Eva Lang", "viewer")
    page = await eva.get(absence)
    assert page.status_code == 200 and "New time" not in page.text
    assert (await eva.post(PAGE, days(practice))).status_code == 403
    assert (await eva.post(f"{absence}/end")).status_code == 403
    past = await maria.post(PAGE, days(practice, "2026-06-01", "2026-06-02"))
    assert past.status_code == 422 and "nor in the past" in past.text
    assert (await maria.get(f"{PAGE}/{hers.id}")).status_code == 404
