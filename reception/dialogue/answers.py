"""Answers to questions about the practice, from its own data and answers only."""

from __future__ import annotations

import re

from reception.dialogue.cues import Cues
from reception.dialogue.meaning import Days, Frame, Slot
from reception.dialogue.state import Facts, Line
from reception.practice import Answer, Practice

#: From this likeness on, the practice's own answer is meant beyond doubt.
_SURELY = 3.5


def answer(frame: Frame, heard: str, facts: Facts) -> Line | None:
    """The practice's answer to a question, or None when it has none."""
    practice, cues = facts.practice, facts.cues
    insurance = frame.slots.get(Slot.INSURANCE)
    costs = cues.price in _stems(heard, cues)  # "how much is it without insurance" is about the money
    taken = _insurance(insurance, practice) if insurance and not costs else None
    if taken is not None:
        return taken
    own, _ = _own_answer(frame.slots.get(Slot.TOPIC, ""), heard, practice, cues)
    if own is not None:
        return Line("own_answer", {"answer": own.answer})
    if cues.hours.search(heard) and practice.opening_hours:
        days = frame.values.get(Slot.DATE)
        if isinstance(days, Days) and days.first is not None and days.first == days.last:
            return Line("hours_on_day", {"day": days.first, "blocks": practice.blocks_on(days.first)})
        return Line("opening_hours", {"hours": practice.opening_hours})
    if cues.address.search(heard) and practice.address:
        return Line("address", {"address": practice.address})
    if cues.languages.search(heard) and (spoken := _languages(practice)):
        return Line("languages", {"doctors": spoken})
    if cues.doctors.search(heard):
        return Line("doctors", {"doctors": [(one.name, one.specialty) for one in practice.practitioners]})
    if cues.phone.search(heard) and practice.phone:
        return Line("phone", {"phone": practice.phone})
    if cues.insurance.search(heard):
        return _plans(practice)
    return None


def _insurance(insurance: str, practice: Practice) -> Line | None:
    """Who takes a plan; a doctor without a list takes any, and None where nobody has one."""
    if not any(one.insurances for one in practice.practitioners):
        return None
    said = insurance.casefold()
    taking = [
        one.name
        for one in practice.practitioners
        if not one.insurances
        or any(plan.casefold() in said or said in plan.casefold() for plan in one.insurances)
    ]
    key = "insurance_taken" if taking else "insurance_refused"
    return Line(key, {"insurance": insurance, "doctors": taking})


def _languages(practice: Practice) -> list[tuple[str, tuple[str, ...]]]:
    """Who speaks more than the practice's first language, and what."""
    usual = practice.languages[0]
    each = (
        (one.name, tuple(code for code in one.languages if code != usual)) for one in practice.practitioners
    )
    return [(name, codes) for name, codes in each if codes]


def _plans(practice: Practice) -> Line | None:
    plans = sorted({plan for one in practice.practitioners for plan in one.insurances})
    return Line("insurances", {"plans": plans}) if plans else None


def told_by_practice(frame: Frame, heard: str, facts: Facts) -> Line | None:
    """What the practice itself says to what sounds like a medical question ("may I eat before …?").

    Only where the words are very much those of its own question: anything else gets no advice.
    """
    if Slot.REASON in frame.slots or facts.cues.may_i.search(heard) is None:
        return None  # symptoms, and no question of what to do before a visit
    own, score = _own_answer(frame.slots.get(Slot.TOPIC, ""), heard, facts.practice, facts.cues)
    return Line("own_answer", {"answer": own.answer}) if own is not None and score >= _SURELY else None


def _own_answer(topic: str, heard: str, practice: Practice, cues: Cues) -> tuple[Answer | None, float]:
    """The answer whose topic and question share most words with what was asked, and how much they share."""
    asked, subject = _stems(f"{topic} {heard}", cues), _stems(topic, cues)
    best, score = None, 0.0
    for one in practice.answers:
        topic_words, words = _stems(one.topic, cues), _stems(one.question, cues)
        price = cues.price in topic_words and cues.how_much.search(heard) is not None
        if subject and not subject & (topic_words | words) and not price:
            continue  # "may I bring my dog" is not about what to bring
        here = 2.0 * len(topic_words & asked) + len(words & asked) / (1 + 0.1 * len(words))
        if here > score:
            best, score = one, here
    told = score >= 1.5 or (best is not None and bool(_stems(best.topic, cues) & asked))
    return (best, score) if told else (None, 0.0)


def _stems(text: str, cues: Cues) -> set[str]:
    """Content words without the plural's s, common synonyms made one."""
    said = text.casefold()
    for phrase, word in cues.same.items():
        if " " in phrase:
            said = said.replace(phrase, word)
    words = {word for word in re.findall(r"[^\W\d_]+", said) if word not in cues.ignored}
    bare = {word[:-1] if word.endswith("s") and not word.endswith("ss") else word for word in words}
    return {cues.same.get(word, word) for word in bare}
