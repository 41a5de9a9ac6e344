"""Tells by the carrier's list whether a text was sent whose worker died before it could note it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Literal

from reception.database.records import OutgoingText
from reception.messaging.twilio_api import Carried

#: How far the carrier's clock may be behind ours.
SKEW = timedelta(minutes=2)
#: Seconds after which staff are told that nobody knows.
UNKNOWN_AFTER = 3600.0


def found_among(
    text: OutgoingText, carried: Sequence[Carried] | None, known: Collection[str]
) -> Carried | Literal["not_sent", "unknown", "wait"]:
    """The message of the carrier's list that this text became.

    `carried` are the messages to its recipient (None: the carrier could not be asked, so `wait`), and
    `known` the identifiers of those that are other texts of ours. `unknown` where a message might be it,
    but the carrier no longer shows its words.
    """
    if carried is None or text.sending_since is None:
        return "wait"
    since = text.sending_since - SKEW
    possible = [
        one for one in carried if one.created >= since and one.sid not in known and one.direction != "reply"
    ]
    same = [one for one in possible if _letters(one.body).endswith(_letters(text.body))]
    if same:
        return min(same, key=lambda one: one.created)
    return "unknown" if any(not one.body for one in possible) else "not_sent"


def _letters(body: str) -> str:
    """What is left of a text however carriers rewrite it: some put words before it or replace quotes."""
    return "".join(each for each in body if each.isascii() and each.isalnum())
