"""Processes of the service that start in a moment, because one that has everything imported is forked.

They are as separate as `reception serve` makes them: their own sockets, pools and logs; SIGKILL ends one.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

PATIENCE = 180.0
_PRELOADED = ["reception.app", "reception.channels.web_server", "tests.history.model"]


def _context() -> multiprocessing.context.ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def serve(environment: Mapping[str, str], port: int, log: str) -> None:
    """What the new process does: the service, with a model that knows the phrases."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ.update(environment)

    from reception.app import create_app
    from reception.channels.web_server import run
    from reception.logging import configure_logging
    from reception.messaging import offers
    from reception.scheduling import waiting
    from reception.settings import Settings
    from tests.history.model import PhraseModel

    configure_logging()
    if minutes := float(os.environ.get("KEPT_MINUTES", "0")):  # for one who waits: a history is short
        offers.OFFER_MINUTES = waiting.KEPT_MINUTES = minutes  # type: ignore
    model = PhraseModel(float(os.environ.get("PHRASE_MODEL_PAUSE", "0")))
    run(create_app(Settings(), model), "127.0.0.1", port, lambda _: None)


class ServiceProcess:
    """One service on one port, however often it is started."""

    def __init__(self, name: str, port: int, environment: Mapping[str, str], folder: Path) -> None:
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        self.environment = dict(environment)
        self.log = folder / f"{name}.log"
        self._port = port
        self._process: multiprocessing.process.BaseProcess | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None and self._process.pid is not None
        return self._process.pid

    def start(self) -> None:
        """Returns at once; see `wait`."""
        arguments = (self.environment, self._port, str(self.log))
        self._process = _context().Process(target=serve, args=arguments, daemon=True)
        self._process.start()

    def wait(self) -> None:
        """Returns once a conversation can start."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{self.name} did not start: {self.log.read_text()[-2000:]}")

    def kill_now(self) -> None:
        """SIGKILL, without waiting for the end."""
        os.kill(self.pid, signal.SIGKILL)

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL for one that does not end."""
        if self._process is not None:
            self._process.terminate()
            self._process.join(10)
            self.kill()
