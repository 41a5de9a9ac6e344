"""Recipes of training runs, as the files in configs/ describe them, and the base model each starts from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import yaml
from gguf import GGUFReader

from reception.settings import Settings


@dataclass(frozen=True)
class Recipe:
    """One training run; the fields are those of the files in configs/ (explained there).

    `rank` 0 trains all weights instead of an adapter. `quantise` "nf4" keeps the base in four bits while the
    adapter is trained (QLoRA): on CUDA, from a Hugging Face folder, with `bitsandbytes` installed.
    """

    name: str
    base: str
    output: str
    rank: int
    alpha: float
    learning_rate: float
    warmup: float
    final_learning_rate: float
    weight_decay: float
    clip: float
    batch_tokens: int
    row_tokens: int
    longest: int
    epochs: int
    minutes: float
    seed: int
    processes: int
    device: str
    dtype: str
    quantise: str = ""


def read_recipe(path: Path) -> Recipe:
    """The recipe in a YAML file. Raises SystemExit that names what is wrong with it."""
    try:
        recipe = Recipe(**yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, TypeError, yaml.YAMLError) as error:
        raise SystemExit(f"{path} is no recipe: {error}") from error
    if recipe.rank == 0 and (recipe.dtype != "float32" or recipe.quantise):
        raise SystemExit(f"{path}: to train all weights (rank 0), set dtype: float32 and no quantise")
    if recipe.quantise not in ("", "nf4"):
        raise SystemExit(f"{path}: quantise must be nf4 or left out")
    return recipe


def weights_file(recipe: Recipe) -> str:
    """What a run's trained weights are called: those of an adapter, or of the whole model."""
    return "adapter.safetensors" if recipe.rank else "model.safetensors"


def find_base(recipe: Recipe, given: Path | None = None) -> Path:
    """The base model's file: the option, else in the folder where models are kept."""
    path = given or Settings().model_dir / recipe.base
    if not path.exists():
        raise SystemExit(f"{path} is missing: run `reception model pull smollm2-135m`, or give --base")
    kind = _architecture(path)
    if kind != "llama":
        raise SystemExit(
            f"{path} is {kind or 'no model'}: give --base a GGUF or folder of the Llama architecture"
        )
    return path


def _architecture(path: Path) -> str:
    """What kind of model a Hugging Face folder or a GGUF file holds; "" when it is neither."""
    try:
        if path.is_dir():
            return str(json.loads((path / "config.json").read_text())["model_type"])
        field = GGUFReader(path).get_field("general.architecture")
        return str(field.contents()) if field else ""
    except (OSError, ValueError, KeyError):
        return ""
