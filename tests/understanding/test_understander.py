"""From words to a frame, with a model that answers from a list. Ring: unit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from reception.dialogue.meaning import Frame, Intent, Slot
from reception.errors import Busy, Unfinished
from reception.inference.language_model import Completion, Listener, Request
from reception.practice import Practice
from reception.understanding.interpret import Setting
from reception.understanding.prompt import parse_frame
from reception.understanding.understander import MOST_BYTES, Understander, clip, verbatim

ZONE = ZoneInfo("America/New_York")
PRACTICE = Practice(UUID(int=1), "Cedar Hill", "cedar-hill", ZONE)
SETTING = Setting(datetime(2026, 6, 12, 9, 0, tzinfo=ZONE), PRACTICE)


class ScriptedModel:
    """Gives one fixed answer and remembers the prompts."""

    def __init__(self, text: str = " greet\n", error: Exception | None = None) -> None:
        self.text = text
        self.error = error
        self.prompts: list[str] = []

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        self.prompts.append(str(request.prompt))
        if self.error:
            raise self.error
        return Completion(self.text, 0.9, 5, 1.0)

    async def ready(self) -> None:
        return None

    async def close(self) -> None:
        return None


async def test_slots_are_the_patients_own_words_and_values_come_from_code() -> None:
    model = ScriptedModel(" inform; phone: 555 0199 123\n")
    frame = await Understander(model).understand("Your number?", "It's 555\n0199  123", SETTING)
    assert (frame.intent, frame.confidence) == (Intent.INFORM, 0.9)
    assert frame.slots == {Slot.PHONE: "555\n0199  123"}
    assert model.prompts == ["desk: Your number?\npatient: It's 555 0199 123\nframe:"]


@pytest.mark.parametrize("nothing", ["", "  \n", "\x00\x07"])
async def test_nothing_said_asks_no_model(nothing: str) -> None:
    model = ScriptedModel()
    assert await Understander(model).understand("Yes?", nothing, SETTING) == Frame(Intent.OUT_OF_SCOPE)
    assert model.prompts == []


@pytest.mark.parametrize("text", ["", " inf", " book_appointment; date: tues", "nonsense\n"])
async def test_an_unfinished_frame_is_out_of_scope_without_confidence(text: str) -> None:
    frame = await Understander(ScriptedModel(text)).understand("Yes?", "hello", SETTING)
    assert frame == Frame(Intent.OUT_OF_SCOPE, confidence=0.0)


def test_the_model_leans_to_an_emergency_spelled_as_its_frames_spell_it() -> None:
    [(said, odds)] = (Understander(ScriptedModel()).request("Yes?", "my tongue feels fat").lean).items()
    assert odds > 0
    assert parse_frame(f"{said}\n") == (Intent.EMERGENCY, {})


async def test_the_models_troubles_are_passed_on() -> None:
    with pytest.raises(Busy):
        await Understander(ScriptedModel(error=Busy("full"))).understand("Yes?", "hello", SETTING)


async def test_what_the_desk_said_can_be_read_ahead() -> None:
    model = ScriptedModel()
    understander = Understander(model)
    await understander.anticipate("What can I do for you?", "c1")
    await understander.understand("What can I do for you?", "hello", SETTING)
    ahead, whole = model.prompts
    assert whole.startswith(ahead)


async def test_a_partial_transcript_is_read_without_its_last_word_which_may_still_grow() -> None:
    model = ScriptedModel()
    understander = Understander(model)
    for partial in ("I", "I nee", "I need  to see doc", "so long " * 90):
        await understander.overhear("Yes?", partial, "c1")
    await understander.understand("Yes?", "I need to see doctor Weber", SETTING)
    *ahead, whole = model.prompts
    assert ahead == ["desk: Yes?\npatient: I", "desk: Yes?\npatient: I need to see"]
    assert all(whole.startswith(prompt) for prompt in ahead)


async def test_a_model_that_cannot_read_ahead_is_no_trouble() -> None:
    understander = Understander(ScriptedModel(error=Busy("full")))
    await understander.anticipate("Yes?", "c1")
    await understander.overhear("Yes?", "I need to", "c1")


async def test_a_frame_that_does_not_end_is_out_of_scope_without_confidence() -> None:
    model = ScriptedModel(error=Unfinished("allow more"))
    frame = await Understander(model).understand("Yes?", "hello", SETTING)
    assert frame == Frame(Intent.OUT_OF_SCOPE, confidence=0.0)


def test_a_long_story_keeps_its_beginning_and_its_end() -> None:
    clipped = clip("I want an appointment. " + "and then " * 300 + "so Tuesday please")
    assert clipped.startswith("I want an appointment.")
    assert clipped.endswith("so Tuesday please")
    assert len(clipped.split()) < 130


@pytest.mark.parametrize("text", ["x" * 2000, "👍" * 500, "ü" * 999])
def test_text_without_spaces_is_cut_too(text: str) -> None:
    assert len(clip(text).encode()) <= MOST_BYTES + 10


def test_a_span_across_the_cut_is_dropped() -> None:
    assert verbatim({Slot.REASON: "then … so"}, "and then and then so") == {}


def test_a_span_is_found_as_a_word_first() -> None:
    assert verbatim({Slot.CHOICE: "one"}, "Phones? Just one") == {Slot.CHOICE: "one"}


def test_danger_is_looked_for_before_two_wishes_are_cut_apart() -> None:
    understander = Understander(ScriptedModel())
    two = "I need a refill of my lisinopril and can I also move my appointment"
    assert understander.halves("", two, "request", "en") is not None
    assert (
        understander.halves("", f"{two}, my chest is in a vice and I can't breathe", "request", "en") is None
    )
