"""The words of one language, as tables: all that the readers in this package know of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property


def words(text: str) -> tuple[str, ...]:
    """The words of a text, for tables that read better as one line."""
    return tuple(text.split())


def groups(text: str) -> tuple[frozenset[str], ...]:
    """One group of equivalent names a line, separated by bars; a line that starts with a bar goes on."""
    lines = re.sub(r"\n\s*\|", " |", text).splitlines()
    return tuple(frozenset(name.strip() for name in line.split("|")) for line in lines if line.strip())


def table(text: str) -> dict[str, str]:
    """Phrase to meaning, from lines "meaning = phrase | phrase"; later lines win, "nothing" is no meaning."""
    out: dict[str, str] = {}
    for line in re.sub(r"\n\s*\|", " |", text).splitlines():
        meaning, _, phrases = line.partition(" = ")
        for phrase in filter(None, (one.strip() for one in phrases.split("|"))):
            out[phrase] = "" if meaning.strip() == "nothing" else meaning.strip()
    return out


class Phrases:
    """Phrases and the plain words that stand for them; the longest phrase at a place wins."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self.words = {word for phrase in table for word in phrase.split()}
        self._by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for phrase, meaning in table.items():
            key = tuple(phrase.split())
            self._by_first.setdefault(key[0], []).append((key, tuple(meaning.split())))
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def replace_at(self, tokens: list[str]) -> list[tuple[int, int, tuple[str, ...] | None]]:
        """Stretches of the tokens in order: start, end, and meaning (None: no phrase)."""
        out: list[tuple[int, int, tuple[str, ...] | None]] = []
        at = 0
        while at < len(tokens):
            for key, meaning in self._by_first.get(tokens[at], ()):
                if tuple(tokens[at : at + len(key)]) == key:
                    out.append((at, at + len(key), meaning))
                    at += len(key)
                    break
            else:
                out.append((at, at + 1, None))
                at += 1
        return out

    def replace(self, tokens: list[str]) -> list[str]:
        """The tokens with each phrase replaced by its meaning."""
        return [
            token
            for start, end, meaning in self.replace_at(tokens)
            for token in (tokens[start:end] if meaning is None else meaning)
        ]


@dataclass(frozen=True, eq=False)
class Language:
    """Word tables. Their right-hand sides are the readers' own vocabulary, the same for every language."""

    digits: Mapping[str, int]  # 1 to 9
    teens: Mapping[str, int]  # 10 to 19
    tens: Mapping[str, int]  # 20 to 90
    ordinals: Mapping[str, int]  # first to nineteenth, twentieth, thirtieth
    zeros: frozenset[str]
    multiples: Mapping[str, int]  # hundred, thousand
    repeats: Mapping[str, int]  # double, triple
    joiner: str  # the "and" of "two thousand and six"
    dates: Phrases
    times: Phrases
    ruled_out: re.Pattern[str]  # what is said of days that do not suit: "Mondays are out"
    clauses: re.Pattern[str]  # what stands between two things said
    no: str  # the word that rules out what follows
    forgiven: tuple[str, ...]  # words recognised even when misspelt
    real_words: frozenset[str]  # never taken for a misspelling
    email: Phrases
    email_at: tuple[str, ...]  # the word for the sign, then what it is misheard as
    email_noise: frozenset[str]
    top_domains: frozenset[str]
    spelling: frozenset[str]  # "as", "in", "like": the words of "M as in Mary"
    extension: frozenset[str]
    homophones: Mapping[str, str]  # of digits
    misheard_hour: re.Pattern[str]  # such a word where an hour must stand
    titles: frozenset[str]
    name_noise: Phrases
    particles: frozenset[str]
    choices: Phrases
    type_noise: frozenset[str]
    type_phrases: Phrases
    type_synonyms: tuple[frozenset[str], ...]
    specialties: tuple[frozenset[str], ...]
    anyone: frozenset[str]
    this_day: tuple[str, ...]  # words for a time that say today as well
    sick_note: frozenset[str]  # words of a desk that speaks of days off sick

    @cached_property
    def day_words(self) -> frozenset[str]:
        """Every word that a day is said with, those between its parts too."""
        numbers = (self.digits, self.teens, self.tens, self.ordinals)
        return frozenset(self.dates.words.union(*numbers))

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word that is right as it stands."""
        known: set[str] = set(self.real_words) | self.dates.words | self.times.words | self.zeros
        tables: Iterable[Mapping[str, int]] = (
            self.digits,
            self.teens,
            self.tens,
            self.ordinals,
            self.multiples,
            self.repeats,
        )
        for table in tables:
            known.update(table)
        return frozenset(known)
