"""Days, times and birth dates that are put right, or ruled out, in other words than those labelled.

A frame holds one span a slot; these read the whole of what was said, after the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from reception.dialogue.meaning import EVERY_WEEKDAY, Days, Frame, Intent, Slot
from reception.understanding.interpret import Setting, interpret, language_of
from reception.understanding.listening import forms

#: What "did I say Tuesday? It has to be Thursday" is taken for.
_TAKEN_FOR = frozenset(
    {Intent.REPEAT, Intent.INFORM, Intent.DENY, Intent.AFFIRM, Intent.OUT_OF_SCOPE, Intent.ALTERNATIVES}
)
_WORDS = re.compile(r"[\w'’/:.-]+")
#: The most words of a day or a time, and of a birth date with what is taken back in it.
_SPAN, _BIRTH = 6, 16


def meant(frame: Frame, heard: str, desk: str, setting: Setting) -> Frame:
    """The frame with the day or time that has to be, where another was said before."""
    place = forms(setting.language).said_wrong.search(heard)
    if place is None or frame.intent not in _TAKEN_FOR:
        return frame
    for span in _beginnings(place["meant"]):
        for slot in (Slot.TIME, Slot.DATE):  # "eleven" is rather a clock time than a day of the month
            values = interpret(Intent.INFORM, {slot: span}, desk, setting)
            if slot in values:
                intent = frame.intent if frame.intent is Intent.DENY else Intent.INFORM
                slots = {**frame.slots, slot: span}
                kept = {**frame.values, **values}
                return replace(frame, intent=intent, slots=slots, values=kept, confidence=1.0)
    return frame


def without_ruled_out(frame: Frame, heard: str, setting: Setting) -> Frame:
    """The frame whose days leave out those that are said not to suit: "next week, but Mondays are out"."""
    days = frame.values.get(Slot.DATE)
    out = (
        [place for place in forms(setting.language).days_out.finditer(heard)]
        if isinstance(days, Days)
        else []
    )
    if not out or not isinstance(days, Days) or days.either is not None:
        return frame
    only_weekdays = days == Days(weekdays=days.weekdays)
    if only_weekdays:  # perhaps nothing else was labelled than what is out
        days = _days_in(heard, setting) or days
    if days.first is not None and days.first == days.last:
        return frame  # one day is wanted, whatever is said of others
    suiting = EVERY_WEEKDAY
    for place in out:
        suiting &= _others(place["days"] or place["not_days"], setting)
    left = days.weekdays & suiting
    if only_weekdays:
        left = left or suiting
    return replace(frame, values={**frame.values, Slot.DATE: replace(days, weekdays=left)}) if left else frame


def mended_birth_date(heard: str, desk: str, setting: Setting) -> date | None:
    """The birth date of which one part was said twice: "the 4th, no, 14th of March", "March, no, May"."""
    words = [word.group() for word in _WORDS.finditer(heard)]
    corrected = forms(setting.language).corrected
    marks = [at for at, word in enumerate(words) if corrected.fullmatch(word)]
    if not marks or len(words) > _BIRTH:
        return None
    first, last = marks[0], marks[-1]
    before, after = words[:first], words[last + 1 :]
    if not before or _birth_date(after, desk, setting):
        return None  # the whole date was said anew
    for at in range(first - 1, -1, -1):
        whole = _birth_date([*before[:at], *after, *before[at + 1 :]], desk, setting)
        if whole is not None:
            return whole
    return None


def _beginnings(text: str) -> Iterator[str]:
    """The first words of a text, the most first."""
    words = list(_WORDS.finditer(text))[:_SPAN]
    for last in range(len(words) - 1, -1, -1):
        yield text[words[0].start() : words[last].end()].rstrip(".")


def _others(days: str, setting: Setting) -> frozenset[int]:
    """The weekdays but for those named."""
    said = f"{language_of(setting.language).no} {days}"
    read = interpret(Intent.INFORM, {Slot.DATE: said}, "", setting).get(Slot.DATE)
    return read.weekdays if isinstance(read, Days) else EVERY_WEEKDAY


def _days_in(heard: str, setting: Setting) -> Days | None:
    """The longest stretch of what was said that names days with a beginning or an end."""
    words = list(_WORDS.finditer(heard))
    for length in range(min(_SPAN, len(words)), 0, -1):
        for first in range(len(words) - length + 1):
            span = heard[words[first].start() : words[first + length - 1].end()]
            read = interpret(Intent.INFORM, {Slot.DATE: span}, "", setting).get(Slot.DATE)
            if isinstance(read, Days) and (read.first or read.last):
                return read
    return None


def _birth_date(words: list[str], desk: str, setting: Setting) -> date | None:
    read = interpret(Intent.INFORM, {Slot.DATE_OF_BIRTH: " ".join(words)}, desk, setting)
    born = read.get(Slot.DATE_OF_BIRTH)
    return born if isinstance(born, date) else None
