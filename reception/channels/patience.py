"""How long a silent caller is waited for, and what comes of it: asked twice, offered a call back, let go."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum

#: Seconds of silence after the desk's last word, and after a caller asked for a moment.
QUIET = 7.0
MOMENT = 30.0
#: Seconds after which half a number that was typed counts as all of it.
BETWEEN_KEYS = 5.0
#: Seconds within which a WebSocket must say which call it is for.
INTRODUCTION = 10.0
#: How fast the desk's words are spoken; nobody tells us when they have been.
CHARACTERS_A_SECOND = 14.0
#: How often a caller is asked before they are offered a call back.
MOST_QUESTIONS = 2


class Silence(Enum):
    """What a silence calls for."""

    ASK = "ask"
    OFFER_CALLBACK = "offer_callback"
    GIVE_UP = "give_up"


class Patience:
    """One call's silences; `now` is a clock in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._until = now() + INTRODUCTION
        self._spoken_by = now()
        self._silences = 0

    @property
    def left(self) -> float:
        """Seconds until the silence has lasted too long."""
        return max(0.0, self._until - self._now())

    def spoke(self, words: str, *, asked_to_wait: bool = False) -> None:
        """The desk began to say `words`; what is still being spoken is spoken first."""
        begins = max(self._now(), self._spoken_by)
        self._spoken_by = begins + len(words) / CHARACTERS_A_SECOND
        self._until = self._spoken_by + (MOMENT if asked_to_wait else QUIET)

    def heard(self) -> None:
        """The caller speaks: the desk has fallen silent, and all silences are forgiven."""
        self._silences = 0
        self._spoken_by = self._now()
        self._until = self._spoken_by + QUIET

    def typed(self) -> None:
        """A key was pressed, and others may follow."""
        self._silences = 0
        self._spoken_by = self._now()
        self._until = self._spoken_by + BETWEEN_KEYS

    def over(self) -> Silence:
        """The silence has lasted too long, once more."""
        self._silences += 1
        if self._silences <= MOST_QUESTIONS:
            return Silence.ASK
        return Silence.OFFER_CALLBACK if self._silences == MOST_QUESTIONS + 1 else Silence.GIVE_UP
