"""Postgres ring: every metric named by a trigger, an alert or a dashboard is one that the service exports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from litestar.testing import AsyncTestClient
from pydantic import SecretStr

from reception.inference.engine import Engine
from reception.inference.fallback import FallbackModel
from reception.inference.served import Served
from reception.inference.server import create_server
from tests.channels.conftest import Serve
from tests.channels.conftest import make_app as make_app
from tests.channels.conftest import practice_path as practice_path
from tests.channels.conftest import serve as serve
from tests.channels.fakes import ScriptedModel
from tests.deploy.rendered import DEPLOY, of_kind

pytestmark = pytest.mark.postgres

#: Prometheus makes this one itself.
OWN = {"up"}
_NAME = re.compile(r"\b([a-z_:][a-z0-9_:]*)(?=[{\[])|\b((?:reception|process|python)_[a-z0-9_]+)|\b(up)\b")


@pytest.fixture
def model() -> FallbackModel:
    """As a desk with an inference server has it."""
    return FallbackModel(ScriptedModel(), ScriptedModel())


def expressions() -> Iterator[str]:
    for trigger in of_kind("eks", "ScaledObject")[0]["spec"]["triggers"]:
        if trigger["type"] == "prometheus":
            yield trigger["metadata"]["query"]
    for rules in of_kind("eks", "PrometheusRule"):
        yield from (rule["expr"] for group in rules["spec"]["groups"] for rule in group["rules"])
    for board in sorted((DEPLOY / "components/monitoring/dashboards").glob("*.json")):
        panels = json.loads(board.read_text("utf-8"))["panels"]
        yield from (target["expr"] for panel in panels for target in panel["targets"])


def named(expression: str) -> set[str]:
    bare = re.sub(r'"[^"]*"', '""', expression)
    return {next(filter(None, groups)) for groups in _NAME.findall(bare)}


def exported(text: str) -> set[str]:
    """All series that a page of metrics announces, those without a value yet too."""
    found = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\w+)$", text, re.MULTILINE):
        found |= {name} | (
            {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else set()
        )
    return found


async def test_every_metric_that_is_named_is_exported(serve: Serve) -> None:
    async with serve() as client:
        desk = exported((await client.get("/metrics")).text)
    served = cast(Served, Engine(lambda: Path("never-loaded.gguf"), threads=1))
    async with AsyncTestClient(create_server(served, "model", SecretStr(""))) as inference:
        both = desk | exported((await inference.get("/metrics")).text)
    every = [(expression, named(expression)) for expression in expressions()]
    assert len(every) > 30 and all(names for _, names in every)
    assert not [(expression, names - both - OWN) for expression, names in every if names - both - OWN]
    # What wakes the GPUs comes from the desk alone: a server that sleeps exports nothing.
    waking = [
        each for each in of_kind("eks", "ScaledObject")[0]["spec"]["triggers"] if "query" in each["metadata"]
    ]
    assert all(named(each["metadata"]["query"]) <= desk for each in waking)


async def test_metrics_stay_inside(serve: Serve) -> None:
    async with serve() as client:
        assert (await client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})).status_code == 404


async def test_patients_behind_a_proxy_are_told_apart(serve: Serve) -> None:
    async with serve(rate_limit=2, proxies=1) as client:

        async def status(forwarded: str) -> int:
            response = await client.post(
                "/api/chat/conversations", json={}, headers={"X-Forwarded-For": forwarded}
            )
            return response.status_code

        first = [await status("203.0.113.7") for _ in range(3)]
        assert first == [201, 201, 429]
        assert await status("203.0.113.8") == 201
        # What a client says of itself stands left of what the proxy saw.
        assert await status("203.0.113.9, 203.0.113.7") == 429
