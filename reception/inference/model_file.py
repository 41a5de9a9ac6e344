"""Loads a model file into llama.cpp, after what can be told from its first bytes; names what to change."""

from __future__ import annotations

import ctypes
import hashlib
import struct
from collections import deque
from pathlib import Path
from typing import Any

import llama_cpp

from reception.errors import ContextTooSmall, MisconfiguredError, ModelMissing, WrongArchitecture

ARCHITECTURE = "llama"
#: A turn with its frame always fits into this many tokens.
LEAST_TOKENS = 512
_ERROR_LEVEL = 4
_EDGE = 1 << 20
_troubles: deque[str] = deque(maxlen=8)


@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
def _keep_errors(level: int, text: bytes, _data: object) -> None:
    if level == _ERROR_LEVEL:
        _troubles.append(text.decode("utf-8", "replace").strip())


# llama.cpp holds the callback as a bare pointer: the module's name keeps it alive.
llama_cpp.llama_log_set(_keep_errors, ctypes.c_void_p(0))


def load_model(path: Path, gpu_layers: int) -> Any:
    """llama.cpp's model; raises WrongArchitecture or ModelMissing."""
    if _architecture(path) != ARCHITECTURE:
        raise WrongArchitecture(
            f"{path.name} is not of the Llama architecture: set RECEPTION_MODEL to one that is."
        )
    llama_cpp.llama_backend_init()
    params = llama_cpp.llama_model_default_params()
    params.n_gpu_layers = gpu_layers
    params.use_extra_bufts = not announces_amx()
    _troubles.clear()
    model = llama_cpp.llama_model_load_from_file(str(path).encode(), params)
    if model:
        return model
    raise ModelMissing(
        f"{path.name} can't be loaded ({_reason()}): run `reception model pull`, or set another"
        " RECEPTION_MODEL."
    )


def load_adapter(model: Any, name: str, path: Path) -> Any:
    """llama.cpp's LoRA adapter for a loaded model; raises MisconfiguredError."""
    _troubles.clear()
    adapter = llama_cpp.llama_adapter_lora_init(model, str(path).encode()) if path.is_file() else None
    if adapter:
        return adapter
    reason = _reason() if path.is_file() else "there is no such file"
    raise MisconfiguredError(
        f"The adapter {name} can't be loaded ({reason}): give RECEPTION_ADAPTERS a LoRA in GGUF that was made"
        " for this model."
    )


def usable_length(model: Any, path: Path, wanted: int) -> int:
    """How many tokens one sequence may have; raises ContextTooSmall under `LEAST_TOKENS`."""
    trained = int(llama_cpp.llama_model_n_ctx_train(model))
    if trained < LEAST_TOKENS:
        raise ContextTooSmall(
            f"{path.name} reads only {trained} tokens: set RECEPTION_MODEL to a model that reads"
            f" {LEAST_TOKENS} or more."
        )
    if wanted < LEAST_TOKENS:
        raise ContextTooSmall(f"RECEPTION_CONTEXT_TOKENS={wanted} is too few: set {LEAST_TOKENS} or more.")
    return min(trained, wanted)


def fingerprint(path: Path) -> bytes:
    """Tells models apart without reading gigabytes: a sum of the file's size and its two ends."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(_EDGE)
        file.seek(max(0, size - _EDGE))
        return hashlib.sha256(size.to_bytes(8, "little") + start + file.read()).digest()


def announces_amx() -> bool:
    """Whether the processor says that it has AMX: llama.cpp would then pack weights for it.

    Virtual machines may announce AMX and refuse its first instruction, which ends the whole process; for a
    model of this size it brings little, so it is left alone wherever it is announced.
    """
    try:
        return " amx_tile" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


def _reason() -> str:
    return next((line for line in _troubles if "error" in line), "llama.cpp refused it")


def _architecture(path: Path) -> str:
    """What a GGUF file names as its architecture, which is always its first entry; "" for other files."""
    with path.open("rb") as file:
        head = file.read(256)
    try:
        (length,) = struct.unpack_from("<Q", head, 24)
        (size,) = struct.unpack_from("<Q", head, 36 + length)
    except (struct.error, OverflowError):
        return ""
    key, value = head[32 : 32 + length], head[44 + length : 44 + length + size]
    return value.decode("ascii", "replace") if key == b"general.architecture" else ""
