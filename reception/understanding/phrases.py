"""What code itself listens for in a patient's words, as tables: one pair a language (english_phrases.py).

Meaning is the model's to read. `Sayings` are fixed turns of phrase that change what a frame means; `Forms`
are the words around details of a fixed form (dates, names, addresses), by which misread ones are put right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reception.dialogue.meaning import Intent


def words(text: str) -> frozenset[str]:
    """The words of a text, for tables that read better as lines."""
    return frozenset(text.split())


def pattern(written: str) -> re.Pattern[str]:
    """A pattern that holds in any case."""
    return re.compile(written, re.IGNORECASE)


@dataclass(frozen=True)
class Sayings:
    """Turns of phrase; patterns are searched in the words in lower case unless they say otherwise."""

    yes_words: frozenset[str]  # a yes as the first word, whatever follows
    no_words: frozenset[str]
    waits: re.Pattern[str]  # the whole utterance
    drops: re.Pattern[str]
    keeps: re.Pattern[str]  # drops a change, even where the model is sure of something else
    asks_practice: re.Pattern[str]  # questions that are the practice's to answer
    asks_when: re.Pattern[str]  # when an appointment is that they have
    shifts: re.Pattern[str]  # moving one, without a word for it
    opens: tuple[tuple[Intent, re.Pattern[str]], ...]  # requests, known even where their object is misheard
    caller: re.Pattern[str]  # group "name": who says that this is them; "sure" where it can be nothing else
    for_another: re.Pattern[str]  # group "name": of whom somebody says that they are theirs; may be empty
    no_name: frozenset[str]  # words that no name has
    ends_name: frozenset[str]  # words that end a name; one may begin with them
    goodbye: frozenset[str]  # last words
    no_but_yes: re.Pattern[str]  # begins like a no and agrees
    qualified: re.Pattern[str]  # a yes or a no that says something else too
    second: re.Pattern[
        str
    ]  # between two wishes, up to a word that a second one begins with; as the words are
    also: re.Pattern[str]  # in the second, says that it is one; as the words are
    announced: re.Pattern[str]  # says that there will be two
    fillers: re.Pattern[str]  # sounds that say nothing; as the words are

    def starts_with(self, said: str, first: frozenset[str]) -> bool:
        """Whether the first word is one of these."""
        letters = "".join(char if char.isalpha() else " " for char in said.casefold()).split()
        return bool(letters) and letters[0] in first


@dataclass(frozen=True)
class Forms:
    """Words around details; patterns hold in any case."""

    to: frozenset[str]  # between the first and the last of several days
    from_: str  # before the first of them
    at: frozenset[str]  # before a clock time: no day follows
    days: frozenset[str]  # single words that name a day, in the singular
    plural: str  # what they end in when several are meant
    this_or_next: tuple[str, ...]  # what may stand before them
    but: str  # between a day taken back and the one meant
    any_but: re.Pattern[str]  # begins the words for all days but one
    born: re.Pattern[str]  # group 1: what may be a birth date
    born_before: str  # what stands before a birth date, or a correction of one
    year: re.Pattern[str]  # of a birth, as written or spoken
    clock: re.Pattern[str]
    of_a_clock: re.Pattern[str]  # words of a time of day and of no date
    of_a_date: re.Pattern[str]  # words of a day and of no time of day
    from_here_a_clock: re.Pattern[str]
    no_at: re.Pattern[str]  # what is left out before a clock time
    has_to_be: re.Pattern[str]  # before the day that is meant
    taken_back: re.Pattern[str]  # before a day that may be the wrong one
    not_this: re.Pattern[str]  # before a day that surely is
    stays: re.Pattern[str]  # the words around an appointment that is left as it is
    days_out: re.Pattern[str]  # groups "days", "not_days": those that do not suit
    said_wrong: re.Pattern[str]  # group "meant": all that follows "did I say … I mean"
    meant_instead: re.Pattern[str]
    corrected: re.Pattern[str]  # says that something before was wrong
    day_of_month: re.Pattern[str]  # right behind a weekday
    turned_round: re.Pattern[str]  # makes "until three" mean "from three on" ("I work until three")
    put_off: re.Pattern[str]  # before the day something is put off to ("let it wait until Monday")
    bound: re.Pattern[str]  # the word before a day or time that changes what it means
    excepting: re.Pattern[str]  # before the only day or time that does not suit
    no_day: re.Pattern[str]  # what asks for a day or a time but names none
    place: re.Pattern[str]  # a town or the like: the case counts
    before_old_day: re.Pattern[str]  # right before the day of an appointment that exists
    after_old_day: re.Pattern[str]  # right behind such a day
    honorific: re.Pattern[str]  # before a patient's name, and no part of it
    title: re.Pattern[str]
    name: re.Pattern[str]  # group 1; the case counts
    name_born: re.Pattern[str]  # group 1: a name right before a birth date

    def names_a_day(self, word: str) -> bool:
        """Whether a single word names a day, one or several ("Tuesdays")."""
        return word.lower().removesuffix(self.plural) in self.days
