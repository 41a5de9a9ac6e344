"""Chooses the language model that the settings ask for: in this process, an inference server, or both."""

from __future__ import annotations

import os
import re
from pathlib import Path

from reception.errors import MisconfiguredError
from reception.inference.language_model import LanguageModel
from reception.settings import Settings

#: Names that read the same in a setting, a request and a log.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def build_language_model(settings: Settings) -> LanguageModel:
    """The model to use; nothing is loaded or connected before its `ready` or first `complete`.

    With an inference server, `fallback_model` answers here while the server is away. Raises
    MisconfiguredError for settings that name nothing usable.
    """
    if not settings.inference_url:
        return build_engine(settings)
    from reception.inference.client import RemoteModel
    from reception.inference.fallback import FallbackModel

    remote = RemoteModel(settings.inference_url, settings.inference_api_key, ca=settings.inference_ca)
    if not settings.fallback_model:
        return remote
    return FallbackModel(remote, build_engine(settings.model_copy(update={"model": settings.fallback_model})))


def build_engine(settings: Settings) -> LanguageModel:
    """The model in this process. Raises MisconfiguredError for adapters that can't be loaded."""
    # Imported here: a desk with an inference server elsewhere needs no llama.cpp.
    from reception.inference.engine import Engine
    from reception.inference.models import locate

    return Engine(
        lambda: locate(settings),
        threads=thread_count(settings),
        gpu_layers=settings.gpu_layers,
        sequences=settings.sequences,
        context_tokens=settings.context_tokens,
        adapters=adapter_files(settings),
    )


def adapter_files(settings: Settings) -> dict[str, Path]:
    """Each adapter's name and file. Raises MisconfiguredError that names the first unusable one."""
    files: dict[str, Path] = {}
    for part in settings.adapters.split(",") if settings.adapters.strip() else ():
        name, equals, file = (piece.strip() for piece in part.partition("="))
        path = Path(file).expanduser()
        if not equals or not file:
            raise _wrong(f"{part.strip()!r} is not written as name=file.gguf")
        if not _NAME.fullmatch(name):
            raise _wrong(f"the name {name!r} must be 1 to 64 letters, digits, dots, dashes or underscores")
        if name in {*files, settings.model, Path(settings.model).name.removesuffix(".gguf")}:
            raise _wrong(f"the name {name!r} is taken: each needs its own, other than the model's")
        if not path.is_file():
            raise _wrong(f"the file {path} of {name} is missing")
        files[name] = path
    return files


def thread_count(settings: Settings) -> int:
    """Threads for the model: as set, else one per core that this process may use."""
    if settings.threads:
        return settings.threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _wrong(why: str) -> MisconfiguredError:
    return MisconfiguredError(f"RECEPTION_ADAPTERS: {why}.")
