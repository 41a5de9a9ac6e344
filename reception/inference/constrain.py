"""Keeps what a model writes within a grammar: which tokens are allowed, and which are forced."""

from __future__ import annotations

import numpy as np
from llguidance import LLMatcher, LLTokenizer
from numpy.typing import NDArray

from reception.errors import Invalid

#: The grammar that an empty one stands for.
ANY_TEXT = "start: /(.|\\n)*/"


class Constraint:
    """One grammar on its way through one answer. Raises Invalid when the grammar can't be used."""

    def __init__(self, tokenizer: LLTokenizer, grammar: str) -> None:
        self._matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_lark(grammar or ANY_TEXT), log_level=0)
        self._mask = np.zeros((tokenizer.vocab_size + 31) // 32, dtype=np.int32)
        self._size = tokenizer.vocab_size
        self._check()  # the grammar's own message may quote a patient: it stays inside

    def _check(self) -> None:
        if self._matcher.is_error():
            raise Invalid("The grammar can't be used: it is no valid Lark grammar, or too large.")

    def choose(self, logits: NDArray[np.float32]) -> tuple[int, float]:
        """The likeliest allowed token, and its probability among the allowed ones."""
        self._matcher.unsafe_compute_mask_ptr(self._mask.ctypes.data, self._mask.nbytes)
        self._check()
        bits = np.unpackbits(self._mask.view(np.uint8), bitorder="little", count=self._size)
        allowed = np.flatnonzero(bits)
        scores = logits[allowed]
        best = int(scores.argmax())
        probability = 1.0 / float(np.exp(scores - scores[best]).sum())
        return int(allowed[best]), probability

    def accept(self, token: int) -> None:
        """Notes that `token` was written."""
        self._matcher.consume_token(token)
        self._check()

    def forced(self) -> list[int]:
        """Notes and returns the tokens that must come next, as the tokeniser itself would cut them."""
        tokens: list[int] = self._matcher.compute_ff_tokens()
        if tokens:
            self._matcher.consume_tokens(tokens)
            self._check()
        return tokens

    def possible(self, tokens: list[int]) -> list[int]:
        """The longest beginning of `tokens` that the grammar would allow from here."""
        return tokens[: self._matcher.validate_tokens(tokens)] if tokens else []

    @property
    def finished(self) -> bool:
        """Whether the grammar allows nothing more."""
        return bool(self._matcher.is_stopped())
