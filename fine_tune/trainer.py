"""The training loop: fixed batches, a schedule by steps or by the clock, checkpoints, scores at the end."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import torch
import torch.distributed as dist
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn, track
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from fine_tune.batches import Batch, Row, collate, plan
from fine_tune.lora import add_lora, load_trained, trained, trained_state
from fine_tune.recipe import Recipe, weights_file

#: The file in a run's folder that it can go on from.
CHECKPOINT = "checkpoint.pt"


@dataclass
class Run:
    """What a checkpoint holds: how far the run is."""

    step: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    log: list[dict[str, float]] = field(default_factory=list)


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


def some(planned: list[list[Row]], turns: int | None) -> list[Batch]:
    """The batches with at least so many turns; all without a number."""
    chosen, count = [], 0
    for batch in planned:
        if turns is not None and count >= turns:
            break
        chosen.append(collate(batch))
        count += sum(len(row.answers) for row in batch)
    return chosen


@torch.no_grad()
def evaluate(model: Any, batches: list[Batch]) -> dict[str, float]:
    """Loss, and the shares of whole frames and of intents that greedy decoding without a grammar finds."""
    model.eval()
    loss = tokens = answers = frames = intents = 0.0
    for batch in track(batches, "scoring"):
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

    def __init__(
        self, model: Any, recipe: Recipe, rows: list[Row], folder: Path, rank: int, checkpoint_seconds: float
    ) -> None:
        self.checkpoint_seconds = checkpoint_seconds
        self.model, self.recipe, self.folder, self.run, self.rank = model, recipe, folder, Run(), rank
        if recipe.rank:
            add_lora(model, recipe.rank, recipe.alpha)
        rng = Random(recipe.seed)
        self.batches = [batch for _ in range(recipe.epochs) for batch in plan(rows, recipe.batch_tokens, rng)]
        self.steps = len(self.batches) // recipe.processes
        self.parameters: list[nn.Parameter] = [tensor for _, tensor in trained(model)]
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
        """Writes weights, optimizer and position; a crash while writing leaves the old checkpoint whole.

        Raises SystemExit when there is no room for it.
        """
        new = self.folder / "checkpoint.new"
        state = {"optimizer": self.optimizer.state_dict(), "run": vars(self.run)}
        try:
            torch.save({"weights": trained_state(self.model), **state}, new)
            new.replace(self.folder / CHECKPOINT)
            save_file(trained_state(self.model), self.folder / "weights.new")
        except (OSError, RuntimeError, SafetensorError) as error:
            new.unlink(missing_ok=True)
            raise SystemExit(
                f"The checkpoint of step {self.run.step} could not be written to {self.folder} ({error});"
                " the one before is whole. Make room and go on with --resume."
            ) from error
        (self.folder / "weights.new").replace(self.folder / weights_file(self.recipe))

    def resume(self) -> None:
        """Goes on from the last checkpoint."""
        state = torch.load(self.folder / CHECKPOINT, weights_only=True)
        load_trained(self.model, state["weights"])
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
                if self.rank == 0 and time.monotonic() - saved > self.checkpoint_seconds:
                    self.save()
                    saved = time.monotonic()
        if self.rank == 0:
            self.save()


def record(log: Any, **values: float) -> None:
    """Adds a line to the run's log."""
    log.write(json.dumps(values) + "\n")
    log.flush()
