"""Trains the adapter on the prepared data.

python -m fine_tune.train --config fine_tune/configs/desk-135m.yaml [--data runs/data] [--resume]

The base model is read from the same GGUF file that is served, dequantised: the adapter then learns to undo
the damage of that very quantisation too. On a CPU it takes one process per core, each with its own batches,
whose gradients are averaged: threads within one process wait for each other at every layer, and on a busy
machine that costs most of the speed.
"""

# ruff: noqa: T201 (a script: what it prints is its output)

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
from pathlib import Path
from random import Random
from typing import Any

import torch
import torch.distributed as dist
import torch.multiprocessing as processes
from safetensors import SafetensorError
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from fine_tune.adapter_file import AdapterError, read_adapter
from fine_tune.batches import DataError, Tokenize, plan, read_examples, read_rows
from fine_tune.lora import load_trained
from fine_tune.recipe import Recipe, find_base, read_recipe
from fine_tune.trainer import CHECKPOINT, Trainer, evaluate, record, some


def load_base(path: Path, dtype: str = "float32", quantise: str = "") -> tuple[Any, Tokenize]:
    """The model of a GGUF file or a Hugging Face folder, dequantised to `dtype`, and its tokenizer."""
    folder, file = (path, {}) if path.is_dir() else (path.parent, {"gguf_file": path.name})
    options: dict[str, Any] = {"dtype": getattr(torch, dtype)}
    if quantise:
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=quantise,
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=getattr(torch, dtype),
        )
    tokenizer = AutoTokenizer.from_pretrained(folder, **file)
    model = AutoModelForCausalLM.from_pretrained(folder, **file, **options)
    return model, lambda text: tokenizer(text, add_special_tokens=False).input_ids


def read_start(path: Path, config: Any, recipe: Recipe) -> dict[str, torch.Tensor]:
    """Weights to start from: a run's safetensors, or the GGUF adapter that is served; SystemExit."""
    try:
        if path.suffix != ".gguf":
            return load_file(path)
        heads = (config.num_attention_heads, config.num_key_value_heads)
        adapter = read_adapter(path, heads, recipe.alpha)
    except (OSError, SafetensorError, AdapterError) as error:
        raise SystemExit(f"--start can't be used: {error}") from error
    return {name: torch.from_numpy(tensor) for name, tensor in adapter.items()}


def main(arguments: list[str] | None = None) -> None:
    """Trains and writes the weights (runs/<name>/adapter.safetensors) and log.jsonl."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, required=True, help="a recipe in configs/")
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that prepare wrote")
    parser.add_argument("--base", type=Path, help="the base model's GGUF file")
    parser.add_argument("--out", type=Path, help="folder of the run (runs/<name>)")
    parser.add_argument("--minutes", type=float, help="another length than the recipe's")
    parser.add_argument("--port", type=int, help="where the processes meet [default: any free one]")
    parser.add_argument("--start", type=Path, help="a run's weights, or a GGUF adapter, to start from")
    parser.add_argument("--checkpoint-seconds", type=float, default=240, help="how often to save")
    parser.add_argument("--score", type=int, help="held-out turns to score at the end [default: all]")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    options = parser.parse_args(arguments)

    recipe = read_recipe(options.config)
    if options.minutes:
        recipe = Recipe(**{**vars(recipe), "minutes": options.minutes})
    folder = options.out or Path("runs") / recipe.name
    folder.mkdir(parents=True, exist_ok=True)
    base = find_base(recipe, options.base)
    try:
        for name in ("train.jsonl", "valid.jsonl"):
            for _ in read_examples(options.data / name):
                pass
    except DataError as error:
        raise SystemExit(str(error)) from error
    if options.resume and not (folder / CHECKPOINT).is_file():
        raise SystemExit(f"{folder} has no {CHECKPOINT} to go on from: start without --resume")
    if not options.resume:
        (folder / "log.jsonl").unlink(missing_ok=True)
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(options.port or _free_port())}
    how = (
        recipe, base, options.data, folder, options.resume, options.start, options.checkpoint_seconds,
        options.score,
    )  # fmt: skip
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stopped run stops its processes too
        processes.spawn(worker, how, nprocs=recipe.processes, daemon=True)
    except processes.ProcessExitedException as error:
        raise SystemExit(
            "The run ended before its end, for the reason above: go on with --resume."
        ) from error


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def worker(
    rank: int, recipe: Recipe, base: Path, data: Path, folder: Path, resume: bool, start: Path | None,
    checkpoint_seconds: float, score: int | None,
) -> None:  # fmt: skip
    """One of the processes; the first one also logs, saves and evaluates (`score` turns, or all)."""
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    dist.init_process_group("gloo", rank=rank, world_size=recipe.processes)
    model, tokenize = load_base(base, recipe.dtype, recipe.quantise)
    if not recipe.quantise:
        model.to(recipe.device)
    rows, valid = (
        read_rows(data / name, tokenize, longest=recipe.longest, row_tokens=recipe.row_tokens)
        for name in ("train.jsonl", "valid.jsonl")
    )
    trainer = Trainer(model, recipe, rows, folder, rank, checkpoint_seconds)
    if start:
        load_trained(model, read_start(start, model.config, recipe))
    if resume:
        trainer.resume()
    if rank == 0:
        answers = sum(len(row.answers) for row in rows)
        print(f"{answers} answers in {len(rows)} rows, {sum(map(len, rows))} tokens, {trainer.steps} steps")
    trainer.train()
    if rank == 0:
        scores = evaluate(model, some(plan(valid, recipe.batch_tokens, Random(0)), score))
        with (folder / "log.jsonl").open("a") as log:
            record(log, step=trainer.run.step, **{name: round(score, 4) for name, score in scores.items()})
        print(json.dumps(scores))
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
