"""All sentences of the desk that a practice may put in its own words, by file, topic and key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from reception import staff_words
from reception.channels import phone_words, widget_words
from reception.dialogue import sentences as desk_sentences
from reception.messaging import text_words
from reception.own_words import Rule, rule_of
from reception.settings import ROOT
from reception.yaml_text import parse

PROMPTS = ROOT / "prompts"
#: File → what it is for.
FILES = {
    "desk": "In conversations",
    "phone": "On the phone",
    "texts": "In text messages",
    "staff": "When staff step in",
    "widget": "In the chat window",
}
_ALLOWED: Mapping[str, Mapping[str, frozenset[str]]] = {
    "desk": desk_sentences.VARIABLES,
    "phone": phone_words.OWN,
    "texts": text_words.VARIABLES,
    "staff": staff_words.VARIABLES,
    "widget": widget_words.OWN,
}
#: Lists of which the same is never said twice in a row.
_LEAST = {("phone", "filler"): 2}
_HEADING = re.compile(r"# -- (.+)")
_KEY = re.compile(r"(\w+):")
_ONLY_A_VARIABLE = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Sentence:
    """A sentence: where it stands, what it is about, and what holds for it."""

    file: str
    key: str
    topic: str
    rule: Rule

    @property
    def label(self) -> str:
        """The key as words."""
        return self.key.replace("_", " ").capitalize()


Catalogue = Mapping[str, Mapping[str, Sentence]]


@lru_cache(maxsize=16)
def catalogue(prompts: Path = PROMPTS, language: str = "en") -> Catalogue:
    """File → key → sentence; English for a file that the language has not."""
    return {file: {one.key: one for one in _sentences(prompts, language, file)} for file in FILES}


def objections(
    files: Mapping[str, Mapping[str, Mapping[str, Any]]],
) -> Iterator[tuple[tuple[str, str, str], str]]:
    """What is wrong with own words: file, key and channel, and what to do."""
    known = catalogue()
    for file, sentences in files.items():
        for key, by_channel in sentences.items():
            sentence = known[file].get(key)
            if sentence is None:
                yield (file, key, ""), "there is no such sentence, or it can't be changed"
                continue
            for channel, wordings in by_channel.items():
                found = next(filter(None, (sentence.rule.objection(channel, one) for one in wordings)), "")
                if not found and len(set(wordings)) < sentence.rule.least:
                    found = f"expected at least {sentence.rule.least} different ones, one a line"
                if found:
                    yield (file, key, channel), found


def _sentences(prompts: Path, language: str, file: str) -> Iterator[Sentence]:
    own = prompts / language / f"{file}.yaml"
    text = (own if own.is_file() else prompts / "en" / f"{file}.yaml").read_text(encoding="utf-8")
    topics = _topics(text)
    for key, standard in parse(text).items():
        if key not in _ALLOWED[file]:
            continue
        rule = rule_of(standard, _ALLOWED[file][key], _LEAST.get((file, key), 1))
        passed_on = all(_ONLY_A_VARIABLE.fullmatch(one) for each in rule.standard.values() for one in each)
        if not passed_on:
            yield Sentence(file, key, topics.get(key, ""), rule)


def _topics(text: str) -> dict[str, str]:
    """Key → the heading above it ("# -- booking")."""
    topic, found = "", {}
    for line in text.splitlines():
        if heading := _HEADING.match(line):
            topic = heading[1].strip()
        elif key := _KEY.match(line):
            found[key[1]] = topic
    return found
