"""Who is to be asked by text at night is asked in the morning, and the time kept as long. Ring: postgres."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from reception.database.connection import Database
from reception.database.records import AbsenceCase, Appointment, Request
from reception.messaging.offers import OfferByText
from reception.messaging.replacements import ReplacementByText
from reception.practice import Practice
from reception.settings import ROOT
from tests.conftest import ZONE

pytestmark = pytest.mark.postgres

PROMPTS = ROOT / "prompts"
#: Ten in the evening; the night is an hour longer where the clocks are set back, and shorter where on.
NIGHTS = {
    "an hour longer": (datetime(2026, 10, 31, 22, tzinfo=ZONE), timedelta(hours=11)),
    "an hour shorter": (datetime(2027, 3, 13, 22, tzinfo=ZONE), timedelta(hours=9)),
    "as ever": (datetime(2026, 6, 15, 22, tzinfo=ZONE), timedelta(hours=10)),
}


async def marys(database: Database, start: datetime) -> Appointment:
    """Mary's appointment, as if it were at another time."""
    async with database.transaction() as store:
        [appointment] = await store.all_appointments()
    return replace(appointment, start=start, end=start + timedelta(minutes=30))


@pytest.mark.parametrize(("now", "night"), NIGHTS.values(), ids=NIGHTS)
async def test_a_time_is_kept_until_the_answer_to_the_mornings_text_in_real_minutes(
    database: Database, practice: Practice, now: datetime, night: timedelta
) -> None:
    free = await marys(database, now + timedelta(days=2))
    waits = Request(uuid4(), "waitlist", free.patient, {}, "routine", "open", None, now)
    case = AbsenceCase(uuid4(), uuid4(), "waiting", now + timedelta(days=1), None, None, now, free)
    async with database.transaction() as store:
        offered = await OfferByText(PROMPTS)(store, practice, waits, free, now)
        instead = await ReplacementByText(PROMPTS)(store, practice, case, free, now)
    assert offered == (night + timedelta(minutes=30)) / timedelta(minutes=1)
    assert instead == night + timedelta(hours=4)
