"""What patients were told and agreed to is kept, and shown to staff. Ring: postgres."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from reception.database.connection import Database
from reception.database.records import Consent
from reception.staff.access import SESSION
from tests.channels.conftest import Serve
from tests.channels.conftest import make_app as make_app
from tests.channels.conftest import model as model
from tests.channels.conftest import practice_path as practice_path
from tests.channels.conftest import serve as serve
from tests.channels.test_chat import begin
from tests.channels.twilio import call, changed, twiml
from tests.staff.access import person

pytestmark = pytest.mark.postgres

NOTICE = "https://harbor.example/privacy"


@pytest.fixture(autouse=True)
def careful(practice_path: Path) -> None:
    """A practice with a privacy notice that records calls and announces that words are kept."""
    kept = f"privacy: {{notice_url: {NOTICE}, record_calls: true, announce_transcripts: true}}"
    changed(practice_path, "practitioners:", f"{kept}\npractitioners:")


async def consent_of(database: Database, call_sid: str) -> tuple[UUID, Consent]:
    async with database.transaction() as store:
        talk = await store.conversation_by_call(call_sid)
        assert talk is not None
        return talk.id, await store.consent(talk.id)


async def test_a_caller_hears_that_words_are_kept_and_says_whether_to_record(
    serve: Serve, database: Database
) -> None:
    async with serve(worker=False) as client:
        for sid, digit, answer in (("CA1", "1", "agreed"), ("CA2", "2", "refused")):
            asked = await twiml(client, "/twilio/voice", call(sid))
            said = asked.findtext("Gather/Say") or ""
            assert "written down" in said and "May we record" in said
            assert (await consent_of(database, sid))[1] == Consent("spoken")
            await twiml(client, "/twilio/consent", call(sid, Digits=digit))
            conversation, kept = await consent_of(database, sid)
            assert (kept.notice, kept.recording) == ("spoken", answer) and kept.recording_at is not None
            await twiml(client, "/twilio/consent", call(sid, Digits="1"))  # sent again: the first counts
            assert (await consent_of(database, sid))[1] == kept
        async with database.transaction() as store:
            practice = await store.practice()
        assert practice is not None
        maria = await person(database, practice, "Maria Keller", "viewer")
        page = await client.get(
            f"/staff/now/{conversation}", headers={"cookie": f"{SESSION}={maria.session}"}
        )
        assert "Announced" in page.text and "Refused at" in page.text


async def test_a_chat_keeps_which_notice_was_shown(serve: Serve, database: Database) -> None:
    async with serve() as client:
        talk = await begin(client)
        assert (await client.get("/api/chat/practices/harbor-clinic")).json()["privacy_url"] == NOTICE
    async with database.transaction() as store:
        assert await store.consent(UUID(talk.started["id"])) == Consent(NOTICE)
