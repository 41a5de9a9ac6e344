"""llama-server as a contender: its /completion endpoint, on the same file and threads, in three forms.

Its JSON schema lets the model write up to twenty tabs between any two tokens, which one that was tuned to
write something else does: several times the tokens, and no more meaning. What the server itself can do shows
with a grammar, for JSON without blanks and for the desk's own frame. Each form has a process of its own,
since the server keeps prompts that it has seen.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

from reception.bench.contenders import PeerMissing, Taken
from reception.bench.peers import SCHEMA, compact_json_grammar, frame_grammar
from reception.bench.utterances import Said
from reception.inference.model_file import announces_amx
from reception.understanding.prompt import FRAME_TOKENS, build_prompt, parse_frame

#: Tokens of context for each slot; seconds until the server must be there, and for one answer.
SLOT_TOKENS = 1024
START_PATIENCE = 60.0
PATIENCE = 120.0
NOT_INSTALLED = "llama-server is not installed here: name it with --llama-server or RECEPTION_LLAMA_SERVER"


class Form(StrEnum):
    """What the server is asked to write."""

    SCHEMA = "llama-server, JSON schema"
    COMPACT = "llama-server, compact JSON"
    FRAME = "llama-server, same frame"


class Server:
    """A running llama-server; answers as many turns at once as it has slots."""

    def __init__(self, http: httpx.AsyncClient, form: Form) -> None:
        self.name = str(form)
        self._http = http
        self._check = parse_frame if form == Form.FRAME else json.loads
        bounds: dict[Form, dict[str, Any]] = {
            Form.SCHEMA: {"json_schema": SCHEMA},
            Form.COMPACT: {"grammar": compact_json_grammar()},
            Form.FRAME: {"grammar": frame_grammar()},
        }
        self._bounds = bounds[form]

    async def turn(self, said: Said, conversation: str = "") -> Taken:
        """See `Contender.turn`. The server itself finds a slot with the same beginning."""
        start = time.perf_counter()
        body = {
            "prompt": build_prompt(said.desk, said.patient),
            "n_predict": FRAME_TOKENS,
            "temperature": 0.0,
            "cache_prompt": True,
            **self._bounds,
        }
        try:
            response = await self._http.post("/completion", json=body)
            content = response.raise_for_status().json()["content"]
        except (httpx.HTTPError, KeyError) as error:
            raise PeerMissing(f"llama-server failed to answer ({type(error).__name__})") from error
        try:
            self._check(content)
            whole = True
        except ValueError:
            whole = False
        return Taken((time.perf_counter() - start) * 1000, whole)


def find(named: str) -> str:
    """The program to run: the one named, else the one on the PATH. Raises PeerMissing."""
    found = shutil.which(named or "llama-server")
    if found is None:
        raise PeerMissing(f"there is no program {named}" if named else NOT_INSTALLED)
    return found


@asynccontextmanager
async def serving(
    named: str, path: Path, form: Form, *, threads: int, slots: int = 1, gpu_layers: int = 0
) -> AsyncIterator[Server]:
    """Starts llama-server on a free port and stops it afterwards; raises PeerMissing where it won't run."""
    port = _free_port()
    options = ["-m", str(path), "--host", "127.0.0.1", "--port", str(port), "-fa", "on"]
    options += ["-t", str(threads), "-tb", str(threads), "-c", str(SLOT_TOKENS * slots), "-np", str(slots)]
    options += ["-cb", "-ngl", str(gpu_layers if gpu_layers >= 0 else 999)]
    if announces_amx():
        options.append("--no-repack")  # the engine does without packed weights here, so must this
    try:
        process = await asyncio.create_subprocess_exec(
            find(named), *options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise PeerMissing(f"llama-server can't be run ({type(error).__name__})") from error
    limits = httpx.Limits(max_connections=slots, max_keepalive_connections=slots)
    base = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=base, timeout=PATIENCE, limits=limits, trust_env=False) as http:
        try:
            await _healthy(http, process)
            yield Server(http, form)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _healthy(http: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
    start = time.monotonic()
    while process.returncode is None and time.monotonic() - start < START_PATIENCE:
        try:
            if (await http.get("/health")).is_success:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.2)
    raise PeerMissing("llama-server did not start: run it by hand to see why")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
