"""Sentences in a practice's own words: what each must and may say, and the standard ones with them in place.

A sentence is kept by channel ("chat", "phone", "sms"), or under "any" where all channels share it.
"""

from __future__ import annotations

import json
import string
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar, cast

from reception.practice import Practice

ANY = "any"
#: Characters of a sentence: what fits into a breath or two, and into three text messages.
LONGEST = 480
#: Sentences with own words in place that are kept ready, over all practices.
_KEPT = 512


class InOwnWords(Protocol):
    """The sentences of one file, of which a practice may put some in its own words."""

    def but(self, own: Mapping[str, Mapping[str, Iterable[str]]]) -> Self: ...


Sentences = TypeVar("Sentences", bound=InOwnWords)


@dataclass(frozen=True)
class Rule:
    """What holds for a sentence: its standard wordings by channel, and the variables it may use."""

    standard: Mapping[str, tuple[str, ...]]
    allowed: frozenset[str]
    least: int = 1

    def may(self, channel: str) -> frozenset[str]:
        """The variables it may use; texts none but those of the standard: they can be read by others."""
        return self._used(channel, set.union) if channel == "sms" else self.allowed

    def must(self, channel: str) -> frozenset[str]:
        """The variables without which it would not say what it is for: those of every standard wording."""
        return self._used(channel, set.intersection)

    def objection(self, channel: str, text: str) -> str:
        """What to mend in a wording; empty when it is fine."""
        if channel not in self.standard:
            return f"expected one of {', '.join(self.standard)}"
        if not text.strip():
            return "expected a sentence"
        if len(text) > LONGEST:
            return f"expected at most {LONGEST} characters, got {len(text)}"
        try:
            used = variables(text)
        except ValueError as error:
            return str(error)
        unknown = sorted(used - self.may(channel))
        if unknown:
            known = ", ".join(f"{{{one}}}" for one in sorted(self.may(channel))) or "none"
            return f"{{{unknown[0]}}} is not known here; this sentence may use: {known}"
        missing = sorted(self.must(channel) - used)
        if missing:
            return f"{{{missing[0]}}} must stay in it: write it where that is to be said"
        return ""

    def fits(self, channel: str, wordings: Iterable[str]) -> bool:
        """Whether there are wordings, and all of them are fine."""
        each = list(wordings)
        return bool(each) and not any(self.objection(channel, one) for one in each)

    def _used(self, channel: str, joined: Any) -> frozenset[str]:
        each = [variables(one) for one in self.standard[channel]]
        return frozenset(joined(*each)) if each else frozenset()


def variables(text: str) -> set[str]:
    """The names in braces. ValueError, with what to do, for anything else in braces."""
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError:
        raise ValueError(
            "a brace stands alone: write variables like {practice}, and no other braces"
        ) from None
    used = set()
    for _, name, form, conversion in parsed:
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError("a variable is a name between braces and nothing else, like {practice}")
        used.add(name)
    return used


def rule_of(standard: Any, allowed: Iterable[str], least: int = 1) -> Rule:
    """The rule for a sentence as its file has it: a text, several, or those by channel."""
    channels = standard if isinstance(standard, Mapping) else {ANY: standard}
    return Rule(
        {name: (each,) if isinstance(each, str) else tuple(each) for name, each in channels.items()},
        frozenset(allowed),
        least,
    )


def merged(
    standard: Mapping[str, Any],
    own: Mapping[str, Mapping[str, Iterable[str]]],
    allowed: Mapping[str, Iterable[str]],
) -> dict[str, Any]:
    """The sentences of a file with a practice's own in place of them.

    Own words that don't keep the rules (any more) are passed over: the standard ones always can be said.
    """
    new = dict(standard)
    for key, by_channel in own.items():
        if key not in standard or key not in allowed:
            continue
        rule = rule_of(standard[key], allowed[key])
        fine = {
            channel: [_spaced(one, rule.standard[channel][0]) for one in wordings]
            for channel, wordings in by_channel.items()
            if channel in rule.standard and rule.fits(channel, wordings)
        }
        if ANY in fine:
            new[key] = fine[ANY] if not isinstance(standard[key], str) else fine[ANY][0]
        elif fine:
            new[key] = {**standard[key], **fine}
    return new


def in_own_words(base: Sentences, practice: Practice, language: str, file: str) -> Sentences:
    """The standard sentences of a file, with those in place that the practice has in its own words."""
    own = practice.words.get(language, {}).get(file)
    if not own:
        return base
    key = id(base), json.dumps(own, sort_keys=True)
    found = _ready.get(key)
    if found is None:
        found = _ready[key] = (base, base.but(own))  # the base is kept too, so that its id stays its own
        if len(_ready) > _KEPT:
            _ready.popitem(last=False)
    return cast("Sentences", found[1])


_ready: OrderedDict[tuple[int, str], tuple[Any, Any]] = OrderedDict()


def _spaced(text: str, standard: str) -> str:
    """The text with the blanks around it that its place needs, as in " {address}."."""
    before = standard[: len(standard) - len(standard.lstrip())]
    return f"{before}{text.strip()}{standard[len(standard.rstrip()) :]}"
