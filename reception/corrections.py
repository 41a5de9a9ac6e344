"""A corrected turn as a line of training data that tells nothing of the patient: pure.

What the desk asked is kept as a key, never in its words. Names, birth dates, phone numbers and e-mail
addresses become placeholders, for which the recipe draws others; days, months and numbers become others of
their kind. What is left are the patient's turns of phrase, which is what a model can learn from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from random import Random

from babel.dates import get_day_names, get_month_names

from reception.dialogue.meaning import Intent, Slot
from reception.dialogue.state import About, Expects
from reception.errors import Invalid
from reception.understanding.values.language import Language

#: Slots that tell who somebody is: nothing of them is kept.
IDENTIFYING = frozenset({Slot.PATIENT_NAME, Slot.DATE_OF_BIRTH, Slot.PHONE, Slot.EMAIL})
#: Slots whose words tell of nobody, and would mean something else with other numbers in them.
_KEPT = frozenset({Slot.TIME, Slot.OLD_TIME, Slot.CHOICE})
#: Slots whose words are names, but nobody's who calls.
_PROPER = (Slot.PRACTITIONER, Slot.INSURANCE, Slot.MEDICATION, Slot.SPECIALTY, Slot.APPOINTMENT_TYPE)
#: Who is meant where a name stands within a labelled piece, which can't hold a placeholder.
SOMEBODY = "Sam"

_SAME_KEY = frozenset({About.KNOWN_PATIENT, About.NEW_PATIENT, About.WAITLIST})
_CONFIRMED = frozenset(
    {About.BOOKING, About.MOVE, About.CANCEL, About.IDENTITY, About.HANDOVER, About.REQUEST}
)
#: Months that are said oftener as something else.
_ALSO_COMMON = frozenset({"may", "march"})
_TOKEN = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True)
class Correction:
    """A patient's turn as staff say it was meant.

    `expects` and `about` are what the desk had asked; `names` are the names of the people it may be about.
    """

    text: str
    intent: Intent
    slots: Mapping[Slot, str]
    expects: str | None
    about: str | None
    names: Collection[str]


def checked(text: str, intent: str, slots: Mapping[str, str]) -> tuple[Intent, dict[Slot, str]]:
    """The meaning that staff gave, as kept. Invalid when a slot is not whole words of the text, as said."""
    try:
        meant = Intent(intent)
        found = {Slot(name): words.strip() for name, words in slots.items() if words.strip()}
    except ValueError as error:
        raise Invalid(f"{error}: choose one of those offered.") from None
    for slot, words in found.items():
        if _place(words, text, ()) is None:
            raise Invalid(f"The words of {slot.value} must stand in what was said, exactly like that.")
    return meant, found


def training_file(corrections: Iterable[Correction], language: Language, locale: str, seed: int = 7) -> str:
    """A phrase file (`fine_tune/README.md`) of all corrections, each under its intent and desk question."""
    lines = ["# Corrected turns: names, dates and numbers are not those that were said."]
    header = ""
    rng = Random(seed)
    for one in sorted(corrections, key=lambda one: (one.intent, desk_key(one.expects, one.about))):
        wanted = f"[{one.intent} | desk: {desk_key(one.expects, one.about)}]"
        if wanted != header:
            lines += ["", wanted]
            header = wanted
        lines.append(Disguise(one.names, language, locale, rng).line(one))
    return "\n".join(lines) + "\n"


def desk_key(expects: str | None, about: str | None) -> str:
    """How the recipe names what the desk had asked; "any" where that is nothing in particular."""
    if expects is None:
        return "any"
    if expects != Expects.CONFIRMATION:
        return expects
    if about in _SAME_KEY:
        return str(about)
    return f"confirm_{about}" if about in _CONFIRMED else "any"


class Disguise:
    """Replaces what could tell who spoke or when; the same word becomes the same other word within a turn."""

    def __init__(self, names: Collection[str], language: Language, locale: str, rng: Random) -> None:
        self._names = {word.casefold() for name in names for word in _TOKEN.findall(name) if len(word) > 1}
        self._kinds = _kinds(language, locale)
        self._titles = language.titles | set(_ALSO_COMMON)
        self._rng = rng
        self._chosen: dict[str, str] = {}

    def line(self, one: Correction) -> str:
        """The turn as a line of a phrase file."""
        places: list[tuple[int, int, Slot]] = []
        self._names |= self._written_like_names(one)
        for slot, words in sorted(
            one.slots.items(), key=lambda each: -len(each[1])
        ):  # "skin man", then "skin"
            place = _place(words, one.text, places)
            if place is not None:
                places.append((*place, slot))
        pieces, end = [], 0
        for start, stop, slot in sorted(places):
            pieces.append(self._words(one.text[end:start], "{_name}"))
            pieces.append(self._labelled(one.text[start:stop], slot))
            end = stop
        return "".join([*pieces, self._words(one.text[end:], "{_name}")]).strip()

    def _written_like_names(self, one: Correction) -> set[str]:
        """Words with a capital within a sentence: names of people who are on no file here, as like as not."""
        kept = {
            word.casefold() for slot in _PROPER for word in _TOKEN.findall(one.slots.get(slot, ""))
        } | self._titles
        found = (match for match in _TOKEN.finditer(one.text) if len(match[0]) > 1 and match[0].istitle())
        words = {match[0].casefold() for match in found if _within_sentence(one.text, match.start())}
        return {word for word in words - kept if not any(word in kind for kind in self._kinds)}

    def _labelled(self, words: str, slot: Slot) -> str:
        if slot in IDENTIFYING:
            return f"{{{slot}}}"
        return f"[{slot}: {_one_line(words) if slot in _KEPT else self._words(words, SOMEBODY)}]"

    def _words(self, words: str, name: str) -> str:
        return _TOKEN.sub(lambda token: self._other(token[0], name), _one_line(words))

    def _other(self, word: str, name: str) -> str:
        key = word.casefold()
        if key in self._names:
            return name
        if key not in self._chosen:
            self._chosen[key] = self._draw(key)
        return _cased(self._chosen[key], word)

    def _draw(self, word: str) -> str:
        if word.isdigit():
            return _number(word, self._rng)
        kind = next((kind for kind in self._kinds if word in kind), None)
        return word if kind is None else self._rng.choice([one for one in kind if one != word])


def _kinds(language: Language, locale: str) -> list[list[str]]:
    """Words that may stand for each other: days, months, number words but "one", "second" and the like."""
    days = [name.casefold() for name in get_day_names("wide", locale=locale).values()]
    months = [name.casefold() for name in get_month_names("wide", locale=locale).values()]
    return [
        days,
        [f"{day}s" for day in days],
        [month for month in months if month not in _ALSO_COMMON],
        [word for word, value in language.digits.items() if value > 2],
        list(language.teens),
        list(language.tens),
        [word for word, value in language.ordinals.items() if value > 3],
    ]


def _number(digits: str, rng: Random) -> str:
    """Other digits: up to two stay a possible day, month or hour, four that may be a year stay one."""
    if len(digits) <= 2:
        return (
            str(rng.randint(1, 12)).zfill(len(digits)) if digits.startswith("0") else str(rng.randint(2, 12))
        )
    if len(digits) == 4 and digits[:2] in ("19", "20"):
        return f"{digits[:2]}{rng.randint(10, 99)}"
    return "".join(str(rng.randint(1, 9)) for _ in digits)


def _cased(word: str, like: str) -> str:
    if len(like) > 1 and like.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


def _within_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip(" \"'(")
    return bool(before) and before[-1] not in ".!?:"


def _one_line(words: str) -> str:
    """Without line breaks and without the signs that mean something in a phrase file."""
    return re.sub(r"\s+", " ", words.translate(str.maketrans("[]{}", "()()")))


def _place(words: str, text: str, taken: Iterable[tuple[int, int, Slot]]) -> tuple[int, int] | None:
    """Where the words stand last, as whole words, in a place that is not taken; None when nowhere."""
    pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
    free = [
        match.span()
        for match in pattern.finditer(text)
        if all(match.end() <= start or match.start() >= stop for start, stop, _ in taken)
    ]
    return free[-1] if free else None
