"""Nothing is computed twice: what the cache keeps, gives up and rebuilds. Ring: unit (tiny model)."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from reception.errors import Invalid
from reception.inference.engine import Engine
from reception.inference.language_model import Grammar, Request, Syntax

FIXED = "You work at the desk of a practice and write frames. " * 4
DIGITS = Grammar("[0-9]{6}", Syntax.REGEX)


def asked(prompt: str, conversation: str = "", *, remember: bool = True) -> Request:
    return Request(prompt, 6, DIGITS, conversation=conversation, remember=remember)


async def test_the_fixed_part_is_evaluated_once_for_all_conversations(engine: Engine) -> None:
    alone = await engine.complete(asked(FIXED + "one", "ada"))
    assert alone.evaluated == alone.prompt_tokens
    done = await asyncio.gather(
        *(engine.complete(asked(f"{FIXED}{name}", name)) for name in ("two", "three", "four"))
    )
    assert all(one.evaluated <= 6 for one in done)


async def test_a_conversation_goes_on_from_its_own_cache(engine: Engine) -> None:
    prompt = FIXED
    for turn in range(5):
        prompt += f"turn {turn}:"
        done = await engine.complete(asked(prompt, "ada"))
        prompt += done.text
        if turn:
            # The new words, and the last token of the answer, which nothing had asked the model to read.
            assert done.evaluated <= len("turn 0:") + 1


async def test_one_conversation_does_not_undo_what_was_read_for_another(engine: Engine) -> None:
    for name in ("ada", "grace"):
        await engine.complete(Request(f"{FIXED}I am {name} and", 0, conversation=name))
    for name in ("ada", "grace"):
        done = await engine.complete(asked(f"{FIXED}I am {name} and ill", name))
        assert done.evaluated <= len(" ill")


async def test_words_taken_back_cost_only_what_is_new(engine: Engine) -> None:
    for heard in ("I need to", "I need to see", "I need two", "I need two flu"):
        await engine.complete(Request(FIXED + heard, 0, conversation="ada"))
    done = await engine.complete(asked(FIXED + "I need two flu shots", "ada"))
    fresh = await engine.complete(asked(FIXED + "I need two flu shots"))
    assert done.evaluated <= len(" shots")
    assert done.text == fresh.text


async def test_what_is_not_to_be_remembered_is_forgotten_down_to_what_was_there(engine: Engine) -> None:
    await engine.complete(Request(FIXED, 0, conversation="ada"))
    await engine.complete(asked(FIXED + "once", "ada", remember=False))
    again = await engine.complete(asked(FIXED + "once more", "ada", remember=False))
    assert again.evaluated == len("once more")


async def test_a_cache_that_was_given_up_is_rebuilt_without_anyone_noticing(tiny: Path) -> None:
    engine = Engine(lambda: tiny, threads=1, sequences=2, context_tokens=1024)
    first = await engine.complete(asked("a" * 300, "ada"))
    for name in ("b", "c", "d", "e"):
        await engine.complete(asked(name * 300, name))
    again = await engine.complete(asked("a" * 300, "ada"))
    assert again.evaluated == again.prompt_tokens
    assert again.text == first.text
    await engine.close()


async def test_conversations_at_rest_make_way_in_the_cache_and_lose_nothing(tiny: Path) -> None:
    engine = Engine(lambda: tiny, threads=1, sequences=16, context_tokens=4096)
    names = [letter * 200 for letter in "abcdefgh"]  # three times what may rest in the cache
    for name in names:
        await engine.complete(Request(FIXED + name, 0, conversation=name))
    saved = await engine.save(names[0])
    for name in names:
        done = await engine.complete(asked(FIXED + name + " and ill", name))
        assert done.evaluated <= len(" and ill")
        assert done.text == (await engine.complete(asked(FIXED + name + " and ill", remember=False))).text
    await engine.restore("somebody else", saved)
    await engine.close()


async def test_a_saved_conversation_goes_on_in_another_process(engine: Engine, tiny: Path) -> None:
    await engine.complete(Request(FIXED + "I am", 0, conversation="ada"))
    saved = await engine.save("ada")
    other = Engine(lambda: tiny, threads=1, sequences=2, context_tokens=1024)
    await other.restore("ada", saved)
    done = await other.complete(asked(FIXED + "I am ill", "ada"))
    assert done.evaluated <= len(" ill")
    assert done.text == (await engine.complete(asked(FIXED + "I am ill"))).text
    await other.close()


async def test_a_save_that_nobody_waits_for_any_more_leaves_the_engine_at_work(tiny: Path) -> None:
    busy, go_on = threading.Event(), threading.Event()

    def hold(*_: object) -> None:
        busy.set()
        go_on.wait()

    engine = Engine(lambda: tiny, threads=1, sequences=2, context_tokens=1024, trace=hold)
    answering = asyncio.create_task(engine.complete(asked("hello", "ada")))
    await asyncio.to_thread(busy.wait)
    with pytest.raises(TimeoutError):  # certain: the engine's thread is held between two steps
        await asyncio.wait_for(engine.save("ada"), 0.05)
    go_on.set()
    await answering
    assert await engine.save("ada")
    await engine.close()


async def test_a_state_that_cannot_be_used_says_so_and_harms_nothing(engine: Engine, tmp_path: Path) -> None:
    from tests.inference.tiny_model import write_tiny_model

    await engine.complete(Request("hello", 0, conversation="ada"))
    saved = await engine.save("ada")
    stranger = write_tiny_model(tmp_path / "other.gguf", seed=8)
    other = Engine(lambda: stranger, threads=1, sequences=2)
    with pytest.raises(Invalid, match="another model"):
        await other.restore("ada", saved)
    with pytest.raises(Invalid, match="no saved conversation"):
        await other.restore("ada", b"nonsense")
    with pytest.raises(Invalid, match="nothing of this conversation"):
        await other.save("ada")
    assert len((await other.complete(asked("hello"))).text) == 6
    await other.close()
