"""From a booking in the chat to the receipt of its confirmation; only the model is a fake. Ring: postgres."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text as sql

from reception.app import in_process
from reception.carrier.rest import Carrier
from reception.database.connection import Database
from reception.settings import Settings
from tests.channels.fakes import ScriptedModel
from tests.channels.test_chat import begin
from tests.conftest import NOW, PRACTICE_YAML
from tests.messaging.conftest import ACCOUNT, TOKEN

pytestmark = pytest.mark.postgres

LINES = ("I'd like a check-up on Tuesday", "the first one", "Mary Jones", "March 3, 1980", "yes")


async def statuses(database: Database) -> list[tuple[str, str]]:
    async with database.transaction() as store:
        found = await store._connection.execute(sql("SELECT kind, status FROM outbox ORDER BY created_at"))
        return [(kind, status) for kind, status in found]


async def test_a_booking_is_confirmed_and_delivered(
    database: Database, database_url: str, carrier: Carrier, carrier_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "practice.yaml"
    file.write_text(PRACTICE_YAML + "reminders: {hours_before: [24]}\n", encoding="utf-8")
    settings = Settings(
        database_url=database_url,
        data_dir=tmp_path / "data",
        practice_file=file,
        now=NOW,
        rate_limit=0,
        public_url="https://desk.example",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr(TOKEN),
        twilio_api_url=carrier_url,
    )
    async with in_process(settings, ScriptedModel()) as client:
        carrier.service = client
        talk = await begin(client)
        for line in LINES:
            await talk.say(line)
        for _ in range(600):
            if ("booked", "delivered") in await statuses(database):
                break
            await asyncio.sleep(0.05)
        [confirmation] = carrier.texts
        assert confirmation.recipient == "+12125550111"
        assert "https://desk.example/appointments/" in confirmation.body
        assert ("booked", "delivered") in await statuses(database)
        metrics = (await client.get("/metrics")).text
        assert 'reception_outbox_texts{status="delivered"} 1.0' in metrics
        await carrier.settled()
        carrier.service = None
