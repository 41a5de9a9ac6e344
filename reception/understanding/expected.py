"""Reads a bare answer by the question it answers, where the frame carries no slot for it.

A name or a number said to "What is the name?" is that, however the model labelled it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from reception.dialogue.meaning import SURE, Days, Frame, Intent, Slot
from reception.understanding.corrections import meant, mended_birth_date, without_ruled_out
from reception.understanding.interpret import Setting, interpret, language_of
from reception.understanding.listening import forms, sayings
from reception.understanding.sayings import heed, opened
from reception.understanding.values.names import read_name

#: The slot that a question asks for.
_ASKED = {
    "patient_name": Slot.PATIENT_NAME,
    "date_of_birth": Slot.DATE_OF_BIRTH,
    "phone": Slot.PHONE,
    "email": Slot.EMAIL,
    "insurance": Slot.INSURANCE,
    "reason": Slot.REASON,
    "medication": Slot.MEDICATION,
    "specialty": Slot.SPECIALTY,
    "date": Slot.DATE,
    "practitioner": Slot.PRACTITIONER,
    "appointment_type": Slot.APPOINTMENT_TYPE,
}
#: Slots that hold their words as they are: anything short may be one.
_PLAIN = frozenset({Slot.PATIENT_NAME, Slot.INSURANCE, Slot.REASON, Slot.MEDICATION, Slot.SPECIALTY})
#: Intents that may hide a bare answer.
_ANSWERING = frozenset(
    {Intent.INFORM, Intent.OUT_OF_SCOPE, Intent.AFFIRM, Intent.DENY, Intent.MEDICAL_QUESTION}
)
_NAME_WORDS = 5
_PLAIN_WORDS = 12


#: Questions whose answer can't be a day of the past.
_NO_PAST_DAY = frozenset({"slot", "time", "practitioner", "appointment_type", "phone", "insurance"})
#: Intents that may tell who it is for in the same breath.
_TELL_BIRTH = frozenset(
    {Intent.INFORM, Intent.AFFIRM, Intent.DENY, Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL, Intent.CHECK,
     Intent.PRESCRIPTION, Intent.REFERRAL, Intent.SICK_NOTE}
)  # fmt: skip
_DAYS_AND_TIMES = frozenset({Slot.DATE, Slot.TIME, Slot.OLD_DATE, Slot.OLD_TIME})
#: A day longer ago than this was somebody's birth.
YEARS_AGO = timedelta(days=300)
#: And this long ago even where a day was asked for.
MANY_YEARS_AGO = timedelta(days=2 * 366)
#: How many last words are searched for a birth date, and of how many it may be.
_SEARCHED, _DATE_WORDS = 40, 9
#: What a yes or a no may be taken for: "yes, thank you, bye", "yes, sorry again".
_NOTHING_ELSE = frozenset({Intent.THANK, Intent.GOODBYE, Intent.GREET})
#: What only a yes or no that can be nothing else outweighs: "okay, can you say that again?" is no yes.
_SOMETHING_ELSE = frozenset({Intent.REPEAT, Intent.INFORM, Intent.OUT_OF_SCOPE, Intent.PRACTICE_QUESTION})
#: A yes or no of more words says something else too.
_SHORT = 4
_YES_OR_NO = frozenset({"confirmation", "anything_else"})


def not_reversed(frame: Frame, expects: str | None, heard: str, language: str) -> Frame:
    """The frame, unless it takes a plain yes for a no or the other way round."""
    polite = expects == "confirmation" and frame.intent in _NOTHING_ELSE | _SOMETHING_ELSE and not frame.slots
    if expects not in _YES_OR_NO or not (polite or frame.intent in (Intent.AFFIRM, Intent.DENY)):
        return frame
    known = sayings(language)
    said_no = known.starts_with(heard, known.no_words)
    said_yes = known.starts_with(heard, known.yes_words)
    if said_no and expects == "confirmation" and known.no_but_yes.search(heard):
        said_no, said_yes = False, True  # "no problem, book it"
    if frame.intent in _SOMETHING_ELSE and frame.confidence >= SURE:
        qualified = len(heard.split()) > _SHORT or known.qualified.search(heard)
        said_no, said_yes = said_no and not qualified, said_yes and not qualified
    if (said_yes and frame.intent is Intent.AFFIRM) or (said_no and frame.intent is Intent.DENY):
        return replace(frame, confidence=1.0)
    if said_yes and polite:  # "yes, thank you, bye" is a yes before it is a goodbye
        return replace(frame, intent=Intent.AFFIRM, confidence=1.0)
    if said_no and frame.intent is not Intent.GOODBYE and (polite or frame.intent is Intent.AFFIRM):
        return replace(frame, intent=Intent.DENY, confidence=1.0)
    if said_yes and frame.intent is Intent.DENY:
        return replace(frame, intent=Intent.AFFIRM, confidence=1.0)
    return frame


def complete(frame: Frame, expects: str | None, heard: str, desk: str, setting: Setting) -> Frame:
    """The frame with the asked slot filled from the whole answer, where it lacks it and that can be one."""
    words = forms(setting.language)
    frame = opened(heed(frame, heard, setting.language), expects, heard, setting.language)
    if frame.manner is not None:
        return frame
    frame = not_reversed(frame, expects, heard, setting.language)
    frame = without_ruled_out(meant(frame, heard, desk, setting), heard, setting)
    frame = _named(frame, setting)
    frame = _told_birth(_born(frame, expects, desk, setting), expects, heard, desk, setting)
    slot = _ASKED.get(expects or "")
    if slot is Slot.DATE and Slot.DATE_OF_BIRTH in frame.values and not _to_come(frame, desk, setting):
        return frame
    if slot is Slot.PATIENT_NAME:
        frame = _whole_name(frame, heard, setting)
    if slot is Slot.DATE_OF_BIRTH and (born := mended_birth_date(heard, desk, setting)) is not None:
        slots, values = {**frame.slots, slot: heard}, {**frame.values, slot: born}
        return replace(frame, intent=Intent.INFORM, slots=slots, values=values)
    if slot is Slot.DATE_OF_BIRTH and words.corrected.search(heard) and slot in frame.values:
        return _with_last_birth_date(frame, heard, desk, setting)
    if slot is None or frame.intent not in _ANSWERING or slot in frame.values:
        return frame
    if slot in _PLAIN:
        return _named(_plain(frame, slot, heard, desk, setting), setting)
    span = heard
    if slot is Slot.DATE_OF_BIRTH and (
        words.corrected.search(heard) or not _reads(slot, heard, desk, setting)
    ):
        span = _last_birth_date(heard, desk, setting)
    elif not _reads(slot, heard, desk, setting):
        span = ""
    if not span:
        return frame
    values = interpret(Intent.INFORM, {slot: span}, desk, setting)
    slots = {slot: span, **{key: said for key, said in frame.slots.items() if not _stray(key, slot)}}
    kept = {key: value for key, value in frame.values.items() if key in slots}
    return _born(
        replace(frame, intent=Intent.INFORM, slots=slots, values=kept | values), expects, desk, setting
    )


def _whole_name(frame: Frame, heard: str, setting: Setting) -> Frame:
    """The frame with the whole of a short answer as the name, where only a part of it was labelled."""
    part = set(frame.slots.get(Slot.PATIENT_NAME, "").casefold().split())
    if not part or len(frame.slots) > 1 or len(heard.split()) > _NAME_WORDS:
        return frame
    whole = read_name(heard, language_of(setting.language))
    said = whole.casefold().split()
    # Of "lowell edith lowell" the first two may be labelled: no other name, but the wrong way round.
    if len(said) < 2 or not (part <= set(said) if len(part) == 1 else part == set(said)):
        return frame
    return replace(
        frame,
        slots={**frame.slots, Slot.PATIENT_NAME: heard},
        values={**frame.values, Slot.PATIENT_NAME: whole},
    )


def _reads(slot: Slot, span: str, desk: str, setting: Setting) -> bool:
    return slot in interpret(Intent.INFORM, {slot: span}, desk, setting)


def _with_last_birth_date(frame: Frame, heard: str, desk: str, setting: Setting) -> Frame:
    """The frame with the last of the dates in a corrected answer: "the 27th, no, wait, the 28th"."""
    span = _last_birth_date(heard, desk, setting)
    if not span:
        return frame
    values = interpret(Intent.INFORM, {Slot.DATE_OF_BIRTH: span}, desk, setting)
    slots = {**frame.slots, Slot.DATE_OF_BIRTH: span}
    return replace(frame, slots=slots, values={**frame.values, **values})


def _told_birth(frame: Frame, expects: str | None, heard: str, desk: str, setting: Setting) -> Frame:
    """The frame with a whole date of years ago, overlooked or taken for another day, as the birth date.

    Only where the words before it say so, or a name stands there: "on May 3rd 2019" may be any day.
    """
    words = forms(setting.language)
    if frame.intent not in _TELL_BIRTH or Slot.DATE_OF_BIRTH in frame.values or not words.year.search(heard):
        return frame
    name = frame.slots.get(Slot.PATIENT_NAME, "")
    if expects not in ("patient_name", "date_of_birth") and not (
        name or re.search(words.born_before, heard, re.IGNORECASE)
    ):
        return frame  # the search is slow, and "twenty to eleven" no year
    span = _last_birth_date(heard, desk, setting)
    before = heard[: max(0, heard.rfind(span))]
    told = re.search(f"{words.born_before}$", before, re.IGNORECASE) or (
        name and before.rstrip(" ,.").endswith(name)
    )
    if expects not in ("patient_name", "date_of_birth") and not told:
        return frame
    values = interpret(Intent.INFORM, {Slot.DATE_OF_BIRTH: span}, desk, setting)
    born = values.get(Slot.DATE_OF_BIRTH)
    if not isinstance(born, date) or born > setting.now.date() - YEARS_AGO or not words.year.search(span):
        return frame
    slots: dict[Slot, str] = {**frame.slots, Slot.DATE_OF_BIRTH: span}
    for slot, said in frame.slots.items():
        if slot in _DAYS_AND_TIMES and said in span and heard.count(said) == 1:
            del slots[slot]
    stay = {slot: value for slot, value in frame.values.items() if slot in slots}
    return replace(frame, slots=slots, values=stay | values)


def _born(frame: Frame, expects: str | None, desk: str, setting: Setting) -> Frame:
    """The frame with a day of years ago as the birth date that it must be.

    Where a day was asked for, only a whole date of several years ago: last year's may be a slip.
    """
    days = frame.values.get(Slot.DATE)
    if frame.intent is not Intent.INFORM or not isinstance(days, Days) or days.last is None:
        return frame
    asked = expects == "date"
    least = MANY_YEARS_AGO if asked else YEARS_AGO
    if not (asked or expects in _NO_PAST_DAY) or days.last > setting.now.date() - least:
        return frame
    span = frame.slots[Slot.DATE]
    if asked and (days.first != days.last or not forms(setting.language).year.search(span)):
        return frame
    born = interpret(frame.intent, {Slot.DATE_OF_BIRTH: span}, desk, setting)
    if not born:
        return frame
    slots = {Slot.DATE_OF_BIRTH: span, **frame.slots}
    values = {**frame.values, **born}
    del slots[Slot.DATE], values[Slot.DATE]
    return replace(frame, slots=slots, values=values)


def _to_come(frame: Frame, desk: str, setting: Setting) -> bool:
    """Whether what was labelled as a birth date is a day to come: "6/16/26", and not of 1926."""
    read = interpret(Intent.INFORM, {Slot.DATE: frame.slots[Slot.DATE_OF_BIRTH]}, desk, setting)
    days = read.get(Slot.DATE)
    return isinstance(days, Days) and (days.last is None or days.last >= setting.now.date())


def _last_birth_date(heard: str, desk: str, setting: Setting) -> str:
    """Of several dates the last: "the 27th, no, that's mine, hers is the 6th"; empty when there is none."""
    words = heard.split()[-_SEARCHED:]
    for end in range(len(words), 0, -1):
        found, born = "", None
        for start in range(end - 1, max(end - _DATE_WORDS, 0) - 1, -1):
            span = " ".join(words[start:end]).strip(".,;!?")
            read = interpret(Intent.INFORM, {Slot.DATE_OF_BIRTH: span}, desk, setting)
            value = read.get(Slot.DATE_OF_BIRTH)
            if found and value is None:
                break
            if value is not None and value != born:  # "6th 2019" is something else than "May 6th 2019"
                found, born = span, value
        if found:
            return found
    return ""


def _named(frame: Frame, setting: Setting) -> Frame:
    """The frame with the patient's name as one writes it, however it was spelled out or typed."""
    said = frame.slots.get(Slot.PATIENT_NAME)
    if said is None:
        return frame
    name = read_name(said, language_of(setting.language)) or said
    return replace(frame, values={**frame.values, Slot.PATIENT_NAME: name})


def _stray(key: Slot, asked: Slot) -> bool:
    """Whether a slot is the asked one under a wrong name: a birth date read as a day, digits as a phone."""
    alike = {
        Slot.DATE_OF_BIRTH: (Slot.DATE, Slot.TIME, Slot.PHONE, Slot.OLD_DATE, Slot.CHOICE),
        Slot.PHONE: (Slot.DATE_OF_BIRTH, Slot.TIME, Slot.DATE),
        Slot.DATE: (Slot.DATE_OF_BIRTH,),
    }
    return key in alike.get(asked, ())


def _plain(frame: Frame, slot: Slot, heard: str, desk: str, setting: Setting) -> Frame:
    words = heard.split()
    most = _NAME_WORDS if slot is Slot.PATIENT_NAME else _PLAIN_WORDS
    nameless = slot is Slot.PATIENT_NAME and not all(
        word.strip(".,'’-").replace("'", "").isalpha() for word in words
    )
    if frame.slots or not 0 < len(words) <= most or nameless or frame.intent in (Intent.AFFIRM, Intent.DENY):
        return frame
    if slot is not Slot.PATIENT_NAME and frame.intent is Intent.OUT_OF_SCOPE and len(words) > 6:
        return frame
    slots = {slot: heard}
    return replace(
        frame, intent=Intent.INFORM, slots=slots, values=interpret(Intent.INFORM, slots, desk, setting)
    )
