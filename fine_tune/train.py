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
import math
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import torch
import torch.distributed as dist
import torch.multiprocessing as processes
import yaml
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer

from fine_tune.batches import Batch, Row, Tokenize, collate, plan, read_rows
from fine_tune.lora import add_lora, load_lora, lora_parameters, lora_state
from reception.settings import Settings

CHECKPOINT_SECONDS = 240


@dataclass(frozen=True)
class Recipe:
    """One training run; the fields are those of the files in configs/ (explained there)."""

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


@dataclass
class Run:
    """What a checkpoint holds: how far the run is."""

    step: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    log: list[dict[str, float]] = field(default_factory=list)


def read_recipe(path: Path) -> Recipe:
    """The recipe in a YAML file; TypeError names a missing or unknown field."""
    return Recipe(**yaml.safe_load(path.read_text(encoding="utf-8")))


def find_base(recipe: Recipe, given: Path | None = None) -> Path:
    """The base model's file: the option, else in the folder where models are kept."""
    path = given or Settings().model_dir / recipe.base
    if not path.is_file():
        raise SystemExit(f"{path} is missing: run `reception model pull`, or give --base")
    return path


def load_base(path: Path, dtype: str = "float32") -> tuple[Any, Tokenize]:
    """The model, dequantised to `dtype`, and its tokenizer."""
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    model = AutoModelForCausalLM.from_pretrained(
        path.parent, gguf_file=path.name, dtype=getattr(torch, dtype)
    )
    return model, lambda text: tokenizer(text, add_special_tokens=False).input_ids


def frame_logits(model: Any, batch: Batch) -> torch.Tensor:
    """Logits (targets, vocabulary) of the frame tokens alone: the head is a quarter of a small model."""
    batch = batch.to(model.device)
    hidden = model.model(
        input_ids=batch.ids, position_ids=batch.positions, attention_mask=batch.mask, use_cache=False
    ).last_hidden_state
    return model.lm_head(hidden.flatten(0, 1)[batch.inputs]).float()


def learning_rate(recipe: Recipe, progress: float) -> float:
    """Warm-up, then a cosine; `progress` is the share of the run that is done."""
    if progress < recipe.warmup:
        return recipe.learning_rate * (progress + 1e-3) / recipe.warmup
    cosine = 0.5 * (1 + math.cos(math.pi * (progress - recipe.warmup) / (1 - recipe.warmup)))
    return recipe.learning_rate * (recipe.final_learning_rate + (1 - recipe.final_learning_rate) * cosine)


@torch.no_grad()
def evaluate(model: Any, batches: list[Batch]) -> dict[str, float]:
    """Loss, and the shares of whole frames and of intents that greedy decoding without a grammar finds."""
    model.eval()
    loss = tokens = answers = frames = intents = 0.0
    for batch in batches:
        logits, targets = frame_logits(model, batch).cpu(), batch.targets
        loss += functional.cross_entropy(logits, targets, reduction="sum").item()
        wrong = logits.argmax(-1) != batch.targets
        count = int(batch.owner.max()) + 1
        tokens, answers = tokens + len(batch.targets), answers + count
        frames += count - len(batch.owner[wrong].unique())
        intents += count - len(batch.owner[wrong & batch.of_intent].unique())
    model.train()
    return {"valid_loss": loss / tokens, "exact": frames / answers, "intent": intents / answers}


class Trainer:
    """The loop: fixed batches in a fixed order, so that a resumed run goes on where it stopped."""

    def __init__(self, model: Any, recipe: Recipe, rows: list[Row], folder: Path, rank: int) -> None:
        self.model, self.recipe, self.folder, self.run, self.rank = model, recipe, folder, Run(), rank
        add_lora(model, recipe.rank, recipe.alpha)
        rng = Random(recipe.seed)
        self.batches = [batch for _ in range(recipe.epochs) for batch in plan(rows, recipe.batch_tokens, rng)]
        self.steps = len(self.batches) // recipe.processes
        self.parameters: list[nn.Parameter] = [tensor for _, tensor in lora_parameters(model)]
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=recipe.learning_rate, betas=(0.9, 0.98), weight_decay=recipe.weight_decay
        )

    def progress(self) -> float:
        """Share of the run that is done: by steps or by time, whichever is further."""
        return min(1.0, max(self.run.step / self.steps, self.run.seconds / (self.recipe.minutes * 60)))

    def step(self) -> tuple[float, int]:
        """One update; returns its loss and the tokens read, those of all processes together."""
        start = time.monotonic()
        batch = collate(self.batches[self.run.step * self.recipe.processes + self.rank])
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.recipe, self.progress())
        loss = functional.cross_entropy(frame_logits(self.model, batch), batch.targets.to(self.recipe.device))
        loss.backward()
        self.average_gradients()
        nn.utils.clip_grad_norm_(self.parameters, self.recipe.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        # The clock is averaged too: every process must see the same progress and stop at the same step.
        facts = torch.tensor([loss.item(), time.monotonic() - start, batch.ids.numel()], dtype=torch.float64)
        dist.all_reduce(facts)
        mean_loss, seconds, tokens = facts.tolist()
        self.run.step += 1
        self.run.seconds += seconds / self.recipe.processes
        return mean_loss / self.recipe.processes, int(tokens)

    def average_gradients(self) -> None:
        """The mean of all processes' gradients, in one message."""
        if self.recipe.processes == 1:
            return
        flat = torch.cat([tensor.grad.flatten() for tensor in self.parameters if tensor.grad is not None])
        dist.all_reduce(flat)
        flat /= self.recipe.processes
        for tensor, grad in zip(
            self.parameters, flat.split([p.numel() for p in self.parameters]), strict=True
        ):
            tensor.grad = grad.view_as(tensor)

    def save(self) -> None:
        """Writes adapter, optimizer and position; a crash while writing leaves the old checkpoint whole."""
        save_file(lora_state(self.model), self.folder / "adapter.new")
        torch.save(
            {"optimizer": self.optimizer.state_dict(), "run": vars(self.run)}, self.folder / "state.new"
        )
        (self.folder / "adapter.new").replace(self.folder / "adapter.safetensors")
        (self.folder / "state.new").replace(self.folder / "state.pt")

    def resume(self) -> None:
        """Goes on from the last checkpoint."""
        load_lora(self.model, load_file(self.folder / "adapter.safetensors"))
        state = torch.load(self.folder / "state.pt", weights_only=True)
        self.optimizer.load_state_dict(state["optimizer"])
        self.run = Run(**state["run"])

    def train(self) -> None:
        """Runs to the end of the schedule."""
        saved, since, read = time.monotonic(), time.monotonic(), 0
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, disable=self.rank > 0) as bar, (self.folder / "log.jsonl").open("a") as log:
            task = bar.add_task("training", total=1.0, completed=self.progress())
            while self.progress() < 1:
                loss, tokens = self.step()
                read += tokens
                self.run.loss = loss if self.run.step == 1 else 0.95 * self.run.loss + 0.05 * loss
                bar.update(
                    task,
                    completed=self.progress(),
                    description=f"step {self.run.step} loss {self.run.loss:.3f}",
                )
                if self.rank == 0 and self.run.step % 10 == 0:
                    speed = round(read / (time.monotonic() - since))
                    done = {"step": self.run.step, "of": self.steps, "seconds": round(self.run.seconds)}
                    record(log, **done, loss=round(self.run.loss, 4), tokens_per_second=speed)
                    since, read = time.monotonic(), 0
                if self.rank == 0 and time.monotonic() - saved > CHECKPOINT_SECONDS:
                    self.save()
                    saved = time.monotonic()
        if self.rank == 0:
            self.save()


def record(log: Any, **values: float) -> None:
    """Adds a line to the run's log."""
    log.write(json.dumps(values) + "\n")
    log.flush()


def main(arguments: list[str] | None = None) -> None:
    """Trains and writes runs/<name>/adapter.safetensors and log.jsonl."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, required=True, help="a recipe in configs/")
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that prepare wrote")
    parser.add_argument("--base", type=Path, help="the base model's GGUF file")
    parser.add_argument("--out", type=Path, help="folder of the run (runs/<name>)")
    parser.add_argument("--minutes", type=float, help="another length than the recipe's")
    parser.add_argument("--port", type=int, default=29517, help="where the processes meet")
    parser.add_argument("--start", type=Path, help="adapter.safetensors of an earlier run to start from")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    options = parser.parse_args(arguments)

    recipe = read_recipe(options.config)
    if options.minutes:
        recipe = Recipe(**{**vars(recipe), "minutes": options.minutes})
    folder = options.out or Path("runs") / recipe.name
    folder.mkdir(parents=True, exist_ok=True)
    if not options.resume:
        (folder / "log.jsonl").unlink(missing_ok=True)
    base = find_base(recipe, options.base)
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(options.port)}
    processes.spawn(
        worker, (recipe, base, options.data, folder, options.resume, options.start), nprocs=recipe.processes
    )


def worker(
    rank: int, recipe: Recipe, base: Path, data: Path, folder: Path, resume: bool, start: Path | None
) -> None:
    """One of the processes; the first one also logs, saves and evaluates."""
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    dist.init_process_group("gloo", rank=rank, world_size=recipe.processes)
    model, tokenize = load_base(base, recipe.dtype)
    model.to(recipe.device)
    rows, valid = (
        read_rows(data / name, tokenize, longest=recipe.longest, row_tokens=recipe.row_tokens)
        for name in ("train.jsonl", "valid.jsonl")
    )
    trainer = Trainer(model, recipe, rows, folder, rank)
    if start:
        load_lora(model, load_file(start))
    if resume:
        trainer.resume()
    if rank == 0:
        answers = sum(len(row.answers) for row in rows)
        print(f"{answers} answers in {len(rows)} rows, {sum(map(len, rows))} tokens, {trainer.steps} steps")
    trainer.train()
    if rank == 0:
        scores = evaluate(model, [collate(batch) for batch in plan(valid, recipe.batch_tokens, Random(0))])
        with (folder / "log.jsonl").open("a") as log:
            record(log, step=trainer.run.step, **{name: round(score, 4) for name, score in scores.items()})
        print(json.dumps(scores))
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
