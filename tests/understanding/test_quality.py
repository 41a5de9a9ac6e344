"""How well the shipped model understands hand-written utterances it never saw (ring: model).

Every sixth line of the set, so that a bad model file or a wrong prompt can't pass; `reception evaluate`
scores all of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reception.evaluation.cases import load_cases
from reception.evaluation.run import score
from reception.inference.factory import build_language_model
from reception.settings import Settings

pytestmark = pytest.mark.model

HERE = Path(__file__).parent


async def test_a_slice_of_the_held_out_set() -> None:
    model = build_language_model(Settings())
    try:
        scores = await score(model, load_cases(HERE / "heldout.jsonl")[::6], HERE / "practice.yaml")
    finally:
        await model.close()
    assert scores.intent_accuracy > 0.8
    assert scores.slots.f1 > 0.7
    assert scores.emergency_recall > 0.9
