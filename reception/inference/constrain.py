"""Keeps what a model writes within a grammar: which tokens are allowed, and which are forced."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from llguidance import LLMatcher, LLTokenizer
from llguidance.gbnf_to_lark import any_to_lark
from numpy.typing import NDArray

from reception.errors import InvalidGrammar
from reception.inference.language_model import Grammar, Syntax

#: What no grammar stands for.
_ANY_TEXT = "start: /(.|\\n)*/"
_NAMES = {
    Syntax.LARK: "Lark grammar (llguidance's dialect)",
    Syntax.JSON_SCHEMA: "JSON schema",
    Syntax.REGEX: "regular expression (without look-around or back references)",
    Syntax.GBNF: "GBNF grammar",
}


class Constraint:
    """One grammar on its way through one answer; None allows any text. Raises InvalidGrammar.

    With `forced=False` tokens that are the only ones possible are chosen like all others.
    """

    def __init__(self, tokenizer: LLTokenizer, grammar: Grammar | None, *, forced: bool = True) -> None:
        self.bound = grammar is not None
        self._forced = forced and self.bound
        self._syntax = grammar.syntax if grammar else Syntax.LARK
        self._size = tokenizer.vocab_size
        self._mask = np.zeros((self._size + 31) // 32, dtype=np.int32)
        self._matcher = LLMatcher(tokenizer, _compiled(grammar), log_level=0)
        self._check()  # the grammar's own message may quote a patient: it stays inside

    def _check(self) -> None:
        if self._matcher.is_error():
            raise InvalidGrammar(_trouble(self._syntax))

    def allowed(self, logits: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The tokens that may come next, and their scores."""
        self._matcher.unsafe_compute_mask_ptr(self._mask.ctypes.data, self._mask.nbytes)
        self._check()
        bits = np.unpackbits(self._mask.view(np.uint8), bitorder="little", count=self._size)
        tokens = np.flatnonzero(bits)
        return tokens, logits[tokens]

    def choose(self, logits: NDArray[np.float32], lean: Mapping[int, float]) -> tuple[int, float, float]:
        """The likeliest allowed token, its probability among these, and how far its score is ahead.

        `lean` is added to the scores of its tokens, but does not change the probability.
        """
        tokens, scores = self.allowed(logits)
        weights = np.exp(scores - scores.max())
        scores = leaned(tokens, scores, lean)
        best = int(scores.argmax())
        top, scores[best] = float(scores[best]), -np.inf
        return int(tokens[best]), float(weights[best] / weights.sum()), top - float(scores.max())

    def accept(self, token: int) -> None:
        """Notes that `token` was written."""
        self._matcher.consume_token(token)
        self._check()

    def forced(self) -> list[int]:
        """Notes and returns the tokens that must come next, as the tokeniser itself would cut them."""
        tokens: list[int] = self._matcher.compute_ff_tokens() if self._forced else []
        if tokens:
            self._matcher.consume_tokens(tokens)
            self._check()
        return tokens

    def possible(self, tokens: list[int]) -> list[int]:
        """The longest beginning of `tokens` that the grammar would allow from here."""
        return tokens[: self._matcher.validate_tokens(tokens)] if tokens else []

    @property
    def can_end(self) -> bool:
        """Whether the answer may end here."""
        return bool(self._matcher.is_accepting())

    @property
    def finished(self) -> bool:
        """Whether the grammar allows nothing more."""
        return bool(self._matcher.is_stopped())


def leaned(
    tokens: NDArray[np.intp], scores: NDArray[np.float32], lean: Mapping[int, float]
) -> NDArray[np.float32]:
    """The scores of `tokens` with what is added to some of them."""
    if not lean:
        return scores
    scores = scores.copy()
    for token, more in lean.items():
        scores[tokens == token] += more
    return scores


def _compiled(grammar: Grammar | None) -> Any:
    """The grammar in llguidance's own form."""
    if grammar is None:
        return LLMatcher.grammar_from_lark(_ANY_TEXT)
    try:
        match grammar.syntax:
            case Syntax.LARK:
                return LLMatcher.grammar_from_lark(grammar.text)
            case Syntax.REGEX:
                return LLMatcher.grammar_from_regex(grammar.text)
            case Syntax.GBNF:
                return LLMatcher.grammar_from_lark(any_to_lark(grammar.text))
            case Syntax.JSON_SCHEMA:
                return LLMatcher.grammar_from_json_schema(_compact(json.loads(grammar.text)))
    except Exception as error:  # whatever the converters raise, it is the grammar's fault
        raise InvalidGrammar(_trouble(grammar.syntax)) from error


def _compact(schema: Any) -> Any:
    """JSON without blanks between its parts, a quarter of its tokens, unless the schema says otherwise."""
    return {"x-guidance": {"whitespace_flexible": False}, **schema} if isinstance(schema, dict) else schema


def _trouble(syntax: Syntax) -> str:
    return f"The grammar can't be used: it is no valid {_NAMES[syntax]}, or too large."
