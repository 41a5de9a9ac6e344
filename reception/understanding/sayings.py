"""Turns of phrase that code knows in one language, and what they do to a frame.

They are few and fixed: a small model takes "one moment, please" for a yes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from reception.dialogue.meaning import Frame, Intent, Manner, Slot


@dataclass(frozen=True)
class Sayings:
    """The patterns of one language; each is searched in the words in lower case."""

    waits: re.Pattern[str]  # the whole utterance
    drops: re.Pattern[str]
    asks_if_open: re.Pattern[str]
    caller: re.Pattern[str]  # group "name": who says that this is them
    for_another: re.Pattern[str]  # group "name": of whom somebody says that they are theirs; may be empty
    goodbye: frozenset[str]  # last words
    fillers: re.Pattern[str]  # sounds that say nothing


_NAME = r"[^\W\d_][\w'’-]+(?: [^\W\d_][\w'’-]+){0,2}"
_NOT_A_NAME = (
    r"(?!(?:he|she|they|it|who|that|whose|needs?|has|have|is|was|wants?|to|and|for|because|but|at|on|in|with|i|a|an|the"
    r"|please|can|could|would|this|next|tomorrow|today|actually|calling|on|behalf|about|from|not|just|so)\b)"
)
_RELATIVE = (
    r"(?:dad|daddy|father|mom|mum|mommy|mummy|mother|son|daughter|wife|husband|partner|kid|child|boy|girl|baby"
    r"|grandson|granddaughter|grandma|grandpa|grandmother|grandfather|grandson|brother|sister|uncle|aunt|nephew|niece"
    r"|neighbou?r|friend|client|resident)"
)
SAYINGS: Mapping[str, Sayings] = {
    "en": Sayings(
        waits=re.compile(
            r"^(?:(?:oh|ok|okay|um|uh|er|well|sorry|yes|yeah|wait|please|and|just)[, ]+)*"
            r"(?:one|just a|just one|a|wait a|give me a|half a) (?:moment|second|sec|minute|min|tick)"
            r"(?:[, ]+(?:please|while i|let me|i need to|i have to|i'll|until i)\b.*)?[.!]*$"
            r"|^(?:please )?(?:hold on|hang on|wait|bear with me|wait a bit)"
            r"(?:[, ]+(?:please|a (?:moment|minute|second|sec)|let me\b.*|i need to\b.*|i'm just\b.*))*[.!]*$"
        ),
        drops=re.compile(
            r"\b(?:never ?mind|forget (?:it|about it|the (?:whole thing|appointment))"
            r"|(?:leave|keep) (?:it|that|things|everything|(?:the|my) appointment|the old one)"
            r"(?: \S+){0,4}? (?:as|like|how|the way|where) (?:it|they|that)(?: is| was| are| were|'s)\b"
            r"|(?:then )?leave it(?: then| at that| be)?(?=[,.;!]|$)"
            r"|i(?:'ve| have)? changed my mind(?=[,.;!]|$)"
            r"|i don'?t (?:want|need) (?:it|that|this|anything|an appointment) any ?more)"
        ),
        asks_if_open=re.compile(
            r"\b(?:are|is|will) (?:you|you guys|the (?:practice|office|clinic|surgery))"
            r" (?:be )?(?:open|closed)\b"
        ),
        caller=re.compile(
            rf"\b(?:my name is|my name's|this is|i am|i'm|it's) (?P<name>{_NOT_A_NAME}{_NAME})"
        ),
        for_another=re.compile(
            rf"\b(?:for|about|on behalf of|with|bring) (?:my|our) (?:\w+ )?{_RELATIVE}(?:'s)?,?"
            rf"(?: (?P<name>{_NOT_A_NAME}[^\W\d_][\w'’-]+(?: {_NOT_A_NAME}[^\W\d_][\w'’-]+){{0,2}}))?"
        ),
        # "Er" may be the emergency room, which has a word like "the" before it; "mm" a length.
        fillers=re.compile(
            r"(?<![\w'’-])(?:u+mm*|u+hh*(?! huh)|uhm|erm+|hmm+|(?<!\d )mm+"
            r"|(?<!the )(?<!an )(?<!to )(?<!in )er)(?![\w'’-]),? ?",
            re.IGNORECASE,
        ),
        goodbye=frozenset({"bye", "goodbye", "bye-bye", "cheerio"}),
    )
}
#: Intents that no turn of phrase changes.
_SURE = frozenset({Intent.EMERGENCY})
#: Below this confidence a fixed phrase counts more than the model.
UNSURE = 0.6


def without_fillers(heard: str, language: str) -> str:
    """What was said without its hesitations; unchanged where nothing else was said."""
    sayings = SAYINGS.get(language)
    said = " ".join(sayings.fillers.sub("", heard).split()) if sayings else heard
    return said if re.search(r"\w", said) else heard


def heed(frame: Frame, heard: str, language: str) -> Frame:
    """The frame with what the fixed phrases in `heard` add to it, or put right in it."""
    sayings = SAYINGS.get(language)
    if sayings is None or frame.intent in _SURE:
        return frame
    said = " ".join(heard.casefold().replace("’", "'").split())
    if sayings.waits.search(said):
        return Frame(Intent.INFORM, manner=Manner.WAITS)
    bare = frame.intent is not Intent.STAFF and not frame.values.keys() - {Slot.PRACTITIONER}
    if bare and sayings.drops.search(said):
        frame = Frame(Intent.DENY, manner=Manner.DROPS)
    if _takes_leave(frame, said, sayings):
        return Frame(Intent.GOODBYE, confidence=frame.confidence)
    open_or_not = frame.intent is Intent.INFORM or frame.confidence < UNSURE
    if open_or_not and sayings.asks_if_open.search(said):
        frame = replace(frame, intent=Intent.PRACTICE_QUESTION)
    return _for_another(frame, heard, said, sayings)


def _takes_leave(frame: Frame, said: str, sayings: Sayings) -> bool:
    """Whether somebody ends the talk with their last word, having said nothing that was asked."""
    last = re.sub(r"\W+$", "", said).rsplit(" ", 1)[-1]
    return last in sayings.goodbye and frame.intent is not Intent.AFFIRM and not frame.values


def _for_another(frame: Frame, heard: str, said: str, sayings: Sayings) -> Frame:
    """Two names in one breath: the caller's, and that of whom they speak for, who is the patient."""
    caller, other = sayings.caller.search(said), sayings.for_another.search(said)
    if caller is None or other is None or len(said) != len(heard):
        return frame
    own = heard[slice(*caller.span("name"))]
    own = _without(own, said, caller.start("name"), other.start())
    if len(own.split()) < 2:
        return frame
    slots, values = dict(frame.slots), dict(frame.values)
    if slots.get(Slot.INSURANCE) == own:
        slots.pop(Slot.INSURANCE)
    if slots.get(Slot.PATIENT_NAME, own) == own:
        slots.pop(Slot.PATIENT_NAME, None)
        values.pop(Slot.PATIENT_NAME, None)
        if other["name"]:
            slots[Slot.PATIENT_NAME] = heard[slice(*other.span("name"))]
            values[Slot.PATIENT_NAME] = slots[Slot.PATIENT_NAME].title()
    return replace(frame, slots=slots, values=values, caller=own.title() if own.islower() else own)


def _without(own: str, said: str, start: int, end: int) -> str:
    """The name up to where the next words begin ("linda brandt i'm calling …")."""
    words = own.split()
    kept: list[str] = []
    for word in words:
        if re.fullmatch(_NOT_A_NAME + r"[\w'’-]+", word.casefold()) is None or word.casefold() in (
            "i'm",
            "im",
        ):
            break
        kept.append(word)
    return " ".join(kept)
