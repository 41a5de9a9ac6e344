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

# A value starts and ends at a word, a sign that belongs to one ("+1 555", "(555)", "p.m.") included, and
# holds no semicolon, which parts the fields.
_EDGES = r"/[^\s;,.:!?)\]@-][^;]*/ & /[^;]*[^\s;,:!?(\[]/ & /[^;]*\w[^;]*/"


def build_grammar(patient: str) -> str:
    """The Lark grammar (llguidance's dialect) of all frames for this utterance."""
    words = clean(patient)
    if not re.search(r"\w", words):
        return f'start: " " ({_any_of(tuple(Intent))}) "\\n"\n'
    fields = " ".join(f'("; {slot}: " VALUE)?' for slot in Slot)
    return (
        f'start: " " (bare | filled) "\\n"\n'
        f"bare: {_any_of(WITHOUT_SLOTS)}\n"
        f"filled: ({_any_of(WITH_SLOTS)}) {fields}\n"
        f"VALUE: WORDS & {_EDGES}\n"
        f"WORDS: %regex {json.dumps({'substring_words': words})}\n"
    )


def _any_of(intents: tuple[Intent, ...]) -> str:
    return " | ".join(f'"{intent}"' for intent in intents)
