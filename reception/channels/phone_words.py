"""The phone's own sentences in one language, read from `prompts/<language>/phone.yaml`."""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from reception.errors import MisconfiguredError
from reception.practice import Practice

#: The variables each sentence may use.
_VARIABLES: Mapping[str, frozenset[str]] = {
    "voice": frozenset(),
    "connecting": frozenset(),
    "nobody_there": frozenset({"number"}),
    "away": frozenset({"number"}),
    "away_connecting": frozenset({"number"}),
    "not_heard": frozenset(),
    "goodbye": frozenset(),
    "text_only": frozenset(),
    "away_text": frozenset({"phone", "number"}),
    "key_yes": frozenset(),
    "key_no": frozenset(),
    "key_repeat": frozenset(),
    "key_person": frozenset(),
}
#: Where nothing is known of the practice: what may be said anyway.
_UNKNOWN = {"number": "911 or 112", "phone": "the practice"}


class PhoneWords:
    """Sentences and the words that keys stand for; `language` is the desk's, as in `en`."""

    def __init__(self, folder: Path) -> None:
        """MisconfiguredError when a sentence is missing, unknown, or uses what it may not."""
        file = folder / "phone.yaml"
        if not file.is_file():
            raise MisconfiguredError(f"{file} is missing")
        self.language = folder.name
        self._sentences: dict[str, str] = yaml.safe_load(file.read_text(encoding="utf-8"))
        problems = [f"{key} is missing" for key in _VARIABLES.keys() - self._sentences.keys()]
        problems += [f"{key} is not known" for key in self._sentences.keys() - _VARIABLES.keys()]
        for key in _VARIABLES.keys() & self._sentences.keys():
            used = {name for _, name, _, _ in string.Formatter().parse(self._sentences[key]) if name}
            problems += [f"{key} may not use {{{name}}}" for name in used - _VARIABLES[key]]
        if problems:
            raise MisconfiguredError(f"{file}: " + "; ".join(sorted(problems)))

    def say(self, key: str, practice: Practice | None = None) -> str:
        """One sentence, with the practice's numbers in it where they are known."""
        values = dict(_UNKNOWN)
        if practice is not None:
            values["number"] = practice.emergency_number
            values["phone"] = practice.phone or _UNKNOWN["phone"]
        return self._sentences[key].format(**values)


@lru_cache(maxsize=16)
def phone_words(prompts_dir: Path, language: str = "en") -> PhoneWords:
    """The sentences of a language; English where it has none on the phone yet."""
    folder = prompts_dir / language
    return PhoneWords(folder if (folder / "phone.yaml").is_file() else prompts_dir / "en")
