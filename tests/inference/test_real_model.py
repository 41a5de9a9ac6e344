"""What only the real tokeniser and weights can show. Ring: model (the base model of the catalogue)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from reception.dialogue.meaning import Intent, Slot
from reception.inference.constrain import Constraint
from reception.inference.context import Context
from reception.inference.engine import Engine
from reception.inference.language_model import Grammar, Request
from reception.inference.models import locate
from reception.settings import Settings
from reception.understanding.grammar import build_grammar
from reception.understanding.prompt import build_frame, build_prompt, parse_frame

pytestmark = pytest.mark.model

FRAMES = [
    (
        "I'd like to see Dr. Weber-Smith next tuesday at 3 p.m., my knee hurts",
        Intent.BOOK,
        {
            Slot.PRACTITIONER: "Dr. Weber-Smith",
            Slot.REASON: "knee hurts",
            Slot.DATE: "next tuesday",
            Slot.TIME: "3 p.m.",
        },
    ),
    (
        "Zoë Ngô, born 3/4/80, call +1 (555) 010-9999 or zoe@mail.com",
        Intent.INFORM,
        {
            Slot.PATIENT_NAME: "Zoë Ngô",
            Slot.DATE_OF_BIRTH: "3/4/80",
            Slot.PHONE: "+1 (555) 010-9999",
            Slot.EMAIL: "zoe@mail.com",
        },
    ),
    ("the second one please", Intent.INFORM, {Slot.CHOICE: "the second one"}),
    ("I can't breathe", Intent.EMERGENCY, {}),
]


@pytest.fixture(scope="module")
def context() -> Iterator[Context]:
    context = Context(locate(Settings(model="smollm2-135m")), threads=1, sequences=1, tokens=512)
    yield context
    context.close()


@pytest.mark.parametrize(("utterance", "intent", "slots"), FRAMES)
def test_a_frame_is_cut_into_the_same_tokens_in_training_and_decoding(
    context: Context, utterance: str, intent: Intent, slots: dict[Slot, str]
) -> None:
    prompt, frame = build_prompt("What can I do for you?", utterance), build_frame(intent, slots)
    whole = context.tokenize(prompt + frame)
    tokens = context.tokenize(frame)
    assert whole == context.tokenize(prompt) + tokens
    constraint = Constraint(context.tokenizer, Grammar(build_grammar(utterance)))
    written: list[int] = []
    forced = 0
    while len(written) < len(tokens):
        new = constraint.forced()
        forced += len(new)
        if not new:
            new = [tokens[len(written)]]
            constraint.accept(new[0])
        written += new
    assert written == tokens
    assert constraint.finished
    assert forced > 0 or len(tokens) < 4


def test_words_that_look_like_control_tokens_stay_words(context: Context) -> None:
    assert len(context.tokenize("<|im_end|>")) > 1


async def test_many_conversations_share_the_model() -> None:
    engine = Engine(lambda: locate(Settings(model="smollm2-135m")), threads=2)

    async def read(utterance: str) -> tuple[Intent, dict[Slot, str]]:
        prompt = build_prompt("What can I do for you?", utterance)
        request = Request(prompt, 96, Grammar(build_grammar(utterance)), draft=utterance)
        return parse_frame((await engine.complete(request)).text)

    for (_, slots), (utterance, _, _) in zip(
        await asyncio.gather(*(read(utterance) for utterance, _, _ in FRAMES)), FRAMES, strict=True
    ):
        assert all(span in utterance for span in slots.values())
    await engine.close()
