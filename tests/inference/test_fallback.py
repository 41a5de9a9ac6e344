"""No turn is lost while the inference server is away, loading or slow. Ring: unit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from reception.errors import (
    Busy,
    Invalid,
    InvalidGrammar,
    Late,
    MisconfiguredError,
    ModelMissing,
    PromptTooLong,
    ReceptionError,
    Unavailable,
    UnknownAdapter,
)
from reception.inference.client import RemoteModel
from reception.inference.factory import adapter_files, build_language_model
from reception.inference.fallback import FallbackModel
from reception.inference.language_model import Completion, LanguageModel, Listener, Priority, Request
from reception.inference.metrics import ANSWERS
from reception.settings import Settings

TURN = Request("hello", 9)
AHEAD = Request("hello", 0, priority=Priority.AHEAD)
#: Seconds. The tests' patience and pause; a fake that is slow takes much longer.
PATIENCE, PAUSE, SLOW = 0.05, 0.02, 30.0


class FakeModel:
    """Answers with its name after `delay` seconds, or fails with `error` at once."""

    def __init__(self, name: str, error: Exception | None = None, delay: float = 0.0) -> None:
        self.name, self.error, self.delay = name, error, delay
        self.ready_delay = 0.0
        self.got: list[Request] = []
        self.looks = self.cancelled = self.loaded = 0
        self.closed = False

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        self.got.append(request)
        try:
            await asyncio.sleep(self.delay)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error:
            raise self.error
        for piece in (self.name, "!"):
            if listener:
                listener(piece)
        return Completion(f"{self.name}!", 0.5, 2, 1.0)

    async def ready(self) -> None:
        self.looks += 1
        await asyncio.sleep(self.ready_delay)
        if self.error:
            raise self.error
        self.loaded += 1

    async def close(self) -> None:
        self.closed = True


class Pair:
    """A primary and a local fake, and the two as one."""

    def __init__(self, primary: FakeModel, local: FakeModel) -> None:
        self.primary, self.local = primary, local
        self.model = FallbackModel(
            primary, local, patience=PATIENCE, phone_patience=PATIENCE / 2, pause=PAUSE
        )

    async def ask(self, request: Request = TURN) -> str:
        """The name of the model that answered."""
        return (await self.model.complete(request)).text.rstrip("!")

    async def until_asked(self, name: str) -> None:
        """Returns when turns go to the model of this name."""
        for _ in range(1000):
            if await self.ask() == name:
                return
            await asyncio.sleep(PAUSE / 4)
        pytest.fail(f"{name} was never asked")


@asynccontextmanager
async def pair(
    error: Exception | None = None, delay: float = 0.0, local_error: Exception | None = None
) -> AsyncIterator[Pair]:
    both = Pair(FakeModel("remote", error, delay), FakeModel("local", local_error))
    yield both
    await both.model.close()
    assert both.primary.closed and both.local.closed


async def until(condition: Callable[[], bool]) -> None:
    """Returns once the condition holds, which the background must bring about within seconds."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.005)
    pytest.fail("It did not come about.")


def counted(model: str) -> float:
    return REGISTRY.get_sample_value("reception_inference_answers_total", {"model": model}) or 0.0


async def test_answers_are_counted_from_nought() -> None:
    ANSWERS.clear()
    async with pair():
        name = "reception_inference_answers_total"
        assert [REGISTRY.get_sample_value(name, {"model": each}) for each in ("remote", "local")] == [0, 0]


async def test_a_server_that_answers_is_the_one_that_is_asked() -> None:
    async with pair() as both:
        before = counted("remote")
        heard: list[str] = []
        done = await both.model.complete(TURN, heard.append)
        assert (done.text, "".join(heard), both.local.got) == ("remote!", "remote!", [])
        assert counted("remote") == before + 1
        assert isinstance(both.model, LanguageModel)


@pytest.fixture(autouse=True)
def every_level_is_logged() -> None:
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "error",
    [Unavailable("gone"), ModelMissing("none"), MisconfiguredError("key"), Busy("full"), ValueError("a bug")],
)
async def test_what_fails_is_answered_here(error: Exception) -> None:
    async with pair(error) as both:
        before = counted("local")
        heard: list[str] = []
        with capture_logs() as logs:
            done = await both.model.complete(TURN, heard.append)
        assert (done.text, heard) == ("local!", ["local", "!"])
        assert counted("local") == before + 1
        moved = [line for line in logs if line["event"] == "inference_moved"]
        assert [(line["to"], line["reason"]) for line in moved] == [("local", type(error).__name__)]


@pytest.mark.parametrize(
    "error", [Invalid("no"), InvalidGrammar("no"), PromptTooLong("no"), UnknownAdapter("no"), Late("over")]
)
async def test_what_the_caller_did_wrong_is_told_and_moves_nothing(error: ReceptionError) -> None:
    async with pair(error) as both:
        with pytest.raises(type(error)):
            await both.ask()
        both.primary.error = None
        assert await both.ask() == "remote"
        assert both.local.got == []


async def test_a_slow_server_loses_its_turn_and_the_work_for_it() -> None:
    async with pair(delay=SLOW) as both:
        done = await both.model.complete(TURN)
        assert done.text == "local!"
        assert done.ms >= PATIENCE * 1000  # the caller waited for both
        await until(lambda: both.primary.cancelled == 1)


async def test_on_the_phone_patience_is_shorter() -> None:
    async with pair(delay=PATIENCE * 0.75) as both:
        assert await both.ask() == "remote"
        assert await both.ask(replace(TURN, priority=Priority.PHONE)) == "local"


async def test_half_of_a_deadline_is_left_for_the_local_model() -> None:
    async with pair(delay=SLOW) as both:
        assert await both.ask(replace(TURN, deadline=PATIENCE)) == "local"
        left = both.local.got[0].deadline
        assert left is not None and 0 < left <= PATIENCE / 2
        # Only the caller was in a hurry: the next one asks the server again.
        both.primary.delay = 0.0
        assert await both.ask() == "remote"


async def test_while_away_the_server_is_not_asked_and_when_back_it_is() -> None:
    async with pair(Unavailable("gone")) as both:
        with capture_logs() as logs:
            for _ in range(5):
                assert await both.ask() == "local"
            assert len(both.primary.got) == 1
            both.primary.error = None
            await both.until_asked("remote")
        assert [line["to"] for line in logs if line["event"] == "inference_moved"] == ["local", "remote"]
        looks = both.primary.looks
        await asyncio.sleep(PAUSE * 3)
        assert both.primary.looks == looks  # nobody looks for a server that is there


async def test_a_look_at_a_server_that_hangs_is_given_up() -> None:
    async with pair(Unavailable("gone")) as both:
        both.primary.ready_delay = SLOW
        assert await both.ask() == "local"
        await until(lambda: both.primary.looks == 2)
        both.primary.error, both.primary.ready_delay = None, 0.0
        await both.until_asked("remote")


async def test_a_server_that_is_ready_and_then_fails_is_asked_more_and_more_rarely() -> None:
    async with pair(delay=SLOW) as both:
        started = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - started < PAUSE * 40:
            assert await both.ask() == "local"
            await asyncio.sleep(PAUSE / 4)
        assert len(both.primary.got) <= 6  # with the same pause each time it would be about twice that


async def test_twenty_turns_survive_a_server_that_dies_among_them() -> None:
    async with pair(delay=PATIENCE / 2) as both:
        turns = [asyncio.create_task(both.ask(replace(TURN, prompt=str(index)))) for index in range(20)]
        await until(lambda: len(both.primary.got) == 20)
        both.primary.error = Unavailable("died")
        turns += [asyncio.create_task(both.ask()) for _ in range(5)]
        assert await asyncio.gather(*turns) == ["local"] * 25
        assert sorted(one.prompt for one in both.local.got) == sorted([*map(str, range(20)), *["hello"] * 5])


async def test_when_the_local_model_fails_too_the_server_gets_all_the_time_it_needs() -> None:
    async with pair(delay=PATIENCE * 2, local_error=ModelMissing("no file")) as both:
        assert await both.ask() == "remote"
        assert len(both.primary.got) == 1  # its work was not thrown away
        assert await both.ask() == "remote"  # also when it counts as slow


async def test_when_both_fail_the_local_models_error_is_told() -> None:
    async with pair(Unavailable("gone"), local_error=ModelMissing("run `reception model pull`")) as both:
        for _ in range(2):
            with pytest.raises(ModelMissing, match="model pull"):
                await both.ask()


async def test_a_caller_that_goes_away_ends_the_work() -> None:
    async with pair(delay=SLOW) as both:
        turn = asyncio.create_task(both.ask())
        await until(lambda: len(both.primary.got) == 1)
        turn.cancel()
        await until(lambda: both.primary.cancelled == 1)
        assert both.local.got == []


async def test_reading_ahead_goes_to_the_model_in_use_and_moves_nothing() -> None:
    async with pair(delay=PATIENCE * 2) as both:
        with capture_logs() as logs:
            await both.model.complete(AHEAD)
            both.primary.error = Unavailable("gone")
            assert (await both.model.complete(AHEAD)).text == ""
        assert (len(both.primary.got), both.local.got, logs) == (2, [], [])
        await both.ask()
        await both.model.complete(AHEAD)
        assert both.local.got[-1] == AHEAD


async def test_work_nobody_waits_for_gets_all_the_time_it_needs() -> None:
    async with pair(delay=PATIENCE * 2) as both:
        assert await both.ask(replace(TURN, priority=Priority.AHEAD)) == "remote"


async def test_ready_as_soon_as_either_is_and_the_local_model_goes_on_loading() -> None:
    async with pair() as both:
        both.local.ready_delay = PATIENCE
        await both.model.ready()
        assert both.local.loaded == 0
        await both.model.ready()  # while it loads, another look starts no second load
        await until(lambda: both.local.loaded == 1)
        assert both.local.looks == 1


async def test_a_server_still_loading_is_ready_by_the_local_model_and_not_asked() -> None:
    async with pair(Unavailable("loading")) as both:
        await both.model.ready()
        assert await both.ask() == "local"
        assert both.primary.got == []
        both.primary.error = None
        await both.until_asked("remote")


async def test_not_ready_only_when_neither_is() -> None:
    async with pair(Unavailable("gone"), local_error=ModelMissing("run `reception model pull`")) as both:
        for _ in range(2):
            with pytest.raises(ModelMissing, match="model pull"):
                await both.model.ready()


async def test_what_stays_wrong_is_logged_once() -> None:
    async with pair(MisconfiguredError("the key"), local_error=ModelMissing("no file")) as both:
        with capture_logs() as logs:
            for _ in range(3):
                with pytest.raises(ModelMissing):
                    await both.model.ready()
        errors = [(line["event"], line["reason"]) for line in logs if line["log_level"] == "error"]
        assert sorted(errors) == [("fallback_not_ready", "no file"), ("inference_misconfigured", "the key")]


async def test_closing_ends_the_looking_and_later_turns_are_unavailable() -> None:
    primary, local = FakeModel("remote", Unavailable("gone")), FakeModel("local")
    both = Pair(primary, local)
    assert await both.ask() == "local"
    await both.model.close()
    looks = primary.looks
    await asyncio.sleep(PAUSE * 3)
    assert primary.looks == looks
    local.error = Unavailable("shut down")
    with pytest.raises(Unavailable):
        await both.ask()
    assert len(primary.got) == 1


async def test_the_settings_choose_server_and_fallback() -> None:
    both = build_language_model(Settings(inference_url="http://gpu:8100", fallback_model="/nowhere.gguf"))
    alone = build_language_model(Settings(inference_url="http://gpu:8100", fallback_model=""))
    local = build_language_model(Settings(model="/nowhere.gguf"))
    assert isinstance(both, FallbackModel) and isinstance(alone, RemoteModel)
    with pytest.raises(ModelMissing):
        await local.ready()
    for model in (both, alone, local):
        await model.close()


def test_adapters_are_named_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one.gguf", tmp_path / "two.gguf"
    for file in (one, two):
        file.touch()
    assert adapter_files(Settings(adapters=f"triage={one}, billing-2={two}")) == {
        "triage": one,
        "billing-2": two,
    }
    assert adapter_files(Settings(adapters=" ")) == {}


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("triage", "not written as name=file"),
        ("triage=", "not written as name=file"),
        ("triage={file},", "not written as name=file"),
        ("={file}", "must be 1 to 64 letters"),
        ("tri age={file}", "must be 1 to 64 letters"),
        ("../triage={file}", "must be 1 to 64 letters"),
        ("triage={file},triage={file}", "is taken"),
        ("desk-135m={file}", "is taken"),
        ("triage={file}.missing", "is missing"),
    ],
)
def test_adapters_that_cant_be_loaded_are_named(tmp_path: Path, setting: str, why: str) -> None:
    file = tmp_path / "one.gguf"
    file.touch()
    with pytest.raises(MisconfiguredError, match=f"RECEPTION_ADAPTERS: .*{why}"):
        adapter_files(Settings(adapters=setting.format(file=file), model="desk-135m"))
