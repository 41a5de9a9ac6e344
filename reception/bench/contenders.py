"""What all contenders have in common: they are given an utterance and say how long its meaning took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from reception.bench.utterances import Said


class PeerMissing(Exception):
    """A peer can't be measured here; the text says why and becomes a note of the report."""


@dataclass(frozen=True)
class Work:
    """What the engine had to evaluate for one answer.

    Of `prompt`, which has `prompt_tokens` tokens, the last `evaluated` were new. `steps` is the number of
    batches, `choices` how many of these came after the prompt had been read. `written` tokens make `answer`.
    """

    prompt: str
    prompt_tokens: int
    evaluated: int
    steps: int
    choices: int
    answer: str
    written: int


@dataclass(frozen=True)
class Taken:
    """One turn: milliseconds from the end of the patient's words to intent and slots.

    `whole` is False for an answer that was cut short. `work` is known of our own engine only.
    """

    ms: float
    whole: bool
    work: Work | None = None


class Contender(Protocol):
    """A way to get from an utterance to its meaning. `conversation` says whose it is, if it matters."""

    name: str

    async def turn(self, said: Said, conversation: str = "") -> Taken:
        """Understands one utterance that this contender has not been given before."""
        ...
