"""Postgres ring: the scripted calls of tests/calls, each on a service of its own with a scripted model."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from reception.carrier import webhooks
from reception.carrier.caller import ACCOUNT
from reception.carrier.play import Playing
from reception.carrier.reaching import line_to, serving
from reception.carrier.script import Script, load_scripts
from reception.carrier.server import STARTING, ServiceProcess, own_service
from reception.carrier.speech import CallClock
from reception.carrier.webhooks import Delivery, Webhooks
from reception.channels import patience
from reception.database.connection import Database
from reception.database.export import export
from reception.errors import Invalid
from reception.settings import ROOT, Settings
from tests.applications import create_app
from tests.carrier.conftest import SPEED
from tests.channels.conftest import TOKEN
from tests.channels.fakes import ScriptedModel

pytestmark = pytest.mark.postgres

CALLS = ROOT / "tests" / "calls"
SCRIPTS = load_scripts(CALLS)


class Host:
    """The service under test, in this process or in one that can be killed."""

    def __init__(
        self, database: Database, base: str, webhooks: Webhooks, process: ServiceProcess | None
    ) -> None:
        self.base, self.webhooks, self.account = base, webhooks, ACCOUNT
        self._database, self._process = database, process

    async def books(self) -> dict[str, Any]:
        async with self._database.transaction(snapshot=True) as store:
            return await export(store)

    async def kill(self) -> None:
        assert self._process is not None
        await self._process.kill()
        await self._process.start()


def killable(settings: Settings, script: Script) -> ServiceProcess:
    """`scripted_service.py` as a process."""
    assert settings.practice_file is not None
    changes = {
        **own_service(settings.data_dir, settings.practice_file, script.now.isoformat()),
        "RECEPTION_DATABASE_URL": settings.database_url,
        "RECEPTION_TWILIO_AUTH_TOKEN": TOKEN,
        "SCRIPTED_MODEL": json.dumps(script.understood),
        "PYTHONPATH": str(ROOT),
    }
    command = ("-m", "tests.carrier.scripted_service", "{port}")
    return ServiceProcess(settings.data_dir.parent, changes, command)


@pytest.fixture
def host(
    database_url: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Script], AbstractAsyncContextManager[Host]]:
    """Opens a service for a script, for as long as the block lasts."""

    @asynccontextmanager
    async def opened(script: Script) -> AsyncIterator[Host]:
        settings = Settings(
            database_url=database_url,
            data_dir=tmp_path / "data",
            practice_file=script.practice,
            now=script.now,
            rate_limit=0,
            worker=False,
            twilio_relay=script.relay,
            twilio_auth_token=SecretStr(TOKEN),
        )
        delivery = Delivery(script.retries, script.twice)
        if script.kills:
            process = killable(settings, script)
            # However long a busy machine takes to start the service again, the carrier goes on trying.
            monkeypatch.setattr(webhooks, "TOTAL", STARTING)
            monkeypatch.setattr(webhooks, "PAUSES", (0.2,))
            delivery = Delivery(int(STARTING / 0.2), script.twice)
            await process.start()
            try:
                async with line_to(settings, process.base, delivery) as line:
                    yield Host(database, process.base, line, process)
            finally:
                await process.kill()
            return
        app = create_app(settings, ScriptedModel(script.understood))
        async with serving(app) as base, line_to(settings, base, delivery) as line:
            yield Host(database, base, line, None)

    return opened


@pytest.mark.parametrize(
    "script", [one for one in SCRIPTS if one.understood is not None], ids=lambda one: one.name
)
async def test_a_scripted_call_goes_as_it_should(
    script: Script,
    host: Callable[[Script], AbstractAsyncContextManager[Host]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The call's seconds pass faster, so a caller's silence is over sooner too.
    monkeypatch.setattr(patience, "CHARACTERS_A_SECOND", patience.CHARACTERS_A_SECOND * SPEED)
    if any(step.silence for step in script.steps):
        monkeypatch.setattr(patience, "QUIET", 0.3)
    async with host(script) as service:
        playing = Playing(script, service, CallClock(SPEED))
        assert await playing.play() == [], "\n".join(playing.transcript())


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("calls: [{name: a, steps: [{say: hi, press: '1'}]}]", "exactly one thing"),
        ("calls: [{name: a, steps: []}]", "steps"),
        ("calls: [{name: a, steps: [{shout: hi}]}]", "shout"),
        ("{}", "no `calls`"),
        ("calls: [", "no YAML"),
    ],
)
def test_a_bad_script_is_refused_with_what_is_wrong(tmp_path: Path, content: str, wrong: str) -> None:
    file = tmp_path / "calls.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(Invalid, match=wrong):
        load_scripts(file)


async def test_what_is_not_as_the_script_wants_is_named(
    host: Callable[[Script], AbstractAsyncContextManager[Host]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reception.carrier.play.PATIENCE", 0.1)
    monkeypatch.setattr("reception.carrier.play.BOOKS", 0.1)
    script = Script.model_validate(
        {
            "name": "wrong", "understood": {}, "practice": CALLS / "practice.yaml",
            "steps": [{"expect": {"heard": "bananas", "over": True}}],
            "end": {"expected": {"appointments": [{"patient": {"name": "Nobody"}}]}, "conversations": 2},
        }
    )  # fmt: skip
    async with host(script) as service:
        problems = await Playing(script, service, CallClock(SPEED)).play()
    assert [each.split(":")[0] for each in problems] == [
        "step 1", "step 1", "missing in appointments", "1 conversations, not 2",
    ]  # fmt: skip
