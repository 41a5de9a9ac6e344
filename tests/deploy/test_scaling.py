"""Unit ring: when GPUs wake and sleep: triggers that KEDA takes, windows as the practices need them."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from reception.cli import main
from reception.service import DEMO_PRACTICE
from tests.deploy.rendered import DEPLOY, of_kind, one

SCALED = pytest.mark.parametrize("overlay", ["eks", "hybrid"])


def triggers(overlay: str, kind: str) -> list[dict[str, Any]]:
    [scaled] = of_kind(overlay, "ScaledObject")
    return [each for each in scaled["spec"]["triggers"] if each["type"] == kind]


@SCALED
def test_the_model_sleeps_when_nobody_calls_and_never_by_mistake(overlay: str) -> None:
    [scaled] = of_kind(overlay, "ScaledObject")
    spec = scaled["spec"]
    # Own servers cost the same asleep; in the cloud nothing runs.
    assert spec["minReplicaCount"] == (1 if overlay == "hybrid" else 0)
    assert spec["initialCooldownPeriod"] >= spec["cooldownPeriod"] >= 300
    assert spec["fallback"]["replicas"] >= 1
    target = one(overlay, spec["scaleTargetRef"]["kind"], spec["scaleTargetRef"]["name"])
    assert "replicas" not in target["spec"]


@SCALED
def test_triggers_are_such_as_keda_takes(overlay: str) -> None:
    for trigger in triggers(overlay, "cron"):
        about = trigger["metadata"]
        assert about.keys() == {"timezone", "start", "end", "desiredReplicas"}
        assert int(about["desiredReplicas"]) >= 1 and about["start"] != about["end"]
    loads = triggers(overlay, "prometheus")
    assert {each["name"] for each in loads} == {"calls", "turns", "asked"}
    for trigger in loads:
        about = trigger["metadata"]
        assert about["ignoreNullValues"] == "false"
        assert float(about["threshold"]) > 0 and float(about["activationThreshold"]) > 0


def test_the_windows_are_the_practices_opening_hours() -> None:
    manifest = DEPLOY / "components" / "scaling" / "scaledobject.yaml"
    arguments = ["hours", "--file", str(DEMO_PRACTICE), "--check", str(manifest)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
