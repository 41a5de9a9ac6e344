"""A service on the small practice, with a scripted model instead of a real one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr

from reception.settings import Settings
from tests.applications import create_app
from tests.channels.fakes import ScriptedModel
from tests.conftest import NOW, PRACTICE_YAML
from tests.serving import on_a_port

TOKEN = "a-twilio-auth-token"
NUMBER = "+12125550100"
TRANSFER = "+12125550101"

Client = AsyncTestClient[Litestar]
MakeApp = Callable[..., Litestar]
Serve = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def practice_path(tmp_path: Path) -> Path:
    """The small practice with a number for transfers and a website."""
    more = f'transfer_number: "{TRANSFER}", origins: ["https://harbor.example"], name: Harbor Clinic'
    path = tmp_path / "practice.yaml"
    path.write_text(PRACTICE_YAML.replace("name: Harbor Clinic", more), encoding="utf-8")
    return path


@pytest.fixture
def make_app(database_url: str, practice_path: Path, tmp_path: Path, model: ScriptedModel) -> MakeApp:
    """Builds a service with the usual settings and the changes given."""

    def made(**changes: Any) -> Litestar:
        settings = {
            "database_url": database_url,
            "data_dir": tmp_path / "data",
            "practice_file": practice_path,
            "now": NOW,
            "rate_limit": 0,
            "worker": False,
            "twilio_auth_token": SecretStr(TOKEN),
        }
        return create_app(Settings(**(settings | changes)), model)

    return made


@pytest.fixture
def serve(make_app: MakeApp) -> Serve:
    """Opens a service, without a port, for as long as the block lasts."""

    @asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[Client]:
        async with AsyncTestClient(make_app(**changes), base_url="http://desk.example") as client:
            yield client

    return opened


@pytest.fixture
async def client(serve: Serve) -> AsyncIterator[Client]:
    """A client of a service with the usual settings."""
    async with serve() as client:
        yield client


@pytest.fixture
async def live(make_app: MakeApp) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service on a real port, for WebSockets."""
    async with on_a_port(make_app()) as url, httpx.AsyncClient(base_url=url, timeout=20) as client:
        yield client
