"""Free text: pieces as they are written, stop texts, sampling, adapters. Ring: unit (tiny model)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reception.errors import InvalidGrammar, MisconfiguredError, PromptTooLong, Unfinished, UnknownAdapter
from reception.inference.engine import Engine
from reception.inference.language_model import Control, Grammar, Request, Sampling, Syntax
from tests.inference.tiny_model import write_adapter

WARM = Sampling(temperature=1.5, seed=11)


def written(pattern: str, count: int = 60, **more: object) -> Request:
    return Request("frame:", count, Grammar(pattern, Syntax.REGEX), **more)  # type: ignore[arg-type]


async def test_what_is_leaned_to_is_written_first_and_only_first(engine: Engine) -> None:
    plain = await engine.complete(written("[0-9]{8}"))
    other = "7" if plain.text[0] != "7" else "3"
    leaned = await engine.complete(written("[0-9]{8}", lean={other: 100.0}))
    assert leaned.confidence < plain.confidence  # that of the model, which would have written the other
    assert leaned.text.startswith(other)
    assert leaned.text != other * 8
    little = await engine.complete(written("[0-9]{8}", lean={other: 0.001, "a": 100.0}))
    assert little.text == plain.text  # not enough to turn it, and what the grammar forbids stays forbidden


async def test_the_pieces_are_the_text(engine: Engine) -> None:
    pieces: list[str] = []
    done = await engine.complete(written("[0-9é]{40}", sampling=WARM, remember=True), pieces.append)
    assert "".join(pieces) == done.text
    assert len(pieces) > 10


async def test_an_answer_ends_before_its_stop_text_and_no_piece_holds_any_of_it(engine: Engine) -> None:
    whole = await engine.complete(written("[0-9]{40}"))
    stop = whole.text[17:20]
    pieces: list[str] = []
    done = await engine.complete(written("[0-9]{40}", stop=(stop, "never")), pieces.append)
    assert done.text == whole.text[: whole.text.index(stop)]
    assert "".join(pieces) == done.text


async def test_the_same_seed_gives_the_same_text_and_another_another(engine: Engine) -> None:
    first, second = [await engine.complete(written("[0-9]{40}", sampling=WARM)) for _ in range(2)]
    other = await engine.complete(written("[0-9]{40}", sampling=Sampling(temperature=1.5, seed=12)))
    assert first.text == second.text != other.text


async def test_free_text_that_reaches_its_limit_is_cut(engine: Engine) -> None:
    done = await engine.complete(Request("frame:", 5))
    assert done.cut == (done.tokens == 5)


async def test_a_grammar_without_an_end_is_a_typed_error(engine: Engine) -> None:
    with pytest.raises(Unfinished, match="max_tokens"):
        await engine.complete(written("[0-9]{400}", 20))


async def test_an_answer_cut_inside_what_its_grammar_forces_is_a_typed_error(engine: Engine) -> None:
    schema = {
        "type": "object",
        "properties": {"colour": {"enum": ["red", "blue"]}},
        "required": ["colour"],
        "additionalProperties": False,
    }
    grammar = Grammar(json.dumps(schema), Syntax.JSON_SCHEMA)
    whole = await engine.complete(Request("frame:", 60, grammar))
    assert json.loads(whole.text)["colour"] in ("red", "blue")
    for limit in range(1, whole.tokens):
        with pytest.raises(Unfinished, match="max_tokens"):
            await engine.complete(Request("frame:", limit, grammar))
    assert (await engine.complete(Request("frame:", whole.tokens, grammar))).text == whole.text


async def test_a_stop_text_is_left_out_where_the_grammar_ends_with_it_too(engine: Engine) -> None:
    done = await engine.complete(written("[0-9]{4}end", stop=("end",)))
    assert len(done.text) == 4
    assert done.text.isdigit()


async def test_an_adapter_changes_the_answer_and_only_of_its_own_requests(tiny: Path, tmp_path: Path) -> None:
    loud = write_adapter(tmp_path / "loud.gguf", seed=5)
    engine = Engine(lambda: tiny, threads=1, sequences=4, context_tokens=1024, adapters={"loud": loud})
    plain = await engine.complete(written("[0-9]{40}"))
    adapted = await engine.complete(written("[0-9]{40}", adapter="loud"))
    assert plain.text != adapted.text
    import asyncio

    mixed = await asyncio.gather(
        *(engine.complete(written("[0-9]{40}", adapter="loud" if turn % 2 else "")) for turn in range(6))
    )
    assert [one.text for one in mixed] == [plain.text, adapted.text] * 3
    with pytest.raises(UnknownAdapter):
        await engine.complete(written("[0-9]{4}", adapter="quiet"))
    await engine.close()


async def test_an_adapter_that_does_not_fit_is_named(tiny: Path, tmp_path: Path) -> None:
    for adapters in ({"loud": tmp_path / "missing.gguf"}, {"loud": tiny}):
        engine = Engine(lambda: tiny, threads=1, adapters=adapters)
        with pytest.raises(MisconfiguredError, match="adapter loud"):
            await engine.ready()
        await engine.close()


async def test_control_tokens_count_only_where_they_are_meant(engine: Engine) -> None:
    assert await engine.count((Control("<|end|>"),)) == 1
    assert await engine.count("<|end|>") > 1


async def test_what_is_wrong_is_told_before_any_token_is_evaluated(engine: Engine) -> None:
    for request, error in (
        (Request("x", 4, Grammar("{", Syntax.JSON_SCHEMA)), InvalidGrammar),
        (Request("x", 4, Grammar("(", Syntax.REGEX)), InvalidGrammar),
        (Request("x", 4, Grammar("root ::= (", Syntax.GBNF)), InvalidGrammar),
        (Request("x", 4, Grammar("start: (")), InvalidGrammar),
        (Request("x" * 2000, 4), PromptTooLong),
        (Request("", 4), PromptTooLong),
    ):
        with pytest.raises(error):
            await engine.complete(request)
