"""Unit ring: the single server: confined containers, the same alerts, and rules that Prometheus can read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from reception.production import unsafe
from reception.settings import Settings
from tests.deploy.rendered import DEPLOY, of_kind

COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
FILLED = {
    "RECEPTION_HOST": "desk.example.org",
    "POSTGRES_PASSWORD": "x",
    "POSTGRES_SERVICE_PASSWORD": "x",
    "RECEPTION_TWILIO_ACCOUNT_SID": f"AC{0:032}",
    "RECEPTION_DATA_KEYS": "x",
    "RECEPTION_TWILIO_AUTH_TOKEN": "x",
    "GRAFANA_PASSWORD": "x",
}


def filled(text: str) -> str:
    return re.sub(r"\$\{(\w+):[?-]([^}]*)\}", lambda found: FILLED.get(found[1], ""), text)


def test_containers_are_confined_and_pinned() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["mem_limit"], name
        assert not service.get("privileged") and "no-new-privileges:true" in service["security_opt"], name
        assert re.search(r":v?\d[\w.-]*$", service["image"]) and "latest" not in service["image"], name
        assert all(
            volume.split(":")[0] in COMPOSE["volumes"] or volume[0] == "." for volume in service["volumes"]
        )


def test_only_the_proxy_can_be_reached() -> None:
    ports = {name: each["ports"] for name, each in COMPOSE["services"].items() if "ports" in each}
    assert ports.keys() == {"caddy", "grafana"} and ports["grafana"] == ["127.0.0.1:3000:3000"]


def test_files_that_are_mounted_exist() -> None:
    for service in COMPOSE["services"].values():
        for volume in service["volumes"]:
            if volume.startswith("./") and not volume.startswith("./models"):
                assert (DEPLOY / volume.split(":")[0]).exists(), volume


def test_every_secret_is_asked_for_and_the_example_names_it() -> None:
    needed = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))
    example = (DEPLOY / "compose" / "example.env").read_text()
    assert needed == FILLED.keys() and all(f"\n{name}=" in example for name in needed)


def test_production_would_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in COMPOSE["services"]["reception"]["environment"].items():
        monkeypatch.setenv(name, filled(value))
    assert not list(unsafe(Settings()))


def test_alerts_are_those_of_the_cluster() -> None:
    rules = yaml.safe_load((DEPLOY / "compose" / "alerts.yaml").read_text("utf-8"))
    assert rules["groups"] == of_kind("eks", "PrometheusRule")[0]["spec"]["groups"]


def test_prometheus_can_read_every_rule_trigger_and_panel(tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is missing: install Prometheus (Debian: apt-get install prometheus)")
    queries = [
        trigger["metadata"]["query"]
        for trigger in of_kind("eks", "ScaledObject")[0]["spec"]["triggers"]
        if trigger["type"] == "prometheus"
    ]
    for board in (DEPLOY / "components/monitoring/dashboards").glob("*.json"):
        panels = json.loads(board.read_text("utf-8"))["panels"]
        queries += [target["expr"] for panel in panels for target in panel["targets"]]
    rules = yaml.safe_load((DEPLOY / "compose" / "alerts.yaml").read_text("utf-8"))
    recorded = [{"record": f"checked:{number}", "expr": query} for number, query in enumerate(queries)]
    rules["groups"].append({"name": "checked", "rules": recorded})
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump(rules))
    done = subprocess.run(
        ["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_stands_in_the_runbook() -> None:
    runbook = (DEPLOY.parent / "docs" / "runbook.md").read_text("utf-8")
    rules = of_kind("eks", "PrometheusRule")[0]["spec"]["groups"][0]["rules"]
    assert len(rules) > 5 and all(f"### {rule['alert']}\n" in runbook for rule in rules)
