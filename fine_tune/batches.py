"""Turns examples into token batches: answers to the same desk words share them, loss only on the frames."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor

from reception.dialogue.meaning import Intent, Slot
from reception.evaluation.cases import whole_words
from reception.understanding.prompt import build_frame, build_prompt

Tokenize = Callable[[str], list[int]]


class DataError(ValueError):
    """A file of examples that can't be trained on; the text names file and line and what to change."""


@dataclass(frozen=True)
class Answer:
    """One patient turn in tokens: what is read, what must be written, and where the intent ends in it."""

    prompt: list[int]
    frame: list[int]
    intent: int


@dataclass(frozen=True)
class Row:
    """Desk words, and the answers that were given to them."""

    desk: list[int]
    answers: list[Answer]

    def __len__(self) -> int:
        return len(self.desk) + sum(len(answer.prompt) + len(answer.frame) for answer in self.answers)


@dataclass(frozen=True)
class Batch:
    """Rows of T tokens: ids and positions (B, T), mask (B, 1, T, T, true: may look), frame positions flat.

    `inputs` are indices into the flattened hidden states, `targets` the tokens they must predict; `owner`
    numbers the answer of each target and `of_intent` says whether it belongs to the intent.
    """

    ids: Tensor
    positions: Tensor
    mask: Tensor
    inputs: Tensor
    targets: Tensor
    owner: Tensor
    of_intent: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        return Batch(**{name: tensor.to(device) for name, tensor in vars(self).items()})


def read_examples(path: Path) -> Iterator[tuple[str, str]]:
    """Prompt and frame of each example in a JSON lines file. Raises DataError."""
    if not path.is_file():
        raise DataError(f"{path} is missing: run `python -m fine_tune.prepare` first, or give --data")
    count = 0
    with path.open(encoding="utf-8") as lines:
        for count, line in enumerate(lines, start=1):
            try:
                yield _example(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise DataError(f"{path}:{count}: {_reason(error)}") from error
    if not count:
        raise DataError(f"{path} is empty: run `python -m fine_tune.prepare` again")


def _example(row: dict[str, Any]) -> tuple[str, str]:
    slots = {Slot(name): words for name, words in row["slots"].items()}
    for slot, words in slots.items():
        if not whole_words(words, row["patient"]):
            raise ValueError(f"the {slot} is not whole words of the utterance: mark words that are in it")
    return build_prompt(row["desk"], row["patient"]), build_frame(Intent(row["intent"]), slots)


def _reason(error: Exception) -> str:
    return f"no {error} in it" if isinstance(error, KeyError) else str(error)


def read_rows(path: Path, tokenize: Tokenize, *, longest: int, row_tokens: int) -> list[Row]:
    """Rows of the examples in a JSON lines file; patient turns of more than `longest` tokens are left out.

    Raises DataError, also when the parts of a prompt do not tokenize as the whole does.
    """
    by_desk: dict[str, list[Answer]] = defaultdict(list)
    for prompt, frame in read_examples(path):
        desk, rest = prompt.split("\n", 1)
        head = len(tokenize(frame.split(";")[0].rstrip("\n")))
        if tokenize(desk + "\n") + tokenize(rest) + tokenize(frame) != tokenize(prompt + frame):
            raise DataError("this tokenizer joins words across lines: rows can't share the desk's words")
        answer = Answer(tokenize(rest), tokenize(frame), head + 1)
        if len(answer.prompt) <= longest:
            by_desk[desk + "\n"].append(answer)
    return [row for desk, answers in by_desk.items() for row in _rows(tokenize(desk), answers, row_tokens)]


def _rows(desk: list[int], answers: list[Answer], row_tokens: int) -> Iterator[Row]:
    taken: list[Answer] = []
    for answer in answers:
        if taken and len(Row(desk, [*taken, answer])) > row_tokens:
            yield Row(desk, taken)
            taken = []
        taken.append(answer)
    yield Row(desk, taken)


def plan(rows: list[Row], tokens: int, rng: Random) -> list[list[Row]]:
    """Batches of about `tokens` tokens with rows of like length together, in random order."""
    shuffled = sorted(rows, key=lambda row: len(row) + rng.random() * 12)
    batches: list[list[Row]] = [[]]
    for row in shuffled:
        if batches[-1] and (len(batches[-1]) + 1) * len(row) > tokens:
            batches.append([])
        batches[-1].append(row)
    rng.shuffle(batches)
    return batches


def collate(rows: list[Row]) -> Batch:
    """One batch of rows, padded at the end. An answer sees the desk words and itself, no other answer."""
    count, width = len(rows), max(len(row) for row in rows)
    ids = torch.zeros(count, width, dtype=torch.long)
    positions = torch.zeros(count, width, dtype=torch.long)
    segment = torch.full((count, width), -1)  # 0: desk words, 1…: answers, -1: padding
    inputs: list[int] = []
    targets: list[int] = []
    owner: list[int] = []
    of_intent: list[bool] = []
    answers = 0
    for index, row in enumerate(rows):
        at = len(row.desk)
        ids[index, :at], positions[index, :at] = torch.tensor(row.desk), torch.arange(at)
        segment[index, :at] = 0
        for number, answer in enumerate(row.answers, start=1):
            tokens = answer.prompt + answer.frame
            end = at + len(tokens)
            ids[index, at:end] = torch.tensor(tokens)
            positions[index, at:end] = torch.arange(len(tokens)) + len(row.desk)
            segment[index, at:end] = number
            first = index * width + at + len(answer.prompt) - 1
            inputs += range(first, first + len(answer.frame))
            targets += answer.frame
            owner += [answers] * len(answer.frame)
            of_intent += [place < answer.intent for place in range(len(answer.frame))]
            answers, at = answers + 1, end
    return Batch(
        ids, positions, _mask(segment), torch.tensor(inputs), torch.tensor(targets), torch.tensor(owner),
        torch.tensor(of_intent),
    )  # fmt: skip


def _mask(segment: Tensor) -> Tensor:
    width = segment.shape[1]
    same = segment[:, :, None] == segment[:, None, :]
    desk = segment[:, None, :] == 0
    causal = torch.ones(width, width, dtype=torch.bool).tril()
    return ((same | desk) & causal)[:, None]
