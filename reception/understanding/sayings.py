"""Turns of phrase that code knows, and what they do to a frame.

They are few and fixed: a small model takes "one moment, please" for a yes. Where the words say more than the
phrase, the model's reading counts.
"""

from __future__ import annotations

import re
from dataclasses import replace

from reception.dialogue.meaning import SURE, Frame, Intent, Manner, Slot
from reception.understanding.listening import sayings as sayings_of
from reception.understanding.phrases import Sayings

#: What a phrase may be taken for; anything else that the model is sure of says more than the phrase.
_TAKEN_FOR = frozenset(
    {
        Intent.INFORM,
        Intent.AFFIRM,
        Intent.DENY,
        Intent.REPEAT,
        Intent.OUT_OF_SCOPE,
        Intent.GREET,
        Intent.THANK,
    }
)
#: Questions to which a patient may answer with any wish, and what a garbled one is taken for, if the model is
#: sure of anything.
_OPEN = frozenset({"request", "anything_else"})
_GARBLED = _TAKEN_FOR | {Intent.RESCHEDULE, Intent.CANCEL, Intent.BOOK}
#: What leaving things as they are is taken for.
_CHANGES = frozenset({Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL, Intent.ALTERNATIVES, Intent.MESSAGE})


def without_fillers(heard: str, language: str) -> str:
    """What was said without its hesitations; unchanged where nothing else was said."""
    said = " ".join(sayings_of(language).fillers.sub("", heard).split())
    return said if re.search(r"\w", said) else heard


def heed(frame: Frame, heard: str, language: str) -> Frame:
    """The frame with what the fixed phrases in `heard` add to it, or put right in it."""
    if frame.intent is Intent.EMERGENCY:
        return frame
    sayings = sayings_of(language)
    said = " ".join(heard.casefold().replace("’", "'").split())
    plain = frame.intent in _TAKEN_FOR or (frame.confidence < SURE and frame.intent is not Intent.STAFF)
    agrees = frame.intent is Intent.AFFIRM and frame.confidence >= SURE
    no_yes = not sayings.starts_with(said, sayings.yes_words) and not agrees
    drops = no_yes and sayings.drops.search(said) is not None
    keeps = no_yes and sayings.keeps.search(said) is not None and frame.intent in _TAKEN_FOR | _CHANGES
    if plain and not frame.slots and sayings.waits.search(said):
        return Frame(Intent.INFORM, manner=Manner.WAITS)
    if _takes_leave(frame, said, sayings, drops=drops or keeps):
        return Frame(Intent.GOODBYE)
    if ((plain and drops) or keeps) and not frame.slots.keys() - {Slot.PRACTITIONER}:
        return Frame(Intent.DENY, manner=Manner.DROPS)
    open_or_not = frame.intent is Intent.INFORM or frame.confidence < SURE
    if open_or_not and sayings.asks_practice.search(said):
        frame = replace(frame, intent=Intent.PRACTICE_QUESTION)
    if frame.intent in (Intent.BOOK, Intent.INFORM) and sayings.asks_when.search(said):
        frame = replace(frame, intent=Intent.CHECK)
    if frame.intent is Intent.BOOK and sayings.shifts.search(_without_what_for(frame, said)):
        frame = replace(frame, intent=Intent.RESCHEDULE)
    return _for_another(frame, heard, said, sayings)


def _without_what_for(frame: Frame, said: str) -> str:
    """The words but for those of what is done at the visit: a "dressing change on Monday" moves nothing."""
    for slot in (Slot.REASON, Slot.APPOINTMENT_TYPE):
        if span := frame.slots.get(slot):
            said = said.replace(span.casefold(), " ")
    return said


def opened(frame: Frame, expects: str | None, heard: str, language: str) -> Frame:
    """The frame; or the request that its words open, where a recogniser garbled what it is about."""
    garbled = frame.intent in _GARBLED or (frame.confidence < SURE and frame.intent is not Intent.STAFF)
    if expects not in _OPEN or not garbled or frame.intent is Intent.EMERGENCY or frame.manner is not None:
        return frame
    known = (intent for intent, phrase in sayings_of(language).opens if phrase.search(heard))
    intent = next(known, frame.intent)
    return frame if intent is frame.intent else replace(frame, intent=intent, confidence=SURE)


def _takes_leave(frame: Frame, said: str, sayings: Sayings, *, drops: bool) -> bool:
    """Whether somebody ends the talk with their last word, having said nothing else that counts."""
    last = re.sub(r"\W+$", "", said).rsplit(" ", 1)[-1]
    agrees = sayings.starts_with(said, sayings.yes_words)
    nothing_else = (frame.intent in _TAKEN_FOR - {Intent.AFFIRM} | {Intent.GOODBYE} and not agrees) or drops
    return last in sayings.goodbye and nothing_else and not frame.slots


def _for_another(frame: Frame, heard: str, said: str, sayings: Sayings) -> Frame:
    """Two names in one breath: the caller's, and that of whom they speak for, who is the patient."""
    caller, other = sayings.caller.search(said), sayings.for_another.search(said)
    if caller is None or other is None or len(said) != len(heard):
        return frame
    own = _name(heard, caller.span("name"), sayings)
    labelled = frame.slots.get(Slot.PATIENT_NAME, "")
    named = _written(own) or caller["sure"] is not None
    if len(own.split()) < 2 or not named:
        return frame
    slots, values = dict(frame.slots), dict(frame.values)
    if slots.get(Slot.INSURANCE) == own:
        del slots[Slot.INSURANCE]
    if labelled and labelled in own:
        del slots[Slot.PATIENT_NAME]
        values.pop(Slot.PATIENT_NAME, None)
        theirs = _name(heard, other.span("name"), sayings) if other["name"] else ""
        if _written(theirs):  # in small letters it may be any words: then the name is asked for
            slots[Slot.PATIENT_NAME] = values[Slot.PATIENT_NAME] = theirs
    return replace(frame, slots=slots, values=values, caller=own.title() if own.islower() else own)


def _written(name: str) -> bool:
    """Whether it is written as a name is ("Leo McDonald")."""
    return bool(name) and all(word[0].isupper() for word in name.split())


def _name(heard: str, span: tuple[int, int], sayings: Sayings) -> str:
    """The name at a place, up to where other words begin ("linda brandt i'm calling …")."""
    kept: list[str] = []
    for word in heard[slice(*span)].split():
        ends = word.casefold() in sayings.ends_name and kept
        if ends or word.casefold() in sayings.no_name:
            break
        kept.append(word)
    return " ".join(kept)
