"""The engine's mechanics on a tiny random model. Ring: unit (a file of 200 kB, written here)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from reception.dialogue.meaning import Intent
from reception.errors import Busy, Invalid, MisconfiguredError, ModelMissing, Unavailable
from reception.inference.engine import Engine
from reception.inference.language_model import Completion, Grammar, Priority, Request, Syntax
from reception.understanding.grammar import build_grammar
from reception.understanding.prompt import build_prompt, parse_frame
from tests.inference.tiny_model import write_tiny_model

UTTERANCES = [
    "book dr weber on tuesday",
    "hi, my name is Ada Lovelace and I need an appointment",
    "no, the second one at half past ten",
    "cancel it please",
    "my number is 555 0199",
]


def digits(count: int) -> str:
    """A grammar whose answers have exactly `count` tokens: the tokeniser joins no digits."""
    return f"start: /[0-9]{{{count}}}/"


async def ask(engine: Engine, prompt: str, grammar: str = "", *, max_tokens: int, **more: Any) -> Completion:
    """One request; without a grammar any text."""
    form = Grammar(grammar) if grammar else None
    return await engine.complete(Request(prompt, max_tokens, form, **more))


async def read(engine: Engine, utterance: str, draft: str = "") -> str:
    prompt, grammar = build_prompt("What can I do for you?", utterance), build_grammar(utterance)
    completion = await ask(engine, prompt, grammar, max_tokens=300, draft=draft)
    assert 0 <= completion.confidence <= 1
    return completion.text


async def test_every_answer_is_a_whole_frame_in_the_patients_words(engine: Engine) -> None:
    for utterance in UTTERANCES:
        intent, slots = parse_frame(await read(engine, utterance))
        assert intent in Intent
        assert all(span in utterance for span in slots.values())


async def test_a_draft_changes_nothing_but_the_time(engine: Engine) -> None:
    for utterance in UTTERANCES:
        assert await read(engine, utterance, draft=utterance) == await read(engine, utterance)


async def test_a_right_guess_is_confirmed_in_one_step(engine: Engine) -> None:
    form = Grammar("[0-9]{20}", Syntax.REGEX)
    plain = await engine.complete(Request("frame:", 30, form))
    guessed = await engine.complete(Request("frame:", 30, form, guess=plain.text))
    begun = await engine.complete(Request("frame:", 30, form, guess=plain.text[:10]))
    assert plain.text == guessed.text == begun.text
    assert guessed.steps == 1 < begun.steps < plain.steps


@pytest.mark.parametrize(
    "wrong", ["book", " emergency\n", " deny; date: tuesday\n", "\N{PILE OF POO}", "x" * 500]
)
async def test_a_wrong_guess_changes_nothing(engine: Engine, wrong: str) -> None:
    prompt = build_prompt("What can I do for you?", UTTERANCES[0])
    form = Grammar(build_grammar(UTTERANCES[0]))
    plain = await engine.complete(Request(prompt, 300, form))
    guessed = await engine.complete(Request(prompt, 300, form, guess=wrong + plain.text[3:]))
    assert (guessed.text, guessed.confidence) == (plain.text, pytest.approx(plain.confidence, rel=1e-3))


async def test_requests_in_one_batch_answer_as_alone(engine: Engine) -> None:
    alone = [await read(engine, utterance) for utterance in UTTERANCES]
    assert await asyncio.gather(*(read(engine, utterance) for utterance in UTTERANCES * 3)) == alone * 3


async def test_reading_ahead_leaves_the_answer_the_same(engine: Engine, tiny: Path) -> None:
    fresh = Engine(lambda: tiny, threads=1, sequences=1)
    await ask(fresh, "desk: What can I do for you?\npatient:", "", max_tokens=0)
    assert await read(fresh, UTTERANCES[0]) == await read(engine, UTTERANCES[0])
    await fresh.close()


async def test_an_answer_without_a_choice_is_certain(engine: Engine) -> None:
    completion = await ask(engine, "frame:", 'start: " book tuesday\\n"', max_tokens=40)
    assert completion.text == " book tuesday\n"
    assert completion.confidence == 1.0


async def test_max_tokens_cuts_the_answer(engine: Engine) -> None:
    assert (await ask(engine, "frame:", digits(5), max_tokens=5)).tokens == 5


async def test_the_end_token_ends_an_answer_that_may_end(engine: Engine) -> None:
    completion = await ask(engine, "frame:", max_tokens=20)
    assert "<|end|>" not in completion.text


async def test_a_prompt_longer_than_a_batch_is_read_in_parts(tiny: Path) -> None:
    engine = Engine(lambda: tiny, threads=1, sequences=2, context_tokens=1024)
    completion = await ask(engine, "z" * 700, 'start: "a" | "b"', max_tokens=4)
    assert completion.text in ("a", "b")
    await engine.close()


async def test_more_text_than_the_cache_holds_turns_the_least_urgent_away(tiny: Path) -> None:
    engine = Engine(lambda: tiny, threads=1, sequences=4, context_tokens=1024)
    prompts = [letter * 600 for letter in "wxyz"]
    jobs = [ask(engine, prompt, digits(300), max_tokens=300) for prompt in prompts]
    outcomes = await asyncio.gather(*jobs, return_exceptions=True)
    assert any(isinstance(one, Busy) for one in outcomes)
    assert any(not isinstance(one, BaseException) for one in outcomes)
    assert (await ask(engine, "after:", 'start: "yes"', max_tokens=4)).text == "yes"
    await engine.close()


async def test_the_urgent_request_goes_first(tiny: Path) -> None:
    engine = Engine(lambda: tiny, threads=1, sequences=1)
    order: list[str] = []

    async def wait(name: str, priority: Priority) -> None:
        await ask(engine, name, digits(400), max_tokens=400, priority=priority)
        order.append(name)

    await engine.ready()
    running = asyncio.create_task(wait("running", Priority.CHAT))
    await asyncio.sleep(0.02)
    # Several, because on a busy machine the first may be over before the urgent one is asked.
    waiting = [wait(f"{number} later", Priority.CHAT) for number in range(6)]
    await asyncio.gather(*waiting, wait("urgent", Priority.PHONE), running)
    assert order.index("urgent") < order.index("5 later")
    await engine.close()


async def test_a_full_queue_refuses(tiny: Path) -> None:
    engine = Engine(lambda: tiny, threads=1, sequences=1, queue=2)
    jobs = [ask(engine, "x", digits(100), max_tokens=100) for _ in range(8)]
    outcomes = await asyncio.gather(*jobs, return_exceptions=True)
    refused = [one for one in outcomes if isinstance(one, Busy)]
    assert 0 < len(refused) < 8
    await engine.close()


async def begun(engine: Engine) -> asyncio.Task[Completion]:
    """A long request whose first word has just come."""
    came = asyncio.Event()
    request = Request("x", 400, Grammar(digits(400)))
    task = asyncio.create_task(engine.complete(request, lambda _: came.set()))
    await asyncio.wait_for(came.wait(), 60)
    return task


async def test_a_cancelled_request_frees_its_place(tiny: Path) -> None:
    engine = Engine(lambda: tiny, threads=1, sequences=1)
    task = await begun(engine)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await ask(engine, "x", 'start: "ok"', max_tokens=4)).text == "ok"
    await engine.close()


async def test_closing_fails_what_is_open(tiny: Path) -> None:
    engine = Engine(lambda: tiny, threads=1)
    task = await begun(engine)
    await engine.close()
    with pytest.raises(Unavailable):
        await task
    with pytest.raises(Unavailable):
        await ask(engine, "x", "", max_tokens=4)


async def test_what_cannot_be_answered_is_refused_and_the_next_is_not(engine: Engine) -> None:
    with pytest.raises(Invalid, match="grammar"):
        await ask(engine, "x", "start: (", max_tokens=4)
    with pytest.raises(Invalid, match="tokens"):
        await ask(engine, "x " * 2000, "", max_tokens=4)
    assert (await ask(engine, "x", 'start: "ok"', max_tokens=4)).text == "ok"


async def test_a_missing_model_is_looked_for_again(tiny: Path) -> None:
    found: list[Path] = []

    def locate() -> Path:
        if not found:
            raise ModelMissing("run `reception model pull`")
        return found[0]

    engine = Engine(locate, threads=1)
    with pytest.raises(ModelMissing, match="reception model pull"):
        await engine.ready()
    found.append(tiny)
    await engine.ready()
    await engine.close()


async def test_files_that_cannot_serve_say_what_to_change(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    cut = write_tiny_model(tmp_path / "cut.gguf")
    cut.write_bytes(cut.read_bytes()[:50_000])
    cases = [
        (broken, MisconfiguredError, "RECEPTION_MODEL"),
        (cut, ModelMissing, "reception model pull"),
        (
            write_tiny_model(tmp_path / "other.gguf", architecture="gpt2"),
            MisconfiguredError,
            "RECEPTION_MODEL",
        ),
        (
            write_tiny_model(tmp_path / "odd.gguf", architecture="abacus"),
            MisconfiguredError,
            "RECEPTION_MODEL",
        ),
        (write_tiny_model(tmp_path / "short.gguf", context=128), MisconfiguredError, "512"),
    ]
    for path, error, hint in cases:
        engine = Engine(lambda path=path: path, threads=1)  # type: ignore[misc]
        with pytest.raises(error, match=hint):
            await engine.ready()
        await engine.close()


async def test_who_writes_has_a_turn_in_every_step_however_many_come_to_be_read(tiny: Path) -> None:
    steps: list[set[int]] = []
    begun, loop = asyncio.Event(), asyncio.get_running_loop()

    def note(step: Sequence[tuple[int, int]]) -> None:
        steps.append({job for job, _ in step})
        loop.call_soon_threadsafe(begun.set)

    engine = Engine(lambda: tiny, threads=1, sequences=8, context_tokens=4096, trace=note)
    writing = asyncio.create_task(
        engine.complete(Request("frame:", 60, Grammar("[0-9]{40}", Syntax.REGEX), conversation="writer"))
    )
    await begun.wait()
    (writer,) = steps[0]
    await asyncio.gather(
        *(engine.complete(Request(f"{number} " * 150, 2, conversation=str(number))) for number in range(20))
    )
    wrote = await writing
    await engine.close()
    assert all(writer in jobs for jobs in steps[: wrote.steps])
    assert max(len(jobs) for jobs in steps) > 1
