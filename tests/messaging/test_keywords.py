"""What carriers demand of STOP, START and HELP, and what is none of them. Ring: unit."""

from __future__ import annotations

import pytest

from reception.messaging.keywords import keyword
from reception.messaging.numbers import textable


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("STOP", "stop"), ("Stop.", "stop"), ("stopall", "stop"), ("UNSUBSCRIBE", "stop"), ("cancel", "stop"),
        ("END", "stop"), ("quit!", "stop"), ("please stop texting me", "stop"),
        ("Don't text me again", "stop"),
        ("START", "start"), ("unstop", "start"), ("Help", "help"), ("INFO?", "help"),
        ("I want to cancel my appointment", None), ("x", None), ("yes", None), ("stop by on Friday", None),
        ("can you help me with a prescription", None), ("when does it end", None),
    ],
)  # fmt: skip
def test_whole_words_and_plain_wishes_count(text: str, found: str | None) -> None:
    assert keyword(text) == found


def test_what_the_carrier_took_it_for_counts_more_than_the_words() -> None:
    assert keyword("arrêt", "STOP") == "stop"


@pytest.mark.parametrize(
    ("number", "possible"),
    [
        ("+12125550111", True), ("+447911123456", True), ("+491711234567", True),
        ("+493012345678", False), ("+18005550199", False), ("", False), ("anonymous", False),
        ("2125550111", False),
    ],
)  # fmt: skip
def test_landlines_get_no_texts_where_they_can_be_told_from_mobiles(number: str, possible: bool) -> None:
    assert textable(number) is possible
