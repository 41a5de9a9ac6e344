"""A few of the simulated patients with the shipped model; `make patients` plays all of them, four times each.

Rings: model, postgres; that all files can be read needs neither.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from reception.database.scratch import Scratch, scratch_server
from reception.evaluation.run import play_one
from reception.evaluation.scenarios import Scenario, load_scenarios
from reception.inference.factory import build_language_model
from reception.inference.language_model import LanguageModel
from reception.settings import Settings

FOLDER = Path(__file__).parent / "patients"
ALL = load_scenarios(FOLDER)


def one_of_each_group() -> list[Scenario]:
    """The hardest of each group: the one with most behaviours, the first of several."""
    groups = dict.fromkeys(one.group for one in ALL)
    return [
        max((one for one in ALL if one.group == each), key=lambda one: len(one.behaviours)) for each in groups
    ]


def test_there_are_enough_of_them_and_enough_are_hard() -> None:
    assert len(ALL) >= 100
    assert sum(len(one.behaviours) > 1 for one in ALL) >= 40
    assert {one.group for one in ALL} >= {
        "book", "move", "cancel", "check", "request", "question", "medical", "emergency", "person", "who",
        "out_of_scope",
    }  # fmt: skip


@pytest.fixture(scope="module")
def model() -> Iterator[LanguageModel]:
    model = build_language_model(Settings())
    yield model
    asyncio.run(model.close())


@pytest.fixture(scope="module")
def scratch() -> Iterator[Scratch]:
    with asyncio.Runner() as runner:
        server = scratch_server()
        yield runner.run(server.__aenter__())
        runner.run(server.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def template(scratch: Scratch) -> str:
    return asyncio.run(scratch.migrated())


@pytest.mark.model
@pytest.mark.postgres
@pytest.mark.parametrize("scenario", one_of_each_group(), ids=lambda one: one.name)
async def test_a_patient_gets_what_they_came_for(
    scenario: Scenario, model: LanguageModel, scratch: Scratch, template: str
) -> None:
    verdict = await play_one(model, scenario, FOLDER, Settings(), await scratch.fresh(template))
    said = "\n".join(f"{role}: {text}" for role, text in verdict.transcript.lines)
    assert verdict.passed, f"{list(verdict.problems)}\n{said}"
