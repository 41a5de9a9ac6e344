"""The sentences of text messages in one language, read from `prompts/<language>/texts.yaml`."""

from __future__ import annotations

import copy
import string
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date, format_time

from reception.errors import MisconfiguredError
from reception.own_words import in_own_words, merged
from reception.practice import Practice
from reception.yaml_text import parse

#: The variables each sentence may use; a sentence with another one is refused at start.
VARIABLES: Mapping[str, frozenset[str]] = {
    key: frozenset(names.split())
    for key, names in {
        "booked": "practice when practitioner where link", "moved": "practice when practitioner where link",
        "cancelled": "practice when practitioner", "where": "address", "link": "url",
        "calendar_title": "practice",
        "reminder": "practice when practitioner", "offer": "practice when practitioner minutes",
        "absence": "practice old_when old_practitioner when practitioner", "kind_absence": "",
        "stopped": "practice", "started": "practice", "help": "practice phone number",
        "failed": "number kind why", "unknown": "number kind", "stopped_by_cancel": "number when",
        "unanswered": "number text",
        "why_stop": "", "why_no_texts": "", "why_unreachable": "", "why_refused": "code", "why_away": "",
        "kind_booked": "", "kind_moved": "", "kind_cancelled": "", "kind_reminder": "", "kind_waitlist": "",
        "kind_other": "",
    }.items()
}  # fmt: skip
#: Characters that would make a message twice as long, and what does as well.
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " "}
)


class TextWords:
    """The sentences, and how a time is written in them."""

    def __init__(self, folder: Path) -> None:
        """MisconfiguredError when a sentence is missing, unknown, or uses what it may not."""
        file = folder / "texts.yaml"
        if not file.is_file():
            raise MisconfiguredError(f"{file} is missing")
        self._sentences: dict[str, str] = parse(file.read_text(encoding="utf-8"))
        self._format: dict[str, str] = parse((folder / "format.yaml").read_text(encoding="utf-8"))
        problems = [f"{key} is missing" for key in VARIABLES.keys() - self._sentences.keys()]
        problems += [f"{key} is not known" for key in self._sentences.keys() - VARIABLES.keys()]
        for key in VARIABLES.keys() & self._sentences.keys():
            used = {name for _, name, _, _ in string.Formatter().parse(self._sentences[key]) if name}
            problems += [f"{key} may not use {{{name}}}" for name in used - VARIABLES[key]]
        if problems:
            raise MisconfiguredError(f"{file}: " + "; ".join(sorted(problems)))

    def but(self, own: Mapping[str, Mapping[str, Iterable[str]]]) -> TextWords:
        """The same with a practice's own words in place; what does not keep the rules is passed over."""
        new = copy.copy(self)
        new._sentences = merged(self._sentences, own, VARIABLES)
        return new

    def say(self, key: str, **values: str) -> str:
        """One sentence, in characters that fit 160 into a message where it can be had."""
        return self._sentences[key].format(**values).translate(_PLAIN)

    def kind(self, kind: str) -> str:
        """What a text of that kind was, for staff."""
        return self.say(f"kind_{kind}" if f"kind_{kind}" in self._sentences else "kind_other")

    def when(self, start: datetime) -> str:
        """A day and a time of day, short."""
        locale = self._format["locale"]
        day = format_date(start, self._format["day_short"], locale)
        clock = format_time(start.time(), self._format["clock"], locale=locale)
        return f"{day}, {clock}".translate(_PLAIN)


@lru_cache(maxsize=16)
def text_words(prompts_dir: Path, language: str = "en") -> TextWords:
    """The sentences of a language; English where it has none for texts yet."""
    folder = prompts_dir / language
    return TextWords(folder if (folder / "texts.yaml").is_file() else prompts_dir / "en")


def text_words_of(prompts_dir: Path, practice: Practice) -> TextWords:
    """The sentences in the practice's first language, in its own words where it has some."""
    language = practice.languages[0]
    return in_own_words(text_words(prompts_dir, language), practice, language, "texts")
