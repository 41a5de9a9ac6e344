"""A real Chromium, a real service on a free port, and another website beside it.

Everything runs in one event loop for the whole session (tests say `LOOP`), as the browser outlives a test.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from pydantic import SecretStr

from reception.channels.pages import STATIC
from reception.settings import ROOT, Settings
from tests.applications import create_app
from tests.channels.fakes import ScriptedModel
from tests.conftest import NOW, PRACTICE_YAML
from tests.serving import on_a_port

#: Every test file here: `pytestmark = [LOOP, pytest.mark.postgres]`.
LOOP = pytest.mark.asyncio(loop_scope="session")

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
#: Pictures of the pages, to be looked at.
SCREENS = ROOT / "runs" / "screens"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: Milliseconds within which a page must show what is expected, on a busy machine too.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)

#: What a test says that waited in vain. Beside other work Chromium itself may stand still for longer,
#: so such a test gets a second chance; a fault of a page fails it twice.
WAITED_IN_VAIN = rf"(?i)timeout {PATIENCE}ms"

OpenPage = Callable[..., Awaitable[Page]]
Serve = Callable[..., AbstractAsyncContextManager[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=WAITED_IN_VAIN))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, without a window."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is missing: apt-get install chromium")
    if not (STATIC / "build" / "widget.js").is_file():
        pytest.skip("What browsers load is not built: run `make web` (it needs Node 20)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """Opens a page in a browser of its own: `await open_page(url, width=375, color_scheme="dark")`.

    The test fails when a script on any of them raised an error.
    """
    contexts, errors = [], []

    async def opened(url: str, *, width: int = 1280, height: int = 800, **options: Any) -> Page:
        options = {"reduced_motion": "reduce", "locale": "en-US", **options}
        context = await browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(url)
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert not errors, errors


@dataclass
class Website:
    """A website of somebody else's; what it shows is set by path."""

    url: str
    pages: dict[str, str] = field(default_factory=dict)


@pytest_asyncio.fixture(loop_scope="session")
async def website() -> AsyncIterator[Website]:
    """Another origin, on a port of its own."""
    site = Website("")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        found = site.pages.get(request.split(" ", 2)[1])
        body = (found or "").encode()
        head = (
            f"HTTP/1.1 {'200 OK' if found else '404 Not Found'}\r\nContent-Type: text/html; charset=utf-8\r\n"
        )
        writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    site.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield site
    server.close()


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest_asyncio.fixture(loop_scope="session")
async def serve(
    database_url: str, website: Website, tmp_path: Path, model: ScriptedModel
) -> AsyncIterator[Serve]:
    """Opens a service of the small practice, whose website is `website`, on a free port: its URL."""
    practice = tmp_path / "practice.yaml"
    more = f'name: Harbor Clinic, origins: ["{website.url}"]'
    practice.write_text(PRACTICE_YAML.replace("name: Harbor Clinic", more), encoding="utf-8")
    usual = {
        "database_url": database_url,
        "data_dir": tmp_path / "data",
        "practice_file": practice,
        "now": NOW,
        "rate_limit": 0,
        "worker": False,
        "twilio_auth_token": SecretStr("a-twilio-auth-token"),
    }

    @asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[str]:
        async with on_a_port(create_app(Settings(**(usual | changes)), model)) as url:
            yield url

    yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def desk_url(serve: Serve) -> AsyncIterator[str]:
    """A service with the usual settings."""
    async with serve() as url:
        yield url


@pytest.fixture
def right_to_left(tmp_path: Path) -> Path:
    """Sentences of which the widget's are written from right to left."""
    folder = tmp_path / "prompts"
    shutil.copytree(ROOT / "prompts" / "en", folder / "en")
    words = folder / "en" / "widget.yaml"
    words.write_text(words.read_text(encoding="utf-8").replace("dir: ltr", "dir: rtl"), encoding="utf-8")
    return folder


async def violations(page: Page, **options: Any) -> list[str]:
    """What axe finds wrong with the page, one line each; `options` are axe's own."""
    if not AXE.is_file():
        pytest.skip("axe is missing: run `make web` (it needs Node 20)")
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    # What is right need not be told in detail, which takes axe most of its time.
    how = json.dumps({"resultTypes": ["violations"], **options})
    found = await page.evaluate(f"axe.run(document, {how}).then(({{violations}}) => ({{violations}}))")
    return [
        f"{one['id']} ({one['impact']}): {node['html']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


async def picture(page: Page, name: str) -> Path:
    """Keeps a picture of the page as it is now."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    path = SCREENS / f"{name}.png"
    await page.screenshot(path=path)
    return path
