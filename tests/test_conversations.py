"""Whole conversations with the shipped model through the public chat API (rings: model, postgres).

The scenarios lie in `conversations/`; every bug found in a conversation becomes one.
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

pytestmark = [pytest.mark.model, pytest.mark.postgres]

FOLDER = Path(__file__).parent / "conversations"
PATIENTS = Path(__file__).parent / "patients"


@pytest.fixture(scope="module")
def model() -> Iterator[LanguageModel]:
    """The shipped model: its engine has a thread of its own and serves one event loop after the other."""
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


@pytest.mark.parametrize("scenario", load_scenarios(FOLDER), ids=lambda one: one.name)
async def test_the_conversation_ends_as_it_should(
    scenario: Scenario, model: LanguageModel, scratch: Scratch, template: str
) -> None:
    verdict = await play_one(model, scenario, FOLDER, Settings(), await scratch.fresh(template))
    said = "\n".join(f"{role}: {text}" for role, text in verdict.transcript.lines)
    assert verdict.passed, f"{list(verdict.problems)}\n{said}"


def one_of_each_group() -> list[Scenario]:
    """Of each group of simulated patients the one with most behaviours; `make patients` plays them all."""
    patients = load_scenarios(PATIENTS)
    groups = dict.fromkeys(one.group for one in patients)
    members = ([one for one in patients if one.group == each] for each in groups)
    return [max(each, key=lambda one: len(one.behaviours)) for each in members]


@pytest.mark.parametrize("scenario", one_of_each_group(), ids=lambda one: one.name)
async def test_a_patient_gets_what_they_came_for(
    scenario: Scenario, model: LanguageModel, scratch: Scratch, template: str
) -> None:
    verdict = await play_one(model, scenario, PATIENTS, Settings(), await scratch.fresh(template))
    said = "\n".join(f"{role}: {text}" for role, text in verdict.transcript.lines)
    assert verdict.passed, f"{list(verdict.problems)}\n{said}"
