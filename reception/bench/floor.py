"""The time no engine gets below: bare `llama_decode` of the tokens that ours had to evaluate.

One of the two modules outside `reception.inference` that call llama.cpp themselves: the floor must share no
code with the engine that is measured against it, the loading of the file excepted.

A turn's floor: one batch with the new tokens of the prompt, whose beginning is in the cache already, then
one batch with a single token for each of the engine's later steps (where neither the grammar nor a draft
knew what comes next). Not in it: grammar, tokeniser, choice of a token, what the engine reads beyond
(forced and drafted tokens, other conversations' cells in the cache), threads and the event loop.

Its floor with the frame read: as many batches, and in the first one those tokens of the frame too which the
later ones lack. Nobody gets around them: each token but the last must be read before what follows it can be
known, guessed or not. Without them, an engine that guesses more has a lower floor and looks worse.

The floor of many turns: the new tokens of their prompts and those of their frames, in batches as full as
they get, and scores for as many of them as the engine took steps.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np

from reception.bench.contenders import Work
from reception.errors import Unavailable
from reception.inference.model_file import load_model

#: Tokens of a full batch, and room for the longest turn (prompt and frame).
BATCH = 512
ROOM = 1024


class Bare:
    """A llama.cpp context with one sequence: the engine's file and threads, flash attention on."""

    def __init__(self, path: Path, *, threads: int, gpu_layers: int = 0) -> None:
        """Raises ModelMissing or Unavailable when the file can't be loaded."""
        self._model = load_model(path, gpu_layers)
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = ROOM
        params.n_batch = params.n_ubatch = BATCH
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_ENABLED
        params.no_perf = True
        self._context: Any = llama_cpp.llama_init_from_model(self._model, params)
        if not self._context:
            raise Unavailable("The bare context of the benchmark could not be made.")
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self._batch = llama_cpp.llama_batch_init(BATCH, 0, 1)
        shape = (BATCH,)
        self._tokens = np.ctypeslib.as_array(self._batch.token, shape)
        self._positions = np.ctypeslib.as_array(self._batch.pos, shape)
        self._outputs = np.ctypeslib.as_array(self._batch.logits, shape)
        np.ctypeslib.as_array(self._batch.n_seq_id, shape)[:] = 1
        for index in range(BATCH):
            self._batch.seq_id[index][0] = 0

    def turn(self, work: Work, *, frame_read: bool = False) -> float:
        """The floor of one turn, in milliseconds; with the frame read or without."""
        prompt = self.tokenize(work.prompt)[-ROOM // 2 :]
        known = len(prompt) - min(work.evaluated, len(prompt))
        frame = self.tokenize(work.answer) or prompt
        ahead = frame[: max(0, work.written - 1 - work.choices)] if frame_read else []
        first = prompt[known:] + ahead
        self._forget()
        self._read(prompt[:known], 0)
        start = time.perf_counter()
        self._read(first, known, scores=1)
        for step in range(work.choices):
            self._read([frame[step % len(frame)]], known + len(first) + step, scores=1)
        return (time.perf_counter() - start) * 1000

    def together(self, works: Sequence[Work]) -> float:
        """The floor of many turns, in seconds."""
        tokens, scored = self._row_of(works)
        spent = 0.0
        for first in range(0, len(tokens), BATCH):
            self._forget()
            part, marks = tokens[first : first + BATCH], scored[first : first + BATCH]
            start = time.perf_counter()
            self._decode(part, 0, marks)
            spent += time.perf_counter() - start
        return spent

    def tokenize(self, text: str) -> list[int]:
        """The model's tokens of a text."""
        data = text.encode("utf-8", "replace")
        buffer = (llama_cpp.llama_token * (len(data) + 8))()
        count = llama_cpp.llama_tokenize(self._vocab, data, len(data), buffer, len(buffer), True, False)
        return list(buffer[:count])

    def close(self) -> None:
        """Frees everything."""
        llama_cpp.llama_batch_free(self._batch)
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._model)

    def _row_of(self, works: Sequence[Work]) -> tuple[list[int], list[bool]]:
        """All turns' tokens one after the other, and of which ones there must be scores."""
        tokens: list[int] = []
        scored: list[bool] = []
        for work in works:
            new = self.tokenize(work.prompt)[-work.evaluated :]
            # Nobody reads the last token of an answer.
            new += self.tokenize(work.answer)[: max(0, work.written - 1)]
            tokens += new
            scored += [place >= len(new) - work.steps for place in range(len(new))]
        return tokens, scored

    def _read(self, tokens: Sequence[int], position: int, *, scores: int = 0) -> None:
        for first, part in _parts(tokens):
            last = first + len(part) == len(tokens)
            marks = [False] * len(part)
            if last and scores:
                marks[-1] = True
            self._decode(part, position + first, marks)

    def _decode(self, tokens: Sequence[int], position: int, marks: Sequence[bool]) -> None:
        count = len(tokens)
        self._batch.n_tokens = count
        self._tokens[:count] = tokens
        self._positions[:count] = range(position, position + count)
        self._outputs[:count] = marks
        if llama_cpp.llama_decode(self._context, self._batch) != 0:
            raise Unavailable("The bare context of the benchmark failed to evaluate a batch.")
        llama_cpp.llama_synchronize(self._context)

    def _forget(self) -> None:
        llama_cpp.llama_memory_clear(self._memory, False)


def _parts(tokens: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    for first in range(0, len(tokens), BATCH):
        yield first, tokens[first : first + BATCH]
