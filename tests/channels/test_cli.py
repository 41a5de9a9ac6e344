"""Unit ring: the `reception` command explains itself, and `understand` answers line by line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
import uvicorn
from click.testing import CliRunner

from reception.channels.web_server import IDLE, IDLE_BEHIND_PROXY
from reception.cli import main
from reception.commands.measure import read_line, understand_line
from reception.errors import Invalid
from reception.practice_file import parse_practice
from reception.settings import Settings
from reception.understanding.interpret import Setting
from reception.understanding.understander import Understander
from tests.channels.fakes import ScriptedModel
from tests.conftest import PRACTICE_YAML

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=ZoneInfo("America/New_York"))


def commands(group: click.Group, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found += commands(command, (*above, name)) if isinstance(command, click.Group) else [(*above, name)]
    return found


def test_every_command_of_the_contract_is_there() -> None:
    assert {" ".join(path) for path in commands(main)} >= {
        "serve", "inference", "chat", "call", "understand", "practice load", "import patients",
        "import appointments", "migrate", "worker", "export", "model pull", "model list", "model verify",
        "evaluate", "bench", "settings",
    }  # fmt: skip


@pytest.mark.parametrize("path", commands(main), ids=" ".join)
def test_every_command_has_help_with_an_example(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0
    assert "Example: " in result.output and f"reception {path[0]}" in result.output


def test_settings_lists_every_variable_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECEPTION_TWILIO_AUTH_TOKEN", "very-secret")
    output = CliRunner().invoke(main, ["settings"]).output
    assert all(f"RECEPTION_{name.upper()}=" in output for name in Settings.model_fields)
    assert "very-secret" not in output


@pytest.mark.parametrize(
    ("variable", "value"),
    [("RECEPTION_NOW", "yesterday"), ("RECEPTION_RATE_LIMIT", "-1"), ("RECEPTION_ENV", "x")],
)
def test_a_wrong_setting_is_named_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    result = CliRunner().invoke(main, ["settings"])
    assert result.exit_code == 1
    assert variable in result.output and "Traceback" not in result.output


@pytest.mark.parametrize(
    ("name", "value", "idle"),
    [
        ("PROXIES", "0", IDLE),
        ("PROXIES", "1", IDLE_BEHIND_PROXY),
        ("TRUSTED_PROXIES", "10.0.0.0/8", IDLE_BEHIND_PROXY),
    ],
)
def test_behind_a_proxy_idle_connections_stay_for_it_to_close(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, idle: int
) -> None:
    configs: list[uvicorn.Config] = []
    monkeypatch.setenv("RECEPTION_DATA_DIR", str(tmp_path))
    monkeypatch.setenv(f"RECEPTION_{name}", value)
    monkeypatch.setattr(uvicorn.Server, "run", lambda server, sockets: configs.append(server.config))
    CliRunner().invoke(main, ["serve", "--port", "0"])
    assert [each.timeout_keep_alive for each in configs] == [idle]


def test_without_a_model_understand_says_what_to_do(tmp_path: Path) -> None:
    environment = {**os.environ, "RECEPTION_MODEL_DIR": str(tmp_path), "RECEPTION_MODEL": "smollm2-135m"}
    command = [sys.executable, "-m", "reception.cli", "understand"]
    result = subprocess.run(command, input="", capture_output=True, text=True, env=environment, check=False)
    assert result.returncode == 1 and result.stdout == ""
    assert "reception model pull" in result.stderr and "Traceback" not in result.stderr


@pytest.fixture
def setting() -> Setting:
    return Setting(NOW, parse_practice(PRACTICE_YAML, "practice.yaml").to_practice())


async def test_a_line_is_understood_in_its_public_form(setting: Setting) -> None:
    line = json.dumps({"desk": "What can I do for you?", "patient": "I'd like a check-up on Tuesday"})
    answer = await understand_line(Understander(ScriptedModel()), line.encode(), setting)
    assert answer.pop("ms") >= 0
    assert answer == {
        "intent": "book_appointment",
        "slots": {"appointment_type": "check-up", "date": "Tuesday"},
        "values": {"appointment_type": "Check-up", "date": {"from": "2026-06-16", "to": "2026-06-16"}},
        "confidence": 0.9,
    }


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b"7", b"{}", b'{"patient": 7}', b'{"desk": [], "patient": "hi"}', b"\xff\xfe"]
)
async def test_a_bad_line_is_answered_with_an_error(line: bytes, setting: Setting) -> None:
    answer = await understand_line(Understander(ScriptedModel()), line, setting)
    assert set(answer) == {"error"}
    with pytest.raises(Invalid):
        read_line(line)


async def test_a_line_that_trips_the_code_costs_only_itself(setting: Setting) -> None:
    class Broken(ScriptedModel):
        async def ready(self) -> None:
            raise RuntimeError("secret")

    answer = await understand_line(Understander(Broken()), b'{"patient": "hello"}', setting)
    assert "RuntimeError" in answer["error"] and "secret" not in answer["error"]


def test_halves_of_surrogate_pairs_do_not_reach_the_output() -> None:
    assert read_line(b'{"patient": "hi \\ud800"}')[1] == "hi ?"
