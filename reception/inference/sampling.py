"""Chooses tokens as llama.cpp does: its own chain of samplers, over the tokens that a grammar allows."""

from __future__ import annotations

import ctypes
import weakref
from typing import Any

import llama_cpp
import numpy as np
from numpy.typing import NDArray

from reception.errors import Invalid
from reception.inference.language_model import Sampling

#: How many of the last tokens the penalties look at.
PENALTY_TOKENS = 64
_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
_RANGES = {
    "temperature": (0.0, 5.0),
    "top_k": (0, 1_000_000),
    "top_p": (1e-6, 1.0),
    "min_p": (0.0, 1.0),
    "repeat_penalty": (0.01, 5.0),
    "frequency_penalty": (-2.0, 2.0),
    "presence_penalty": (-2.0, 2.0),
}


class Sampler:
    """One answer's chain: penalties, top-k, top-p, min-p, temperature, then a draw; Invalid out of range.

    `vocabulary` is the number of tokens the model knows.
    """

    def __init__(self, sampling: Sampling, vocabulary: int) -> None:
        for name, (least, most) in _RANGES.items():
            if not least <= getattr(sampling, name) <= most:
                raise Invalid(f"{name} must be between {least:g} and {most:g}.")
        self._chain = llama_cpp.llama_sampler_chain_init(llama_cpp.llama_sampler_chain_default_params())
        weakref.finalize(self, llama_cpp.llama_sampler_free, self._chain)
        for part in _parts(sampling, vocabulary):
            llama_cpp.llama_sampler_chain_add(self._chain, part)

    def choose(self, tokens: NDArray[np.integer[Any]], scores: NDArray[np.float32]) -> int:
        """One of `tokens`, drawn by their scores (logits)."""
        candidates = np.empty(len(tokens), dtype=_CANDIDATE)
        candidates["id"], candidates["logit"], candidates["p"] = tokens, scores, 0.0
        pointer = candidates.ctypes.data_as(ctypes.POINTER(llama_cpp.llama_token_data))
        array = llama_cpp.llama_token_data_array(data=pointer, size=len(tokens), selected=-1, sorted=False)
        llama_cpp.llama_sampler_apply(self._chain, ctypes.byref(array))
        return int(array.data[array.selected].id)

    def accept(self, token: int) -> None:
        """Notes that `token` was written, for the penalties."""
        llama_cpp.llama_sampler_accept(self._chain, token)


def _parts(sampling: Sampling, vocabulary: int) -> list[Any]:
    penalties = llama_cpp.llama_sampler_init_penalties(
        vocabulary,
        PENALTY_TOKENS,
        sampling.repeat_penalty,
        sampling.frequency_penalty,
        sampling.presence_penalty,
    )
    if sampling.temperature == 0:
        return [penalties, llama_cpp.llama_sampler_init_greedy()]
    seed = llama_cpp.LLAMA_DEFAULT_SEED if sampling.seed is None else sampling.seed & 0xFFFFFFFF
    return [
        penalties,
        llama_cpp.llama_sampler_init_top_k(sampling.top_k),
        llama_cpp.llama_sampler_init_top_p(sampling.top_p, 1),
        llama_cpp.llama_sampler_init_min_p(sampling.min_p, 1),
        llama_cpp.llama_sampler_init_temp(sampling.temperature),
        llama_cpp.llama_sampler_init_dist(seed),
    ]
