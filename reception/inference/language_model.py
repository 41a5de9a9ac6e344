"""What the rest of the desk sees of a language model: text in, text that obeys a grammar out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Completion:
    """What a model wrote. `tokens` counts the written ones, `ms` runs from the call to the answer.

    `confidence` (0 to 1) is the product of the model's probabilities, among what the grammar allowed, at
    its free choices in the first field: up to the first semicolon or newline.
    """

    text: str
    confidence: float
    tokens: int
    ms: float


@runtime_checkable
class LanguageModel(Protocol):
    """A model in this process or on another machine."""

    async def complete(
        self, prompt: str, grammar: str, *, max_tokens: int, draft: str = "", priority: int = 1
    ) -> Completion:
        """The likeliest continuation of `prompt` within `grammar` (Lark; empty allows any text).

        `draft` is text whose words the answer is likely to repeat: it makes answers faster, never different
        ones. A lower `priority` number goes first. With `max_tokens=0` the prompt is only read ahead, so
        that a later prompt with the same beginning answers sooner. Raises Busy, Unavailable, ModelMissing,
        Invalid (grammar or length); cancelling the task cancels the work.
        """
        ...

    async def ready(self) -> None:
        """Returns once the model answers; raises ModelMissing, Unavailable or MisconfiguredError."""
        ...

    async def close(self) -> None:
        """Ends the model; requests still open fail as Unavailable."""
        ...
