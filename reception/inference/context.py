"""One llama.cpp context: a model file, its tokeniser, and a key-value cache shared by several sequences.

Not safe for threads, `tokenize` excepted: the engine's thread alone calls the rest.
"""

from __future__ import annotations

import ctypes
import struct
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
from llguidance import LLTokenizer
from numpy.typing import NDArray

from reception.errors import MisconfiguredError, ModelMissing, Unavailable

ARCHITECTURE = "llama"
_ERROR_LEVEL = 4
_troubles: deque[str] = deque(maxlen=8)


@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
def _keep_errors(level: int, text: bytes, _data: object) -> None:
    if level == _ERROR_LEVEL:
        _troubles.append(text.decode("utf-8", "replace").strip())


# llama.cpp holds the callback as a bare pointer: the module's name keeps it alive.
llama_cpp.llama_log_set(_keep_errors, ctypes.c_void_p(0))


class CacheFull(Exception):
    """The key-value cache has no room for a batch; nothing of it was evaluated."""


class Context:
    """A loaded model with room for `tokens` tokens over `sequences` sequences, `batch` tokens a call."""

    def __init__(
        self, path: Path, *, threads: int, gpu_layers: int = 0, sequences: int = 8, tokens: int = 4096,
        batch: int = 512,
    ) -> None:  # fmt: skip
        self.batch = batch
        self.sequences = sequences
        self._model = _load_model(path, gpu_layers)
        self._context: Any = None
        self._batch: Any = None
        try:
            self.length = _usable_length(self._model, path, tokens)
            self._vocab = llama_cpp.llama_model_get_vocab(self._model)
            self.vocabulary = int(llama_cpp.llama_vocab_n_tokens(self._vocab))
            self._context = _new_context(self._model, threads, sequences, tokens, batch)
            self._memory = llama_cpp.llama_get_memory(self._context)
            self.tokenizer: LLTokenizer = _tokenizer(self._vocab, self.vocabulary)
            self._open_batch()
        except BaseException:
            self.close()
            raise

    def _open_batch(self) -> None:
        self._batch = llama_cpp.llama_batch_init(self.batch, 0, 1)
        shape = (self.batch,)
        self._tokens = np.ctypeslib.as_array(self._batch.token, shape)
        self._positions = np.ctypeslib.as_array(self._batch.pos, shape)
        self._outputs = np.ctypeslib.as_array(self._batch.logits, shape)
        np.ctypeslib.as_array(self._batch.n_seq_id, shape)[:] = 1

    def tokenize(self, text: str) -> list[int]:
        """The model's own tokens of `text`; words that look like control tokens stay plain text."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        buffer = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self._vocab, data, len(data), buffer, room, True, False)
        return list(buffer[:count])

    def detokenize(self, tokens: Sequence[int]) -> str:
        """The text of `tokens`."""
        return self.tokenizer.decode_bytes(list(tokens)).decode("utf-8", "replace")

    def decode(
        self,
        tokens: Sequence[int],
        positions: Sequence[int],
        sequences: Sequence[int],
        outputs: Sequence[bool],
    ) -> None:
        """Evaluates one batch (parallel lists, at most `batch` long); `logits` then reads the marked rows.

        Raises CacheFull when there is no room, Unavailable when llama.cpp fails.
        """
        count = len(tokens)
        self._batch.n_tokens = count
        self._tokens[:count] = tokens
        self._positions[:count] = positions
        self._outputs[:count] = outputs
        for index, sequence in enumerate(sequences):
            self._batch.seq_id[index][0] = sequence
        status = llama_cpp.llama_decode(self._context, self._batch)
        if status == 1:
            raise CacheFull
        if status != 0:
            raise Unavailable("The language model failed to evaluate a request.")

    def logits(self, row: int) -> NDArray[np.float32]:
        """The scores (one per token of the vocabulary) after a batch's row; a view, until the next decode."""
        pointer = llama_cpp.llama_get_logits_ith(self._context, row)
        return np.ctypeslib.as_array(pointer, (self.vocabulary,))

    def keep(self, sequence: int, length: int) -> None:
        """Forgets all of a sequence but its first `length` tokens."""
        llama_cpp.llama_memory_seq_rm(self._memory, sequence, length, -1)

    def copy(self, source: int, target: int, length: int) -> None:
        """Gives the (empty) `target` the first `length` tokens of `source`; the cells are shared."""
        llama_cpp.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def clear(self) -> None:
        """Forgets every sequence."""
        llama_cpp.llama_memory_clear(self._memory, True)

    def close(self) -> None:
        """Frees everything; the context can't be used afterwards."""
        if self._batch is not None:
            llama_cpp.llama_batch_free(self._batch)
        if self._context is not None:
            llama_cpp.llama_free(self._context)
        if self._model is not None:
            llama_cpp.llama_model_free(self._model)
        self._batch = self._context = self._model = None


def _load_model(path: Path, gpu_layers: int) -> Any:
    if _architecture(path) != ARCHITECTURE:
        raise MisconfiguredError(
            f"{path.name} is not of the Llama architecture: set RECEPTION_MODEL to one that is."
        )
    llama_cpp.llama_backend_init()
    params = llama_cpp.llama_model_default_params()
    params.n_gpu_layers = gpu_layers
    _troubles.clear()
    model = llama_cpp.llama_model_load_from_file(str(path).encode(), params)
    if model:
        return model
    reason = next((line for line in _troubles if "error" in line), "llama.cpp refused it")
    raise ModelMissing(
        f"{path.name} can't be loaded ({reason}): run `reception model pull`, or set another RECEPTION_MODEL."
    )


def _architecture(path: Path) -> str:
    """What a GGUF file names as its architecture, which is always its first entry; "" for other files."""
    with path.open("rb") as file:
        head = file.read(256)
    try:
        (length,) = struct.unpack_from("<Q", head, 24)
        (size,) = struct.unpack_from("<Q", head, 36 + length)
    except struct.error:
        return ""
    key, value = head[32 : 32 + length], head[44 + length : 44 + length + size]
    return value.decode("ascii", "replace") if key == b"general.architecture" else ""


def _usable_length(model: Any, path: Path, wanted: int) -> int:
    """How many tokens one sequence may have."""
    trained = int(llama_cpp.llama_model_n_ctx_train(model))
    if trained < 512:
        raise MisconfiguredError(
            f"{path.name} reads only {trained} tokens: set RECEPTION_MODEL to a model that reads 512 or more."
        )
    return min(trained, wanted)


def _tokenizer(vocab: Any, size: int) -> LLTokenizer:
    """The vocabulary as llguidance wants it (its own reader calls a deprecated function for each token)."""
    buffer = ctypes.create_string_buffer(4096)
    tokens = []
    for token in range(size):
        length = llama_cpp.llama_token_to_piece(vocab, token, buffer, len(buffer), 0, True)
        control = llama_cpp.llama_vocab_get_attr(vocab, token) & llama_cpp.LLAMA_TOKEN_ATTR_CONTROL
        # A leading 0xff, which no text has, keeps control tokens apart from words that look like them.
        tokens.append((b"\xff" if control else b"") + ctypes.string_at(buffer, max(length, 0)))
    build: Any = LLTokenizer
    tokenizer: LLTokenizer = build.from_llamacpp(  # missing in the package's type hints
        tokens=tokens,
        vocab_ptr=vocab,
        tokenize_fptr=ctypes.cast(llama_cpp.llama_cpp._lib.llama_tokenize, ctypes.c_void_p).value,
        eos_token=llama_cpp.llama_vocab_eos(vocab),
        slices=None,
    )
    return tokenizer


def _new_context(model: Any, threads: int, sequences: int, tokens: int, batch: int) -> Any:
    params = llama_cpp.llama_context_default_params()
    params.n_ctx = tokens
    params.n_batch = params.n_ubatch = batch
    params.n_seq_max = sequences
    params.n_threads = params.n_threads_batch = threads
    params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_AUTO
    params.kv_unified = True  # sequences of any lengths share one batch, and common beginnings one copy
    params.no_perf = True
    context = llama_cpp.llama_init_from_model(model, params)
    if not context:
        raise Unavailable(
            "The language model needs more memory than there is: set a smaller RECEPTION_MODEL."
        )
    return context
