"""Whole conversations with the shipped model through the public chat API (rings: model, postgres).

The scenarios lie in `conversations/`; every bug found in a conversation becomes one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from reception.database.scratch import Scratch, scratch_server
from reception.evaluation.run import play_one
from reception.evaluation.scenarios import Scenario, load_scenarios
from reception.inference.factory import build_language_model
from reception.inference.language_model import LanguageModel
from reception.settings import Settings

pytestmark = [pytest.mark.model, pytest.mark.postgres, pytest.mark.asyncio(loop_scope="module")]

FOLDER = Path(__file__).parent / "conversations"


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[LanguageModel]:
    model = build_language_model(Settings())
    await model.ready()
    yield model
    await model.close()


@pytest.fixture(scope="module")
async def scratch() -> AsyncIterator[Scratch]:
    async with scratch_server() as scratch:
        yield scratch


@pytest.fixture(scope="module")
async def template(scratch: Scratch) -> str:
    return await scratch.migrated()


@pytest.mark.parametrize("scenario", load_scenarios(FOLDER), ids=lambda one: one.name)
async def test_the_conversation_ends_as_it_should(
    scenario: Scenario, model: LanguageModel, scratch: Scratch, template: str
) -> None:
    verdict = await play_one(model, scenario, FOLDER, Settings(), await scratch.fresh(template))
    said = "\n".join(f"{role}: {text}" for role, text in verdict.transcript.lines)
    assert verdict.passed, f"{list(verdict.problems)}\n{said}"
