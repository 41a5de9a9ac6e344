"""Trains the classifiers that guess frames, on turns like the model's but more of them: a minute or two.

python -m fine_tune.prepare --count 80000 --out runs/guess
python -m fine_tune.guess --data runs/guess
"""

# ruff: noqa: T201 (a script: what it prints is its output)

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import track

from reception.dialogue.meaning import Intent, Slot
from reception.understanding.guess import (
    FILE,
    INTENTS,
    OUTSIDE,
    ROWS,
    SLOTS,
    TAGS,
    Floats,
    Guesser,
    Ints,
    desk_features,
    intent_rows,
    softmax,
    split,
    tag_rows,
)
from reception.understanding.prompt import build_frame, clean

HELD_OUT = Path(__file__).parents[1] / "tests" / "understanding" / "heldout.jsonl"
PASSES = 2
STEP = 0.25  # AdaGrad's
#: Errors smaller than this teach nothing and cost time.
SMALL = 0.02


class Table:
    """One table of weights, trained by AdaGrad."""

    def __init__(self, rows: int, columns: int) -> None:
        self.weights: Floats = np.zeros((rows, columns), np.float32)
        self._squares: Floats = np.full((rows, columns), 1e-2, np.float32)

    def learn(self, rows: Ints | int, error: Floats) -> None:
        """One step against `error`, the gradient of the scores that these rows sum to."""
        self._squares[rows] += error * error
        self.weights[rows] -= STEP * error / np.sqrt(self._squares[rows])


@dataclass(frozen=True)
class Turn:
    """A labelled utterance as the classifiers see it: `pieces` are the rows of each piece, `tags` its tag."""

    rows: Ints
    pieces: Ints
    intent: int
    tags: list[int]


def examples(path: Path) -> Iterator[tuple[str, str, Intent, dict[Slot, str]]]:
    """The labelled turns of a file: desk, patient, intent, slots."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        slots = {Slot(name): words for name, words in row["slots"].items()}
        yield row["desk"], row["patient"], Intent(row["intent"]), slots


def turns(path: Path) -> Iterator[Turn]:
    """The same as rows and tags; utterances without a word are left out."""
    for desk, patient, intent, slots in examples(path):
        text, asked = clean(patient), desk_features(desk)
        if pieces := split(text):
            rows, places = intent_rows(pieces, asked), tag_rows(pieces, asked)
            yield Turn(rows, places, INTENTS.index(intent), tags(text, slots))


def tags(text: str, slots: dict[Slot, str]) -> list[int]:
    """The tag of each piece of `text`."""
    pieces = split(text)
    out = [OUTSIDE] * len(pieces)
    for slot, words in slots.items():
        start = text.find(clean(words))
        end = start + len(clean(words))
        first = 2 * SLOTS.index(slot) + 1
        for index, piece in enumerate(pieces):
            if start <= piece.start() < end:
                out[index] = first if piece.start() == start else first + 1
    return out


def train(path: Path, seed: int) -> Guesser:
    """Classifiers for the turns of a file; the same for the same seed."""
    intents, tables = len(INTENTS), {}
    shapes = {"intent": (ROWS, intents), "tag": (ROWS, len(TAGS)), "after": (len(TAGS),) * 2}
    for name, shape in (shapes | {"given": (intents, len(TAGS))}).items():
        tables[name] = Table(*shape)
    known = list(track(turns(path), "Reading", total=None))
    random = np.random.default_rng(seed)
    for number in range(PASSES):
        for index in track(random.permutation(len(known)), f"Pass {number + 1} of {PASSES}"):
            learn(tables, known[index])
    return Guesser({name: table.weights for name, table in tables.items()})


def learn(tables: dict[str, Table], turn: Turn) -> None:
    """One turn's step."""
    error = softmax(tables["intent"].weights[turn.rows].sum(axis=0))
    error[turn.intent] -= 1
    tables["intent"].learn(turn.rows, error)
    before = OUTSIDE
    for places, tag in zip(turn.pieces, turn.tags, strict=True):
        scores = tables["tag"].weights[places].sum(axis=0)
        scores += tables["after"].weights[before] + tables["given"].weights[turn.intent]
        error = softmax(scores)
        error[tag] -= 1
        if np.abs(error).max() > SMALL:
            tables["tag"].learn(np.unique(places), error)
            tables["after"].learn(before, error)
            tables["given"].learn(turn.intent, error)
        before = tag


def score(guesser: Guesser, path: Path) -> None:
    """Prints how many guesses are the labelled frame, its beginning, or wrong."""
    whole = part = none = total = 0
    for desk, patient, intent, slots in examples(path):
        total += 1
        frame, guessed = build_frame(intent, slots), guesser.guess(desk, patient)
        whole += guessed == frame
        part += bool(guessed) and guessed != frame and frame.startswith(guessed)
        none += not guessed
    print(f"{path.name}: {whole / total:.1%} whole, {part / total:.1%} begun right, {none / total:.1%} none")


def main() -> None:
    """Trains, saves, and says how often the guesses are right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("runs/guess"), help="folder that `prepare` wrote")
    parser.add_argument("--out", type=Path, default=FILE, help="file to write")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same classifiers")
    options = parser.parse_args()
    train(options.data / "train.jsonl", options.seed).save(options.out)
    score(Guesser.load(options.out), options.data / "valid.jsonl")
    score(Guesser.load(options.out), HELD_OUT)


if __name__ == "__main__":
    main()
