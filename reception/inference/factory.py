"""Chooses the language model that the settings ask for: in this process, or an inference server."""

from __future__ import annotations

import os

from reception.inference.language_model import LanguageModel
from reception.settings import Settings


def build_language_model(settings: Settings) -> LanguageModel:
    """The model to use; nothing is loaded or connected before its `ready` or first `complete`."""
    if settings.inference_url:
        from reception.inference.client import RemoteModel

        return RemoteModel(settings.inference_url, settings.inference_api_key)
    return build_engine(settings)


def build_engine(settings: Settings) -> LanguageModel:
    """The model in this process."""
    # Imported here: a desk with an inference server elsewhere needs no llama.cpp.
    from reception.inference.engine import Engine
    from reception.inference.models import locate

    threads = thread_count(settings)
    return Engine(lambda: locate(settings), threads=threads, gpu_layers=settings.gpu_layers)


def thread_count(settings: Settings) -> int:
    """Threads for the model: as set, else one per core that this process may use."""
    if settings.threads:
        return settings.threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
