"""Text messages that come in: answers to reminders and offers, STOP and HELP, each once. Ring: postgres."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree

import pytest
from sqlalchemy import text as sql
from twilio.request_validator import RequestValidator

from reception.channels.signatures import HEADER
from reception.clock import Clock
from reception.database.connection import Database
from reception.database.load import load_practice
from reception.database.records import Appointment, NewMessage
from reception.drafts import Drafts
from reception.errors import Unavailable
from reception.messaging.notices import Notices
from reception.messaging.offers import LapsedOffers, OfferByText, after_the_night
from reception.messaging.reminders import Reminders
from reception.messaging.replacements import ReplacementByText, Replacements
from reception.messaging.words_of_staff import WordsOfStaff
from reception.practice import Practice
from reception.practice_file import parse_practice
from reception.scheduling.absence import Absences
from reception.settings import ROOT
from tests.channels.conftest import NUMBER, TOKEN, Client, Serve
from tests.channels.fakes import ScriptedModel
from tests.conftest import NOW, PRACTICE_YAML, ZONE
from tests.staff.access import person

pytestmark = pytest.mark.postgres

MARY, ANN, BEA = "+12125550111", "+12125550121", "+12125550122"
PROMPTS = ROOT / "prompts"
MORE = """
reminders: {hours_before: [24]}
"""
WAITING = """
  - {name: Ann Lee, date_of_birth: "1970-01-01", phone: "+12125550121"}
  - {name: Bea Fox, date_of_birth: "1971-01-01", phone: "+12125550122"}
appointments:"""
ACCOUNT = "AC" + "0" * 32


@pytest.fixture
def practice_path(tmp_path: Path) -> Path:
    """The small practice with a reminder a day before, and two patients more."""
    path = tmp_path / "practice.yaml"
    path.write_text(PRACTICE_YAML.replace("\nappointments:", WAITING) + MORE, encoding="utf-8")
    return path


@pytest.fixture
async def client(serve: Serve) -> AsyncIterator[Client]:
    """A client of a service with an account for texts."""
    async with serve(twilio_account_sid=ACCOUNT) as client:
        yield client


class Phone:
    """A patient's phone."""

    numbers = count(1)

    def __init__(self, client: Client, number: str) -> None:
        self.client = client
        self.number = number

    async def text(self, body: str, sid: str = "", **more: str) -> list[str]:
        """Sends a text; the answers."""
        sid = sid or f"SM{next(self.numbers)}"
        form = {
            "AccountSid": ACCOUNT,
            "MessageSid": sid,
            "From": self.number,
            "To": NUMBER,
            "Body": body,
        } | more
        url = "http://desk.example/twilio/sms"
        headers = {HEADER: RequestValidator(TOKEN).compute_signature(url, form)}
        response = await self.client.post("/twilio/sms", data=form, headers=headers)
        assert response.status_code == 200, response.text
        return [each.text or "" for each in ElementTree.fromstring(response.text).findall("Message")]


async def practice_of(database: Database) -> Practice:
    async with database.transaction() as store:
        practice = await store.practice()
    assert practice is not None
    return practice


async def send_due(database: Database) -> list[tuple[str, str]]:
    """Everything that is due leaves; recipients and words."""
    later = NOW + timedelta(hours=1)
    await Reminders(database, Clock(NOW), PROMPTS).round()
    async with database.transaction() as store:
        await store.withdraw_outdated_texts(ZONE.key, later)
        texts = await store.claim_texts(ZONE.key, later, 50)
        for text in texts:
            await store.note_text(text.id, "sent", sid=str(text.id))
    return [(text.recipient, text.body) for text in texts]


async def marys(database: Database) -> tuple[str, bool]:
    """Status of Mary's appointment, and whether she confirmed it."""
    async with database.transaction() as store:
        row = await store._connection.execute(
            sql(
                "SELECT a.status, confirmed_at IS NOT NULL FROM appointments a JOIN patients p"
                " ON p.id = patient_id WHERE p.name = 'Mary Jones'"
            )
        )
        return tuple(row.one())  # type: ignore[return-value]


async def staff_requests(database: Database) -> list[str]:
    async with database.transaction() as store:
        return [one.details["words"] for one in await store.all_requests() if one.kind == "staff"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("C", ("booked", True)), ("Yes, I'll be there", ("booked", True)), ("X", ("cancelled", False)),
     ("Sorry, I can't make it", ("cancelled", False))],
)  # fmt: skip
async def test_a_reminder_is_answered_by_letter_or_in_words(
    client: Client, database: Database, answer: str, expected: tuple[str, bool]
) -> None:
    [(to, _)] = await send_due(database)
    assert to == MARY
    [said] = await Phone(client, MARY).text(answer)
    assert "Tuesday, June 16" in said
    assert await marys(database) == expected
    assert await send_due(database) == []  # the answer is confirmation enough


async def test_a_plain_answer_needs_no_model(
    client: Client, database: Database, model: ScriptedModel
) -> None:
    await send_due(database)
    model.trouble = Unavailable("The model is away")
    await Phone(client, MARY).text("C")
    assert await marys(database) == ("booked", True)


async def test_other_words_are_read_by_the_model_and_a_cancellation_is_asked_back(
    client: Client, database: Database, model: ScriptedModel
) -> None:
    model.script["something came up at work"] = "cancel_appointment"
    await send_due(database)
    phone = Phone(client, MARY)
    [asked] = await phone.text("something came up at work")
    assert "cancel" in asked
    assert await marys(database) == ("booked", False)
    await phone.text("yes")
    assert await marys(database) == ("cancelled", False)


async def test_who_wants_to_move_has_to_say_who_they_are(client: Client, database: Database) -> None:
    await send_due(database)
    phone = Phone(client, MARY)
    [asked] = await phone.text("R")
    assert "name" in asked
    assert "June" not in asked
    assert await marys(database) == ("booked", False)


async def test_a_question_beside_it_is_answered_and_the_reminder_stays_open(
    client: Client, database: Database
) -> None:
    await send_due(database)
    phone = Phone(client, MARY)
    [said] = await phone.text("when are you open")
    assert "Reply C" in said
    await phone.text("C")
    assert await marys(database) == ("booked", True)


async def test_who_will_be_late_comes_and_staff_hear_of_it(client: Client, database: Database) -> None:
    await send_due(database)
    await Phone(client, MARY).text("On my way but running late, sorry")
    assert await marys(database) == ("booked", True)
    async with database.transaction() as store:
        [request] = await store.all_requests()
    assert (request.kind, request.details) == ("message", {"text": "On my way but running late, sorry"})


async def test_words_of_staff_reach_the_phone_once(client: Client, database: Database) -> None:
    await Phone(client, MARY).text("hello")
    async with database.transaction() as store:
        [(conversation, _)] = await store.all_conversations()
        await store.add_messages(conversation.id, [NewMessage("staff", "This is Ruth. How can I help?")])
    for _ in range(2):
        await WordsOfStaff(database).round()
    assert (MARY, "This is Ruth. How can I help?") in await send_due(database)
    assert await send_due(database) == []


async def test_a_booking_by_text_says_nothing_of_the_reason(
    client: Client, database: Database, model: ScriptedModel
) -> None:
    wish = "I need a check-up on Wednesday for my knee"
    model.script[wish] = "book_appointment; appointment_type: check-up; date: Wednesday; reason: my knee"
    phone, said = Phone(client, MARY), []
    for line in (wish, "the first one", "Mary Jones", "March 3, 1980", "yes"):
        said += await phone.text(line)
    assert any("Shall I book it?" in each for each in said) and "booked" in said[-1]
    assert not [each for each in said if "knee" in each]
    async with database.transaction() as store:
        assert "my knee" in [one.reason for one in await store.all_appointments()]


async def test_a_reminder_of_an_appointment_that_is_no_more_confirms_nothing(
    client: Client, database: Database
) -> None:
    await send_due(database)
    async with database.transaction() as store:
        await store._connection.execute(sql("UPDATE appointments SET status = 'cancelled'"))
    [said] = await Phone(client, MARY).text("C")
    assert "changed" in said
    assert await marys(database) == ("cancelled", False)


async def test_the_number_alone_tells_nobody_of_other_appointments(
    client: Client, database: Database
) -> None:
    await send_due(database)
    phone = Phone(client, MARY)
    await phone.text("C")
    [said] = await phone.text("I want to cancel my appointment")
    assert "name" in said


async def test_the_same_text_again_changes_nothing(client: Client, database: Database) -> None:
    await send_due(database)
    phone = Phone(client, MARY)
    first = await phone.text("C", "SM-once")
    assert await phone.text("C", "SM-once") == first
    async with database.transaction() as store:
        [(_, messages)] = await store.all_conversations()
    assert [one.role for one in messages] == ["desk", "patient", "desk"]


async def test_stop_ends_the_texts_and_start_resumes_them(client: Client, database: Database) -> None:
    phone = Phone(client, MARY)
    [said] = await phone.text("STOP")
    assert "Harbor Clinic" in said and "START" in said
    assert await send_due(database) == []
    await phone.text("STOP")
    await phone.text("START")
    assert [to for to, _ in await send_due(database)] == [MARY]


async def test_an_old_stop_delivered_again_does_not_undo_a_start(client: Client, database: Database) -> None:
    phone = Phone(client, MARY)
    await phone.text("STOP", "SM-stop")
    await phone.text("START", "SM-start")
    await phone.text("STOP", "SM-stop")
    assert len(await send_due(database)) == 1


async def test_after_a_stop_nothing_is_answered_but_help_and_danger_and_staff_read_the_rest(
    client: Client, database: Database
) -> None:
    phone = Phone(client, MARY)
    await phone.text("STOP")
    assert await phone.text("Please move me to Friday", "SM-after") == []
    assert await phone.text("Please move me to Friday", "SM-after") == []
    assert len(await phone.text("HELP")) == 1
    async with database.transaction() as store:
        [filed] = await store.all_requests()
    assert (filed.kind, filed.status) == ("message", "open")
    assert MARY in filed.details["text"] and "Please move me to Friday" in filed.details["text"]
    assert "911" in " ".join(await phone.text("my father can't breathe"))
    await phone.text("START")
    assert await phone.text("hello") != []


async def test_help_tells_how_to_reach_the_practice(client: Client) -> None:
    [said] = await Phone(client, MARY).text("HELP")
    assert NUMBER in said and "STOP" in said and "911" in said


async def test_what_the_carrier_answered_is_not_answered_twice(client: Client, database: Database) -> None:
    assert await Phone(client, MARY).text("Stop", OptOutType="STOP") == []
    assert await send_due(database) == []


async def test_a_bare_cancel_after_a_reminder_stops_the_texts_and_is_shown_to_staff(
    client: Client, database: Database
) -> None:
    await send_due(database)
    phone = Phone(client, MARY)
    await phone.text("CANCEL")
    await phone.text("CANCEL")
    assert await marys(database) == ("booked", False)
    [words] = await staff_requests(database)
    assert MARY in words and "Jun 16" in words


# -- the waiting list


async def wait(database: Database, name: str) -> UUID:
    """Somebody joins the waiting list by chat; the request's id."""
    practice = await practice_of(database)
    async with database.transaction() as store:
        [patient] = await store.patients(practice.id, name=name)
        conversation = await store.create_conversation(practice.id, "chat", "en", "hash", "caller", {})
        return await store.file_request(practice.id, "waitlist", {}, "routine", patient.id, conversation.id)


async def cancel_marys(client: Client, database: Database) -> None:
    """Mary cancels by answering a reminder, which frees Tuesday at ten."""
    await send_due(database)
    await Phone(client, MARY).text("X")


async def half_an_hour_passes(database: Database) -> None:
    async with database.transaction() as store:
        await store._connection.execute(
            sql("UPDATE appointments SET hold_expires_at = clock_timestamp() WHERE status = 'held'")
        )
    await LapsedOffers(database, Clock(NOW), OfferByText(PROMPTS)).round()


async def tuesdays(database: Database) -> list[str]:
    """Who is booked."""
    async with database.transaction() as store:
        found: list[Appointment] = await store.all_appointments()
    return [one.patient.name for one in found if one.status == "booked" and one.patient is not None]


async def test_a_freed_time_is_offered_and_a_yes_books_it(client: Client, database: Database) -> None:
    await wait(database, "Ann Lee")
    await cancel_marys(client, database)
    [(to, words)] = await send_due(database)
    assert to == ANN
    assert "Tue, Jun 16, 10:00 AM with Dr. Anna Weber is free" in words and len(words) <= 160
    [said] = await Phone(client, ANN).text("YES")
    assert "booked" in said
    assert await tuesdays(database) == ["Ann Lee"]
    async with database.transaction() as store:
        assert [one.status for one in await store.all_requests() if one.kind == "waitlist"] == ["done"]


async def test_without_an_answer_the_next_is_asked_and_the_late_are_told(
    client: Client, database: Database
) -> None:
    await wait(database, "Ann Lee")
    await wait(database, "Bea Fox")
    await cancel_marys(client, database)
    assert [to for to, _ in await send_due(database)] == [ANN]
    await half_an_hour_passes(database)
    assert [to for to, _ in await send_due(database)] == [BEA]
    [late] = await Phone(client, ANN).text("yes")
    assert "taken" in late
    await Phone(client, BEA).text("yes please")
    assert await tuesdays(database) == ["Bea Fox"]


async def test_a_no_asks_the_next_and_nobody_is_asked_twice(client: Client, database: Database) -> None:
    await wait(database, "Ann Lee")
    await wait(database, "Bea Fox")
    await cancel_marys(client, database)
    await send_due(database)
    [said] = await Phone(client, ANN).text("no thanks")
    assert "waiting list" in said
    assert [to for to, _ in await send_due(database)] == [BEA]
    await Phone(client, BEA).text("no")
    assert await send_due(database) == []
    assert await tuesdays(database) == []


@pytest.mark.parametrize(
    ("clock", "asked"),
    [("09:00", "2026-06-15T09:00"), ("21:00", "2026-06-16T08:00"), ("02:30", "2026-06-15T08:00")],
)
def test_nobody_is_asked_at_night(clock: str, asked: str) -> None:
    now = datetime.combine(NOW.date(), time.fromisoformat(clock), ZONE)
    assert after_the_night(now) == datetime.fromisoformat(asked).replace(tzinfo=ZONE)


async def test_a_late_yes_is_welcome_while_the_time_is_free(client: Client, database: Database) -> None:
    await wait(database, "Ann Lee")
    await cancel_marys(client, database)
    await send_due(database)
    await half_an_hour_passes(database)
    await Phone(client, ANN).text("yes")
    assert await tuesdays(database) == ["Ann Lee"]


async def test_who_gets_no_texts_is_passed_over_for_a_text_but_not_for_the_time(
    client: Client, database: Database
) -> None:
    await wait(database, "Peter Adams")  # has no phone: the time is kept until he is in touch
    await cancel_marys(client, database)
    assert await send_due(database) == []
    async with database.transaction() as store:
        [minutes] = await store._connection.scalars(
            sql(
                "SELECT extract(epoch FROM hold_expires_at - clock_timestamp()) / 60 FROM appointments"
                " WHERE status = 'held'"
            )
        )
    assert 110 < minutes <= 120


async def test_a_text_that_does_not_arrive_asks_the_next(client: Client, database: Database) -> None:
    await wait(database, "Ann Lee")
    await wait(database, "Bea Fox")
    await cancel_marys(client, database)
    async with database.transaction() as store:
        [text] = await store.claim_texts(ZONE.key, NOW, 5)
        await store.note_text(text.id, "failed", error_code=30003)
    await LapsedOffers(database, Clock(NOW), OfferByText(PROMPTS)).round()
    assert [to for to, _ in await send_due(database)] == [BEA]


async def test_a_text_to_nobodys_number_is_not_answered_for_another_practice(
    client: Client, database: Database
) -> None:
    other = PRACTICE_YAML.replace("Harbor Clinic", "Hill Clinic").replace("+12125550100", "+12125550900")
    async with database.transaction() as store:
        await load_practice(store, parse_practice(other, "other.yaml"))
    assert await Phone(client, MARY).text("STOP", To="+12125559999") == []
    async with database.transaction() as store:
        assert not [one for one in await store.practices() if await store.opted_out(one.id, MARY)]


async def away(database: Database) -> None:
    """Dr. Weber is ill on Tuesday, when Mary is to come; she has been offered another time."""
    practice = await practice_of(database)
    me = (await person(database, practice)).account
    notices = Notices(PROMPTS)
    async with database.transaction() as store:
        absences = Absences(store, practice, NOW, notices)
        tuesday = NOW.date() + timedelta(days=1)
        await absences.begin(
            me, practice.practitioners[0], *absences.span(tuesday, tuesday), (), with_others=True
        )
    ask = ReplacementByText(PROMPTS, timedelta(0))
    await Replacements(database, Clock(NOW), ask, notices).round()
    [(number, body)] = await send_due(database)
    assert number == MARY and "we keep Tue, Jun 16, 10:00 AM with Dr. Luis Ortega" in body


async def test_who_takes_the_time_offered_in_place_of_one_that_cannot_be_has_it(
    client: Client, database: Database
) -> None:
    await away(database)
    [answer] = await Phone(client, MARY).text("Yes please")
    assert "Your appointment is booked" in answer and "10:00" in answer
    async with database.transaction() as store:
        [booked] = await store.booked_after((await practice_of(database)).id, NOW)
    assert (booked.practitioner, f"{booked.start:%a %H:%M}") == ("Dr. Luis Ortega", "Tue 10:00")


async def test_who_wants_another_time_may_say_when_or_is_called(client: Client, database: Database) -> None:
    await away(database)
    mary = Phone(client, MARY)
    [answer] = await mary.text("NO")
    assert "Which day would suit you better" in answer
    async with database.transaction() as store:
        statuses = list(await store._connection.scalars(sql("SELECT status FROM absence_cases")))
        held = await store._connection.scalar(sql("SELECT count(*) FROM appointments WHERE status = 'held'"))
    assert (statuses, held) == (["declined"], 0)
    [answer] = await mary.text("on Wednesday")
    assert "Wednesday, June 17 at" in answer  # from here on it is booked as always


async def test_while_the_desk_is_off_texts_are_told_so_but_an_emergency_is_heard(
    client: Client, database: Database
) -> None:
    async with database.transaction() as store:
        practice = await store.practice()
        assert practice is not None
        await Drafts(store, practice.id, None).answer("off")
    [told] = await Phone(client, ANN).text("I need an appointment")
    assert "switched off" in told and "(+12125550100)" in told and "911" in told
    answers = await Phone(client, BEA).text("I have chest pain and can't breathe")
    assert "911" in answers[-1] and "switched off" not in " ".join(answers)
    async with database.transaction() as store:
        [request] = await store.open_requests(practice.id, "emergency")
    assert request.details["words"] == "I have chest pain and can't breathe"
