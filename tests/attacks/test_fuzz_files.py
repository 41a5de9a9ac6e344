"""Unit ring: files and grammars from outside, broken or meant to do harm, are read or refused.

The suite tries few; `make fuzz` many.
"""

from __future__ import annotations

import json
import random
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from llguidance import LLTokenizer

from reception.csv_import import read_appointments_csv, read_patients_csv
from reception.errors import InvalidGrammar, ModelMissing, PracticeFileError
from reception.inference import model_file
from reception.inference.constrain import Constraint
from reception.inference.header import read_measures
from reception.inference.language_model import Grammar, Syntax
from reception.practice_file import parse_practice
from tests.attacks.fuzzing import EXAMPLES, broken, fuzz, json_values
from tests.conftest import PRACTICE_YAML
from tests.inference.tiny_model import write_tiny_model

TOKENIZER = LLTokenizer("byte")


@fuzz
@given(st.text(max_size=300) | json_values.map(lambda value: json.dumps(value, default=str)))
@example("a: &a [*a]")
@example("[" * 5000)
@example("a: &a {b: *a}")
@example("practice: !!python/object/apply:os.system ['true']")
def test_no_text_makes_the_reader_of_practice_files_fall_over(text: str) -> None:
    with pytest.raises(PracticeFileError):
        parse_practice(text, "practice.yaml")


@fuzz
@given(st.randoms(use_true_random=False))
def test_a_practice_file_that_was_damaged_is_read_or_refused(chance: random.Random) -> None:
    text = broken(PRACTICE_YAML.encode(), chance).decode("utf-8", "replace")
    try:
        parse_practice(text, "practice.yaml")
    except PracticeFileError as refused:
        assert str(refused)


def test_aliases_of_aliases_fill_no_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12)]
    with pytest.raises(PracticeFileError, match="too many values"):
        parse_practice("\n".join(lines), "practice.yaml")


@fuzz
@given(st.text(max_size=300), st.randoms(use_true_random=False))
@example("name\n" + '"' * 999, random.Random(1))
@example("name\n" + "x" * 200_000, random.Random(1))
def test_no_csv_makes_the_import_fall_over(text: str, chance: random.Random) -> None:
    practice = parse_practice(PRACTICE_YAML, "practice.yaml").practice
    good = 'name,date_of_birth,phone\n"Lane, Jo",1980-03-03,+12125550111\nBo Day,1990-01-01,\n'
    for each in (text, broken(good.encode(), chance).decode("utf-8", "replace"), f"name\n{text}"):
        taken, refused = read_patients_csv(each, practice)
        assert all(one.line > 0 for one in refused) and len(taken) < 400
        read_appointments_csv(each, practice)


@pytest.fixture(scope="module")
def model_file_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf").read_bytes()


def heads(data: bytes) -> Iterator[bytes]:
    """Heads of files that lie about what follows."""
    start = struct.pack("<4sIQQ", b"GGUF", 3, 0, 9)
    for length in (2**64 - 1, 2**63 - 1, 2**40, 0):
        yield start + struct.pack("<Q", length)
        yield start + struct.pack("<Q", 1) + b"a" + struct.pack("<IQ", 8, length)
        for element in (0, 8, 9, 77):
            yield start + struct.pack("<Q", 1) + b"a" + struct.pack("<IIQ", 9, element, length)
    nested = struct.pack("<IQ", 9, 1) * 5000
    yield start + struct.pack("<Q", 1) + b"a" + struct.pack("<I", 9) + nested
    yield b""
    yield data[:24]
    key = b"general.architecture"
    yield start + struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 8, 2**64 - 1) + b"llama"


def test_heads_that_lie_are_refused_in_one_sentence(model_file_bytes: bytes, tmp_path: Path) -> None:
    chance, file = random.Random(5), tmp_path / "broken.gguf"
    damaged = (broken(model_file_bytes[:3000], chance) for _ in range(EXAMPLES))
    for data in (*heads(model_file_bytes), *damaged):
        file.write_bytes(data)
        try:
            read_measures(file)
        except ModelMissing as refused:
            assert "broken.gguf" in str(refused)
        assert isinstance(model_file._architecture(file), str)


LOAD = """
import sys
from pathlib import Path
from reception.errors import ReceptionError
from reception.inference.model_file import load_model
for path in sys.argv[1:]:
    try:
        load_model(Path(path), 0)
    except ReceptionError as error:
        assert Path(path).name in str(error)
    print(Path(path).name, flush=True)
"""


def test_the_loader_refuses_broken_models_and_the_process_lives(
    model_file_bytes: bytes, tmp_path: Path
) -> None:
    chance = random.Random(7)
    files = []
    for number in range(max(12, EXAMPLES // 3)):
        head = broken(model_file_bytes[:4000], chance)
        files.append(tmp_path / f"broken{number}.gguf")
        files[-1].write_bytes(head + model_file_bytes[4000 : chance.choice([None, 9000])])
    done = subprocess.run([sys.executable, "-c", LOAD, *map(str, files)], capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout.splitlines()[-1:], done.stderr[-800:])
    assert len(done.stdout.splitlines()) == len(files)


@fuzz
@given(st.text(max_size=80), st.sampled_from(list(Syntax)))
@example("(" * 3000, Syntax.REGEX)
@example("start: " + "(" * 3000, Syntax.LARK)
@example('{"a": ' * 3000, Syntax.JSON_SCHEMA)
@example('{"$ref": "#"}', Syntax.JSON_SCHEMA)
@example("root ::= root root", Syntax.GBNF)
@example(r"(a{1000}){1000}", Syntax.REGEX)
def test_a_grammar_is_compiled_or_refused(text: str, syntax: Syntax) -> None:
    try:
        Constraint(TOKENIZER, Grammar(text, syntax))
    except InvalidGrammar as refused:
        assert text not in str(refused) or len(text) < 3
