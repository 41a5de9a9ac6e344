"""One request on its way through the model: what to evaluate next, and what the answer is so far. Pure.

A step feeds `feed` to the model and hands the scores after its last `rows` tokens to `advance`, which
chooses tokens and sets up the next step.
"""

from __future__ import annotations

import codecs
import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from reception.errors import Unfinished
from reception.inference.cache import shared
from reception.inference.constrain import Constraint, leaned
from reception.inference.sampling import Sampler

#: How many tokens are evaluated ahead where the answer keeps to its guess, and where it runs along its draft:
#: more cost more to check than they save.
GUESS_TOKENS = 24
DRAFT_TOKENS = 5
#: What ends the first field of a frame; confidence is about the words before.
FIELD_ENDS = frozenset(";\n")
#: Scores (logits) this close may swap places with the shape of the batch: kernels round differently.
NEAR = 0.1


class Generation:
    """The answer to one prompt, token by token.

    `tokens` is the prompt followed by all that is chosen; `done` ends it. `guess` are tokens that the answer
    may begin with, `draft` those of text that it may repeat: wherever the answer runs along them, the next
    few are evaluated ahead and kept if right. With no more than `steady` tokens a near-tie makes it `unsure`:
    all of `feed` is to be read again, in a batch of its own. `lean` is added to the scores of these tokens at
    the first choice.
    """

    def __init__(
        self,
        prompt: Sequence[int],
        constraint: Constraint,
        *,
        max_tokens: int,
        guess: Sequence[int] = (),
        draft: Sequence[int] = (),
        stop: Sequence[str] = (),
        ends: Sequence[int] = (),
        sampler: Sampler | None = None,
        steady: int = 0,
        lean: Mapping[int, float] = MappingProxyType({}),
        spell: Callable[[list[int]], bytes],
    ) -> None:
        self.tokens = list(prompt)
        self.text = ""
        self.guesses: list[int] = []
        self.done = False
        self.near_ties = 0
        self.unsure = False
        self.prompt_length = len(self.tokens)
        self._constraint = constraint
        self._limit = len(self.tokens) + max_tokens
        self._reading_only = max_tokens == 0
        self._guess = list(guess)
        self._draft = list(draft)
        self._stop = tuple(stop)
        self._ends = frozenset(ends)
        self._sampler = sampler
        self._steady = steady
        self._lean = lean
        self._spell = spell
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._ended = False
        self._in_first_field = True
        self._log_confidence = 0.0
        if not self._reading_only:
            self._extend(constraint.forced())
            self.guesses = [] if self.done else self._ahead()

    @property
    def answer(self) -> list[int]:
        """The tokens written so far."""
        return self.tokens[self.prompt_length :]

    @property
    def confidence(self) -> float:
        """Probability of the free choices in the first field, 0 to 1."""
        return math.exp(self._log_confidence)

    @property
    def cut(self) -> bool:
        """Whether the answer ended only because it reached its limit."""
        return self.done and not self._ended and not self._reading_only

    @property
    def settled(self) -> int:
        """How many characters of `text` are final: the rest may turn out to begin a stop text."""
        if self.done:
            return len(self.text)
        longest = max((_overlap(self.text, stop) for stop in self._stop), default=0)
        return len(self.text) - longest

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

        Returns how many tokens of `feed` turned out right; what was read beyond must be forgotten. Raises
        InvalidGrammar, and Unfinished when the limit is reached before the grammar allows an end.
        """
        known, guesses, right = len(self.tokens), self.guesses, 0
        self.guesses = []
        self.done = self._reading_only
        while not self.done:
            if (picked := self._pick(rows[right])) is None:
                return known + right
            new = self._take(*picked)
            agreed = shared(new, guesses[right:])
            right += agreed
            if agreed < len(new) or right >= len(rows):
                break
        if not self.done:
            self.guesses = self._ahead()
        return known + right

    def _take(self, token: int, probability: float) -> list[int]:
        """Writes a token, and those it forces; returns them."""
        self._lean = {}
        if token in self._ends:
            self._end()
            return []
        self._constraint.accept(token)
        if self._in_first_field:
            self._in_first_field = FIELD_ENDS.isdisjoint(self._spell([token]).decode("utf-8", "replace"))
            if self._in_first_field:
                self._log_confidence += math.log(max(probability, 1e-9))
        before = len(self.tokens)
        self._extend([token])
        if not self.done:
            self._extend(self._constraint.forced())
        return self.tokens[before:]

    def _pick(self, scores: NDArray[np.float32]) -> tuple[int, float] | None:
        """The next token and its probability among the allowed ones; None when that is unsure."""
        if self._sampler is not None:
            allowed, theirs = self._constraint.allowed(scores)
            token = self._sampler.choose(allowed, leaned(allowed, theirs, self._lean))
            self._sampler.accept(token)
            weights = np.exp(theirs - theirs.max())
            return token, float(weights[allowed == token].sum() / weights.sum())
        token, probability, margin = self._constraint.choose(scores, self._lean)
        again, self.unsure = self.unsure, False
        if margin < NEAR and not again:
            self.near_ties += 1
            self.unsure = len(self.tokens) <= self._steady
        return None if self.unsure else (token, probability)

    def _extend(self, tokens: list[int]) -> None:
        room = self._limit - len(self.tokens)
        # The constraint has read all of them: of a part, it can't say whether the answer may end there.
        whole = len(tokens) <= room
        tokens = tokens[:room]
        self.tokens += tokens
        added = self._decoder.decode(self._spell(tokens)) if tokens else ""
        self.text += added
        self._in_first_field = self._in_first_field and FIELD_ENDS.isdisjoint(added)
        if self._stopped(len(added)) or (whole and self._constraint.finished):
            self._end()
        elif len(self.tokens) >= self._limit:
            if self._constraint.bound and not (whole and self._constraint.can_end):
                raise Unfinished(
                    "The answer reached max_tokens before its grammar allowed an end: allow more."
                )
            self.done = True
            self._ended = self._constraint.bound

    def _stopped(self, added: int) -> bool:
        """Whether a stop text has appeared in the last `added` characters; the answer then ends before it."""
        places = [self.text.find(stop, max(0, len(self.text) - added - len(stop))) for stop in self._stop]
        found = [place for place in places if place >= 0]
        if found:
            self.text = self.text[: min(found)]
        return bool(found)

    def _end(self) -> None:
        self.done = self._ended = True

    def _ahead(self) -> list[int]:
        """What probably comes next: the rest of the guess, or what follows where the last tokens stand."""
        answer, room = self.answer, self._limit - len(self.tokens) - 1
        if self._guess[: len(answer)] == answer:
            return self._constraint.possible(self._guess[len(answer) :][: min(room, GUESS_TOKENS)])
        room = min(room, DRAFT_TOKENS)
        if room <= 0 or len(answer) < 2:
            return []
        for text in (self._guess, self._draft):
            for place in _places(text, answer[-2:]):
                if ahead := self._constraint.possible(text[place : place + room]):
                    return ahead
        return []


def _places(text: Sequence[int], last: Sequence[int]) -> list[int]:
    """The places after each token that is the last of `last`, those first where both of its tokens agree."""
    places = [place for place in range(1, len(text) + 1) if text[place - 1] == last[-1]]
    return sorted(places, key=lambda place: place < 2 or text[place - 2] != last[0])


def _overlap(text: str, stop: str) -> int:
    """How many of the last characters of `text` could begin `stop`."""
    return next(
        (size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0
    )
