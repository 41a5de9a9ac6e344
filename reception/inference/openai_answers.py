"""Completions in OpenAI's words: whole answers, and the pieces of streams."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from reception.inference.language_model import Completion

Json = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """How a completion is put into OpenAI's words."""

    prefix: str
    kind: str
    model: str
    id: str = field(default_factory=lambda: uuid4().hex)
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, done: Completion) -> Json:
        """The answer in one."""
        choice = {"index": 0, **self._said(done.text), "finish_reason": reason(done), "logprobs": None}
        return self._envelope(self.kind, [choice]) | {"usage": _usage(done)} | extras(done)

    def opening(self) -> list[Json]:
        """What a stream begins with."""
        return []

    def piece(self, text: str, reason: str | None = None) -> Json:
        """One piece of a stream; the last has a `reason` and no text."""
        choice = {"index": 0, "text": text, "finish_reason": reason, "logprobs": None}
        return self._envelope(self.kind, [choice])

    def usage(self, done: Completion) -> Json:
        """What a stream ends with when its client wants to know."""
        return self.piece("") | {"choices": [], "usage": _usage(done)}

    def _said(self, text: str) -> Json:
        return {"text": text}

    def _envelope(self, kind: str, choices: list[Json]) -> Json:
        return {
            "id": self.prefix + self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "choices": choices,
        }


class ChatShape(Shape):
    """The same for chats."""

    def opening(self) -> list[Json]:
        """The role comes first."""
        return [self._chunk({"role": "assistant", "content": ""})]

    def piece(self, text: str, reason: str | None = None) -> Json:
        """One piece of the message."""
        return self._chunk({"content": text} if reason is None else {}, reason)

    def _said(self, text: str) -> Json:
        return {"message": {"role": "assistant", "content": text, "refusal": None}}

    def _chunk(self, delta: Json, reason: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
        return self._envelope(f"{self.kind}.chunk", [choice])


def reason(done: Completion) -> str:
    """Why an answer ended."""
    return "length" if done.cut else "stop"


def _usage(done: Completion) -> Json:
    return {
        "prompt_tokens": done.prompt_tokens,
        "completion_tokens": done.tokens,
        "total_tokens": done.prompt_tokens + done.tokens,
    }


def extras(done: Completion) -> Json:
    """What OpenAI's answers lack."""
    return {"confidence": done.confidence, "ms": done.ms, "near_ties": done.near_ties}
