"""Whole turns on a real database, understood from a script (ring: postgres)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from reception.beginning import Started
from reception.clock import Clock
from reception.database.connection import Database
from reception.database.export import export
from reception.database.load import load_practice
from reception.dialogue.meaning import Days, Frame, Hours, Intent, Slot, Value
from reception.dialogue.wording import Wording
from reception.errors import Closed, Invalid, NotFound, Unavailable
from reception.inference.language_model import Completion, Listener, Request
from reception.practice import Practice
from reception.practice_file import parse_practice
from reception.settings import ROOT
from reception.turn import Desk
from reception.understanding.interpret import Setting
from reception.understanding.understander import Understander
from tests.conftest import PRACTICE_YAML
from tests.staff.access import person

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=ZoneInfo("America/New_York"))
TUESDAY = Days(date(2026, 6, 16), date(2026, 6, 16))
NINE = Hours(time(9), time(9))
MARY = {"patient_name": "Mary Jones", "date_of_birth": date(1980, 3, 3)}


class Script:
    """Understands what it was told to: words → frame."""

    def __init__(self) -> None:
        self.frames: dict[str, Frame] = {}
        self.ahead: list[str] = []

    def learn(self, words: str, intent: Intent, slots: Mapping[str, Value] | None = None) -> str:
        given = {Slot(name): value for name, value in (slots or {}).items()}
        self.frames[words] = Frame(intent, {slot: str(value) for slot, value in given.items()}, given)
        return words

    async def understand(self, desk: str, patient: str, setting: Setting, **options: object) -> Frame:
        await asyncio.sleep(0)
        return self.frames[patient]

    def halves(self, desk: str, patient: str, expects: str | None, language: str) -> None:
        return None

    async def anticipate(self, desk: str, conversation: str) -> None:
        self.ahead.append(desk)

    async def overhear(self, desk: str, partial: str, conversation: str) -> None:
        self.ahead.append(f"{desk}|{partial}")


class NoModel:
    """A language model that is away."""

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        raise Unavailable("away")

    async def ready(self) -> None:
        raise Unavailable("away")

    async def close(self) -> None: ...


@pytest.fixture
def script() -> Script:
    script = Script()
    script.learn(
        "book",
        Intent.BOOK,
        {"practitioner": "Dr. Anna Weber", "date": TUESDAY, "time": NINE, "reason": "knee", **MARY},
    )
    script.learn("yes please", Intent.AFFIRM)
    script.learn("bye", Intent.GOODBYE)
    script.learn("cancel it", Intent.CANCEL, MARY)
    return script


@pytest.fixture
def desk(database: Database, practice: Practice, script: Script) -> Desk:
    wording = Wording(Path(__file__).parents[1] / "prompts" / "en")
    return Desk(database, script, {"en": wording}, Clock(NOW))  # type: ignore[arg-type]  # a script for a model


async def start(desk: Desk) -> Started:
    return await desk.beginnings.start(channel="chat", caller="203.0.113.7")


async def exported(database: Database) -> dict[str, list[dict[str, object]]]:
    async with database.transaction() as store:
        return await export(store)


async def test_a_booking_ends_as_a_row(desk: Desk, database: Database) -> None:
    begun = await start(desk)
    assert begun.messages[0].expects == "request"
    offered = await desk.hear(begun.id, "book")
    assert (offered.messages[-1].expects, offered.messages[-1].about) == ("confirmation", "booking")
    assert [one["text"] for one in offered.messages[-1].options] == ["Yes", "No"]
    done = await desk.hear(begun.id, "Yes")
    assert done.messages[-1].expects == "anything_else"
    rows = [one for one in (await exported(database))["appointments"] if one["reason"] == "knee"]
    assert len(rows) == 2  # the one in the practice file and the new one
    new = next(one for one in rows if one["conversation_id"] == str(begun.id))
    assert new["start"] == "2026-06-16T09:00:00-04:00"
    assert new["status"] == "booked"


async def test_the_same_message_again_gets_the_same_answer_and_changes_nothing(
    desk: Desk, database: Database
) -> None:
    begun = await start(desk)
    await desk.hear(begun.id, "book")
    client = str(uuid4())
    first = await desk.hear(begun.id, "Yes", client)
    again = await desk.hear(begun.id, "Yes", client)
    assert [one.id for one in first.messages] == [one.id for one in again.messages]
    assert len((await exported(database))["appointments"]) == 2


async def test_a_double_click_is_one_turn(desk: Desk, database: Database) -> None:
    begun = await start(desk)
    await desk.hear(begun.id, "book")
    client = str(uuid4())
    first, second = await asyncio.gather(*(desk.hear(begun.id, "Yes", client) for _ in range(2)))
    assert [one.id for one in first.messages] == [one.id for one in second.messages]


async def test_two_service_processes_take_the_turns_of_one_conversation_in_order(
    desk: Desk, database: Database, script: Script
) -> None:
    other = Desk(database, script, desk._wordings, Clock(NOW))  # type: ignore[arg-type]
    begun = await start(desk)
    await asyncio.gather(desk.hear(begun.id, "book"), other.hear(begun.id, "book"))
    heard = await desk.read(begun.id)
    assert [one.role for one in heard.messages] == ["desk", "patient", "desk", "patient", "desk"]


async def test_a_time_booked_by_somebody_else_meanwhile_is_never_booked_twice(
    desk: Desk, database: Database, script: Script
) -> None:
    script.learn(
        "peter",
        Intent.BOOK,
        {
            "practitioner": "Dr. Anna Weber",
            "date": TUESDAY,
            "time": NINE,
            "reason": "back",
            "patient_name": "Peter Adams",
            "date_of_birth": date(1975, 12, 1),
        },
    )
    mary, peter = await start(desk), await start(desk)
    await desk.hear(mary.id, "book")
    answer = await desk.hear(peter.id, "peter")
    assert answer.messages[-1].expects == "slot"  # held by Mary's conversation: others are offered
    await desk.hear(mary.id, "Yes")
    starts = [one["start"] for one in (await exported(database))["appointments"]]
    assert starts.count("2026-06-16T09:00:00-04:00") == 1


async def test_a_hold_that_ran_out_while_somebody_was_faster_is_told_and_others_offered(
    desk: Desk, database: Database, script: Script
) -> None:
    peter = {"patient_name": "Peter Adams", "date_of_birth": date(1975, 12, 1)}
    wish = {"practitioner": "Dr. Anna Weber", "date": TUESDAY, "time": NINE, "reason": "back", **peter}
    script.learn("peter", Intent.BOOK, wish)
    slow, fast = await start(desk), await start(desk)
    await desk.hear(slow.id, "book")
    async with database.transaction() as store:
        await store._connection.execute(
            text("UPDATE appointments SET hold_expires_at = clock_timestamp() WHERE status = 'held'")
        )
    assert (await desk.hear(fast.id, "peter")).messages[-1].about == "booking"  # the time is kept for him now
    answer = (await desk.hear(slow.id, "Yes")).messages[-1]
    assert "that time has just been taken" in answer.text
    assert answer.expects == "slot"


async def test_a_time_after_the_clocks_change_keeps_its_hour(
    database: Database, practice: Practice, script: Script
) -> None:
    monday = Days(date(2026, 11, 2), date(2026, 11, 2))  # the clocks go back on Sunday, November 1st
    script.learn("november", Intent.BOOK, {"date": monday, "time": NINE, "reason": "ear", **MARY})
    friday = datetime(2026, 10, 30, 9, 0, tzinfo=ZoneInfo("America/New_York"))
    wording = Wording(Path(__file__).parents[1] / "prompts" / "en")
    desk = Desk(database, script, {"en": wording}, Clock(friday))  # type: ignore[arg-type]
    begun = await start(desk)
    assert "November 2 at 9:00" in (await desk.hear(begun.id, "november")).messages[-1].text
    await desk.hear(begun.id, "Yes")
    [row] = [one for one in (await exported(database))["appointments"] if one["reason"] == "ear"]
    assert row["start"] == "2026-11-02T09:00:00-05:00"


async def test_an_emergency_is_seen_even_while_the_model_is_away(desk: Desk, database: Database) -> None:
    begun = await start(desk)
    await desk.hear(begun.id, "book")
    alone = Desk(database, Understander(NoModel()), desk._wordings, Clock(NOW))
    answer = await alone.hear(begun.id, "wait, I can't breathe")
    assert "911" in answer.messages[-1].text
    assert answer.status == "handed_over"
    [request] = (await exported(database))["requests"]
    assert (request["kind"], request["priority"]) == ("emergency", "emergency")
    assert len((await exported(database))["appointments"]) == 1


async def test_a_turn_the_model_could_not_take_can_be_taken_again(desk: Desk, database: Database) -> None:
    begun, client = await start(desk), str(uuid4())
    alone = Desk(database, Understander(NoModel()), desk._wordings, Clock(NOW))
    with pytest.raises(Unavailable):
        await alone.hear(begun.id, "book", client)
    assert len((await desk.read(begun.id)).messages) == 1
    assert (await desk.hear(begun.id, "book", client)).messages[-1].about == "booking"


async def test_a_closed_conversation_says_so(desk: Desk) -> None:
    begun = await start(desk)
    assert (await desk.hear(begun.id, "bye")).status == "closed"
    with pytest.raises(Closed):
        await desk.hear(begun.id, "book")


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001])
async def test_blank_and_overlong_texts_change_nothing(desk: Desk, text: str) -> None:
    begun = await start(desk)
    with pytest.raises(Invalid):
        await desk.hear(begun.id, text)
    assert len((await desk.read(begun.id)).messages) == 1


async def test_a_wrong_token_and_an_unknown_conversation_look_the_same(desk: Desk) -> None:
    begun = await start(desk)
    await desk.check_token(begun.id, begun.token)
    for conversation, token in ((begun.id, "wrong"), (uuid4(), begun.token)):
        with pytest.raises(NotFound, match="There is no such conversation"):
            await desk.check_token(conversation, token)


async def test_failures_count_per_caller_not_per_conversation(desk: Desk, script: Script) -> None:
    script.learn("wrong", Intent.CANCEL, {**MARY, "date_of_birth": date(1999, 1, 1)})
    script.learn("been there", Intent.AFFIRM)
    for attempt in range(3):
        begun = await start(desk)
        await desk.hear(begun.id, "wrong")
        status = (await desk.hear(begun.id, "been there")).status
        assert status == ("handed_over" if attempt == 2 else "open")
    begun = await start(desk)
    assert (await desk.hear(begun.id, "cancel it")).status == "handed_over"
    elsewhere = await desk.beginnings.start(channel="chat", caller="203.0.113.8")
    assert (await desk.hear(elsewhere.id, "cancel it")).status == "open"


async def test_a_cancelled_appointment_is_cancelled(desk: Desk, database: Database) -> None:
    begun = await start(desk)
    await desk.hear(begun.id, "cancel it")
    await desk.hear(begun.id, "Yes")
    [row] = (await exported(database))["appointments"]
    assert row["status"] == "cancelled"


async def test_who_booked_for_another_person_is_kept_beside_the_patient(
    desk: Desk, database: Database, script: Script
) -> None:
    lily = {"patient_name": "Lily Jones", "date_of_birth": date(2015, 3, 1), "phone": "+12025550177"}
    script.learn("when is mine", Intent.CHECK, MARY)
    script.learn("for lily", Intent.BOOK, {"date": TUESDAY, "time": NINE, "reason": "cough", **lily})
    script.learn("no", Intent.DENY)
    begun = await start(desk)
    for words in ("when is mine", "for lily", "no", "Yes"):
        last = (await desk.hear(begun.id, words)).messages[-1]
    while last.expects == "slot" or last.about == "booking":  # the first visit may need another time
        last = (await desk.hear(begun.id, last.options[0]["text"])).messages[-1]
    [row] = [one for one in (await exported(database))["appointments"] if one["reason"] == "cough"]
    assert row["booked_by"] == "Mary Jones"
    assert row["patient"] == {
        "name": "Lily Jones",
        "date_of_birth": "2015-03-01",
        "phone": "+12025550177",
        "email": None,
    }


async def test_moving_what_the_staff_cancelled_meanwhile_is_answered_not_an_error(
    desk: Desk, database: Database, script: Script
) -> None:
    script.learn("move it", Intent.RESCHEDULE, {**MARY, "date": TUESDAY, "time": Hours(time(10), time(10))})
    begun = await start(desk)
    offered = (await desk.hear(begun.id, "move it")).messages[-1]
    moving = (await desk.hear(begun.id, offered.options[0]["text"])).messages[-1]
    assert moving.about == "move"
    elsewhere = await start(desk)
    await desk.hear(elsewhere.id, "cancel it")
    await desk.hear(elsewhere.id, "Yes")
    assert (await desk.hear(begun.id, "Yes")).messages[-1].expects == "anything_else"
    [row] = (await exported(database))["appointments"]
    assert row["status"] == "cancelled"


@pytest.mark.parametrize(("wish", "then"), [("cancel it", "cancelled"), ("move it", "booked")])
async def test_a_yes_is_for_what_was_read_back_and_not_for_what_staff_made_of_it(
    desk: Desk, database: Database, script: Script, wish: str, then: str
) -> None:
    script.learn("move it", Intent.RESCHEDULE, {**MARY, "date": TUESDAY, "time": Hours(time(10), time(10))})
    begun = await start(desk)
    asked = (await desk.hear(begun.id, wish)).messages[-1]
    if asked.expects == "slot":
        asked = (await desk.hear(begun.id, asked.options[0]["text"])).messages[-1]
    async with database.transaction() as store:  # staff give it the next day
        later = "UPDATE appointments SET during = tstzrange(lower(during) + '1 day', upper(during) + '1 day')"
        await store._connection.execute(text(f"{later} WHERE source_key IS NOT NULL"))
    [before] = [one for one in (await exported(database))["appointments"] if one["patient"]]
    told = (await desk.hear(begun.id, "Yes")).messages[-1]
    assert "changed your appointment" in told.text and told.about == asked.about
    [row] = [one for one in (await exported(database))["appointments"] if one["patient"]]
    assert row == before and row["status"] == "booked"
    await desk.hear(begun.id, "Yes")
    [row] = [one for one in (await exported(database))["appointments"] if one["patient"]]
    assert row["status"] == then and (wish == "cancel it") == (row["start"] == before["start"])


async def test_the_desks_words_are_read_ahead_and_so_are_partial_ones(desk: Desk, script: Script) -> None:
    started = await desk.beginnings.start(channel="phone", caller="+15550100")
    await asyncio.sleep(0)
    greeting = started.messages[-1].text
    assert script.ahead == [greeting]
    desk.overhear(started.id, "bo")
    desk.overhear(started.id, "book an")
    await asyncio.sleep(0)
    assert script.ahead[1:] == [f"{greeting}|book an"]
    heard = await desk.hear(started.id, "book")
    await asyncio.sleep(0)
    assert script.ahead[-1] == heard.messages[-1].text


async def test_nothing_is_read_ahead_once_a_conversation_is_over(desk: Desk, script: Script) -> None:
    started = await desk.beginnings.start(channel="phone", caller="+15550100")
    assert (await desk.hear(started.id, "bye")).status == "closed"
    script.ahead.clear()
    desk.overhear(started.id, "hello again")
    desk.overhear(UUID(int=7), "who is this")
    await asyncio.sleep(0)
    assert script.ahead == []


async def test_figures_learn_what_was_wanted_how_long_it_took_and_why_staff_were_needed(
    desk: Desk, script: Script, database: Database
) -> None:
    started = await start(desk)
    script.learn("a person please", Intent.STAFF)
    await desk.hear(started.id, "book")
    await desk.hear(started.id, "a person please")
    async with database.transaction() as store:
        said = await store._connection.execute(
            text("SELECT role, intent, took_ms >= 0 AS timed FROM messages ORDER BY sequence")
        )
        assert [tuple(one) for one in said] == [
            ("desk", None, None),
            ("patient", "book_appointment", None),
            ("desk", None, True),
            ("patient", "speak_to_staff", None),
            ("desk", None, True),
        ]
        why = text("SELECT handed_over_for FROM conversations")
        assert await store._connection.scalar(why) == "asked"


async def test_what_a_patient_adds_opens_a_request_again_and_an_older_page_cannot_close_it(
    desk: Desk, script: Script, database: Database, practice: Practice
) -> None:
    me = (await person(database, practice)).account
    begun = await start(desk)
    script.learn("a person please", Intent.STAFF)
    script.learn("it got worse since this morning", Intent.INFORM)
    await desk.hear(begun.id, "a person please")
    async with database.transaction() as store:
        [request] = await store.all_requests()
        before = await store.inbox_item(practice.id, request.id)
        assert before is not None and await store.finish_request(before, me.id)
    await desk.hear(begun.id, "it got worse since this morning")
    async with database.transaction() as store:
        after = await store.inbox_item(practice.id, request.id)
        assert after is not None and "it got worse" in str(after.details)
        assert (after.status, after.done_at, after.done_by) == ("open", None, "")
    await desk.hear(begun.id, "it got worse since this morning")
    async with database.transaction() as store:  # their page shows only what was said before
        assert not await store.finish_request(after, me.id)
        [request] = await store.all_requests()
        assert request.status == "open" and str(request.details).count("it got worse") == 2


async def test_a_booking_takes_its_minutes_in_the_night_when_the_clocks_are_set_back(
    database: Database, script: Script
) -> None:
    file = PRACTICE_YAML.replace('wed: ["08:00-18:00"]', 'wed: ["08:00-18:00"], sun: ["00:00-06:00"]')
    async with database.transaction() as store:
        await load_practice(store, parse_practice(file, "practice.yaml"))
    evening = datetime(2026, 10, 31, 20, 0, tzinfo=ZoneInfo("America/New_York"))
    desk = Desk(database, script, {"en": Wording(ROOT / "prompts" / "en")}, Clock(evening))  # type: ignore[arg-type]
    night = {"date": Days(date(2026, 11, 1), date(2026, 11, 1)), "time": Hours(time(1, 30), time(1, 30))}
    script.learn(
        "at night", Intent.BOOK, {"practitioner": "Dr. Anna Weber", "reason": "ear", **MARY, **night}
    )
    begun = await start(desk)
    await desk.hear(begun.id, "at night")
    await desk.hear(begun.id, "Yes")
    [row] = [one for one in (await exported(database))["appointments"] if one["reason"] == "ear"]
    assert (row["start"], row["end"]) == ("2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-05:00")
