"""How much memory a model and its conversations need, how many fit, and the refusal of what cannot.

The key-value cache takes `layers * kv_heads * head * 2 * 2` bytes a token: keys and values, 16 bits each.
What llama.cpp needs besides (scores of a batch, activations, the GPU's own context) is estimated on the
large side. Gigabytes are of 10^9 bytes: a T4 sold with 16 GB reports 16.1 of them, an A10G sold with 24
reports 24.1.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from reception.errors import MisconfiguredError
from reception.inference.header import Measures, read_measures
from reception.settings import Settings

GB = 1e9
#: Tokens evaluated in one call, as the engine sets it.
BATCH = 512
#: What a driver and its libraries take of a GPU before any model is there, in bytes.
GPU_OVERHEAD = 0.6 * GB
#: Tokens that one conversation holds at most while it has its turn: prompt, the longest utterance, frame.
CONVERSATION_TOKENS = 256
_CGROUP = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True)
class Need:
    """Bytes, by what needs them."""

    weights: float
    cache: float
    work: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.weights + self.cache + self.work


def cache_bytes(measures: Measures) -> int:
    """Bytes of the key-value cache for one token."""
    return measures.layers * measures.kv_heads * measures.head * 2 * 2


def need(measures: Measures, context_tokens: int, *, gpu: bool) -> Need:
    """What a model with that many tokens of cache needs."""
    row = measures.vocabulary + 8 * measures.width + 4 * measures.inner
    work = BATCH * row * 4 + (GPU_OVERHEAD if gpu else 0.0)
    return Need(measures.weights, context_tokens * cache_bytes(measures), work)


def conversations(measures: Measures, memory: float, *, gpu: bool) -> int:
    """How many conversations may have their turn at once in `memory` bytes; 0 when the model does not fit."""
    left = memory - need(measures, 0, gpu=gpu).total
    return max(0, int(left // (CONVERSATION_TOKENS * cache_bytes(measures))))


def check_fit(path: Path, settings: Settings) -> None:
    """MisconfiguredError, with the numbers and what would fit, when model and cache exceed the memory."""
    gpu = settings.gpu_layers != 0
    memory = settings.memory_gb * GB or (gpu_memory() if gpu else machine_memory())
    if not memory:
        return  # a GPU that nobody could ask: llama.cpp will say itself when it is too small
    measures = read_measures(path)
    wanted = need(measures, settings.context_tokens, gpu=gpu)
    if wanted.total <= memory:
        return
    spare = memory - wanted.weights - wanted.work
    fitting = int(spare // cache_bytes(measures)) if spare > 0 else 0
    advice = (
        f"set RECEPTION_CONTEXT_TOKENS to {fitting} or fewer"
        if fitting >= 512
        else "choose a smaller RECEPTION_MODEL, or more memory"
    )
    raise MisconfiguredError(
        f"The model does not fit into {memory / GB:.1f} GB: {wanted.weights / GB:.1f} GB of weights,"
        f" {wanted.cache / GB:.1f} GB of cache for {settings.context_tokens} tokens"
        f" ({cache_bytes(measures) / 1000:.0f} kB each) and {wanted.work / GB:.1f} GB to work in:"
        f" {advice}. RECEPTION_MEMORY_GB says how much there is."
    )


def machine_memory() -> float:
    """Bytes that this process may use: the container's limit where it has one."""
    total: float = psutil.virtual_memory().total
    try:
        limit = _CGROUP.read_text().strip()
    except OSError:
        return total
    return min(total, float(limit)) if limit.isdecimal() else total


def gpu_memory() -> float:
    """Bytes of all NVIDIA GPUs together, as their driver's tool tells; 0 where it can't be asked."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return 0.0
    command = [tool, "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    lines = answer.stdout.split() if answer.returncode == 0 else []
    return sum(float(one) for one in lines if one.isdecimal()) * 1024**2
