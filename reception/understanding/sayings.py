"""Turns of phrase that code knows in one language, and what they do to a frame.

They are few and fixed: a small model takes "one moment, please" for a yes. Where the words say more than the
phrase, the model's reading counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from reception.dialogue.meaning import SURE, Frame, Intent, Manner, Slot


@dataclass(frozen=True)
class Sayings:
    """The patterns of one language; those for phrases are searched in the words in lower case."""

    waits: re.Pattern[str]  # the whole utterance
    drops: re.Pattern[str]
    keeps: re.Pattern[str]  # drops a change, even where the model is sure of something else
    yes: re.Pattern[str]  # at the start
    asks_practice: re.Pattern[str]  # questions that are the practice's to answer
    asks_when: re.Pattern[str]  # when an appointment is that they have
    shifts: re.Pattern[str]  # moving one, without a word for it
    caller: re.Pattern[str]  # group "name": who says that this is them; "sure" where it can be nothing else
    for_another: re.Pattern[str]  # group "name": of whom somebody says that they are theirs; may be empty
    no_name: frozenset[str]  # words that end a name
    goodbye: frozenset[str]  # last words
    second: re.Pattern[
        str
    ]  # between two wishes, up to a word that a second one begins with; as the words are
    also: re.Pattern[str]  # says that there are two
    fillers: re.Pattern[str]  # sounds that say nothing, in the words as they are


_WORD = r"[^\W\d_][\w'’-]+"
_RELATIVE = (
    r"(?:dad|daddy|father|mom|mum|mommy|mummy|mother|son|daughter|wife|husband|partner|kid|child|boy|girl|baby"
    r"|grandson|granddaughter|grandma|grandpa|grandmother|grandfather|brother|sister|uncle|aunt|nephew|niece"
    r"|neighbou?r|friend|client|resident)"
)
_A_MOMENT = r"(?:moment|second|sec|minute|min|tick)"
_LOOKING = (
    r"(?:let me (?:just )?(?:see|look|check|think|find|get|grab|ask)|i(?:'ll| need to| have to| must)"
    r" (?:just )?(?:look|check|think|find|get|grab|ask)|while i (?:look|check|think|find|get|grab|ask))"
    r"(?: (?:it|that|up|for|my|the|a|in|on|at|out|wife|husband|him|her|calendar|diary|glasses|card|pen))*"
)
_NOT_OF_A_NAME = """
    he she they it who that whose need needs has have had is was want wants to and for because but at on in
    with i i'm im a an the please can could would will this next tomorrow today actually calling phoning
    ringing behalf about from not just so as if sometime some before after very really
"""
SAYINGS: Mapping[str, Sayings] = {
    "en": Sayings(
        waits=re.compile(
            r"^(?:(?:oh|ok|okay|well|sorry|yes|yeah|right|sure|wait|please|but|and|just)[, ]+)*"
            rf"(?:(?:one|just a|just one|a|give me a|half a) {_A_MOMENT}|hold on|hang on|wait|bear with me)"
            rf"(?:[, ]+(?:please|a {_A_MOMENT}|one {_A_MOMENT}|a bit|{_LOOKING}))*[.!]*$"
        ),
        drops=re.compile(
            r"\bnever ?mind(?=[,.;!]|$| then)|\bleave it(?: then| at that| be)?(?=[,.;!]|$)"
            r"|(?<!to )(?<!always )(?<!n't )\bforget (?:it|about it|the (?:whole thing|appointment))\b"
        ),
        keeps=re.compile(
            r"\b(?:leave|keep) (?:it|that|things|everything|(?:the|my) appointment|the old one)"
            r"(?: \S+){0,4}? (?:as|like|how|the way|where) (?:it|they|that)(?: is| was| are| were|'s)\b"
        ),
        yes=re.compile(r"^(?:yes|yeah|yep|yup|sure|ok|okay)\b"),
        asks_when=re.compile(
            r"\bwhen (?:i (?:must|have to|should|need to) come"
            r"|(?:do|must|should) i (?:have to |need to )?come|(?:is|was) my appointment"
            r"|am i (?:due|booked|coming))\b"
        ),
        shifts=re.compile(
            r"\bmy\b.*\b(?:a|an|one|two|three|\d) (?:hour|day|week)s? (?:later|earlier)\b"
            r"|\b(?:change|move|switch|swap) (?:(?:it|that|this|mine) )?(?:to|on) "
        ),
        asks_practice=re.compile(
            r"\b(?:are|is|will) (?:you|you guys|the (?:practice|office|clinic|surgery))"
            r" (?:be )?(?:open|closed)\b"
            r"|\b(?:do|does) (?:you|she|he|they|(?:dr\.?|doctor) \w+) (?:also )?(?:take|accept)\b"
        ),
        caller=re.compile(
            r"\b(?:(?P<sure>my name is|my name's|this is)|i am|i'm|it's)"
            rf" (?P<name>{_WORD}(?: {_WORD}){{1,2}})"
        ),
        for_another=re.compile(
            rf"\b(?:for|about|on behalf of|with|bring) (?:my|our) (?:\w+ )?{_RELATIVE}\b,?"
            rf"(?: (?P<name>{_WORD}(?: {_WORD}){{0,2}}))?"
        ),
        no_name=frozenset(_NOT_OF_A_NAME.split()),
        goodbye=frozenset({"bye", "goodbye", "bye-bye", "cheerio"}),
        second=re.compile(
            r"(?:[,.;!?]\s*(?:(?:and|oh|but|plus)\b)?|\s(?:and|plus|oh|but))\s+(?="
            r"(?:also|then|can|could|may|i|i'd|i'm|i've|we|please|would|do|does|is|are|where|what|how|when"
            r"|a|an|my|the|some|another|second|one more|while)\b)",
            re.IGNORECASE,
        ),
        also=re.compile(
            r"\b(?:also|too|as well|(?:another|one more) thing|second(?:ly)?|two things|by the way"
            r"|while (?:i'?m|i am|we'?re) at it|on top of (?:that|it))\b",
            re.IGNORECASE,
        ),
        # "Er" may be the emergency room, a kind of tablet or a name, "um" a name: only where people pause.
        fillers=re.compile(
            r"(?<![\w'’@.-])(?:[Uu]+hh*(?! huh)|[Uu]hm+|[Ee]rm+|[Hh]mm+|^[Uu]+mm*|^[Ee]r|u+mm*(?=,| [a-z])"
            r"|(?:(?<=\bi )|(?<=\bis )|(?<=it's )|(?<=and )|(?<=on )|(?<=so )|(?<=yes )|(?<=no ))er(?= [a-z])"
            r"|er(?=,))(?![\w'’@-]|\.\w),? ?"
        ),
    )
}
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
#: What leaving things as they are is taken for.
_CHANGES = frozenset({Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL, Intent.ALTERNATIVES, Intent.MESSAGE})


def without_fillers(heard: str, language: str) -> str:
    """What was said without its hesitations; unchanged where nothing else was said."""
    sayings = SAYINGS.get(language)
    said = " ".join(sayings.fillers.sub("", heard).split()) if sayings else heard
    return said if re.search(r"\w", said) else heard


def heed(frame: Frame, heard: str, language: str) -> Frame:
    """The frame with what the fixed phrases in `heard` add to it, or put right in it."""
    sayings = SAYINGS.get(language)
    if sayings is None or frame.intent is Intent.EMERGENCY:
        return frame
    said = " ".join(heard.casefold().replace("’", "'").split())
    plain = frame.intent in _TAKEN_FOR or (frame.confidence < SURE and frame.intent is not Intent.STAFF)
    agrees = frame.intent is Intent.AFFIRM and frame.confidence >= SURE
    no_yes = sayings.yes.search(said) is None and not agrees
    drops = no_yes and sayings.drops.search(said) is not None
    keeps = no_yes and sayings.keeps.search(said) is not None and frame.intent in _TAKEN_FOR | _CHANGES
    if plain and not frame.slots and sayings.waits.search(said):
        return Frame(Intent.INFORM, manner=Manner.WAITS)
    if _takes_leave(frame, said, sayings, drops=drops or keeps):
        return Frame(Intent.GOODBYE, confidence=frame.confidence)
    if ((plain and drops) or keeps) and not frame.slots.keys() - {Slot.PRACTITIONER}:
        return Frame(Intent.DENY, manner=Manner.DROPS)
    open_or_not = frame.intent is Intent.INFORM or frame.confidence < SURE
    if open_or_not and sayings.asks_practice.search(said):
        frame = replace(frame, intent=Intent.PRACTICE_QUESTION)
    if frame.intent in (Intent.BOOK, Intent.INFORM) and sayings.asks_when.search(said):
        frame = replace(frame, intent=Intent.CHECK)
    if frame.intent is Intent.BOOK and sayings.shifts.search(said):
        frame = replace(frame, intent=Intent.RESCHEDULE)
    return _for_another(frame, heard, said, sayings)


def _takes_leave(frame: Frame, said: str, sayings: Sayings, *, drops: bool) -> bool:
    """Whether somebody ends the talk with their last word, having said nothing else that counts."""
    last = re.sub(r"\W+$", "", said).rsplit(" ", 1)[-1]
    agrees = sayings.yes.search(said) is not None
    nothing_else = (frame.intent in _TAKEN_FOR - {Intent.AFFIRM} and not agrees) or drops
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
        if word.casefold() in sayings.no_name:
            break
        kept.append(word)
    return " ".join(kept)
