"""The service that a load run calls: a process of its own, as `reception serve` starts it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]

from reception.errors import Unavailable
from reception.settings import Settings

#: Seconds until the model must have been loaded, and to stop.
STARTING = 120.0
STOPPING = 15.0
_ADDRESS = "The desk is open: "


@dataclass(frozen=True)
class Served:
    """A service that runs: its base URL and its process."""

    base: str
    pid: int

    def cpu_seconds(self) -> float:
        """What the process has used so far, all threads together (its database is another process)."""
        used = psutil.Process(self.pid).cpu_times()
        return float(used.user + used.system)


@asynccontextmanager
async def service_process(
    settings: Settings, folder: Path, changes: Mapping[str, str]
) -> AsyncIterator[Served]:
    """A service, ready for conversations, whose log goes to `folder`.

    It has this process's environment with `changes`. Raises Unavailable, which says where the log is.
    """
    log = folder / "serve.log"
    environment = {**os.environ, "RECEPTION_MODEL_DIR": str(settings.model_dir), **changes}
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "reception.cli", "serve", "--port", "0"),
            env=environment, stdout=asyncio.subprocess.PIPE, stderr=errors, limit=1 << 20,
        )  # fmt: skip
    reading = None
    try:
        assert process.stdout is not None
        async with asyncio.timeout(STARTING):
            base = await _address(process.stdout)
            reading = asyncio.create_task(_log(process.stdout, log))
            await _ready(base, process)
        yield Served(base, process.pid)
    except TimeoutError:
        raise Unavailable(f"The service did not start; its log is {log}") from None
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOPPING)
            except TimeoutError:
                process.kill()
        if reading is not None:
            await reading


async def _address(out: asyncio.StreamReader) -> str:
    while line := (await out.readline()).decode():
        if _ADDRESS in line:
            return line.split(_ADDRESS)[1].strip()
    raise Unavailable("The service did not start; `reception serve` says why")


async def _log(out: asyncio.StreamReader, log: Path) -> None:
    with log.open("ab") as file:
        while data := await out.read(65_536):
            file.write(data)


async def _ready(base: str, process: asyncio.subprocess.Process) -> None:
    async with httpx.AsyncClient(base_url=base, timeout=10) as http:
        while (await http.get("/health/ready")).status_code != 200:
            if process.returncode is not None:
                raise Unavailable("The service ended at once")
            await asyncio.sleep(0.25)
