"""The mean of a run's adapter and the one it started from: it keeps more of what the first knew.

python -m fine_tune.average --config fine_tune/configs/desk-135m-more.yaml --run runs/desk-135m-more \
    --with fine_tune/adapters/desk-135m.gguf --out runs/desk-135m-mean [--share 0.7]

Only for weights of one line: matrices of two runs that began apart mean nothing together.
"""

# ruff: noqa: T201 (a script: what it prints is its output)

from __future__ import annotations

import argparse
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import AutoConfig

from fine_tune.recipe import find_base, read_recipe, weights_file
from fine_tune.train import read_start


def mean(one: dict[str, Tensor], other: dict[str, Tensor], share: float = 0.5) -> dict[str, Tensor]:
    """The mean of two adapters, matrix by matrix, `share` (0 to 1) of it `one`.

    ValueError where they don't have the same matrices.
    """
    if {name: tensor.shape for name, tensor in one.items()} != {
        name: tensor.shape for name, tensor in other.items()
    }:
        raise ValueError("The adapters differ in rank or projections: give two of the same recipe")
    return {
        name: other[name].float().lerp(tensor.float(), share).contiguous() for name, tensor in one.items()
    }


def main(arguments: list[str] | None = None) -> None:
    """Writes adapter.safetensors into a folder that `export --run` takes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, required=True, help="a recipe in configs/")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--with", dest="start", type=Path, required=True, help="weights it started from")
    parser.add_argument("--share", type=float, default=0.5, help="the run's share of the mean, 0 to 1")
    parser.add_argument("--base", type=Path, help="the base model's GGUF file")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    options = parser.parse_args(arguments)
    if not 0 <= options.share <= 1:
        raise SystemExit("--share is a share: give a number from 0 to 1")
    recipe = read_recipe(options.config)
    base = find_base(recipe, options.base)
    folder, file = (base, {}) if base.is_dir() else (base.parent, {"gguf_file": base.name})
    start = read_start(options.start, AutoConfig.from_pretrained(folder, **file), recipe)
    try:
        weights = mean(load_file(options.run / weights_file(recipe)), start, options.share)
    except (OSError, ValueError) as error:
        raise SystemExit(str(error)) from error
    options.out.mkdir(parents=True, exist_ok=True)
    save_file(weights, options.out / weights_file(recipe))
    print(f"{options.out / weights_file(recipe)}: {len(weights)} matrices")


if __name__ == "__main__":
    main()
