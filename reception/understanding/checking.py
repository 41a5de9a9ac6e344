"""Checks the model's slots against what has a fixed form: a grammar guarantees shape, not truth.

A small model files a clock time under the date, or takes one end of "from Monday to Wednesday" for all of it.
What has a form of its own is put right by code: `spans.py` finds where such words begin and end,
`overlooked.py` adds what the model passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from reception.dialogue.meaning import Intent, Slot
from reception.understanding.grammar import WITHOUT_SLOTS
from reception.understanding.interpret import Setting, language_of, reads
from reception.understanding.listening import forms
from reception.understanding.overlooked import overlooked
from reception.understanding.phrases import Forms
from reception.understanding.spans import (
    day_and_time,
    day_that_is_meant,
    is_a_day,
    meant_instead,
    whole_range,
    with_day_of_month,
    with_preposition,
    with_title,
)
from reception.understanding.values.contacts import count_digits
from reception.understanding.values.matching import names_another_type

#: Where a slot that can't be read as what it should be belongs, if it can be read as that.
_MISFILED: Mapping[Slot, tuple[Slot, ...]] = {
    Slot.DATE: (Slot.PHONE, Slot.TIME),
    Slot.TIME: (Slot.PHONE, Slot.DATE),
    Slot.OLD_DATE: (Slot.OLD_TIME,),
    Slot.OLD_TIME: (Slot.OLD_DATE,),
    Slot.EMAIL: (Slot.PHONE,),
    Slot.PHONE: (Slot.EMAIL,),
}
#: What a practitioner's name without a title may be taken for; in an answer it may be the patient's.
_TAKEN_FOR = (Slot.PATIENT_NAME, Slot.INSURANCE)
_DAYS = (Slot.DATE, Slot.OLD_DATE)
_CLOCKS = (Slot.TIME, Slot.OLD_TIME)
#: Where somebody says what they come for.
_SAYS_WHY = frozenset({Intent.BOOK, Intent.INFORM})
_ANSWERS = frozenset({Intent.INFORM, Intent.AFFIRM, Intent.DENY})
#: With so many digits it is a phone number, even where it can't be dialled: one is missing, or it is foreign.
_LIKE_A_NUMBER = 6


def check(
    intent: Intent, slots: Mapping[Slot, str], patient: str, desk: str, setting: Setting
) -> dict[Slot, str]:
    """The slots with those misfiled put right and those overlooked added; all verbatim in `patient`."""
    if intent in WITHOUT_SLOTS or not patient.strip():
        return dict(slots)
    words = forms(setting.language)
    checked = _refiled(intent, slots, patient, desk, setting)
    if Slot.DATE in checked and intent is not Intent.RESCHEDULE:  # "from Monday to Wednesday" may be a move
        checked[Slot.DATE] = whole_range(intent, checked, patient, desk, setting)
    if Slot.DATE in checked and Slot.TIME not in checked and intent is not Intent.RESCHEDULE:
        checked.update(day_and_time(intent, checked[Slot.DATE], desk, setting))
    if Slot.DATE in checked and intent is not Intent.RESCHEDULE:
        checked[Slot.DATE] = day_that_is_meant(intent, checked[Slot.DATE], patient, desk, setting)
    for slot in _DAYS:
        if slot in checked:
            checked[slot] = with_day_of_month(checked[slot], patient, checked.values(), words)
    for slot in (*_DAYS, *_CLOCKS):
        span = checked.get(slot)
        if span is None:
            continue
        place = _names_a_place(span, patient, words) and not reads(intent, slot, span, desk, setting)
        if place or words.no_day.fullmatch(span):
            del checked[slot]
        else:
            checked[slot] = with_preposition(span, patient, words)
    if intent in _SAYS_WHY and Slot.REASON not in checked and _is_no_type_here(checked, setting):
        checked[Slot.REASON] = checked.pop(Slot.APPOINTMENT_TYPE)
    if Slot.PATIENT_NAME in checked:
        checked[Slot.PATIENT_NAME] = words.honorific.sub("", checked[Slot.PATIENT_NAME])
    if Slot.PRACTITIONER in checked:
        checked[Slot.PRACTITIONER] = meant_instead(checked[Slot.PRACTITIONER], patient, setting)
        checked[Slot.PRACTITIONER] = with_title(checked[Slot.PRACTITIONER], patient, words)
    for slot, span in overlooked(intent, patient, desk, setting):
        if slot is Slot.DATE_OF_BIRTH:  # the day of a birth date is no other day
            inside = [day for day in (Slot.DATE, Slot.OLD_DATE) if checked.get(day, "\0") in span]
            checked = {key: words for key, words in checked.items() if key not in inside}
        if slot not in checked and not _inside_another(span, patient, checked.values()):
            checked[slot] = span
    if intent is Intent.BOOK:
        checked = _without_what_stays(checked, patient, words)
    return {slot: checked[slot] for slot in Slot if slot in checked}


def _names_a_place(span: str, patient: str, words: Forms) -> bool:
    """Whether what was taken for a day or a time may be a town: "somebody in Santa Clara"."""
    return any(span.endswith(place[1].strip()) for place in words.place.finditer(patient))


def _without_what_stays(slots: dict[Slot, str], patient: str, words: Forms) -> dict[Slot, str]:
    """The slots of the new appointment alone: "my physical on Thursday stays, but look at my knee"."""
    old = words.stays.search(patient)
    if old is None:
        return slots
    return {slot: span for slot, span in slots.items() if span in patient.replace(old.group(), " ")}


def _refiled(
    intent: Intent, slots: Mapping[Slot, str], patient: str, desk: str, setting: Setting
) -> dict[Slot, str]:
    checked = dict(slots)
    words = forms(setting.language)
    if intent in (Intent.BOOK, Intent.CANCEL, Intent.CHECK):  # only moving has old and new times
        for old, only in ((Slot.OLD_DATE, Slot.DATE), (Slot.OLD_TIME, Slot.TIME)):
            if old in checked:
                checked.setdefault(only, checked.pop(old))
    if intent is Intent.RESCHEDULE and Slot.DATE in checked and Slot.OLD_DATE not in checked:
        before, _, after = patient.partition(checked[Slot.DATE])
        if words.before_old_day.search(before) or words.after_old_day.match(after):  # "that's on the 22nd"
            checked[Slot.OLD_DATE] = checked.pop(Slot.DATE)
    if _beside(checked, Slot.OLD_DATE, Slot.TIME, patient) and Slot.OLD_TIME not in checked:
        checked[Slot.OLD_TIME] = checked.pop(Slot.TIME)
    if (
        _beside(checked, Slot.DATE, Slot.OLD_TIME, patient)
        and not _beside(checked, Slot.OLD_DATE, Slot.OLD_TIME, patient)
        and Slot.TIME not in checked
    ):
        checked[Slot.TIME] = checked.pop(Slot.OLD_TIME)
    if Slot.INSURANCE in checked and is_a_day(checked[Slot.INSURANCE], setting):
        del checked[Slot.INSURANCE]  # no plan is called June 22nd
    for wrong in (Slot.INSURANCE, Slot.PATIENT_NAME):
        if "@" in checked.get(wrong, "") and "@" not in checked.get(Slot.EMAIL, ""):
            checked[Slot.EMAIL] = checked.pop(wrong)
    if intent not in _ANSWERS and Slot.PRACTITIONER not in checked:
        taken_for = next((one for one in _TAKEN_FOR if _is_practitioner(checked.get(one), setting)), None)
        if taken_for is not None:
            checked[Slot.PRACTITIONER] = checked.pop(taken_for)
    if Slot.PATIENT_NAME in checked and Slot.PRACTITIONER not in checked:
        doctor = _titled(checked[Slot.PATIENT_NAME], patient, words)
        if doctor and reads(intent, Slot.PRACTITIONER, doctor, desk, setting):
            del checked[Slot.PATIENT_NAME]
            checked[Slot.PRACTITIONER] = doctor
    for slot, others in _MISFILED.items():
        span = checked.get(slot)
        if span is None or reads(intent, slot, span, desk, setting):
            continue
        other = next((one for one in others if _may_be(intent, one, span, desk, setting)), None)
        if other is not None:
            del checked[slot]
            # Of two for one slot the later counts: "Tuesday, or rather Wednesday".
            checked[other] = max(span, checked.get(other, span), key=patient.rfind)
        elif slot is Slot.EMAIL or (slot is Slot.PHONE and _digits(span, setting) < _LIKE_A_NUMBER):
            del checked[slot]
    return checked


def _is_no_type_here(slots: Mapping[Slot, str], setting: Setting) -> bool:
    """Whether the kind of visit is none of the practice's: then it is why they come ("a dressing change")."""
    kind, practice = slots.get(Slot.APPOINTMENT_TYPE), setting.practice
    if kind is None or not practice.appointment_types:
        return False
    return names_another_type(kind, practice, language_of(setting.language))


def _titled(span: str, patient: str, words: Forms) -> str | None:
    """The name with the title before or in it, if that is a doctor's and no patient's."""
    named = with_title(span, patient, words)
    titled = words.title.match(named.partition(" ")[0] + " ") and not words.honorific.match(named)
    return named if titled else None


def _may_be(intent: Intent, slot: Slot, span: str, desk: str, setting: Setting) -> bool:
    """Whether a span of another slot is one of this: "ten past" can be read as a tenth, and is none."""
    says_a_day = forms(setting.language).of_a_date.search(span) is not None
    kind = _DAYS if says_a_day else _CLOCKS
    return (slot in kind or slot not in (*_DAYS, *_CLOCKS)) and reads(intent, slot, span, desk, setting)


def _digits(span: str, setting: Setting) -> int:
    return count_digits(span, language_of(setting.language))


def _is_practitioner(span: str | None, setting: Setting) -> bool:
    """Whether it is the whole name of one of the practice's own, or how they are called there."""
    practitioners = setting.practice.practitioners
    names = {name.casefold() for one in practitioners for name in (one.name, *one.spoken_as)}
    return span is not None and span.casefold() in names


def _beside(slots: Mapping[Slot, str], day: Slot, clock: Slot, patient: str) -> bool:
    """Whether a time stands right beside a day, so that it must be that day's."""
    if day not in slots or clock not in slots:
        return False
    date, time = re.escape(slots[day]), re.escape(slots[clock])
    beside = rf"{date}(?:,? same time)?(?:,? at|,)? {time}|{time},?(?: on)? {date}"
    return re.search(rf"(?<!\w)(?:{beside})(?!\w)", patient) is not None


def _inside_another(span: str, patient: str, others: Iterable[str]) -> bool:
    """Whether the span's place in the text already belongs to another slot."""
    start = patient.find(span)
    return any(
        (place := patient.find(other)) >= 0 and place < start + len(span) and start < place + len(other)
        for other in others
    )
