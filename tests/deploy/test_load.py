"""Unit ring: what the service counts for whoever scales it: ongoing conversations, and who answers."""

from __future__ import annotations

from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from reception.errors import Unavailable
from reception.inference.fallback import FallbackModel
from reception.inference.language_model import Request
from reception.ongoing import Ongoing
from tests.channels.fakes import ScriptedModel


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_call_counts_from_its_ring_until_its_end_or_a_minute_of_silence() -> None:
    now = 0.0
    ongoing = Ongoing(lambda: now)
    first, second = uuid4(), uuid4()
    ongoing.seen(first, "phone")
    ongoing.seen(second, "phone")
    assert value("reception_ongoing_conversations", channel="phone") == 2
    now = 50.0
    ongoing.seen(first, "phone")
    now = 70.0
    assert ongoing.count("phone") == 1
    ongoing.over(first)
    assert ongoing.count("phone") == 0


def test_a_chat_may_be_silent_for_longer() -> None:
    now = 0.0
    ongoing = Ongoing(lambda: now)
    ongoing.seen(uuid4(), "chat")
    now = 170.0
    assert (ongoing.count("chat"), ongoing.count("phone")) == (1, 0)


@pytest.mark.asyncio
async def test_a_desk_tells_which_model_answered_and_that_the_big_one_is_away() -> None:
    big, small = ScriptedModel(), ScriptedModel()
    model = FallbackModel(big, small, pause=60)
    before = {each: value("reception_inference_answers_total", model=each) for each in ("remote", "local")}
    seconds = value("reception_inference_remote_seconds_count")
    await model.complete(Request("patient: hello\nframe:", 8))
    assert value("reception_inference_answers_total", model="remote") == before["remote"] + 1
    assert value("reception_inference_remote_seconds_count") == seconds + 1
    big.trouble = Unavailable("asleep")
    await model.complete(Request("patient: hello\nframe:", 8))
    assert value("reception_inference_answers_total", model="local") == before["local"] + 1
    assert value("reception_inference_away") == 1 and value("reception_inference_asked") == 0
    await model.close()
