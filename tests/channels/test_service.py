"""Postgres ring: the service starts whatever is away, says what it waits for, and recovers by itself."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from reception import service
from reception.app import in_process
from reception.channels import pages
from reception.channels.built import Built
from reception.channels.terminal import Talk
from reception.database.connection import Database
from reception.errors import ModelMissing, PracticeFileError
from reception.practice import Practice
from reception.settings import Settings
from reception.worker import one_round
from tests.channels.conftest import Client, Serve
from tests.channels.fakes import ScriptedModel
from tests.channels.twilio import CALL, twiml
from tests.conftest import Server

pytestmark = pytest.mark.postgres


async def test_the_start_page_is_the_practices_and_has_no_inline_script(client: Client) -> None:
    page = await client.get("/")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert "<h1>Harbor Clinic</h1>" in page.text and 'href="tel:911"' in page.text
    assert "<script>" not in page.text and "style=" not in page.text
    for name in ("page.css", "icon.svg"):
        assert f"/static/{name}" in page.text
        assert (await client.get(f"/static/{name}")).status_code == 200


async def test_without_the_build_it_runs_and_its_page_says_what_to_do(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pages, "_BUILT", Built(tmp_path / "none", ""))
    assert "make web" in (await client.get("/")).text
    missing = await client.get("/widget.js")
    assert missing.status_code == 503 and "make web" in missing.json()["detail"]


async def test_health_and_metrics(client: Client) -> None:
    assert (await client.get("/health/live")).text == "ok"
    assert (await client.get("/health/ready")).text == "ok"
    talk = Talk(client)
    await talk.start()
    await talk.say("hello")
    metrics = (await client.get("/metrics")).text
    assert 'reception_turns_total{channel="chat",outcome="answered"}' in metrics
    assert "hello" not in metrics


async def test_without_a_model_it_is_not_ready_and_says_why(client: Client, model: ScriptedModel) -> None:
    model.trouble = ModelMissing("The model is missing: run `reception model pull`.")
    response = await client.get("/health/ready")
    assert (response.status_code, response.text) == (503, str(model.trouble))
    model.trouble = None
    assert (await client.get("/health/ready")).status_code == 200


async def test_who_was_ready_once_stays_open_and_tells_callers_what_to_do(
    serve: Serve, server: Server, model: ScriptedModel
) -> None:
    name = server.create()
    async with serve(database_url=server.url(name)) as client:
        model.trouble = ModelMissing("The model is missing: run `reception model pull`.")
        assert (await client.get("/health/open")).status_code == 503  # never ready yet
        model.trouble = None
        assert (await client.get("/health/open")).status_code == 200
        server.drop(name)
        assert (await client.get("/health/ready")).status_code == 503
        assert (await client.get("/health/open")).status_code == 200
        said = await twiml(client, "/twilio/voice", CALL)
        assert "911" in "".join(said.itertext()) and said.find("Dial") is not None


async def test_a_database_that_comes_late_is_waited_for(
    serve: Serve, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "RETRY", 0.1)
    async with serve(database_url=server.url("comes_late")) as client:
        response = await client.get("/health/ready")
        assert response.status_code == 503 and "\n" not in response.text
        assert (await client.get("/health/live")).status_code == 200
        refused = await client.post("/api/chat/conversations")
        assert refused.status_code == 503 and refused.json()["retryable"] is True
        assert "Emergency" in (await client.get("/")).text
        server.do("CREATE DATABASE comes_late")
        for _ in range(100):
            if (await client.get("/health/ready")).status_code == 200:
                break
            await asyncio.sleep(0.1)
        assert (await client.post("/api/chat/conversations")).status_code == 201
    server.drop("comes_late")


async def test_a_bad_practice_file_ends_the_start(database_url: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("practice: 7\n")
    with pytest.raises(PracticeFileError):
        async with in_process(Settings(database_url=database_url, practice_file=bad), ScriptedModel()):
            pass


async def test_the_demo_practice_is_loaded_where_there_is_none(serve: Serve) -> None:
    async with serve(practice_file=None) as client:
        assert "Maple Court" in (await client.get("/")).text


async def test_the_worker_removes_expired_holds(
    database: Database, practice: Practice, now: datetime, conversation_id: UUID
) -> None:
    start = now + timedelta(days=1)
    doctor, kind = practice.practitioners[0].id, practice.appointment_types[0].id
    async with database.transaction() as store:
        for hours, minutes in ((4, 0.0), (6, 5.0)):
            begin = start + timedelta(hours=hours)
            end = begin + timedelta(minutes=30)
            assert await store.add_hold(
                practice.id, doctor, kind, begin, end, conversation_id=conversation_id, minutes=minutes
            )
    assert await one_round(database) == 1


async def test_the_terminals_talk_follows_the_conversation(client: Client) -> None:
    talk = Talk(client)
    [greeting] = await talk.start(language="en")
    assert greeting["role"] == "desk"
    await talk.say("bye")
    assert talk.status == "closed"
    with pytest.raises(Exception, match="ended"):
        await talk.say("hello")


async def test_an_emergency_is_answered_at_once_even_without_a_model(
    client: Client, model: ScriptedModel, database: Database
) -> None:
    model.trouble = ModelMissing("The model is missing")
    started = (await client.post("/api/chat/conversations")).json()
    response = await client.post(
        f"/api/chat/conversations/{started['id']}/messages",
        headers={"Authorization": f"Bearer {started['token']}"},
        content=json.dumps({"text": "he is unconscious and not breathing"}),
    )
    assert "911" in response.json()["messages"][0]["text"]
    async with database.transaction() as store:
        [request] = await store.all_requests()
    assert (request.priority, request.conversation_id) == ("emergency", UUID(started["id"]))
