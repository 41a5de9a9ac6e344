"""One llama.cpp context: a model file, its tokeniser, and a key-value cache shared by several sequences.

Not safe for threads, the tokeniser's side excepted: the engine's thread alone calls the rest.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
from llguidance import LLTokenizer
from numpy.typing import NDArray

from reception.errors import Unavailable
from reception.inference.language_model import Control
from reception.inference.model_file import fingerprint, load_adapter, load_model, usable_length


class CacheFull(Exception):
    """The key-value cache has no room for a batch; nothing of it was evaluated."""


class Context:
    """A loaded model with room for `tokens` tokens over `sequences` sequences, `batch` tokens a call.

    `adapters` are LoRA files by name; `use_adapter` chooses one for all that is evaluated next.
    """

    def __init__(
        self, path: Path, *, threads: int, gpu_layers: int = 0, sequences: int = 8, tokens: int = 4096,
        batch: int = 512, adapters: Mapping[str, Path] | None = None,
    ) -> None:  # fmt: skip
        self.batch, self.sequences, self.tokens = batch, sequences, tokens
        self._context: Any = None
        self._batch: Any = None
        self._adapter = ""
        self._model = load_model(path, gpu_layers)
        try:
            self.length = usable_length(self._model, path, tokens)
            self.fingerprint = fingerprint(path)
            self._vocab = llama_cpp.llama_model_get_vocab(self._model)
            self.vocabulary = int(llama_cpp.llama_vocab_n_tokens(self._vocab))
            self._adapters = {
                name: load_adapter(self._model, name, file) for name, file in (adapters or {}).items()
            }
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
        self._token_ids = np.ctypeslib.as_array(self._batch.token, shape)
        self._positions = np.ctypeslib.as_array(self._batch.pos, shape)
        self._outputs = np.ctypeslib.as_array(self._batch.logits, shape)
        np.ctypeslib.as_array(self._batch.n_seq_id, shape)[:] = 1

    def tokenize(self, prompt: str | Sequence[str | Control]) -> list[int]:
        """The model's own tokens of a prompt; outside `Control`, control tokens' names stay plain words."""
        tokens: list[int] = []
        for part in [prompt] if isinstance(prompt, str) else prompt:
            control = isinstance(part, Control)
            tokens += self._tokenize(part.text if isinstance(part, Control) else part, not tokens, control)
        return tokens

    def _tokenize(self, text: str, first: bool, control: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        buffer = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self._vocab, data, len(data), buffer, room, first, control)
        return list(buffer[:count])

    def chat_template(self) -> str:
        """The model's Jinja template for chats; "" when it brings none."""
        template: bytes | None = llama_cpp.llama_model_chat_template(self._model, None)
        return (template or b"").decode("utf-8", "replace")

    def special_texts(self) -> tuple[str, str]:
        """How the tokens for a text's begin and end are written; "" for one the model lacks."""
        begin, end = llama_cpp.llama_vocab_bos(self._vocab), llama_cpp.llama_vocab_eos(self._vocab)
        return _piece(self._vocab, begin).decode(), _piece(self._vocab, end).decode()

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
        self._token_ids[:count] = tokens
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

    def use_adapter(self, name: str) -> None:
        """Evaluates with the adapter of this name from now on; with none for ""."""
        if name == self._adapter:
            return
        chosen = [self._adapters[name]] if name else []
        adapters = (llama_cpp.llama_adapter_lora_p_ctypes * len(chosen))(*chosen)
        scales = (ctypes.c_float * len(chosen))(*[1.0] * len(chosen))
        if llama_cpp.llama_set_adapters_lora(self._context, adapters, len(chosen), scales) != 0:
            raise Unavailable("The language model could not switch to another adapter.")
        self._adapter = name

    def keep(self, sequence: int, length: int) -> None:
        """Forgets all of a sequence but its first `length` tokens."""
        llama_cpp.llama_memory_seq_rm(self._memory, sequence, length, -1)

    def copy(self, source: int, target: int, length: int) -> None:
        """Gives the (empty) `target` the first `length` tokens of `source`; the cells are shared."""
        llama_cpp.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def replace(self, source: int, target: int, length: int) -> None:
        """Gives the first `length` tokens of `target`, the same in `source`, the source's cells."""
        llama_cpp.llama_memory_seq_rm(self._memory, target, 0, length)
        llama_cpp.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def save(self, sequence: int) -> bytes:
        """All that the cache holds of a sequence, for `restore`."""
        size = llama_cpp.llama_state_seq_get_size(self._context, sequence)
        buffer = (ctypes.c_uint8 * size)()
        written = llama_cpp.llama_state_seq_get_data(self._context, buffer, size, sequence)
        return ctypes.string_at(buffer, written)

    def restore(self, sequence: int, state: bytes) -> bool:
        """Gives an empty sequence what `save` returned, for the same model; False without room."""
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        return bool(llama_cpp.llama_state_seq_set_data(self._context, buffer, len(state), sequence))

    def clear(self) -> None:
        """Forgets every sequence."""
        llama_cpp.llama_memory_clear(self._memory, True)

    def close(self) -> None:
        """Frees everything, adapters with their model; the context can't be used afterwards."""
        if self._batch is not None:
            llama_cpp.llama_batch_free(self._batch)
        if self._context is not None:
            llama_cpp.llama_free(self._context)
        if self._model is not None:
            llama_cpp.llama_model_free(self._model)
        self._batch = self._context = self._model = None


def _piece(vocab: Any, token: int) -> bytes:
    if token < 0:
        return b""
    buffer = ctypes.create_string_buffer(4096)
    length = llama_cpp.llama_token_to_piece(vocab, token, buffer, len(buffer), 0, True)
    return ctypes.string_at(buffer, max(length, 0))


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
            "The language model needs more memory than there is: set a smaller RECEPTION_CONTEXT_TOKENS or"
            " RECEPTION_MODEL."
        )
    return context
