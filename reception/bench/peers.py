"""llama-cpp-python's own high-level API as contenders, each with the best settings that it documents.

One of the two modules outside `reception.inference` that import llama_cpp: these peers are that library.

All get the engine's threads for reading and for writing, flash attention, greedy choice, and the library's
prefix cache (it keeps what a prompt has in common with the one before). Grammars are compiled once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as library
from llama_cpp import Llama
from llama_cpp.llama_grammar import LlamaGrammar, json_schema_to_gbnf

from reception.bench.contenders import Taken
from reception.bench.orders import Kind
from reception.bench.utterances import Said
from reception.dialogue.meaning import Intent, Slot
from reception.inference.model_file import announces_amx
from reception.understanding.grammar import WITH_SLOTS, WITHOUT_SLOTS
from reception.understanding.prompt import FRAME_TOKENS, build_prompt, parse_frame

INSTRUCTION = (
    "You are the receptionist of a medical practice. Return the patient's intent and the details as JSON, "
    "in the patient's own words. Leave out what was not said."
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "intent": {"type": "string", "enum": [str(intent) for intent in Intent]},
        **{str(slot): {"type": "string"} for slot in Slot},
    },
    "required": ["intent"],
    "additionalProperties": False,
}
#: Room for the longest prompt and answer.
CONTEXT = 2048


class Peer:
    """A contender that writes a text for an utterance; `check` raises ValueError for one that is cut."""

    def __init__(self, name: str, write: Callable[[Said], str], check: Callable[[str], object]) -> None:
        self.name = name
        self._write = write
        self._check = check

    async def turn(self, said: Said, conversation: str = "") -> Taken:
        """See `Contender.turn`. Holds the event loop up: nothing else is to run meanwhile."""
        start = time.perf_counter()
        text = self._write(said)
        try:
            self._check(text)
            whole = True
        except ValueError:
            whole = False
        return Taken((time.perf_counter() - start) * 1000, whole)


@contextmanager
def json_completion(path: Path, threads: int, gpu_layers: int) -> Iterator[Peer]:
    """`create_completion` with the desk's own prompt and a JSON schema of intent and slots."""
    grammar = LlamaGrammar.from_json_schema(json.dumps(SCHEMA), verbose=False)
    with _loaded(path, threads, gpu_layers) as model:
        yield Peer(Kind.JSON, _completion(model, grammar), json.loads)


@contextmanager
def frame_completion(path: Path, threads: int, gpu_layers: int) -> Iterator[Peer]:
    """`create_completion` with the desk's own prompt and one-line frame, as a grammar of llama.cpp."""
    grammar = LlamaGrammar.from_string(frame_grammar(), verbose=False)
    with _loaded(path, threads, gpu_layers) as model:
        yield Peer(Kind.FRAME, _completion(model, grammar), parse_frame)


@contextmanager
def chat_completion(path: Path, threads: int, gpu_layers: int) -> Iterator[Peer]:
    """`create_chat_completion` on an instruct model, with a system prompt and a JSON schema."""
    with _loaded(path, threads, gpu_layers) as model:

        def write(said: Said) -> str:
            answer: Any = model.create_chat_completion(
                messages(said),  # type: ignore[arg-type]
                response_format={"type": "json_object", "schema": SCHEMA},
                temperature=0.0,
                max_tokens=FRAME_TOKENS,
            )
            return str(answer["choices"][0]["message"]["content"])

        yield Peer(Kind.CHAT_API, write, json.loads)


def messages(said: Said) -> list[dict[str, str]]:
    """An utterance as a chat."""
    return [
        {"role": "system", "content": INSTRUCTION},
        {"role": "user", "content": f"desk: {said.desk}\npatient: {said.patient}"},
    ]


def frame_grammar() -> str:
    """The desk's frame in llama.cpp's notation, which can't tie a value to the patient's words."""
    fields = " ".join(f'("; {slot}: " value)?' for slot in Slot)
    return (
        'root ::= " " (bare | filled) "\\n"\n'
        f"bare ::= {_any_of(WITHOUT_SLOTS)}\n"
        f"filled ::= ({_any_of(WITH_SLOTS)}) {fields}\n"
        "value ::= [^;\\n]+\n"
    )


def compact_json_grammar() -> str:
    """The JSON of the schema without any blank, in llama.cpp's notation."""
    rules = json_schema_to_gbnf(json.dumps(SCHEMA)).splitlines()
    return "\n".join('space ::= ""' if rule.startswith("space ::=") else rule for rule in rules) + "\n"


def _any_of(intents: tuple[Intent, ...]) -> str:
    return " | ".join(f'"{intent}"' for intent in intents)


def _completion(model: Llama, grammar: LlamaGrammar) -> Callable[[Said], str]:
    def write(said: Said) -> str:
        answer: Any = model.create_completion(
            build_prompt(said.desk, said.patient), max_tokens=FRAME_TOKENS, temperature=0.0, grammar=grammar
        )
        return str(answer["choices"][0]["text"])

    return write


@contextmanager
def _loaded(path: Path, threads: int, gpu_layers: int) -> Iterator[Llama]:
    with _weights_as_the_engine_keeps_them():
        model = Llama(
            str(path),
            n_ctx=CONTEXT,
            n_threads=threads,
            n_threads_batch=threads,
            n_gpu_layers=gpu_layers,
            flash_attn=True,
            verbose=False,
        )
    with closing(model):
        yield model


@contextmanager
def _weights_as_the_engine_keeps_them() -> Iterator[None]:
    """Where the engine must do without packed weights (see `announces_amx`), so must the library.

    Its `Llama` has no option for that, but takes llama.cpp's defaults.
    """
    defaults = library.llama_model_default_params

    def unpacked() -> Any:
        params = defaults()
        params.use_extra_bufts = not announces_amx()
        return params

    library.llama_model_default_params = unpacked
    try:
        yield
    finally:
        library.llama_model_default_params = defaults
