"""The command that waits for a process's calls to end: what Kubernetes runs before it stops a pod."""

from __future__ import annotations

import time

import click
import httpx
from prometheus_client.parser import text_string_to_metric_families

#: Seconds between two looks.
PAUSE = 1.0
GAUGE = "reception_relay_sockets"


@click.command(epilog="Example: reception drain --port 8000 --seconds 1200")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Its port.")
@click.option("--quiet", default=10.0, show_default=True, help="Seconds to wait in any case: for proxies.")
@click.option("--seconds", default=1200.0, show_default=True, help="The longest wait.")
def drain(port: int, quiet: float, seconds: float) -> None:
    """Returns once the service on this machine's PORT holds no call any more, or after so many seconds.

    New calls must go elsewhere by then; a pod that is being stopped gets none. Chats need no waiting: each
    message may go to another process.
    """
    end = time.monotonic() + seconds
    time.sleep(min(quiet, seconds))
    while time.monotonic() < end and open_calls(port) > 0:
        time.sleep(PAUSE)


def open_calls(port: int) -> float:
    """The calls of the service on that port; 0 when it does not answer, for then there is nothing to save."""
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5)
        families = text_string_to_metric_families(answer.text)
        return sum(sample.value for one in families if one.name == GAUGE for sample in one.samples)
    except (httpx.HTTPError, ValueError):
        return 0.0
