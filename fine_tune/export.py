"""Writes a trained adapter as a GGUF LoRA file, and checks that the merged model computes what was trained.

python -m fine_tune.export --config fine_tune/configs/desk-135m.yaml [--run runs/desk-135m] [--check]
"""

# ruff: noqa: T201 (a script: what it prints is its output)

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from fine_tune.train import Recipe, find_base, read_recipe

#: The projections of a block: the trainer's name → the file's.
NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
#: The adapter travels in git.
LARGEST = 20_000_000
_PROMPTS = (
    ("What can I do for you?", "hi i need to see dr weber next tuesday morning my knee hurts"),
    ("Shall I book it?", "no, Thursday would be better"),
    ("And the date of birth?", "March 3rd, 1980"),
    ("", "there's an elephant sitting on my chest"),
)

Tensors = dict[str, NDArray[np.float32]]


def to_gguf_names(state: Tensors, heads: int, kv_heads: int) -> Iterator[tuple[str, NDArray[np.float16]]]:
    """The adapter's tensors under the file's names, rows of queries and keys in the file's order."""
    for name, tensor in sorted(state.items()):
        _, _, layer, part, projection, kind = name.split(".")  # model.layers.0.self_attn.q_proj.lora_a
        if kind == "lora_b" and projection in ("q_proj", "k_proj"):
            tensor = permute_rows(tensor, heads if projection == "q_proj" else kv_heads)
        yield f"blk.{layer}.{NAMES[f'{part}.{projection}']}.weight.{kind}", tensor.astype(np.float16)


def permute_rows(rows: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows (heads * dim, …) from halves to pairs within each head: how llama.cpp rotates positions."""
    size = rows.shape[0] // heads
    return np.ascontiguousarray(rows.reshape(heads, 2, size // 2, -1).swapaxes(1, 2).reshape(rows.shape))


def write_adapter(state: Tensors, base: Path, recipe: Recipe, out: Path) -> int:
    """Writes the adapter file; returns its size in bytes."""
    reader = gguf.GGUFReader(base)
    heads, kv_heads = (_number(reader, f"llama.attention.head_count{kind}") for kind in ("", "_kv"))
    out.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(out, "llama")
    writer.add_type("adapter")
    writer.add_name(recipe.name)
    writer.add_license("apache-2.0")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", recipe.alpha)
    for name, tensor in to_gguf_names(state, heads, kv_heads):
        writer.add_tensor(name, np.ascontiguousarray(tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return out.stat().st_size


def _number(reader: gguf.GGUFReader, name: str) -> int:
    field = reader.get_field(name)
    if field is None:
        raise SystemExit(f"the base model does not say {name}")
    return int(field.contents())


def check(adapter: Path, base: Path, recipe: Recipe, run: Path) -> float:
    """The largest difference of log probabilities at the first frame token: trainer against merged file.

    Prints both models' best tokens; a wrong row order or scale shows as differences of 5 and more.
    """
    import torch
    from llama_cpp import Llama
    from safetensors.torch import load_file as load_torch

    from fine_tune.lora import add_lora, load_lora
    from fine_tune.train import load_base
    from reception.inference.merge import merge
    from reception.inference.storages import STORAGES
    from reception.understanding.prompt import build_prompt

    model, tokenize = load_base(base)
    add_lora(model, recipe.rank, recipe.alpha)
    load_lora(model, load_torch(run / "adapter.safetensors"))
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        merged = Path(folder) / "merged.gguf"
        merge(base, adapter, merged, STORAGES["Q8_0"], lambda done, total: None)
        served = Llama(str(merged), n_ctx=256, logits_all=True, verbose=False)
        for desk, patient in _PROMPTS:
            tokens = tokenize(build_prompt(desk, patient))
            with torch.no_grad():
                ours = torch.log_softmax(model(torch.tensor([tokens])).logits[0, -1], -1)
            served.reset()
            served.eval(tokens)
            theirs = torch.log_softmax(torch.tensor(np.array(served.scores[len(tokens) - 1])), -1)
            best = ours.topk(5).indices
            difference = (ours - theirs)[best].abs().max().item()
            print(f"{patient!r}: trained {best[0]}, served {theirs.argmax()}, difference {difference:.3f}")
            worst = max(worst, difference)
        served.close()
    return worst


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
    options = parser.parse_args(arguments)
    recipe = read_recipe(options.config)
    run, out = options.run or Path("runs") / recipe.name, options.out or Path(recipe.output)
    base = find_base(recipe, options.base)
    size = write_adapter(load_file(run / "adapter.safetensors"), base, recipe, out)
    print(f"{out}: {size / 1e6:.1f} MB")
    if size > LARGEST:
        raise SystemExit("too large to travel in git: lower the rank")
    if options.check and (worst := check(out, base, recipe, run)) > 1.0:
        raise SystemExit(f"the merged model differs from the trained one by {worst:.2f}: not fit to serve")


if __name__ == "__main__":
    main()
