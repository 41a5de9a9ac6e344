"""A quick guess at an utterance's frame, in a millisecond and without the model, which then only confirms it.

Two linear classifiers over hashed features: the intent, and for each piece of the utterance which slot it
belongs to. A wrong guess costs a little time and never changes an answer: the model decides on each token.
`fine_tune/guess.py` trains them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from reception.dialogue.meaning import Intent, Slot
from reception.understanding.grammar import WITHOUT_SLOTS
from reception.understanding.prompt import build_frame, clean, desk_words

#: The classifiers that ship with the desk's model.
FILE = Path(__file__).with_name("guess.npz")
#: Features are hashed to this many rows of each table.
ROWS = 1 << 15
INTENTS = tuple(Intent)
SLOTS = tuple(Slot)
#: What a piece may be: outside of every slot, the first of one, or a further one of the same.
TAGS = ("outside", *(f"{place} {slot}" for slot in Slot for place in ("first", "further")))
OUTSIDE = 0
#: How sure a guess must be to be worth the model's time: checking a token costs a tenth of what it may save.
WORTH = 0.25

_SCALE = "_scale"
_PIECE = re.compile(r"\w+|[^\w\s]")
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Span:
    """A slot's pieces, `first` to `last`, and how likely (0 to 1) they are it."""

    slot: Slot
    first: int
    last: int
    chance: float


class Guesser:
    """The two classifiers. `tables`: `intent` (rows, intents), `tag` (rows, tags), `after` (tags, tags: from
    the tag before) and `given` (intents, tags: from the intent)."""

    def __init__(self, tables: dict[str, Floats]) -> None:
        self.tables = tables

    @classmethod
    @cache
    def load(cls, path: Path = FILE) -> Guesser:
        """The classifiers that `save` wrote; read once."""
        with np.load(path) as file:
            names = [name for name in file.files if not name.endswith(_SCALE)]
            return cls({name: file[name].astype(np.float32) * file[name + _SCALE] for name in names})

    def save(self, path: Path) -> None:
        """Writes the tables, eight bits a weight."""
        arrays: dict[str, Any] = {}
        for name, table in self.tables.items():
            scale = np.float32(np.abs(table).max() / 127)
            arrays |= {name: np.round(table / scale).astype(np.int8), name + _SCALE: scale}
        np.savez_compressed(path, **arrays)

    def intent(self, desk: str, patient: str) -> tuple[Intent, float]:
        """The likeliest intent and its chance; nothing said is out of scope."""
        pieces = split(clean(patient))
        if not pieces:
            return Intent.OUT_OF_SCOPE, 1.0
        chances = self._chances(pieces, desk_features(desk))
        likeliest = int(chances.argmax())
        return INTENTS[likeliest], float(chances[likeliest])

    def _chances(self, pieces: Sequence[re.Match[str]], asked: Sequence[str]) -> Floats:
        return softmax(self.tables["intent"][intent_rows(pieces, asked)].sum(axis=0))

    def guess(self, desk: str, patient: str) -> str:
        """The likeliest frame (`build_frame`), or its sure beginning; "" when there is none."""
        text, asked = clean(patient), desk_features(desk)
        pieces = split(text)
        if not pieces:
            return ""
        chances = self._chances(pieces, asked)
        intent = int(chances.argmax())
        sure = float(chances[intent])
        spans: dict[Slot, Span] = {}
        rest = 1.0
        if INTENTS[intent] not in WITHOUT_SLOTS:
            tags = self._tags(pieces, asked, intent)
            spans = likeliest(spans_of(tags))
            rest = float(np.prod([chance for tag, chance in tags if tag == OUTSIDE]))
        if sure < WORTH:
            return ""
        slots: dict[Slot, str] = {}
        for slot in (slot for slot in SLOTS if slot in spans):
            sure *= spans[slot].chance
            if sure < WORTH:
                break
            slots[slot] = text[pieces[spans[slot].first].start() : pieces[spans[slot].last].end()]
        frame = build_frame(INTENTS[intent], slots)
        return frame if sure * rest >= WORTH else frame.rstrip("\n")

    def _tags(
        self, pieces: Sequence[re.Match[str]], asked: Sequence[str], intent: int
    ) -> list[tuple[int, float]]:
        """Each piece's likeliest tag after the one before it, and its chance."""
        scores = self.tables["tag"][tag_rows(pieces, asked)].sum(axis=1) + self.tables["given"][intent]
        tags: list[tuple[int, float]] = []
        before = OUTSIDE
        for score in scores:
            chances = softmax(score + self.tables["after"][before])
            before = int(chances.argmax())
            tags.append((before, float(chances[before])))
        return tags


def spans_of(tags: Sequence[tuple[int, float]]) -> Iterator[Span]:
    """The spans that tags and their chances spell, in order."""
    span: Span | None = None
    for index, (tag, chance) in enumerate(tags):
        slot = None if tag == OUTSIDE else SLOTS[(tag - 1) // 2]
        further = tag != OUTSIDE and tag % 2 == 0
        if span is not None and further and slot == span.slot:
            span = Span(span.slot, span.first, index, span.chance * chance)
            continue
        if span is not None:
            yield span
        span = None if slot is None else Span(slot, index, index, chance)
    if span is not None:
        yield span


def likeliest(spans: Iterator[Span]) -> dict[Slot, Span]:
    """Of several spans of a slot the likeliest."""
    best: dict[Slot, Span] = {}
    for span in spans:
        if span.slot not in best or best[span.slot].chance < span.chance:
            best[span.slot] = span
    return best


def split(text: str) -> list[re.Match[str]]:
    """Words, and signs one by one."""
    return list(_PIECE.finditer(text))


def softmax(scores: Floats) -> Floats:
    """Chances that sum to 1."""
    weights: Floats = np.exp(scores - scores.max())
    return np.asarray(weights / weights.sum(), dtype=np.float32)


def desk_features(desk: str) -> list[str]:
    """What of the desk's words says what it asked for: the last ones, and the very last as one."""
    words = [piece[0].lower() for piece in split(desk_words(desk))]
    return [*sorted({*words[-14:]}), " ".join(words[-4:])]


def intent_rows(pieces: Sequence[re.Match[str]], asked: Sequence[str]) -> Ints:
    """The rows of an utterance in the intents' table."""
    words = ["<", *(_shape(piece[0]) for piece in pieces), ">"]
    names = [f"d {name}" for name in asked]
    names += [f"w {word}" for word in words]
    names += [f"2 {one} {two}" for one, two in pairwise(words)]
    names += [f"3 {one} {two} {three}" for one, two, three in zip(words, words[1:], words[2:], strict=False)]
    names += [f"q {asked[-1]} {word}" for word in words[1:4]]
    names.append(f"n {min(len(words), 12)} {asked[-1]}")
    return np.unique(_rows(names))


def tag_rows(pieces: Sequence[re.Match[str]], asked: Sequence[str]) -> Ints:
    """The rows of each piece in the tags' table: (pieces, features)."""
    words = ["<<", "<", *(_shape(piece[0]) for piece in pieces), ">", ">>"]
    return np.array(
        [_rows(_piece_names(words, index + 2, piece[0], asked[-1])) for index, piece in enumerate(pieces)]
    )


def _piece_names(words: Sequence[str], at: int, spelled: str, asked: str) -> list[str]:
    far, before, word, after, further = words[at - 2 : at + 3]
    kind = _kind(spelled[0])
    return [
        f"w {word}",
        f"b {before}",
        f"a {after}",
        f"f {far}",
        f"u {further}",
        f"bw {before} {word}",
        f"wa {word} {after}",
        f"fb {far} {before}",
        f"bwa {before} {word} {after}",
        f"au {after} {further}",
        f"e {word[-3:]}",
        f"p {word[:3]}",
        f"k {kind}",
        f"kb {kind} {before}",
        f"q {asked} {kind}",
        f"qw {asked} {word}",
        f"o {min(at, 4)} {asked}",
    ]


def _rows(names: Sequence[str]) -> list[int]:
    return [crc32(name.encode("utf-8", "replace")) % ROWS for name in names]


def _kind(letter: str) -> str:
    if letter.isalpha():
        return "A" if letter.isupper() else "a"
    return "0" if letter.isdigit() else "."


def _shape(word: str) -> str:
    return re.sub(r"\d", "0", word.lower())
