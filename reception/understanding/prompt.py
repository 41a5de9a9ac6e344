"""The one text format of understanding: the prompt the model reads and the frame it writes.

Training and serving both build their text here, so that what is learned is what is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from reception.dialogue.meaning import Intent, Slot

#: The desk's words that the model sees: its last sentences hold the question, the rest only costs time.
DESK_SENTENCES = 2
DESK_WORDS = 40
#: The most tokens of a frame; a longer one is none that was ever trained.
FRAME_TOKENS = 96

_SEPARATOR = "; "
# A full stop after a title or within "p.m." ends no sentence.
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\bDr\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bSt\.)(?<!\bProf\.)(?<![ap]\.m\.)\s+"
)
_FIELD = re.compile(rf"; ({'|'.join(Slot)}): ")
_UNWRITABLE = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp", "Zs"})


def aligned(text: str) -> tuple[str, list[int]]:
    """`clean(text)`, and for each of its characters the index in `text` it came from."""
    out: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        blank = unicodedata.category(char) in _UNWRITABLE
        if blank and (not out or out[-1] == " "):
            continue
        out.append(" " if blank else char)
        origin.append(index)
    if out and out[-1] == " ":
        out.pop()
        origin.pop()
    return "".join(out), origin


def clean(text: str) -> str:
    """`text` on one line: control characters and line breaks become spaces, runs of spaces one."""
    return aligned(text)[0]


def desk_words(desk: str) -> str:
    """The end of what the desk said, as far as the model sees it; "-" when the desk said nothing."""
    sentences = _SENTENCE_END.split(clean(desk))
    words = " ".join(sentences[-DESK_SENTENCES:]).split(" ")
    return " ".join(words[-DESK_WORDS:]) or "-"


def build_prompt(desk: str, patient: str) -> str:
    """The text the model completes with a frame."""
    return f"desk: {desk_words(desk)}\npatient: {clean(patient)}\nframe:"


def build_frame(intent: Intent, slots: Mapping[Slot, str]) -> str:
    """The completion for a prompt: intent and slots in the order of `Slot`, ended by a newline."""
    fields = [f"{slot}: {clean(slots[slot])}" for slot in Slot if slots.get(slot)]
    return " " + _SEPARATOR.join([intent, *fields]) + "\n"


def parse_frame(text: str) -> tuple[Intent, dict[Slot, str]]:
    """The intent and slots of a completion; raises ValueError when it is not a whole frame."""
    if not text.startswith(" ") or not text.endswith("\n"):
        raise ValueError("a frame starts with a space and ends with a newline")
    head, *rest = _FIELD.split(text[1:-1])
    names = [Slot(name) for name in rest[::2]]
    slots = dict(zip(names, rest[1::2], strict=True))
    if len(slots) != len(names) or not all(slots.values()):
        raise ValueError("a slot is empty or there twice")
    return Intent(head), slots
