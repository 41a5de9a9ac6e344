"""The grammar a frame must obey: intents and slots of the schema, values only in the patient's own words.

Derived from `meaning`; the text format is `prompt.build_frame`'s.
"""

from __future__ import annotations

import json
import re

from reception.dialogue.meaning import Intent, Slot
from reception.understanding.prompt import clean

#: Intents that say everything by themselves: their frame ends at once.
WITHOUT_SLOTS = (
    Intent.EMERGENCY,
    Intent.STAFF,
    Intent.REPEAT,
    Intent.GREET,
    Intent.THANK,
    Intent.GOODBYE,
    Intent.OUT_OF_SCOPE,
)
WITH_SLOTS = tuple(intent for intent in Intent if intent not in WITHOUT_SLOTS)

# What a span is made of: whole words, and signs one by one ("3 p.m.?" holds "3 p.m.").
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")
# A value starts and ends at a word, a sign that belongs to one ("+1 555", "(555)", "p.m.") included.
_OPENING = "\"'(+#$€£"
_NOT_LAST = " ,:!?([“"


def build_grammar(patient: str) -> str:
    """The Lark grammar (llguidance's dialect) of all frames for this utterance."""
    pieces = _PIECE.findall(clean(patient))
    if not any(re.match(r"\w", piece) for piece in pieces):
        return f'start: " " ({_any_of(tuple(Intent))}) "\\n"\n'
    fields = " ".join(f'("; {slot}: " VALUE)?' for slot in Slot)
    return (
        f'start: " " (bare | filled) "\\n"\n'
        f"bare: {_any_of(WITHOUT_SLOTS)}\n"
        f"filled: ({_any_of(WITH_SLOTS)}) {fields}\n"
        f"VALUE: WORDS & /{_value_edges(pieces)}/\n"
        f"WORDS: %regex {json.dumps({'substring_chunks': pieces})}\n"
    )


def _any_of(intents: tuple[Intent, ...]) -> str:
    return " | ".join(f'"{intent}"' for intent in intents)


def _value_edges(pieces: list[str]) -> str:
    """A regex: up to two opening signs, a word, and an end that is no comma or such; no semicolon within.

    It names the signs of this very utterance, which is much cheaper to compile than all of Unicode's words.
    """
    signs = {piece for piece in pieces if not re.match(r"\w", piece)} | {" "}
    openings = signs & set(_OPENING)
    opening = f"{_one_of(openings)}{{0,2}}" if openings else ""
    word, last = _one_of(signs, but=True), _one_of(signs & set(_NOT_LAST) | {" ", ";"}, but=True)
    return f"{opening}{word}([^;]*{last})?"


def _one_of(characters: set[str], *, but: bool = False) -> str:
    """A character class, or with `but` its opposite; in code points, so that nothing needs escaping."""
    points = "".join(f"\\x{{{ord(one):x}}}" for one in sorted(characters))
    return f"[{'^' if but else ''}{points}]"
