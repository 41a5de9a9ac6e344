"""Unit ring: the scenario player against a scripted desk in this process, and the grading of its end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from reception.errors import Invalid
from reception.evaluation.dialogues import Transcript, grade, matches, play
from reception.evaluation.scenarios import Scenario, load_scenarios
from reception.practice_file import read_practice_file

SCENARIOS = Path(__file__).parents[1] / "conversations"


def asks(
    expects: str | None, about: str | None = None, options: Sequence[dict[str, Any]] = (), text: str = "…"
) -> dict[str, Any]:
    return {"role": "desk", "text": text, "expects": expects, "about": about, "options": list(options)}


class ScriptedDesk:
    """A chat service that asks its questions in order, whatever it hears, and then closes."""

    def __init__(self, *questions: dict[str, Any]) -> None:
        self.questions = questions
        self.heard: list[list[str]] = []
        self.tokens: set[str] = set()
        self.bodies: list[dict[str, Any]] = []

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self.handle), base_url="http://desk.test")

    def handle(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.bodies.append(body)
        if request.url.path.endswith("/conversations"):
            self.heard.append([])
            return self.reply(len(self.heard) - 1, {"id": str(len(self.heard) - 1), "token": "secret"})
        number = int(request.url.path.split("/")[-2])
        self.tokens.add(request.headers["Authorization"])
        self.heard[number].append(body["text"])
        return self.reply(number, {})

    def reply(self, number: int, more: dict[str, Any]) -> httpx.Response:
        turn = len(self.heard[number])
        if turn < len(self.questions):
            return httpx.Response(201, json={"messages": [self.questions[turn]], "status": "open", **more})
        goodbye = asks(None, text="Goodbye.")
        return httpx.Response(201, json={"messages": [goodbye], "status": "closed", **more})


def scenario(**parts: Any) -> Scenario:
    return Scenario.model_validate({"name": "test", **parts})


async def test_answers_follow_what_the_desk_asks() -> None:
    desk = ScriptedDesk(
        asks("request"), asks("patient_name"), asks("confirmation", "booking"), asks("anything_else")
    )
    answers = {
        "request": "A visit",
        "patient_name": "Ann Lee",
        "confirmation": "no",
        "confirmation.booking": "yes",
    }
    async with desk.client() as client:
        transcript = await play(scenario(answers=answers), client, practice="hill")
    assert desk.heard == [["A visit", "Ann Lee", "yes", "No, that's all, thank you."]]
    assert desk.tokens == {"Bearer secret"}
    assert desk.bodies[0] == {"language": "en", "practice": "hill"}
    assert len({body["client_id"] for body in desk.bodies[1:]}) == 4
    assert (transcript.status, transcript.turns, transcript.problems) == ("closed", 4, [])


async def test_listed_answers_are_used_in_turn_and_the_last_again() -> None:
    desk = ScriptedDesk(*[asks("date_of_birth")] * 3)
    async with desk.client() as client:
        await play(scenario(answers={"date_of_birth": ["one", "two"]}), client)
    assert desk.heard == [["one", "two", "two"]]


async def test_options_are_picked_by_position_and_by_value() -> None:
    options = [
        {
            "label": "9:00",
            "text": "Monday at 9",
            "value": {"start": "2026-06-15T09:00:00-04:00", "practitioner": "A"},
        },
        {
            "label": "9:30",
            "text": "Monday at 9:30",
            "value": {"start": "2026-06-15T09:30:00-04:00", "practitioner": "B"},
        },
    ]
    desk = ScriptedDesk(*[asks("slot", options=options)] * 4)
    picks = [
        {"option": 1},
        {"option": -1},
        {"option": {"start": "2026-06-15T09:00", "practitioner": "A"}},
        {"option": {"practitioner": "C"}, "otherwise": "Someone else?"},
    ]
    async with desk.client() as client:
        await play(scenario(answers={"slot": picks}), client)
    assert desk.heard == [["Monday at 9:30", "Monday at 9:30", "Monday at 9", "Someone else?"]]


async def test_says_comes_before_the_answers() -> None:
    desk = ScriptedDesk(asks("request"), asks("request"), asks("reason"))
    async with desk.client() as client:
        await play(scenario(says=["Hm", "Well"], answers={"reason": "A cough"}), client)
    assert desk.heard == [["Hm", "Well", "A cough"]]


async def test_another_caller_comes_in_between() -> None:
    desk = ScriptedDesk(asks("request"), asks("slot"))
    meanwhile = {"at": "slot", "says": ["Me first"]}
    lines = {"request": "A visit", "slot": "Nine"}
    async with desk.client() as client:
        transcript = await play(scenario(answers=lines, meanwhile=meanwhile), client)
    assert desk.heard == [["A visit", "Nine"], ["Me first"]]
    assert transcript.problems == []


@pytest.mark.parametrize(
    ("questions", "parts", "problem"),
    [
        (
            [asks("email")],
            {"answers": {"request": "x"}},
            "the desk asked for email, which the scenario does not answer",
        ),
        (
            [asks("slot")],
            {"answers": {"slot": {"option": 0}}},
            "the desk did not offer the option that the scenario picks",
        ),
        ([asks("reason")] * 5, {"answers": {"reason": "x"}, "max_turns": 2}, "not finished within 2 turns"),
        ([], {"says": ["Hello"]}, "closed before everything was said"),
        ([asks("reason")], {"says": ["x"], "meanwhile": {"at": "slot"}}, "the desk never asked for slot"),
    ],
)
async def test_a_conversation_that_goes_astray_says_how(
    questions: list[dict[str, Any]], parts: dict[str, Any], problem: str
) -> None:
    async with ScriptedDesk(*questions).client() as client:
        assert (await play(scenario(**parts), client)).problems == [problem]


async def test_an_http_error_is_a_problem_not_a_crash() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(503))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as client:
        transcript = await play(scenario(says=["Hello"]), client)
    assert transcript.problems == ["HTTP 503 instead of 201"]


@pytest.mark.parametrize(
    ("wanted", "actual", "same"),
    [
        ({"status": "booked"}, {"status": "booked", "id": "1"}, True),
        ({"patient": {"name": "ann lee"}}, {"patient": {"name": "Ann Lee", "phone": "1"}}, True),
        ({"patient": {"name": "Ann"}}, {"patient": None}, False),
        ({"start": "2026-06-15T09:30"}, {"start": "2026-06-15T09:30:00-04:00"}, True),
        ({"start": "2026-06-15T09:30"}, {"start": "2026-06-15T09:45:00-04:00"}, False),
        ({"reason": "throat"}, {"reason": "Sore throat"}, True),
        ({"practitioner": "Dr. A"}, {"practitioner": "Dr. Ab"}, False),
        ({"booked_by": None}, {"booked_by": None}, True),
        ({"booked_by": None}, {}, False),
    ],
)
def test_rows_match_as_subsets(wanted: Any, actual: Any, same: bool) -> None:
    assert matches(wanted, actual) is same


def test_grading_looks_at_rows_words_and_status() -> None:
    row = {"patient": {"name": "Ann Lee"}, "status": "booked"}
    export = {"appointments": [row], "requests": [{"kind": "staff"}]}
    transcript = Transcript([("desk", "Call 911 if …"), ("patient", "Hi"), ("desk", "Ann?")], status="open")
    strict = scenario(
        expected={"appointments": [row, row]},
        unexpected={"requests": [{"kind": "staff"}]},
        said=["911"],
        never_said=["ann"],
        status="closed",
    )
    verdict = grade(strict, transcript, export)
    assert not verdict.passed
    assert verdict.problems == [
        f"missing in appointments: {row}",
        "should not be in requests: {'kind': 'staff'}",
        "the desk never said '911'",
        "the desk said 'ann'",
        "the conversation is open, not closed",
    ]
    assert grade(scenario(expected={"appointments": [row]}, said=["Ann"]), transcript, export).passed


def test_the_projects_own_scenarios_can_be_read_and_their_practice_too() -> None:
    scenarios = load_scenarios(SCENARIOS)
    assert len(scenarios) >= 25
    for name in {one.practice for one in scenarios}:
        assert read_practice_file(SCENARIOS / name).patients


def test_a_scenario_that_answers_nothing_the_desk_asks_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("scenarios: [{ name: typo, answers: { birthday: today } }]")
    with pytest.raises(Invalid, match=r"bad\.yaml, scenario typo: answers.*birthday"):
        load_scenarios(file)
