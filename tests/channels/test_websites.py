"""Postgres ring: the practice's websites may use the chat, other pages may not, all learn whom to call."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from reception.channels.widget_words import KEYS, read_widget_words
from reception.errors import MisconfiguredError
from reception.settings import ROOT
from tests.channels.conftest import Client, Serve
from tests.channels.test_chat import START, begin, is_problem
from tests.conftest import PRACTICE_YAML, Server

pytestmark = pytest.mark.postgres

OURS = {"Origin": "https://harbor.example"}
INFO = "/api/chat/practices/harbor-clinic"
FOREIGN = ["https://elsewhere.example", "https://harbor.example.evil", "http://harbor.example", "null"]


def asks_before(origin: str) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }


async def test_the_practices_website_may_chat(client: Client) -> None:
    before = await client.options(START, headers=asks_before(OURS["Origin"]))
    assert before.status_code == 204 and not before.content
    assert before.headers["Access-Control-Allow-Origin"] == OURS["Origin"]
    assert "authorization" in before.headers["Access-Control-Allow-Headers"]
    started = await client.post(START, json={"practice": "harbor-clinic"}, headers=OURS)
    assert started.headers["Access-Control-Allow-Origin"] == OURS["Origin"]
    assert "Access-Control-Allow-Credentials" not in started.headers
    assert "Origin" in started.headers["Vary"]


async def test_it_may_read_errors_too(client: Client) -> None:
    talk = await begin(client)
    refused = await talk.post({"text": " "}, **OURS)
    assert is_problem(refused, 422) and refused.headers["Access-Control-Allow-Origin"] == OURS["Origin"]


async def test_it_may_read_how_long_to_wait(serve: Serve) -> None:
    async with serve(rate_limit=1) as client:
        assert (await client.options(START, headers=asks_before(OURS["Origin"]))).status_code == 204
        await client.post(START, headers=OURS)
        refused = await client.post(START, headers=OURS)
        assert is_problem(refused, 429) and refused.headers["Access-Control-Allow-Origin"] == OURS["Origin"]
        assert refused.headers["Access-Control-Expose-Headers"] == "Retry-After"


@pytest.mark.parametrize("origin", FOREIGN)
async def test_other_pages_may_not(client: Client, origin: str) -> None:
    talk = await begin(client)
    headers = {"Origin": origin}
    answers = [
        await client.options(START, headers=asks_before(origin)),
        await client.post(START, headers=headers),
        await talk.post({"text": "hello"}, **headers),
        await client.get(talk.path, headers={**talk.headers, **headers}),
    ]
    for answer in answers:
        is_problem(answer, 403)
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert len((await talk.whole())["messages"]) == 1


async def test_one_practices_website_may_not_chat_with_another(serve: Serve, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(
        PRACTICE_YAML.replace("name: Harbor Clinic", 'name: Hill Clinic, origins: ["https://hill.example"]')
    )
    async with serve():
        pass
    async with serve(practice_file=other, practice="harbor-clinic") as client:
        talk = await begin(client, practice="harbor-clinic")
        hill = {"Origin": "https://hill.example"}
        is_problem(await client.post(START, json={"practice": "harbor-clinic"}, headers=hill), 403)
        is_problem(await client.get(talk.path, headers={**talk.headers, **hill}), 403)
        assert (await client.post(START, json={"practice": "hill-clinic"}, headers=hill)).status_code == 201


async def test_the_page_is_known_behind_a_proxy_by_its_public_address(serve: Serve) -> None:
    async with serve(public_url="https://desk.harbor.example/") as client:
        answer = await client.post(START, headers={"Origin": "https://desk.harbor.example"})
        assert answer.status_code == 201


async def test_what_the_widget_needs_is_public_and_says_whether_it_may_chat(client: Client) -> None:
    info = (await client.get(INFO, headers=OURS, params={"language": "en-GB"})).json()
    assert (info["name"], info["language"], info["allowed"]) == ("Harbor Clinic", "en", True)
    assert info["phone"] == {"number": "+12125550100", "text": "(212) 555-0100"}
    assert info["emergency_number"] == "911" and info["words"].keys() == KEYS
    for origin in FOREIGN:
        answer = await client.get(INFO, headers={"Origin": origin})
        assert answer.json()["allowed"] is False and answer.headers["Access-Control-Allow-Origin"] == "*"
    nobody = await client.get("/api/chat/practices/nobody")
    assert is_problem(nobody, 404) and nobody.headers["Access-Control-Allow-Origin"] == "*"
    is_problem(await client.get(INFO, params={"language": "x" * 99}), 400)


async def test_it_is_still_known_while_the_database_is_away(serve: Serve, server: Server) -> None:
    name = server.create()
    async with serve(database_url=server.url(name)) as client:
        assert (await client.get(INFO)).status_code == 200
        server.drop(name)
        service = client.app.state.service
        service.sites._looked = 0.0
        assert (await client.get(INFO)).json()["phone"]["number"] == "+12125550100"
        refused = await client.post(START, headers=OURS)
        assert is_problem(refused, 503) and refused.headers["Access-Control-Allow-Origin"] == OURS["Origin"]


async def test_what_was_booked_is_shown_and_comes_as_a_calendar_file(client: Client) -> None:
    talk = await begin(client)
    file = f"{talk.path}/appointments.ics"
    is_problem(await client.get(file, headers=talk.headers), 404)
    for text in ("I'd like a check-up on Tuesday", "the first one", "Mary Jones", "March 3, 1980"):
        assert (await talk.say(text))["messages"]
    assert (await client.get(f"{talk.path}/appointments", headers=talk.headers)).json() == {
        "appointments": []
    }
    await talk.say("yes")
    [booked] = (await client.get(f"{talk.path}/appointments", headers=talk.headers)).json()["appointments"]
    assert booked["start"].startswith("2026-06-16T") and booked["appointment_type"] == "Check-up"
    calendar = await client.get(file, headers={**talk.headers, **OURS})
    assert calendar.headers["Content-Type"].startswith("text/calendar")
    assert "SUMMARY:Appointment at Harbor Clinic\r\n" in calendar.text and "Mary" not in calendar.text
    is_problem(await client.get(file), 404)


def test_every_sentence_of_the_widget_is_used_and_there_are_no_others() -> None:
    files = {file.name: file.read_text() for file in (ROOT / "web" / "src" / "widget").glob("*.ts")}
    declared = re.search(r"export interface Words \{(.*?)\n\}", files.pop("words.ts"), re.DOTALL)
    assert declared is not None
    keys = re.findall(r"(\w+): string", declared[1])
    assert set(keys) == KEYS - {"needs_javascript", "calendar_summary"}
    source = "".join(files.values())
    assert not [
        key for key in keys if not re.search(rf"words\.{key}\b|kind: .*\"{key}\"|\"{key}\" \|", source)
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"send": None}, "send is missing"),
        ({"more": "x"}, "more is not known"),
        ({"call": "Call {number}"}, "call may not use {number}"),
        ({"dir": "up"}, "dir must be"),
    ],
)
def test_wrong_sentences_are_refused_at_start(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    words = yaml.safe_load((ROOT / "prompts" / "en" / "widget.yaml").read_text()) | change
    (tmp_path / "en").mkdir()
    kept = {key: value for key, value in words.items() if value is not None}
    (tmp_path / "en" / "widget.yaml").write_text(yaml.safe_dump(kept))
    with pytest.raises(MisconfiguredError, match=re.escape(said)):
        read_widget_words(tmp_path)
