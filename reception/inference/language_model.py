"""What the rest of the desk sees of a language model: text in, text that obeys a grammar out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Protocol, runtime_checkable


class Priority(IntEnum):
    """Who goes first when there is more to do than fits; within one, conversations take turns."""

    PHONE = 0
    CHAT = 1
    #: Work done before it is needed: only while nobody waits.
    AHEAD = 2


class Syntax(StrEnum):
    """How a grammar is written: llguidance's Lark, JSON schema, a regular expression, llama.cpp's GBNF."""

    LARK = "lark"
    JSON_SCHEMA = "json_schema"
    REGEX = "regex"
    GBNF = "gbnf"


@dataclass(frozen=True)
class Grammar:
    """What an answer must look like."""

    text: str
    syntax: Syntax = Syntax.LARK


@dataclass(frozen=True)
class Sampling:
    """How tokens are chosen; as it stands, always the likeliest. The names are llama.cpp's.

    Penalties look at the answer's last 64 tokens. The same `seed` gives the same choices for the same scores.
    """

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repeat_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    seed: int | None = None


LIKELIEST = Sampling()


@dataclass(frozen=True)
class Control:
    """A part of a prompt in which control tokens count as such; anywhere else they are plain words."""

    text: str


@dataclass(frozen=True)
class Request:
    """One question to the model.

    `prompt`: text, or parts of text and control text. `max_tokens` 0: the prompt is only read ahead, so that
    a later prompt with the same beginning answers sooner. `guess`: the answer as it probably begins; `draft`:
    text whose words it is likely to repeat; both make answers faster, never different. `stop`: texts before
    which the answer ends. `adapter`: a LoRA adapter by name, "" for none. `conversation`: whose cache is
    continued and whose turn it is, any short name. `deadline`: seconds from now after which nobody needs the
    answer any more. `remember`: whether a later prompt will go on from here; else the cache forgets what was
    new in this one, and stays small, which keeps it fast. `steady`: whether near-ties of a short prompt are
    decided by reading everything again, alone, so that the answer does not depend on what else is being read.
    `lean`: what is added to the score (logit) of the answer's first choice where it begins such a text; the
    confidence stays that without it.
    """

    prompt: str | tuple[str | Control, ...]
    max_tokens: int
    grammar: Grammar | None = None
    guess: str = ""
    draft: str = ""
    sampling: Sampling = LIKELIEST
    stop: tuple[str, ...] = ()
    adapter: str = ""
    priority: Priority = Priority.CHAT
    conversation: str = ""
    deadline: float | None = None
    remember: bool = True
    steady: bool = False
    lean: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Completion:
    """What a model wrote. `tokens` and `prompt_tokens` are counts, `ms` runs from the call to the answer.

    `confidence` (0 to 1) is the product of the model's probabilities, among what the grammar allowed, at
    its free choices in the first field: up to the first semicolon or newline. `cut` tells an answer without
    a grammar that reached `max_tokens`. `near_ties` counts choices so close that rounding could turn them,
    `evaluated` the tokens of the prompt that were not in the cache already, `steps` the batches it was in.
    """

    text: str
    confidence: float
    tokens: int
    ms: float
    prompt_tokens: int = 0
    cut: bool = False
    near_ties: int = 0
    evaluated: int = 0
    steps: int = 0


#: Is given each piece of an answer as it is written, in order, on the event loop of the call.
Listener = Callable[[str], None]


@runtime_checkable
class LanguageModel(Protocol):
    """A model in this process or on another machine."""

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        """The continuation of the prompt within the grammar; cancelling the task cancels the work.

        Raises Busy (queue full), Late (deadline), Unavailable, ModelMissing; Invalid or a subclass:
        InvalidGrammar, PromptTooLong, UnknownAdapter, Unfinished (the grammar's end was not reached within
        `max_tokens`).
        """
        ...

    async def ready(self) -> None:
        """Returns once the model answers; raises ModelMissing, Unavailable or MisconfiguredError."""
        ...

    async def close(self) -> None:
        """Ends the model; requests still open fail as Unavailable."""
        ...
