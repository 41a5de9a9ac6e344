"""Turns what a patient said into a frame: the model picks intent and spans, code makes values of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress

from reception.dialogue import safety
from reception.dialogue.meaning import Frame, Intent, Slot
from reception.errors import ReceptionError, Unfinished
from reception.inference.language_model import Grammar, LanguageModel, Priority, Request
from reception.understanding.checking import check
from reception.understanding.grammar import build_grammar
from reception.understanding.guess import Guesser
from reception.understanding.interpret import Setting, interpret
from reception.understanding.prompt import FRAME_TOKENS, aligned, build_prompt, clean, desk_words, parse_frame
from reception.understanding.wishes import Halves, halves

#: Of a long utterance the model reads this many words from the start and from the end: wishes come first,
#: corrections last.
FIRST_WORDS = 80
LAST_WORDS = 40
#: Bytes bound the tokens where words don't (no spaces, emoji).
MOST_BYTES = 700
_GAP = "…"
#: Log-odds added to an emergency, so that odds of one to seven are enough for one: missing it is worse than
#: asking whether it is one, which the dialogue does where confidence is low. Beyond 2 it alarms more
#: harmless words than it finds emergencies (docs/decisions/0006).
DANGER = 2.0


class Understander:
    """Understands utterances: red flags by rule, the rest by one language model whose slots are checked."""

    def __init__(self, model: LanguageModel, *, rules: bool = True) -> None:
        """`rules=False` leaves everything to the model, to measure it alone."""
        self._model = model
        self._guesser = Guesser.load()
        self._rules = rules

    async def understand(
        self,
        desk: str,
        patient: str,
        setting: Setting,
        *,
        priority: Priority = Priority.CHAT,
        conversation: str = "",
        deadline: float | None = None,
    ) -> Frame:
        """The meaning of `patient`, said after `desk`; slot texts are verbatim spans of `patient`.

        An emergency by rule is one even while the model is away. Nothing said is out_of_scope; so is,
        with confidence 0, what the model could not put into a frame. `conversation` names whose words were
        read ahead; `deadline` is in seconds.
        Raises what the model raises: Busy, Late, Unavailable, ModelMissing.
        """
        if self._rules and safety.is_emergency(patient):
            return Frame(Intent.EMERGENCY)
        if not clip(patient):
            return Frame(Intent.OUT_OF_SCOPE)
        request = self.request(desk, patient, priority=priority, conversation=conversation, deadline=deadline)
        try:
            completion = await self._model.complete(request)
            intent, spans = parse_frame(completion.text)
        except (Unfinished, ValueError):
            return Frame(Intent.OUT_OF_SCOPE, confidence=0.0)
        slots = verbatim(spans, patient)
        if self._rules:
            slots = check(intent, slots, patient, desk, setting)
        return Frame(intent, slots, interpret(intent, slots, desk, setting), completion.confidence)

    def halves(self, desk: str, patient: str, expects: str | None, language: str) -> Halves | None:
        """Where the utterance is to be cut because it holds two wishes; nearly always None."""
        if self._rules and safety.is_emergency(patient):
            return None  # danger may stand across the cut
        return halves(patient, desk, expects, self._guesser, language)

    def request(
        self,
        desk: str,
        patient: str,
        *,
        priority: Priority = Priority.CHAT,
        conversation: str = "",
        deadline: float | None = None,
    ) -> Request:
        """What the model is asked for an utterance that is not blank."""
        words = clip(patient)
        return Request(
            build_prompt(desk, words),
            FRAME_TOKENS,
            Grammar(build_grammar(words)),
            guess=self._guesser.guess(desk, words),
            draft=words,
            priority=priority,
            conversation=conversation,
            deadline=deadline,
            remember=False,  # the next prompt begins with other words
            steady=True,
            lean={f" {Intent.EMERGENCY}": DANGER},
        )

    async def anticipate(self, desk: str, conversation: str) -> None:
        """Lets the model read what the desk just said while the patient still thinks or speaks."""
        await self._read_ahead(f"desk: {desk_words(desk)}\npatient:", conversation)

    async def overhear(self, desk: str, partial: str, conversation: str) -> None:
        """Lets the model read the words of an utterance that is not over; they may still be taken back.

        The last word may grow, and what is very long will be cut elsewhere: neither is read.
        """
        words, _, _ = clean(partial).rpartition(" ")
        if words and words == clip(words):
            await self._read_ahead(f"desk: {desk_words(desk)}\npatient: {words}", conversation)

    async def _read_ahead(self, prompt: str, conversation: str) -> None:
        # A convenience: whatever keeps the model from it now, the turn itself will find out.
        with suppress(ReceptionError):
            await self._model.complete(Request(prompt, 0, priority=Priority.AHEAD, conversation=conversation))


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
