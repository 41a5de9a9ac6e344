"""A service in a process of its own, as `reception serve` starts it: to be called, measured and killed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]

from reception.channels.web_server import listen
from reception.errors import Unavailable

#: Arguments for Python.
SERVE = ("-m", "reception.cli", "serve", "--port", "{port}")
#: Seconds until the model must have been loaded, and to stop.
STARTING = 120.0
STOPPING = 15.0
_LOOK = 0.1


class ServiceProcess:
    """One service on one port, however often it is started. Its log goes to `folder`."""

    def __init__(self, folder: Path, changes: Mapping[str, str], command: Sequence[str] = ()) -> None:
        """It has this process's environment with `changes`.

        `command` are other arguments for Python, with `{port}` for the port.
        """
        with listen("127.0.0.1", 0) as free:
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "serve.log"
        self._command = [each.format(port=self.port) for each in command or SERVE]
        self._environment = {**os.environ, **changes}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns once it is ready for conversations. Unavailable when it can't be."""
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, *self._command),
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        self._process = process
        try:
            async with asyncio.timeout(STARTING), httpx.AsyncClient(base_url=self.base, timeout=10) as http:
                while not await _ready(http):
                    if process.returncode is not None:
                        raise Unavailable(f"The service ended at once; its log is {self.log}")
                    await asyncio.sleep(_LOOK)
        except TimeoutError:
            raise Unavailable(f"The service did not start; its log is {self.log}") from None

    async def kill(self) -> None:
        """Ends it at once, without a chance to tidy up."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        """Lets it end what it does."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), STOPPING)
            except TimeoutError:
                await self.kill()

    def cpu_seconds(self) -> float:
        """What it has used since it was started, all threads together (its database is another process)."""
        assert self._process is not None
        used = psutil.Process(self._process.pid).cpu_times()
        return float(used.user + used.system)


@asynccontextmanager
async def service_process(
    folder: Path, changes: Mapping[str, str], command: Sequence[str] = ()
) -> AsyncIterator[ServiceProcess]:
    """A service for as long as the block lasts."""
    process = ServiceProcess(folder, changes, command)
    try:
        await process.start()
        yield process
    finally:
        await process.stop()


def own_service(data: Path, practice: Path, now: str) -> dict[str, str]:
    """The environment of a service that shares nothing with the one that runs here: all state in `data`."""
    return {
        "RECEPTION_DATABASE_URL": "",
        "RECEPTION_DATA_DIR": str(data),
        "RECEPTION_PRACTICE_FILE": str(practice.absolute()),
        "RECEPTION_NOW": now,
        "RECEPTION_RATE_LIMIT": "0",
        "RECEPTION_ENV": "development",
        "RECEPTION_PUBLIC_URL": "",
    }


async def _ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/health/ready")).status_code == 200
    except httpx.TransportError:
        return False
