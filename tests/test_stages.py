"""Postgres ring: a turn leaves spans, measures and log lines that name its conversation, and no word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from reception import stages
from reception.errors import Unavailable
from reception.stages import span, trace_to, trace_with
from tests.channels.conftest import Serve, make_app, model, practice_path, serve
from tests.channels.fakes import ScriptedModel

__all__ = ["make_app", "model", "practice_path", "serve"]

pytestmark = pytest.mark.postgres


def provider_of(kept: InMemorySpanExporter) -> TracerProvider:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    return provider


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What is traced meanwhile."""
    kept = InMemorySpanExporter()
    trace_with(provider_of(kept))
    yield kept
    trace_to("")


async def test_a_turn_is_a_span_with_its_stages_inside(serve: Serve) -> None:
    spans = InMemorySpanExporter()
    async with serve() as client:
        trace_with(provider_of(spans))  # the service has just turned tracing off, as its settings say
        started = (await client.post("/api/chat/conversations", json={})).json()
        path = f"/api/chat/conversations/{started['id']}/messages"
        headers = {"Authorization": f"Bearer {started['token']}"}
        await client.post(path, json={"text": "Mary Jones"}, headers=headers)
        page = (await client.get("/metrics")).text
    found = spans.get_finished_spans()
    turn = next(one for one in found if one.name == "turn")
    inside = [one for one in found if one.parent is not None and one.parent.span_id == turn.context.span_id]
    assert {"understand", "act"} <= {one.name for one in inside}
    act = next(one for one in inside if one.name == "act")
    assert any(
        one.name == "database" and one.parent and one.parent.span_id == act.context.span_id for one in found
    )
    assert turn.attributes == {"reception.conversation": started["id"]}
    assert not any("Mary" in one.to_json() for one in found)
    assert 'reception_stage_seconds_count{stage="understand"}' in page
    for name in (
        "reception_holds",
        "reception_outcomes_total",
        "reception_turns_waiting",
        "reception_shed_total",
    ):
        assert f"# TYPE {name.removesuffix('_total')}" in page or f"# TYPE {name}" in page


def test_an_error_is_named_by_its_kind_alone(spans: InMemorySpanExporter) -> None:
    with pytest.raises(Unavailable), span("database"):
        raise Unavailable("words that nobody may see")
    [one] = spans.get_finished_spans()
    assert one.attributes == {"reception.error": "Unavailable"} and not one.events
    assert "nobody may see" not in one.to_json()


def test_without_an_address_nothing_is_traced() -> None:
    trace_to("")
    assert stages._tracer is None
    with span("turn"):
        pass


async def test_log_lines_of_a_turn_name_its_conversation(serve: Serve, model: ScriptedModel) -> None:
    seen: list[str] = []
    complete = model.complete

    async def noting(*arguments: object) -> object:
        seen.append(structlog.contextvars.get_contextvars().get("conversation", ""))
        return await complete(*arguments)  # type: ignore[arg-type]

    model.complete = noting  # type: ignore[method-assign,assignment]
    async with serve() as client:
        started = (await client.post("/api/chat/conversations", json={})).json()
        path = f"/api/chat/conversations/{started['id']}/messages"
        headers = {"Authorization": f"Bearer {started['token']}"}
        await client.post(path, json={"text": "hello"}, headers=headers)
    assert started["id"] in seen
