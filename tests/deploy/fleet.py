"""A whole installation on this machine: two services, an inference server, PostgreSQL, and nginx before them.

Each part is a process of its own that can be killed, stopped and started again on the port it had.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from reception.data_keys import new_key
from reception.database.embedded import EmbeddedServer
from tests.deploy.rendered import ROOT

#: Seconds until a part must be ready.
PATIENCE = 240.0
KEY = "a-key-for-trying"

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log warn;
events {{ worker_connections 512; }}
http {{
    access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    map $http_upgrade $connection_upgrade {{ default upgrade; "" ""; }}
    upstream desk {{ {servers} keepalive 32; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://desk;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_connect_timeout 1s;
            proxy_read_timeout 60s;
            # A message carries an identifier, so that sending it twice is harmless.
            proxy_next_upstream error timeout http_502 http_503 non_idempotent;
        }}
    }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Part:
    """A process that listens on a port; `ready` says whether it answers."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    ready: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=os.environ | self.environment, stdout=log, stderr=log, cwd=ROOT
            )

    def wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while not self.ready():
            assert self.process is None or self.process.poll() is None, self.log.read_text()[-2000:]
            assert time.monotonic() < end, f"{self.name} did not become ready: {self.log.read_text()[-2000:]}"
            time.sleep(0.1)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None


@dataclass
class Postgres:
    """The embedded server, as a part: killed by its process id, started on the same port."""

    folder: Path
    server: EmbeddedServer = field(init=False)
    url: str = ""

    def __post_init__(self) -> None:
        self.server = EmbeddedServer(self.folder, durable=True)

    def start(self) -> None:
        self.url = self.server.start()

    def wait(self) -> None:
        psycopg.connect(self.url).close()

    def kill(self) -> None:
        pid = (self.folder / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0]
        os.kill(int(pid), signal.SIGKILL)

    def stop(self) -> None:
        self.server.stop()


class Fleet:
    """All parts, by name: postgres, inference, first, second, nginx."""

    def __init__(self, folder: Path, practice: Path, now: str) -> None:
        self._folder = folder
        self.postgres = Postgres(folder / "data")
        self.postgres.start()
        ports = {name: free_port() for name in ("inference", "first", "second", "nginx")}
        self.url = f"http://127.0.0.1:{ports['nginx']}"
        self.direct = {name: f"http://127.0.0.1:{ports[name]}" for name in ("first", "second", "inference")}
        shared = {
            "PYTHONPATH": str(ROOT), "RECEPTION_DATABASE_URL": self.postgres.url, "RECEPTION_NOW": now,
            "RECEPTION_INFERENCE_URL": self.direct["inference"], "RECEPTION_INFERENCE_API_KEY": KEY,
            "RECEPTION_RATE_LIMIT": "0", "RECEPTION_PROXIES": "1", "RECEPTION_PRACTICE_FILE": str(practice),
            "RECEPTION_THREADS": "1", "RECEPTION_DATA_KEYS": new_key(),
        }  # fmt: skip
        self.parts: dict[str, Part | Postgres] = {"postgres": self.postgres}
        self.parts["inference"] = self._reception(
            "inference", ["inference"], ports["inference"], {"RECEPTION_INFERENCE_API_KEY": KEY}
        )
        for name in ("first", "second"):
            own = shared | {"RECEPTION_DATA_DIR": str(folder / name)}
            self.parts[name] = self._reception(name, ["serve"], ports[name], own)
        self.parts["nginx"] = self._nginx(ports)

    def start(self) -> None:
        for part in self.parts.values():
            part.start()
        for part in self.parts.values():
            part.wait()

    def stop(self) -> None:
        for part in reversed(self.parts.values()):
            part.stop()

    def answers(self, model: str) -> float:
        """How many answers the services have had from that model since they started: remote or local."""
        wanted = f'reception_inference_answers_total{{model="{model}"}} '
        total = 0.0
        for name in ("first", "second"):
            text = httpx.get(f"{self.direct[name]}/metrics", timeout=10).text
            total += sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(wanted))
        return total

    def _reception(self, name: str, command: list[str], port: int, environment: dict[str, str]) -> Part:
        def ready() -> bool:
            try:
                return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=10).status_code == 200
            except httpx.HTTPError:
                return False

        full = [sys.executable, "-m", "reception.cli", *command, "--port", str(port)]
        return Part(name, full, environment, self._folder / f"{name}.log", ready)

    def _nginx(self, ports: dict[str, int]) -> Part:
        servers = " ".join(
            f"server 127.0.0.1:{ports[name]} max_fails=1 fail_timeout=1s;" for name in ("first", "second")
        )
        file = self._folder / "nginx.conf"
        file.write_text(NGINX.format(folder=self._folder, servers=servers, port=ports["nginx"]))
        command = ["nginx", "-p", str(self._folder), "-c", str(file)]

        def ready() -> bool:
            try:
                return httpx.get(f"{self.url}/health/live", timeout=5).status_code == 200
            except httpx.HTTPError:
                return False

        return Part("nginx", command, {}, self._folder / "nginx.out", ready)
