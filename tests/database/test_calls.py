"""Phone calls as the store keeps them. Ring: postgres."""

from __future__ import annotations

import pytest

from reception.database.connection import Database
from reception.database.load import load_practice
from reception.database.records import NewMessage
from reception.practice import Practice
from reception.practice_file import parse_practice
from tests.conftest import PRACTICE_YAML

pytestmark = pytest.mark.postgres


async def test_what_a_call_has_come_to_is_kept_as_it_came_first(
    database: Database, practice: Practice
) -> None:
    async with database.transaction() as store:
        first = await store.open_call("CA1", practice.id)
        talk = await store.create_conversation(practice.id, "phone", "en", "hash", "", {}, "CA1")
        again = await store.open_call("CA1", practice.id, talk.id)
        assert (first.conversation_id, again.conversation_id) == (None, talk.id)
        assert (await store.open_call("CA1", practice.id)).conversation_id == talk.id
        await store.note_recording("CA1", "refused")
        await store.note_recording("CA1", "agreed")
        await store.note_answered("CA1")
        await store.note_ended("CA1")
        ended = await store.call("CA1", lock=True)
        await store.note_ended("CA1")
        assert ended is not None and ended.ended_at and ended.answered_at and ended.recording == "refused"
        assert await store.call("CA1") == ended
        assert await store.call("CA2") is None


async def test_a_wanted_transfer_is_news_until_somebody_is_dialled(
    database: Database, practice: Practice
) -> None:
    async with database.transaction() as store:
        talk = await store.create_conversation(practice.id, "phone", "en", "hash", "", {}, "CA1")
        chat = await store.create_conversation(practice.id, "chat", "en", "hash", "", {})
        await store.open_call("CA1", practice.id, talk.id)
        await store.take_over_relay("CA1", "one")
        for each in (talk, chat):
            await store.request_transfer(each.id)
        news = await store.call_news(talk.id)
        assert news is not None and news.transfer_requested and news.relay_session == "one"
        chat_news = await store.call_news(chat.id)
        assert chat_news is not None and not chat_news.transfer_requested
        await store.note_dialled("CA1")
        news = await store.call_news(talk.id)
        assert news is not None and not news.transfer_requested


async def test_only_what_was_said_after_so_many_messages_is_new(
    database: Database, practice: Practice
) -> None:
    async with database.transaction() as store:
        talk = await store.create_conversation(practice.id, "phone", "en", "hash", "", {}, "CA1")
        await store.add_messages(talk.id, [NewMessage("desk", "Hello"), NewMessage("staff", "Hi")])
        assert [one.text for one in await store.messages_after(talk.id, 1)] == ["Hi"]


async def test_a_number_that_is_nobodys_finds_the_only_practice_or_the_default_one(
    database: Database, practice: Practice
) -> None:
    other = parse_practice(
        PRACTICE_YAML.replace("Harbor Clinic", "Hill Clinic").replace("+12125550100", "+12125550200"), "b"
    )
    async with database.transaction() as store:
        assert await store.practice_called("+19995550100") == practice
        await load_practice(store, other)
        assert await store.practice_called("+19995550100") is None
        assert await store.practice_called("+12125550100") == practice
        found = await store.practice_called("", "hill-clinic")
        assert found is not None and found.name == "Hill Clinic"
