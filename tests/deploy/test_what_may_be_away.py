"""Postgres ring: what may be away without anybody noticing, and that the documents name tests that exist."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text

from reception.database.connection import Database
from reception.settings import ROOT
from tests.channels.conftest import Client, Serve, make_app, model, practice_path, serve

__all__ = ["make_app", "model", "practice_path", "serve"]

pytestmark = pytest.mark.postgres

_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_the_table_names_tests_that_exist() -> None:
    named = _NAMED.findall((ROOT / "docs" / "resilience.md").read_text("utf-8"))
    assert len(named) > 12
    for file, test in named:
        assert f"def {test}" in (ROOT / file).read_text("utf-8"), f"{file}::{test}"


async def book(client: Client) -> list[dict[str, Any]]:
    """A whole booking by Mary Jones; the desk's last messages."""
    started = (await client.post("/api/chat/conversations", json={})).json()
    path = f"/api/chat/conversations/{started['id']}/messages"
    headers = {"Authorization": f"Bearer {started['token']}"}
    answer: dict[str, Any] = {}
    for words in ("I'd like a check-up on Tuesday", "", "Mary Jones", "March 3, 1980", "yes"):
        words = words or answer["messages"][-1]["options"][0]["text"]
        answer = (await client.post(path, json={"text": words}, headers=headers)).json()
    said: list[dict[str, Any]] = answer["messages"]
    return said


async def test_without_twilio_the_desk_books_and_queues_nothing(serve: Serve, database: Database) -> None:
    async with serve() as client:
        said = await book(client)
    assert "is booked" in said[-1]["text"]
    async with database.transaction() as store:
        assert await store._connection.scalar(text("SELECT count(*) FROM outbox")) == 0


async def test_nobody_needs_to_ask_for_metrics(serve: Serve) -> None:
    async with serve() as client:  # and nobody does
        assert "is booked" in (await book(client))[-1]["text"]


async def test_a_collector_that_is_away_keeps_no_turn_waiting(serve: Serve) -> None:
    async with serve(traces_url="http://127.0.0.1:9/v1/traces") as client:  # nobody listens there
        assert "is booked" in (await book(client))[-1]["text"]
