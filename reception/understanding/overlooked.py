"""Finds what the model overlooked and code can be sure of: addresses, numbers, births, times, names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reception.dialogue.meaning import Intent, Slot
from reception.understanding.interpret import Setting, interpret, reads
from reception.understanding.listening import forms

#: Not moving: there a clock time may be the old one as well as the new one.
_ABOUT_TIMES = frozenset({Intent.BOOK, Intent.CANCEL, Intent.CHECK, Intent.ALTERNATIVES, Intent.INFORM})
_BOOKINGS = frozenset({Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL, Intent.CHECK, Intent.ALTERNATIVES})

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+?\(?\d[\d ().-]{7,17}\d")


def overlooked(intent: Intent, patient: str, desk: str, setting: Setting) -> Iterable[tuple[Slot, str]]:
    """Spans that are surely what their form says; where a form occurs twice, nothing is sure."""
    words = forms(setting.language)
    for slot, pattern in ((Slot.EMAIL, _EMAIL), (Slot.PHONE, _PHONE)):
        spans = [one.group().rstrip(". -(") for one in pattern.finditer(patient)]
        if len(spans) == 1 and reads(intent, slot, spans[0], desk, setting):
            yield slot, spans[0]
    if intent is Intent.PRACTICE_QUESTION:  # "are you open on Saturday": said in passing, and easily missed
        named = [word for word in re.findall(r"\w+", patient) if words.names_a_day(word)]
        if len(named) == 1:
            yield Slot.DATE, named[0]
    if born := _birth_date(intent, patient, desk, setting):
        yield Slot.DATE_OF_BIRTH, born
    name = words.name.search(patient) or (words.name_born.search(patient) if born else None)
    if name is not None and not reads(intent, Slot.PRACTITIONER, name.group(1), desk, setting):
        yield Slot.PATIENT_NAME, name.group(1)
    clocks = list(words.clock.finditer(patient))
    if intent in _ABOUT_TIMES and len(clocks) == 1:
        yield Slot.TIME, clocks[0].group().rstrip(".")
    yield from _own_names(intent, patient, setting)


def _birth_date(intent: Intent, patient: str, desk: str, setting: Setting) -> str | None:
    """What follows "born": no fewer words than make the date, and no more."""
    born = forms(setting.language).born.search(patient)
    if born is None:
        return None
    words = born.group(1).split(" ")
    spans = [" ".join(words[:length]).rstrip(".,;") for length in range(1, len(words) + 1)]
    read = [
        (span, interpret(intent, {Slot.DATE_OF_BIRTH: span}, desk, setting).get(Slot.DATE_OF_BIRTH))
        for span in spans
    ]
    whole = read[-1][1] or next((value for _, value in reversed(read) if value), None)
    return next((span for span, value in read if value and value == whole), None)


def _own_names(intent: Intent, patient: str, setting: Setting) -> Iterable[tuple[Slot, str]]:
    """Doctors, types and plans by the practice's own words for them."""
    practice = setting.practice
    if intent in _BOOKINGS:
        types = [name for one in practice.appointment_types for name in (one.name, *one.spoken_as)]
        doctors = [name for one in practice.practitioners for name in (one.name, *one.spoken_as)]
        for slot, names in ((Slot.APPOINTMENT_TYPE, types), (Slot.PRACTITIONER, doctors)):
            if span := only_one(names, patient):
                yield slot, span
    if intent in _BOOKINGS | {Intent.INFORM, Intent.PRACTICE_QUESTION}:
        plans = [plan for one in practice.practitioners for plan in one.insurances]
        if span := only_one(plans, patient):
            yield Slot.INSURANCE, span


def only_one(names: Iterable[str], patient: str) -> str | None:
    """The longest of the names as it stands in the text; None when two different places have one."""
    found: list[re.Match[str]] = []
    for name in sorted(set(names), key=len, reverse=True):
        found += [
            one
            for one in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", patient, re.IGNORECASE)
            if not any(one.start() < kept.end() and kept.start() < one.end() for kept in found)
        ]
    return found[0].group() if len(found) == 1 else None
