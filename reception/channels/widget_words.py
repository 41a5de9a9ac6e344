"""The widget's own sentences, read from `prompts/<language>/widget.yaml`; the browser gets them from us."""

from __future__ import annotations

import string
from collections.abc import Mapping
from pathlib import Path

from reception.errors import MisconfiguredError
from reception.own_words import merged
from reception.practice import Practice
from reception.yaml_text import parse

#: The variable each sentence may use, where it may use any.
_VARIABLES: Mapping[str, str] = {
    "unread": "count",
    "emergency": "number",
    "call": "phone",
    "or_call": "phone",
    "please_call": "phone",
    "needs_javascript": "phone",
    "characters_left": "count",
    "too_long": "count",
    "pasted_part": "count",
    "slow_down": "seconds",
    "with_practitioner": "type practitioner",
    "calendar_summary": "practice",
}
#: Sentences without a variable; `dir` is ltr or rtl.
_PLAIN = frozenset(
    {
        "dir", "launcher", "close", "assistant", "with_team", "team_comes", "ended", "you", "desk",
        "staff", "typing", "privacy", "start_over", "start_over_sure",
        "start_over_yes", "start_over_no", "conversation", "suggested", "your_message", "name", "phone",
        "email", "send", "in_words", "in_fields", "date_of_birth", "day", "month", "year", "date_unfinished",
        "date_wrong", "pick_day", "not_sent", "offline", "away", "away_at_start", "try_now", "refused",
        "closed", "lost", "start_new", "not_here", "your_appointment", "add_to_calendar", "calendar_failed",
    }
)  # fmt: skip
KEYS = _PLAIN | _VARIABLES.keys()

#: What a practice may put in its own words, and the variables.
OWN: Mapping[str, frozenset[str]] = {
    key: frozenset(_VARIABLES.get(key, "").split()) for key in sorted(KEYS) if key != "dir"
}

#: Language → key → sentence.
WidgetWords = Mapping[str, Mapping[str, str]]


def read_widget_words(prompts: Path) -> WidgetWords:
    """All languages that have a `widget.yaml`. MisconfiguredError when one is wrong, or English missing."""
    found = {file.parent.name: _checked(file) for file in sorted(prompts.glob("*/widget.yaml"))}
    if "en" not in found:
        raise MisconfiguredError(f"{prompts / 'en' / 'widget.yaml'} is missing")
    return found


def language_for(words: WidgetWords, practice: Practice, wanted: str) -> str:
    """The wanted language if the practice speaks it (`de-AT` is `de`), else its first, else English."""
    both = [one for one in practice.languages if one in words]
    wanted = wanted.partition("-")[0].lower()
    return wanted if wanted in both else (both or ["en"])[0]


def words_for(words: WidgetWords, practice: Practice, wanted: str = "") -> Mapping[str, str]:
    """The sentences in the wanted language (see `language_for`), in the practice's own words."""
    language = language_for(words, practice, wanted)
    own = practice.words.get(language, {}).get("widget", {})
    return merged(words[language], own, OWN) if own else words[language]


def _checked(file: Path) -> Mapping[str, str]:
    read = parse(file.read_text(encoding="utf-8"))
    sentences = {str(key): str(value) for key, value in read.items()}
    problems = [f"{key} is missing" for key in KEYS - sentences.keys()]
    problems += [f"{key} is not known" for key in sentences.keys() - KEYS]
    for key, sentence in sentences.items():
        used = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
        problems += [f"{key} may not use {{{name}}}" for name in used - set(_VARIABLES.get(key, "").split())]
    if sentences.get("dir") not in ("ltr", "rtl"):
        problems.append("dir must be ltr or rtl")
    if problems:
        raise MisconfiguredError(f"{file}: " + "; ".join(sorted(problems)))
    return sentences
