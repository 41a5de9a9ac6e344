"""Finds whom and what of the practice a patient named: practitioners, appointment types, specialties."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from jellyfish import metaphone
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import ratio

from reception.practice import Practice, Practitioner
from reception.understanding.values.language import Language
from reception.understanding.values.words import tokens

ALIKE = 0.8  # below this two names are two names
MARGIN = 0.06  # the best must beat the next by this


@lru_cache(maxsize=8192)
def _sound(word: str) -> str:
    return metaphone(word)


@lru_cache(maxsize=8192)
def likeness(said: str, name: str) -> float:
    """How alike two words are, 0 to 1: by letters, or by sound with letters not far off."""
    if said == name:
        return 1.0
    letters = ratio(said, name) / 100
    if min(len(said), len(name)) < 3:
        return letters * 0.8
    by_sound = _sound(said) == _sound(name) and letters >= 0.5
    prefix = JaroWinkler.similarity(said, name)
    return max(letters, 0.93 * prefix if prefix > 0.9 else 0.0, (0.82 + 0.15 * letters) if by_sound else 0.0)


def _best(scores: Iterable[tuple[float, str]]) -> str | None:
    """The name with the best score, when it is good enough and stands out."""
    ranked = sorted(scores, reverse=True)
    if not ranked or ranked[0][0] < ALIKE:
        return None
    return ranked[0][1] if len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= MARGIN else None


def _name_words(text: str, language: Language) -> list[str]:
    return [word for word in tokens(text) if word not in language.titles and word.isalpha()]


def _name_score(said: list[str], name: list[str]) -> float:
    """How well what was said fits a name of which parts may be left out: every word said must be in it."""
    if not said or not name:
        return 0.0
    whole = likeness("".join(said), "".join(name))
    if len(said) > len(name):
        return whole if len(said) > 1 else 0.0
    left = list(name)
    total = 0.0
    worst = 1.0
    for word in said:
        scored = [(likeness(word, part), part) for part in left]
        score, part = max(scored)
        left.remove(part)
        total += score
        worst = min(worst, score)
    parts = total / len(said) if worst >= 0.7 else 0.0
    pieces = max(likeness("".join(said), part) for part in name) if len(said) > 1 else 0.0  # "oh koye"
    return max(whole, parts, pieces)


def find_practitioner(text: str, practice: Practice, language: Language) -> str | None:
    """The practitioner's own name as the practice has it; None when nobody, or more than one, fits."""
    said = _said_name(text, language)
    if not said:
        return _only_one_titled(text, practice, language)
    if set(said) <= language.anyone:
        return None
    scores = []
    for one in practice.practitioners:
        forms = [_name_words(form, language) for form in (one.name, *one.spoken_as)]
        scores.append((max(_name_score(said, form) for form in forms), one.name))
    return _best(scores)


def _said_name(text: str, language: Language) -> list[str]:
    """The words of the name: those after a title, else all but the general ones ("I'd like to see …")."""
    spoken = tokens(text)
    titled = [at for at, word in enumerate(spoken) if word in language.titles]
    if len(titled) == 1:
        spoken = spoken[titled[0] + 1 :]
    names = [word for word in spoken if word.isalpha() and word not in language.titles]
    plain = [word for word in names if word not in language.type_noise]
    said = plain or (names if titled else [])  # "Dr. An"
    return [word for word in said if len(word) > 1] or said


def _only_one_titled(text: str, practice: Practice, language: Language) -> str | None:
    """ "The nurse", "the doctor": somebody, where only one has that title."""
    said = {_plain_title(word) for word in tokens(text)} & {_plain_title(word) for word in language.titles}
    fitting = [
        one.name for one in practice.practitioners if said & {_plain_title(word) for word in tokens(one.name)}
    ]
    return fitting[0] if len(fitting) == 1 else None


def _plain_title(word: str) -> str:
    return "dr" if word in ("doctor", "doc", "drs") else word


@lru_cache(maxsize=4096)
def _type_words(text: str, language: Language) -> tuple[str, ...]:
    words = language.type_phrases.replace([word for word in tokens(text) if word != "."])
    return tuple(word for word in words if word not in language.type_noise and word.isalnum())


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _type_score(said: Sequence[str], form: Sequence[str]) -> float:
    """1 for the same words; less for words more or fewer."""
    if not said or not form:
        return 0.0
    one, two = [_stem(word) for word in said], [_stem(word) for word in form]
    if one == two:
        return 1.0
    if set(one) == set(two):
        return 0.98
    if set(two) <= set(one):
        return 0.9 + 0.01 * len(two)
    if set(one) <= set(two):
        return 0.82 + 0.02 * len(one)
    alike = likeness("".join(one), "".join(two))
    return alike if alike >= 0.85 else 0.0


def find_appointment_type(text: str, practice: Practice, language: Language) -> str | None:
    """The appointment type's own name; None when the words name none of the practice's, or several."""
    raw = [word for word in tokens(text) if word.isalnum()]
    for one in (
        practice.appointment_types
    ):  # a name of general words only ("See the doctor") has to match as a whole
        for form in (one.name, *one.spoken_as):
            if raw and raw == [word for word in tokens(form) if word.isalnum()]:
                return one.name
    scores = _type_scores(text, practice, language)
    exact = _best((score, name) for name, score in scores.items() if score >= 0.98)
    return exact or _best((score, name) for name, score in scores.items())


def names_another_type(text: str, practice: Practice, language: Language) -> bool:
    """Whether the words are nothing like any of the practice's appointment types: a "tattoo removal"."""
    return not any(_type_scores(text, practice, language).values())


def _type_scores(text: str, practice: Practice, language: Language) -> dict[str, float]:
    """How near the words are to each appointment type's names, 0 to 1."""
    said = _type_words(text, language)
    group = _group(said, language)
    scores = {}
    for one in practice.appointment_types:
        own = [_type_words(form, language) for form in (one.name, *one.spoken_as)]
        scores[one.name] = max(_type_score(said, form) for form in own)
        if group is not None and any(_group(form, language) == group for form in own if form):
            scores[one.name] = max(scores[one.name], 0.95)
    return scores


def _group(said: Sequence[str], language: Language) -> int | None:
    """The group of equivalent names the words belong to."""
    table = _group_table(language)
    key = " ".join(_stem(word) for word in said)
    if key in table:
        return table[key]
    best = {
        number
        for name, number in _whole_names(language)
        if set(name.split()) <= {_stem(word) for word in said}
    }
    return best.pop() if len(best) == 1 else None


@lru_cache(maxsize=8)
def _group_table(language: Language) -> dict[str, int]:
    return {
        key: number
        for number, names in enumerate(language.type_synonyms)
        for name in names
        if (key := " ".join(_stem(word) for word in _type_words(name, language)))
    }


@lru_cache(maxsize=8)
def _whole_names(language: Language) -> tuple[tuple[str, int], ...]:
    """The equivalent names of which no general word was left out ("sick visit" is more than "sick")."""
    return tuple(
        (" ".join(_stem(word) for word in said), number)
        for number, names in enumerate(language.type_synonyms)
        for name in names
        if len(said := _type_words(name, language)) == len(name.split()) and len(name) > 2
    )


def find_specialty(text: str, language: Language) -> frozenset[str]:
    """All names of the specialty the words mean; empty when it is not known."""
    said = " ".join(word for word in tokens(text) if word.isalnum() and word not in ("a", "an", "the", "my"))
    groups = language.specialties
    for names in groups:
        if said in names:
            return names
    for short in (said.removesuffix("s"), said.removesuffix(" doctor"), said.removesuffix(" specialist")):
        for names in groups:
            if short and short in names:
                return names
    scored = [
        (ratio(said, name) / 100, at) for at, names in enumerate(groups) for name in names if len(name) > 4
    ]
    score, at = max(scored)
    return groups[at] if score >= 0.86 else frozenset()


def practitioners_of(specialty: str, practice: Practice, language: Language) -> tuple[Practitioner, ...]:
    """The practice's practitioners of a specialty as patients call it ("skin doctor"); empty when none."""
    names = find_specialty(specialty, language)
    said = " ".join(tokens(specialty))
    return tuple(
        one
        for one in practice.practitioners
        if one.specialty
        and (
            ((own := find_specialty(one.specialty, language)) and own == names)
            or " ".join(tokens(one.specialty)) == said
        )
    )
