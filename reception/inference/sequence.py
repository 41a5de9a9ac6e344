"""One request on its way through the model: what to evaluate next, and what the answer is so far. Pure.

A step feeds `feed` to the model and hands the scores after its last `rows` tokens to `advance`, which
chooses tokens and sets up the next step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from reception.inference.cache import shared
from reception.inference.constrain import Constraint

#: How many tokens are guessed at once: more cost more to check than they save.
DRAFT_TOKENS = 3
#: What ends the first field of a frame; confidence is about the words before.
FIELD_ENDS = frozenset(";\n")


class Generation:
    """The answer to one prompt, token by token.

    `tokens` is the prompt followed by all that is chosen; `done` ends it. `draft` are tokens of text that the
    answer may repeat: wherever the answer runs along it, the next few are evaluated ahead and kept if right.
    """

    def __init__(
        self,
        prompt: Sequence[int],
        constraint: Constraint,
        *,
        max_tokens: int,
        draft: Sequence[int] = (),
        ends: Sequence[int] = (),
        detokenize: Callable[[Sequence[int]], str],
    ) -> None:
        self.tokens = list(prompt)
        self.guesses: list[int] = []
        self.done = False
        self._prompt_length = len(self.tokens)
        self._constraint = constraint
        self._limit = len(self.tokens) + max_tokens
        self._reading_only = max_tokens == 0
        self._draft = list(draft)
        self._ends = frozenset(ends)
        self._detokenize = detokenize
        self._in_first_field = True
        self._log_confidence = 0.0
        if not self._reading_only:
            self._extend(constraint.forced())

    @property
    def answer(self) -> list[int]:
        """The tokens written so far."""
        return self.tokens[self._prompt_length :]

    @property
    def confidence(self) -> float:
        """Probability of the free choices in the first field, 0 to 1."""
        return math.exp(self._log_confidence)

    @property
    def feed(self) -> list[int]:
        """Everything the model must have read before `advance`: known tokens, then guesses."""
        return self.tokens + self.guesses

    @property
    def rows(self) -> int:
        """How many of the last tokens of `feed` need scores."""
        return 0 if self._reading_only else len(self.guesses) + 1

    def advance(self, rows: Sequence[NDArray[np.float32]]) -> int:
        """Chooses with the scores after the last known token and after each guess.

        Returns how many tokens of `feed` turned out right; what was read beyond must be forgotten.
        """
        known, guesses, right = len(self.tokens), self.guesses, 0
        self.guesses = []
        self.done = self._reading_only
        while not self.done:
            new = self._choose(rows[right])
            agreed = shared(new, guesses[right:])
            right += agreed
            if agreed < len(new) or right >= len(rows):
                break
        if not self.done:
            self.guesses = self._guess()
        return known + right

    def _choose(self, scores: NDArray[np.float32]) -> list[int]:
        token, probability = self._constraint.choose(scores)
        if token in self._ends:
            self.done = True
            return []
        self._constraint.accept(token)
        if self._in_first_field:
            self._in_first_field = FIELD_ENDS.isdisjoint(self._detokenize([token]))
            if self._in_first_field:
                self._log_confidence += math.log(probability)
        before = len(self.tokens)
        self._extend([token])
        if not self.done:
            self._extend(self._constraint.forced())
        return self.tokens[before:]

    def _extend(self, tokens: list[int]) -> None:
        self.tokens += tokens[: self._limit - len(self.tokens)]
        self._in_first_field = self._in_first_field and FIELD_ENDS.isdisjoint(self._detokenize(tokens))
        self.done = self._constraint.finished or len(self.tokens) >= self._limit

    def _guess(self) -> list[int]:
        """What follows in the draft where the answer's last tokens stand in it; two agreeing beat one."""
        room = min(DRAFT_TOKENS, self._limit - len(self.tokens) - 1)
        if not self._draft or room <= 0 or len(self.answer) < 2:
            return []
        before, last = self.tokens[-2:]
        places = [place for place, token in enumerate(self._draft) if token == last]
        places.sort(key=lambda place: place == 0 or self._draft[place - 1] != before)
        for place in places:
            guess = self._constraint.possible(self._draft[place + 1 : place + 1 + room])
            if guess:
                return guess
        return []
