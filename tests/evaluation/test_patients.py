"""Simulated patients: seeds change words and style, what is said instead, and how plays are counted."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from reception.evaluation.dialogues import Transcript, Verdict, grade, play
from reception.evaluation.scenarios import Scenario, load_scenarios
from reception.evaluation.styles import heard, typed
from reception.evaluation.tally import tallies
from tests.evaluation.test_dialogues import ScriptedDesk, asks, scenario


async def said(seed: int, desk: ScriptedDesk, one: Scenario) -> list[str]:
    async with desk.client() as client:
        await play(one, client, seed=seed)
    return desk.heard[0]


async def test_the_first_seed_uses_the_first_wording_as_written_and_others_vary() -> None:
    one = scenario(
        answers={"request": {"one_of": ["A visit, please.", "Could I come in?", "I need a visit!"]}}
    )
    assert await said(0, ScriptedDesk(asks("request")), one) == ["A visit, please."]
    others = {(await said(seed, ScriptedDesk(asks("request")), one))[0] for seed in range(1, 13)}
    assert len(others) > 3  # three wordings, and each of them in several styles
    assert await said(5, ScriptedDesk(asks("request")), one) == await said(
        5, ScriptedDesk(asks("request")), one
    )


async def test_what_is_said_instead_comes_first_and_then_the_answer() -> None:
    one = scenario(
        answers={"reason": "My knee."}, instead={"reason": ["Do you have parking?", "And a lift?"]}
    )
    desk = ScriptedDesk(asks("reason"), asks("reason"), asks("reason"))
    assert await said(0, desk, one) == ["Do you have parking?", "And a lift?", "My knee."]


def test_a_hasty_typist_spoils_no_name_and_no_number() -> None:
    for seed in range(40):
        text = typed("Please book Rosa Delgado tomorrow at 10:30, +1 202 555 0180.", Random(seed))
        assert "rosa delgado" in text
        assert "10:30" in text and "202 555 0180" in text


def test_a_recogniser_writes_no_signs_but_keeps_those_inside_of_words() -> None:
    assert heard("It's 9:30, at ann.lee@example.com!", Random(3)).replace(" um", "").replace(" uh", "") in (
        "it's 9:30 at ann.lee@example.com",
        "it's er 9:30 at ann.lee@example.com",
        "it's well 9:30 at ann.lee@example.com",
    )
    assert heard("...", Random(1)) == "..."


def verdict(name: str, passed: bool, seed: int, **parts: object) -> Verdict:
    transcript = Transcript(seconds=[0.1, 0.3])
    return Verdict(scenario(**{"name": name, **parts}), transcript, [] if passed else ["wrong"], seed)


def test_a_scenario_counts_for_pass_k_only_when_every_play_passes() -> None:
    plays = [
        verdict("one", True, 0, group="book"),
        verdict("one", False, 1, group="book"),
        verdict("two", True, 0, group="move", behaviours=["digresses", "refuses"]),
        verdict("two", True, 1, group="move", behaviours=["digresses", "refuses"]),
    ]
    found = {one.name: one for one in tallies(plays)}
    assert (found["all"].scenarios, found["all"].plays) == (2, 4)
    assert (found["all"].pass_1, found["all"].pass_k) == (0.75, 0.5)
    assert (found["book"].pass_1, found["book"].pass_k) == (0.5, 0.0)
    assert found["two behaviours or more"].pass_k == 1.0
    assert (found["all"].turns, found["all"].turn_ms) == (2.0, pytest.approx(200))


def test_the_same_words_three_times_running_are_a_fault() -> None:
    transcript = Transcript(lines=[("desk", "Hello")] + [("patient", "x"), ("desk", "What day?")] * 3)
    found = grade(scenario(), transcript, {"appointments": [], "requests": []})
    assert list(found.problems) == ["the desk said the same three times running"]


def test_there_are_enough_of_them_and_enough_are_hard() -> None:
    patients = load_scenarios(Path(__file__).parents[1] / "patients")
    assert len(patients) >= 100
    assert sum(len(one.behaviours) > 1 for one in patients) >= 40
    assert {one.group for one in patients} >= {
        "book", "move", "cancel", "check", "request", "question", "medical", "emergency", "person", "who",
        "out_of_scope",
    }  # fmt: skip
