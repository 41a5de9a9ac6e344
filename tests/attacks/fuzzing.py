"""What the fuzzing tests have in common: how many examples, odd texts and values, damaged bytes."""

from __future__ import annotations

import os
import random
import struct

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=EXAMPLES <= 100,
    suppress_health_check=list(HealthCheck),
)

anything = st.text(st.characters(codec="utf-16", exclude_categories=()), max_size=60) | st.text(max_size=60)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def broken(data: bytes, chance: random.Random) -> bytes:
    """The bytes with some changed, left out, doubled, or cut off."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at, kind = chance.randrange(len(changed) or 1), chance.randrange(5)
        if kind == 0:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            changed[at : at + 8] = struct.pack("<Q", chance.choice([0, 1, 2**31, 2**63 - 1, 2**64 - 1]))
        elif kind == 2:
            del changed[at : at + chance.randint(1, 40)]
        elif kind == 3:
            changed[at:at] = changed[at : at + chance.randint(1, 40)]
        elif chance.random() < 0.3:
            del changed[at:]
    return bytes(changed)
