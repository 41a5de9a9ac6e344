"""Compares what was said with what was recognised: word by word, and slot by slot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from reception.dialogue.meaning import Slot
from reception.evaluation.cases import Case
from reception.understanding.interpret import language_of
from reception.understanding.values.numbers import read_numbers
from reception.understanding.values.words import tokens

#: One word for what is written in two ways.
_SAME = {"doctor": "dr", "milligrams": "mg", "milligram": "mg", "ok": "okay", "email": "e mail"}
_MARKS = frozenset("-/.:,&+#_")


@dataclass(frozen=True)
class Misheard:
    """Words of one slot (None: of none) that came out of the recogniser as other words."""

    slot: Slot | None
    said: str
    heard: str


def words(text: str) -> list[str]:
    """The words as they sound: small, without marks, numbers digit by digit, spelled letters apart."""
    text = re.sub(r"(?<=\w)@(?=\w)", " at ", text)
    text = re.sub(r"(?<=[^\W\d])\.(?=[^\W\d]{2})", " dot ", text)
    plain = [_SAME.get(one, one) for one in tokens(text) if one not in _MARKS]
    joined = " ".join(read_numbers(plain, language_of("en")))
    return re.sub(r"(?<=\d)(?=\d|th\b)", " ", joined.replace("@", "at")).split()


def errors(said: str, heard: str) -> tuple[int, int]:
    """How many words were taken for others, lost or added; and how many were said."""
    spoken = words(said)
    return Levenshtein.distance(spoken, words(heard)), len(spoken)


def misheard(case: Case, heard: str) -> list[Misheard]:
    """The slots of a case that came out otherwise, in the order of its slots."""
    found = []
    for slot, span in case.slots.items():
        part = counterpart(span, case.patient, heard)
        if not _within(words(span), words(part)):
            found.append(Misheard(slot, span, part))
    if not found and errors(case.patient, heard)[0]:
        found.append(Misheard(None, case.patient, heard))
    return found


def counterpart(span: str, said: str, heard: str) -> str:
    """The words of `heard` that stand where `span` stood in `said`, with misheard neighbours."""
    ours, theirs = said.split(), heard.split()
    start = len(said[: said.index(span)].split())
    end = start + len(span.split())
    low, high = len(theirs), 0
    for first, last, other_first, other_last in _blocks(_bare(ours), _bare(theirs)):
        if first < end and last > start and other_first < other_last:
            low, high = min(low, other_first), max(high, other_last)
    return " ".join(theirs[low:high]).strip(" .,?!")


def _blocks(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Ranges of words that belong together: each equal word by itself, and each run of changes."""
    blocks: list[tuple[int, int, int, int]] = []
    open_block = False
    for edit in Levenshtein.opcodes(ours, theirs):
        if edit.tag == "equal":
            pairs = range(edit.src_end - edit.src_start)
            starts = [(edit.src_start + at, edit.dest_start + at) for at in pairs]
            blocks += [(one, one + 1, other, other + 1) for one, other in starts]
            open_block = False
        elif open_block:
            first, _, other_first, _ = blocks.pop()
            blocks.append((first, edit.src_end, other_first, edit.dest_end))
        else:
            blocks.append((edit.src_start, edit.src_end, edit.dest_start, edit.dest_end))
            open_block = True
    return blocks


def _bare(words: Sequence[str]) -> list[str]:
    return [re.sub(r"\W", "", word).casefold() for word in words]


def _within(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether the words stand in the others one after the other."""
    size = len(part)
    return any(list(whole[at : at + size]) == list(part) for at in range(len(whole) - size + 1))
