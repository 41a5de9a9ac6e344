"""Postgres ring: staff take conversations over; the desk is silent meanwhile, but for emergencies."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from reception.attending import Attending
from reception.database.connection import Database
from reception.database.load import load_practice
from reception.database.records import Message
from reception.errors import Closed, Invalid, NotFound, Taken
from reception.practice import Practice
from reception.practice_file import parse_practice
from reception.settings import ROOT
from reception.staff.going_home import give_back
from reception.staff_words import StaffWords
from tests.conftest import PRACTICE_YAML
from tests.staff.access import accounts_of, person

pytestmark = pytest.mark.postgres


@pytest.fixture
def attending(database: Database) -> Attending:
    return Attending(database, {"en": StaffWords(ROOT / "prompts", "en")})


async def said(database: Database, conversation_id: UUID) -> list[Message]:
    async with database.transaction() as store:
        return await store.messages(conversation_id)


async def status(database: Database, conversation_id: UUID) -> tuple[str, UUID | None]:
    async with database.transaction() as store:
        found = await store.conversation(conversation_id)
    assert found is not None
    return found.status, found.attended_by


async def test_the_patient_is_told_who_joins_and_who_leaves(
    database: Database, practice: Practice, conversation_id: UUID, attending: Attending
) -> None:
    maria = (await person(database, practice)).account
    await attending.take_over(maria, conversation_id)
    await attending.take_over(maria, conversation_id)  # pressed twice: told once
    assert await status(database, conversation_id) == ("handed_over", maria.id)
    await attending.say(maria, conversation_id, "Good morning!", "one")
    await attending.say(maria, conversation_id, "Good morning!", "one")  # sent twice: said once
    await attending.hand_back(maria, conversation_id)
    assert await status(database, conversation_id) == ("open", None)
    assert [(one.role, one.text) for one in await said(database, conversation_id)] == [
        ("staff", "Maria Keller from Harbor Clinic has joined the conversation."),
        ("staff", "Good morning!"),
        (
            "desk",
            "Maria Keller has left the conversation, and the automated assistant is back. "
            "What else can I do for you?",
        ),
    ]


async def test_of_two_at_once_one_gets_it(
    database: Database, practice: Practice, conversation_id: UUID, attending: Attending
) -> None:
    people = [(await person(database, practice, name)).account for name in ("Maria Keller", "Jo Brandt")]
    tried = await asyncio.gather(
        *(attending.take_over(one, conversation_id) for one in people), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in tried) == ["NoneType", "Taken"]
    refused = next(one for one in tried if isinstance(one, Taken))
    assert str(refused) in {f"{one.name} has this conversation already." for one in people}


async def test_it_can_be_taken_from_somebody_who_then_can_say_no_more(
    database: Database, practice: Practice, conversation_id: UUID, attending: Attending
) -> None:
    maria = (await person(database, practice)).account
    jo = (await person(database, practice, "Jo Brandt")).account
    await attending.take_over(maria, conversation_id)
    await attending.take_over(jo, conversation_id, instead_of=maria.id)
    with pytest.raises(Taken, match="Jo Brandt has"):
        await attending.say(maria, conversation_id, "Still me", "two")
    with pytest.raises(Taken):
        await attending.hand_back(maria, conversation_id)


async def test_whoever_writes_to_the_desks_conversation_takes_it_over(
    database: Database, practice: Practice, conversation_id: UUID, attending: Attending
) -> None:
    maria = (await person(database, practice)).account
    await attending.say(maria, conversation_id, "Hello!", "one")
    assert await status(database, conversation_id) == ("handed_over", maria.id)
    assert [one.role for one in await said(database, conversation_id)] == ["staff", "staff"]


async def test_a_call_stays_open_so_that_it_is_not_put_through(
    database: Database, practice: Practice, attending: Attending
) -> None:
    maria = (await person(database, practice)).account
    async with database.transaction() as store:
        call = await store.create_conversation(practice.id, "phone", "en", "h", "+12125550111", {}, "CA1")
    await attending.take_over(maria, call.id)
    assert await status(database, call.id) == ("open", maria.id)
    with pytest.raises(Invalid, match="put through"):  # this practice has no number for it
        await attending.put_through(maria, call.id)


async def test_what_is_over_or_another_practices_is_not_to_be_had(
    database: Database, practice: Practice, conversation_id: UUID, attending: Attending
) -> None:
    maria = (await person(database, practice)).account
    async with database.transaction() as store:
        other = (
            await load_practice(store, parse_practice(PRACTICE_YAML.replace("Harbor", "Hill"), "x"))
        ).practice
        theirs = await store.create_conversation(other.id, "chat", "en", "hash", "caller", {})
        await store.save_conversation(conversation_id, state={}, status="closed", outcome=None)
    with pytest.raises(NotFound):
        await attending.take_over(maria, theirs.id)
    with pytest.raises(Closed):
        await attending.take_over(maria, conversation_id)


async def test_all_of_it_is_in_the_audit_log_under_ones_name(
    database: Database, practice: Practice, conversation_id: UUID, attending: Attending
) -> None:
    maria = (await person(database, practice)).account
    await attending.say(maria, conversation_id, "Hello!", "one")
    await attending.hand_back(maria, conversation_id)
    async with database.transaction() as store:
        trail = await store.audit_trail(practice.id, conversation_id)
    assert [(one.action, one.staff_id) for one in trail] == [
        ("taken_over", maria.id),
        ("wrote", maria.id),
        ("handed_back", maria.id),
    ]
    assert all(one.details == {} for one in trail)


async def test_whoever_goes_home_gives_back_what_they_had(
    database: Database, practice: Practice, conversation_id: UUID, attending: Attending
) -> None:
    maria = await person(database, practice)
    accounts = accounts_of(database)
    await attending.take_over(maria.account, conversation_id)
    assert await give_back(accounts, attending) == 0  # she is at work
    assert await accounts.log_out(maria.session) == maria.account  # and by the log-out page at once
    assert await give_back(accounts, attending) == 1
    assert await status(database, conversation_id) == ("open", None)
    assert await give_back(accounts, attending) == 0
