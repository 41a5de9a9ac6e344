"""Postgres ring: a practice founded without a file: harmless until it is published."""

from __future__ import annotations

import pytest

from reception.database.connection import Database
from reception.drafts import Drafts
from reception.errors import Invalid
from reception.founding import FOUNDED, found_practice
from reception.practice import Practice
from reception.practice_checks import setting_problems

pytestmark = pytest.mark.postgres


async def test_a_new_practice_is_off_and_its_draft_half_done(database: Database, practice: Practice) -> None:
    async with database.transaction() as store:
        first = await found_practice(store, "Maple Clinic", "+1 312 555 0140", "America/Chicago")
        second = await found_practice(store, "Maple Clinic", "+1 312 555 0141", "America/Chicago")
        assert (first.slug, second.slug) == ("maple-clinic", "maple-clinic-2")
        assert (first.answering, first.practitioners[0].slots) == ("off", ())
        assert await store.latest_note(first.id) == FOUNDED
        drafts = Drafts(store, first.id, None)
        draft = (await drafts.current()).settings
        assert [one.path for one in setting_problems(draft)] == [("practitioners",)]
        assert await drafts.save({**draft, "practitioners": [{"name": "Dr. Grace Kimani"}]}) == []
        await drafts.publish()
        now = await store.practice_by_id(first.id)
        assert now is not None and now.answering == "on" and len(now.appointment_types) == 3
        assert await store.practice("harbor-clinic") == practice


@pytest.mark.parametrize(
    ("phone", "zone", "words"),
    [("555", "America/Chicago", "Phone: expected a phone number"), ("+13125550140", "Here", "Time zone: ")],
)
async def test_what_can_not_be_right_is_said_and_nothing_is_added(
    database: Database, phone: str, zone: str, words: str
) -> None:
    async with database.transaction() as store:
        with pytest.raises(Invalid, match=words):
            await found_practice(store, "Maple Clinic", phone, zone)
        assert await store.practices() == []
