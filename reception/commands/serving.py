"""Commands that run until they are stopped, and the list of settings."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from prometheus_client import start_http_server

from reception.commands import read_settings
from reception.errors import Invalid, Unavailable
from reception.settings import Settings

if TYPE_CHECKING:
    from reception.database.connection import Database

#: Seconds between two signs of life of the worker.
HEARTBEAT = 10.0
#: Seconds between two questions to a database that is away.
RETRY = 2.0

_INFERENCE_EXAMPLES = """Example: reception inference --host 0.0.0.0 --port 8100

\b
With a key, an adapter and all layers on the GPU:
  RECEPTION_INFERENCE_API_KEY=secret RECEPTION_ADAPTERS=dental=dental.gguf \\
    RECEPTION_GPU_LAYERS=-1 reception inference --host 0.0.0.0

\b
Asking it, and a desk that uses it:
  curl http://gpu:8100/v1/chat/completions -H 'Authorization: Bearer secret' \\
    -d '{"messages": [{"role": "user", "content": "Hello!"}], "stream": true}'
  RECEPTION_INFERENCE_URL=http://gpu:8100 RECEPTION_INFERENCE_API_KEY=secret reception serve
"""


@click.command(epilog="Example: reception serve --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port.")
def serve(host: str, port: int) -> None:
    """The web service: chat, phone webhooks, background worker."""
    settings = read_settings()
    from reception.app import create_app
    from reception.channels.web_server import IDLE, IDLE_BEHIND_PROXY, run
    from reception.logging import configure_logging
    from reception.staff.first_admin import show_setup_link

    configure_logging()
    app = create_app(settings)
    shown: list[asyncio.Task[None]] = []

    def started(url: str) -> None:
        click.echo(_welcome(settings, url))
        shown.append(asyncio.create_task(show_setup_link(app.state.service, url, click.echo)))

    behind_proxy = settings.proxies or settings.trusted_proxies
    run(app, host, port, started, IDLE_BEHIND_PROXY if behind_proxy else IDLE)


def _welcome(settings: Settings, url: str) -> str:
    from reception.channels.pages import STATIC

    built = (STATIC / "build").is_dir()
    return "\n".join(
        (
            "",
            *(
                ()
                if built
                else ("  The chat widget and the dashboard are not built: run `make web` (Node 20).",)
            ),
            f"  The desk is open: {settings.public_url or url}",
            f"  For staff:        {settings.staff_base or url}/staff",
            f"  Ready?            {url}/health/ready",
            "  In a terminal:    reception chat",
            "  A phone call:     reception call",
            "  Stop with Ctrl-C.",
            "",
        )
    )


@click.command(epilog=_INFERENCE_EXAMPLES)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8100, show_default=True, type=click.IntRange(0, 65535), help="Port.")
def inference(host: str, port: int) -> None:
    """The inference server alone, for a machine with a GPU.

    Speaks OpenAI's protocol under /v1: models, completions and chat/completions, also as streams. A request's
    `model` is the model's name or an adapter's. `temperature` is 0 unless given, and `grammar` (with
    `grammar_syntax`: lark, json_schema, regex, gbnf) or `response_format` say what an answer must look like.
    Needs RECEPTION_INFERENCE_API_KEY as bearer token when that is set. /metrics and /health/ready are open.
    """
    settings = read_settings()
    from reception.inference import server
    from reception.logging import configure_logging

    configure_logging()
    server.serve(settings, host, port)


@click.command(
    epilog="""\b
Example: RECEPTION_WORKER=false reception serve & reception worker
         reception worker --metrics-port 9100"""
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of the metrics.")
@click.option(
    "--metrics-port", default=0, type=click.IntRange(0, 65535), help="Port of /metrics [default: none]."
)
def worker(host: str, metrics_port: int) -> None:
    """The background worker alone; `reception serve` runs one itself unless RECEPTION_WORKER is false."""
    settings = read_settings()
    from reception.logging import configure_logging

    configure_logging()
    with metrics_served(host, metrics_port):
        asyncio.run(_worker(settings))


@contextmanager
def metrics_served(host: str, port: int) -> Iterator[None]:
    """Serves the process's metrics meanwhile; not at all without a port. Invalid where it is taken."""
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(port, host)
    except OSError as error:
        raise Invalid(f"The metrics can't be served on {host}:{port}: {error.strerror}.") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def _worker(settings: Settings) -> None:
    from reception.clock import Clock
    from reception.database.connection import Database
    from reception.messaging.texts import build_texts
    from reception.messaging.twilio_api import twilio_api
    from reception.production import check_production
    from reception.recordings import Recordings
    from reception.retention import Retention
    from reception.worker import work

    async def fenced_work() -> None:
        await _fenced(settings, database)
        await work(database, texts, retention=retention)

    check_production(settings)
    database = await Database.of(settings)
    api = twilio_api(settings)
    clock = Clock(settings.now)
    texts = build_texts(settings, database, clock, api)
    retention = Retention(database, clock, Recordings(api))
    task = asyncio.create_task(fenced_work())
    alive = asyncio.create_task(_show_alive(settings.data_dir / "worker.alive"))
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, task.cancel)
    with suppress(asyncio.CancelledError):
        await task
    alive.cancel()
    if api is not None:
        await api.close()
    await database.close()


async def _fenced(settings: Settings, database: Database) -> None:
    """Returns once the database has said that its role is one for production; MisconfiguredError if not."""
    from reception.production import check_role

    while True:
        try:
            return await check_role(settings, database)
        except Unavailable:  # it is tried again, as everything is that the database does
            await asyncio.sleep(RETRY)


async def _show_alive(file: Path) -> None:
    """Touches a file as long as the process gets anywhere: whoever watches the worker looks at its age."""
    await asyncio.to_thread(file.parent.mkdir, parents=True, exist_ok=True)
    while True:
        await asyncio.to_thread(file.touch)
        await asyncio.sleep(HEARTBEAT)


@click.command("settings", epilog="Example: RECEPTION_RATE_LIMIT=0 reception settings")
def settings_table() -> None:
    """Every setting: its variable, its value now, and what it means. Secrets are not shown."""
    settings = read_settings()
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        shown = "" if value is None else str(value)
        changed = "" if name not in settings.model_fields_set else "  (set)"
        click.echo(f"{click.style(f'RECEPTION_{name.upper()}', bold=True)}={shown}{changed}")
        click.echo(f"    {field.description}")
