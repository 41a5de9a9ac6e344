"""What a figure means nothing without: the machine, the library, and the model's file."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import gguf
import msgspec
import numpy as np

from reception.inference.models import sum_of


class Machine(msgspec.Struct, frozen=True):
    """Where a benchmark ran: `cores` are those the process may use, `device` is the GPU or else the CPU."""

    cpu: str
    cores: int
    threads: int
    device: str
    system: str
    llama_cpp_python: str


class ModelFile(msgspec.Struct, frozen=True):
    """The file that was measured; `quantisation` as the file itself names it."""

    name: str
    quantisation: str
    bytes: int
    sha256: str


def this_machine(threads: int, gpu_layers: int = 0) -> Machine:
    """The machine that this process runs on."""
    cpu = _cpu()
    return Machine(
        cpu=cpu,
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        threads=threads,
        device=(_gpu() or "an unknown GPU") if gpu_layers else cpu,
        system=f"{platform.system()} {platform.machine()}",
        llama_cpp_python=version("llama-cpp-python"),
    )


def describe(path: Path) -> ModelFile:
    """Name, size and sum (all of the file is read) of a model's file."""
    return ModelFile(path.name, _quantisation(path), path.stat().st_size, sum_of(path))


def copy_bandwidth(threads: int, megabytes: int = 256) -> float:
    """Bytes a second that this machine's memory moves (read and written) when so many threads copy arrays."""
    parts = [np.ones(megabytes * 1_000_000 // 8 // threads) for _ in range(threads)]
    pairs = [(part, np.empty_like(part)) for part in parts]
    best = float("inf")
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(5):  # the first one makes the pages
            start = time.perf_counter()
            list(pool.map(lambda pair: np.copyto(pair[1], pair[0]), pairs))
            best = min(best, time.perf_counter() - start)
    return 2 * sum(part.nbytes for part in parts) / best


def _quantisation(path: Path) -> str:
    field: Any = gguf.GGUFReader(path).get_field("general.file_type")
    if field is None:
        return "unknown"
    try:
        return gguf.LlamaFileType(int(field.contents())).name.removeprefix("MOSTLY_")
    except ValueError:
        return "unknown"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _gpu() -> str:
    """The first GPU as its driver names it; "" where there is none."""
    command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return (answer.stdout.strip().splitlines() or [""])[0]
