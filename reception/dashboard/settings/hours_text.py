"""Hours as people type them: "8-12:30, 1:30pm-6pm" for a day; what can't be read is left as it was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CLOSED = frozenset({"", "closed", "-", "–", "none"})
_BLOCK = re.compile(
    r"(\d{1,2})(?:[:.](\d\d))?\s*([ap]m)?\s*(?:-|–|to|until)\s*(\d{1,2})(?:[:.](\d\d))?\s*([ap]m)?",
    re.ASCII | re.IGNORECASE,
)


def read_blocks(typed: str) -> list[str]:
    """The blocks of a day as the practice file has them ("08:00-12:30"); none for a day that is closed."""
    if typed.strip().casefold() in _CLOSED:
        return []
    return [_block(piece.strip()) for piece in re.split(r"[,;]|\band\b", typed) if piece.strip()]


def blocks_text(blocks: Iterable[object]) -> str:
    """The blocks of a day as they are shown in a field."""
    return ", ".join(str(one).replace("-", "–") for one in blocks)


def _block(piece: str) -> str:
    found = _BLOCK.fullmatch(piece)
    if found is None:
        return piece
    first, first_minute, first_half, last, last_minute, last_half = found.groups()
    end = _clock(last, last_minute, last_half)
    start = _clock(first, first_minute, first_half or last_half)
    if first_half is None and start >= end:  # "8-12pm", "9-1pm"
        start = _clock(first, first_minute, None)
    return f"{start}-{end}"


def _clock(hour: str, minute: str | None, half: str | None) -> str:
    number = int(hour)
    if half is not None and number <= 12:
        number = number % 12 + (12 if half.lower() == "pm" else 0)
    return f"{number:02}:{minute or '00'}"
