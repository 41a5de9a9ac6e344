"""Turns what a patient said into a frame: the model picks intent and spans, code makes values of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reception.dialogue import safety
from reception.dialogue.meaning import Frame, Intent, Slot
from reception.inference.language_model import LanguageModel
from reception.understanding.checking import check
from reception.understanding.grammar import build_grammar
from reception.understanding.interpret import Setting, interpret
from reception.understanding.prompt import FRAME_TOKENS, aligned, build_prompt, clean, desk_words, parse_frame

#: Of a long utterance the model reads this many words from the start and from the end: wishes come first,
#: corrections last.
FIRST_WORDS = 80
LAST_WORDS = 40
#: Bytes bound the tokens where words don't (no spaces, emoji).
MOST_BYTES = 700
_GAP = "…"


class Understander:
    """Understands utterances: red flags by rule, the rest by one language model whose slots are checked."""

    def __init__(self, model: LanguageModel, *, rules: bool = True) -> None:
        """`rules=False` leaves everything to the model, to measure it alone."""
        self._model = model
        self._rules = rules

    async def understand(self, desk: str, patient: str, setting: Setting, *, priority: int = 1) -> Frame:
        """The meaning of `patient`, said after `desk`; slot texts are verbatim spans of `patient`.

        An emergency by rule is one even while the model is away. Nothing said is out_of_scope; so is,
        with confidence 0, what the model could not put into a frame.
        Raises what the model raises: Busy, Unavailable, ModelMissing.
        """
        if self._rules and safety.is_emergency(patient):
            return Frame(Intent.EMERGENCY)
        words = clip(patient)
        if not words:
            return Frame(Intent.OUT_OF_SCOPE)
        completion = await self._model.complete(
            build_prompt(desk, words),
            build_grammar(words),
            max_tokens=FRAME_TOKENS,
            draft=words,
            priority=priority,
        )
        try:
            intent, spans = parse_frame(completion.text)
        except ValueError:
            return Frame(Intent.OUT_OF_SCOPE, confidence=0.0)
        slots = verbatim(spans, patient)
        if self._rules:
            slots = check(intent, slots, patient, desk, setting)
        return Frame(intent, slots, interpret(intent, slots, desk, setting), completion.confidence)

    async def anticipate(self, desk: str) -> None:
        """Lets the model read what the desk just said while the patient still thinks or speaks."""
        prefix = f"desk: {desk_words(desk)}\npatient:"
        await self._model.complete(prefix, "", max_tokens=0, priority=2)


def clip(patient: str) -> str:
    """The part of an utterance that the model reads, cleaned: all of it unless it is very long."""
    words = clean(patient).split(" ")
    if len(words) > FIRST_WORDS + LAST_WORDS:
        words = [*words[:FIRST_WORDS], _GAP, *words[-LAST_WORDS:]]
    data = " ".join(words).encode("utf-8", "replace")
    if len(data) <= MOST_BYTES:
        return data.decode("utf-8")
    head, tail = data[: MOST_BYTES * 2 // 3], data[-MOST_BYTES // 3 :]
    return clean(f"{head.decode('utf-8', 'ignore')} {_GAP} {tail.decode('utf-8', 'ignore')}")


def verbatim(spans: Mapping[Slot, str], patient: str) -> dict[Slot, str]:
    """The spans as they stand in `patient` itself, line breaks and all; those not in it are dropped."""
    text, origin = aligned(patient)
    found: dict[Slot, str] = {}
    for slot, span in spans.items():
        match = re.search(rf"(?<!\w){re.escape(span)}(?!\w)", text) or re.search(re.escape(span), text)
        if match:
            found[slot] = patient[origin[match.start()] : origin[match.end() - 1] + 1]
    return found
