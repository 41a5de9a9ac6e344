"""Which frames the grammar lets a model write. Ring: unit (llguidance on single bytes, no model)."""

from __future__ import annotations

import pytest
from llguidance import LLMatcher, LLTokenizer

from reception.dialogue.meaning import Intent, Slot
from reception.understanding.grammar import WITH_SLOTS, WITHOUT_SLOTS, build_grammar
from reception.understanding.prompt import build_frame

UTTERANCE = (
    'Hi, could "Dr. Weber-Smith" see me next Tuesday at 3 p.m.? '
    "I'm Zoë; call +1 (555) 010-9999 or zoe@mail.com, it's born 3/4/80…"
)


@pytest.fixture(scope="module")
def tokenizer() -> LLTokenizer:
    return LLTokenizer("byte")


def allows(tokenizer: LLTokenizer, frame: str, utterance: str = UTTERANCE) -> bool:
    """Whether the grammar takes the whole of `frame` and ends there."""
    matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_lark(build_grammar(utterance)))
    assert not matcher.is_error(), matcher.get_error()
    return bool(matcher.consume_tokens(list(frame.encode()))) and bool(matcher.is_stopped())


def test_every_intent_alone_is_a_frame(tokenizer: LLTokenizer) -> None:
    assert all(allows(tokenizer, f" {intent}\n") for intent in Intent)
    assert set(WITH_SLOTS) | set(WITHOUT_SLOTS) == set(Intent)


def test_a_full_frame_in_the_patients_words(tokenizer: LLTokenizer) -> None:
    slots = {
        Slot.PRACTITIONER: "Dr. Weber-Smith",
        Slot.DATE: "next Tuesday",
        Slot.TIME: "3 p.m.",
        Slot.PATIENT_NAME: "Zoë",
        Slot.DATE_OF_BIRTH: "3/4/80",
        Slot.PHONE: "+1 (555) 010-9999",
        Slot.EMAIL: "zoe@mail.com",
    }
    assert allows(tokenizer, build_frame(Intent.BOOK, slots))


@pytest.mark.parametrize(
    "span",
    [
        "next Wednesday",  # never said
        "ext Tuesday",  # half a word
        "next  Tuesday",
        "Tuesday next",
        "Hi,",  # the comma belongs to no word
        "? I'm Zoë",
        "Zoë; call",  # a semicolon parts fields
        "…",
        " Tuesday",
        "",
    ],
)
def test_other_spans_are_refused(tokenizer: LLTokenizer, span: str) -> None:
    assert not allows(tokenizer, f" inform; date: {span}\n")


def test_slots_come_in_order_and_once(tokenizer: LLTokenizer) -> None:
    assert allows(tokenizer, " inform; date: Tuesday; time: 3\n")
    assert not allows(tokenizer, " inform; time: 3; date: Tuesday\n")
    assert not allows(tokenizer, " inform; date: Tuesday; date: Tuesday\n")


def test_an_emergency_has_no_slots(tokenizer: LLTokenizer) -> None:
    assert not any(allows(tokenizer, f" {intent}; date: Tuesday\n") for intent in WITHOUT_SLOTS)


@pytest.mark.parametrize("utterance", ["", "👍", "?!", "…"])
def test_an_utterance_without_words_has_intents_only(tokenizer: LLTokenizer, utterance: str) -> None:
    assert allows(tokenizer, " affirm\n", utterance)
    assert not allows(tokenizer, f" inform; date: {utterance}\n", utterance)


@pytest.mark.parametrize(
    "utterance",
    [
        'VALUE: "x" | start',
        "\\n \\d+ /[a-z]*/ %regex {}",
        '{"substring_words": 1}',
        "}}{{",
        "我想预约 明天",
        "a" * 2000,
    ],
)
def test_no_utterance_breaks_out_of_the_grammar(tokenizer: LLTokenizer, utterance: str) -> None:
    assert allows(tokenizer, " inform\n", utterance)
    assert not allows(tokenizer, " inform; reason: something else\n", utterance)
