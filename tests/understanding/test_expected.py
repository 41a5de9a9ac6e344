"""A plain yes or no outweighs the thanks or the goodbye after it (ring: unit)."""

from __future__ import annotations

import pytest

from reception.dialogue.meaning import Frame, Intent
from reception.understanding.expected import not_reversed


@pytest.mark.parametrize(
    ("heard", "read", "meant"),
    [
        ("yes, thank you, bye", Intent.GOODBYE, Intent.AFFIRM),
        ("Yes thanks", Intent.THANK, Intent.AFFIRM),
        ("no thanks", Intent.THANK, Intent.DENY),
        ("no, goodbye", Intent.GOODBYE, Intent.GOODBYE),
        ("thank you", Intent.THANK, Intent.THANK),
        ("no", Intent.AFFIRM, Intent.DENY),
    ],
)
def test_a_read_back_is_answered_by_its_first_word(heard: str, read: Intent, meant: Intent) -> None:
    assert not_reversed(Frame(read), "confirmation", heard, "en").intent is meant


def test_thanks_at_the_end_stay_thanks() -> None:
    assert not_reversed(Frame(Intent.THANK), "anything_else", "no thanks", "en").intent is Intent.THANK
