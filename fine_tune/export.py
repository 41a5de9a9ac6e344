"""Writes a trained adapter as a GGUF LoRA file, and checks that the merged model answers as the trained one.

Where all weights were trained, it writes a whole model instead.

python -m fine_tune.export --config fine_tune/configs/desk-135m.yaml [--run runs/desk-135m] [--check]
"""

# ruff: noqa: T201 (a script: what it prints is its output)

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

import gguf
from rich.progress import track
from safetensors.numpy import load_file

from fine_tune.adapter_file import NAMES, Tensors, permute_rows, write_adapter
from fine_tune.recipe import Recipe, find_base, read_recipe, weights_file
from reception.inference.engine import Engine
from reception.inference.factory import thread_count
from reception.inference.language_model import Request
from reception.inference.merge import merge, rewrite
from reception.inference.storages import STORAGES
from reception.settings import Settings
from reception.understanding.prompt import FRAME_TOKENS

#: What else has weights: the trainer's name → the file's.
OTHERS = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "embed_tokens": "token_embd",
    "norm": "output_norm",
    "lm_head": "output",
}
#: An adapter in this folder travels in git: at most so many bytes.
IN_GIT = Path(__file__).resolve().parent
LARGEST = 20_000_000
#: How many held-out utterances are answered by both, and the least share of answers that must be the same.
CHECKED = 300
SAME = 0.97
#: Two tokens this close (log probability) may swap places by rounding alone.
NEAR = 0.25


def write_model(state: Tensors, base: Path, out: Path, storage: str) -> int:
    """Writes the whole model, stored as `storage`, with the base's tokeniser; returns its size in bytes."""
    heads, kv_heads = _heads(base)
    weights = {}
    for name, tensor in state.items():
        *place, part, _ = name.removeprefix("model.").split(".")  # layers.0.self_attn.q_proj.weight
        if part in ("q_proj", "k_proj"):
            tensor = permute_rows(tensor, heads if part == "q_proj" else kv_heads)
        own = OTHERS[part] if part in OTHERS else NAMES[f"{place[-1]}.{part}"]
        weights[f"blk.{place[1]}.{own}.weight" if place else f"{own}.weight"] = tensor
    out.parent.mkdir(parents=True, exist_ok=True)
    rewrite(
        base,
        out,
        STORAGES[storage],
        lambda name, old: weights[name].reshape(old.shape) if name in weights else old,
        lambda done, total: None,
    )
    return out.stat().st_size


def _heads(base: Path) -> tuple[int, int]:
    """How many heads of attention the base has: for queries, and for keys and values."""
    if base.is_dir():
        config = json.loads((base / "config.json").read_text())
        return int(config["num_attention_heads"]), int(config["num_key_value_heads"])
    reader = gguf.GGUFReader(base)
    heads, kv_heads = (_number(reader, f"llama.attention.head_count{kind}") for kind in ("", "_kv"))
    return heads, kv_heads


def _number(reader: gguf.GGUFReader, name: str) -> int:
    field = reader.get_field(name)
    if field is None:
        raise SystemExit(f"the base model does not say {name}")
    return int(field.contents())


def check(written: Path, base: Path, recipe: Recipe, run: Path, data: Path, storage: str) -> float:
    """The share of `CHECKED` utterances that the served file answers as the trained model would.

    The served file answers freely, without grammar or guess. An answer is the same when each of its tokens
    is the trained model's likeliest after those before, or as likely but for rounding.
    """
    import torch
    from safetensors.torch import load_file as load_torch

    from fine_tune.batches import read_examples
    from fine_tune.lora import add_lora, load_trained
    from fine_tune.train import load_base

    prompts = [prompt for prompt, _ in read_examples(data / "valid.jsonl")][:CHECKED]
    with tempfile.TemporaryDirectory() as folder:
        merged = Path(folder) / "merged.gguf"
        if recipe.rank:
            merge(base, written, merged, STORAGES[storage], lambda done, total: None)
        answers = asyncio.run(_served(merged if recipe.rank else written, prompts))
    model, tokenize = load_base(base)
    if recipe.rank:
        add_lora(model, recipe.rank, recipe.alpha)
    load_trained(model, load_torch(run / weights_file(recipe)))
    same = 0
    for prompt, answer in track(list(zip(prompts, answers, strict=True)), description="comparing"):
        start, written = tokenize(prompt), tokenize(answer)
        with torch.no_grad():
            scores = model(torch.tensor([start + written])).logits[0, len(start) - 1 : -1].log_softmax(-1)
        lost = scores.max(-1).values - scores.gather(-1, torch.tensor(written)[:, None])[:, 0]
        same += bool((lost < NEAR).all())
    return same / len(prompts)


async def _served(file: Path, prompts: list[str]) -> list[str]:
    """What the engine writes after each prompt, up to the end of the line."""
    engine = Engine(lambda: file, threads=thread_count(Settings()))
    try:
        requests = [Request(prompt, FRAME_TOKENS, stop=("\n",), remember=False) for prompt in prompts]
        return [
            (await engine.complete(request)).text + "\n"
            for request in track(requests, description="answering")
        ]
    finally:
        await engine.close()


def main(arguments: list[str] | None = None) -> None:
    """Exports, and checks when asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--config", type=Path, default=Path("fine_tune/configs/desk-135m.yaml"), help="the recipe"
    )
    parser.add_argument("--run", type=Path, help="folder of the run (runs/<name>)")
    parser.add_argument("--base", type=Path, help="the base model's GGUF file")
    parser.add_argument("--out", type=Path, help="another file than the recipe's")
    parser.add_argument("--check", action="store_true", help="merge, and compare with the trained model")
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that prepare wrote")
    parser.add_argument("--storage", default="BF16", help="how the compared file is stored [default: BF16]")
    options = parser.parse_args(arguments)
    recipe = read_recipe(options.config)
    run, out = options.run or Path("runs") / recipe.name, options.out or Path(recipe.output)
    base = find_base(recipe, options.base)
    new = out.with_name(f"new-{out.name}")  # the file before stays until this one is known to be fit
    try:
        size = _write(new, base, recipe, run, options.storage)
        if options.check:
            _require_same(new, base, recipe, run, options.data, options.storage)
        new.replace(out)
    finally:
        new.unlink(missing_ok=True)
    print(f"{out}: {size / 1e6:.1f} MB")


def _write(new: Path, base: Path, recipe: Recipe, run: Path, storage: str) -> int:
    """Writes what the run trained; returns its size in bytes. SystemExit when git can't take it."""
    weights = load_file(run / weights_file(recipe))
    if not recipe.rank:
        return write_model(weights, base, new, storage)
    size = write_adapter(weights, _heads(base), recipe.alpha, recipe.name, new)
    if size > LARGEST and new.resolve().is_relative_to(IN_GIT):
        raise SystemExit(f"{size / 1e6:.1f} MB are too large to travel in git: lower the rank")
    return size


def _require_same(new: Path, base: Path, recipe: Recipe, run: Path, data: Path, storage: str) -> None:
    """SystemExit when too few answers are the trained model's."""
    same = check(new, base, recipe, run, data, storage)
    print(f"{same:.1%} of {CHECKED} answers of the served file ({storage}) are the trained model's")
    if same < SAME:
        raise SystemExit(f"fewer than {SAME:.0%}: not fit to serve")


if __name__ == "__main__":
    main()
