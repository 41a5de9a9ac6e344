"""Reads the phrase files: what patients say, with the slots marked, by intent and desk question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reception.dialogue.meaning import Intent, Slot

#: What the desk may have asked; confirmations by what they are about. `any` stands for all of them.
DESK_KEYS = (
    "request", "patient_name", "date_of_birth", "phone", "email", "insurance", "practitioner",
    "appointment_type", "reason", "date", "time", "slot", "appointment", "medication", "dose", "specialty",
    "test", "topic", "message", "callback", "anything_else", "confirm_booking", "confirm_move",
    "confirm_cancel", "confirm_identity", "known_patient", "new_patient", "waitlist", "confirm_handover",
    "confirm_request",
)  # fmt: skip
#: Placeholders that are drawn from a lexicon: name → the slot they are labelled with.
DRAWS: dict[str, Slot | None] = {
    **{slot.value: slot for slot in Slot},
    "weekday": Slot.DATE,
    "_name": None,
    "_number": None,
    "_month_day": None,
}

_HEADER = re.compile(r"\[\s*(\w+)\s*\|\s*desk:\s*([^\]]+)\]$")
_PART = re.compile(r"\[(\w+):\s*([^\[\]{}]+?)\s*\]|\{(\w+)\}|([\[\]{}])")
# Rule 1 of the labels: these stay outside. "a week from now" keeps its article, which counts there.
_LEADING = re.compile(
    r"(?:(?:the|my|his|her|our|your|their|on|at|for|to|with|about)|"
    r"an?(?!\s+(?:week|month|fortnight|couple|few|day|bit|little|quarter|half)\b))\s+",
    re.IGNORECASE,
)
_KEEP_LEADING = frozenset({Slot.PATIENT_NAME, Slot.EMAIL, Slot.PHONE, Slot.OLD_TIME, Slot.TIME})


class PhraseError(ValueError):
    """A phrase file that breaks the format; the text names file and line."""


@dataclass(frozen=True)
class Piece:
    """A stretch of an utterance: literal `text`, or the name of a lexicon to `draw` it from."""

    text: str = ""
    slot: Slot | None = None
    draw: str = ""


@dataclass(frozen=True)
class Phrase:
    """One line of a phrase file and where it stands."""

    intent: Intent
    desks: tuple[str, ...]
    pieces: tuple[Piece, ...]
    place: str
    source: str

    @property
    def words(self) -> str:
        """What is said, without what is drawn."""
        return "".join(piece.text for piece in self.pieces)


def read_phrases(folder: Path) -> list[Phrase]:
    """All phrases of the `*.txt` files in `folder`, in the order of file names and lines; PhraseError."""
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise PhraseError(f"{folder}: no phrase files (*.txt) here")
    return [phrase for path in files for phrase in parse(path.read_text(encoding="utf-8"), path.name)]


def parse(text: str, name: str) -> Iterator[Phrase]:
    """The phrases of one file's text; `name` is used in the messages of PhraseError."""
    intent: Intent | None = None
    desks: tuple[str, ...] = ()
    for number, raw in enumerate(text.splitlines(), start=1):
        line, place = raw.strip(), f"{name}:{number}"
        if not line or line.startswith("#"):
            continue
        if header := _HEADER.match(line):
            intent, desks = _intent(header[1], place), _desks(header[2], place)
        elif intent is None:
            raise PhraseError(f"{place}: an utterance before the first [intent | desk: …] header")
        else:
            yield Phrase(intent, desks, tuple(_pieces(line, place)), place, line)


def _intent(word: str, place: str) -> Intent:
    if word not in list(Intent):
        raise PhraseError(f"{place}: unknown intent {word!r}")
    return Intent(word)


def _desks(words: str, place: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in words.split(",") if key.strip())
    if unknown := [key for key in keys if key not in (*DESK_KEYS, "any")]:
        raise PhraseError(f"{place}: unknown desk key {', '.join(unknown)}")
    return keys


def _pieces(line: str, place: str) -> Iterator[Piece]:
    seen: set[Slot] = set()
    end = 0
    for part in _PART.finditer(line):
        if part.start() > end:
            yield Piece(line[end : part.start()])
        end = part.end()
        if part[4]:
            raise PhraseError(f"{place}: a stray {part[4]!r}")
        slot = _slot(part[1], place) if part[1] else _draw(part[3], place)
        if slot in seen:
            raise PhraseError(f"{place}: the slot {slot} is labelled twice")
        if slot is not None:
            seen.add(slot)
        if part[3]:
            yield Piece(slot=slot, draw=part[3])
        else:
            assert slot is not None
            yield from _labelled(part[2], slot)
    if end < len(line):
        yield Piece(line[end:])


def _labelled(words: str, slot: Slot) -> Iterator[Piece]:
    """A labelled piece, with its leading articles and the like moved outside."""
    lead = _LEADING.match(words) if slot not in _KEEP_LEADING else None
    if lead:
        yield Piece(lead[0])
        words = words[lead.end() :]
    tail = words.rstrip(".,!?;:") if not re.search(r"\b[ap]\.m\.$|\b(?:Jr|Sr|Dr)\.$", words) else words
    yield Piece(tail, slot)
    if tail != words:
        yield Piece(words[len(tail) :])


def _slot(word: str, place: str) -> Slot:
    if word == "weekday":
        return Slot.DATE
    if word not in list(Slot):
        raise PhraseError(f"{place}: unknown slot {word!r}")
    return Slot(word)


def _draw(word: str, place: str) -> Slot | None:
    if word not in DRAWS:
        raise PhraseError(f"{place}: unknown placeholder {{{word}}}")
    return DRAWS[word]
