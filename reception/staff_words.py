"""What patients are told about staff who come and go, in one language: `prompts/<language>/staff.yaml`."""

from __future__ import annotations

import copy
import string
from collections.abc import Iterable, Mapping
from pathlib import Path

from reception.errors import MisconfiguredError
from reception.own_words import merged
from reception.yaml_text import parse

#: The variables each sentence may use.
VARIABLES: Mapping[str, frozenset[str]] = {
    "joined": frozenset({"name", "practice"}),
    "joined_call": frozenset({"name", "practice"}),
    "left": frozenset({"name", "practice"}),
    "left_call": frozenset({"name", "practice"}),
    "ask_request": frozenset(),
}


class StaffWords:
    """The sentences of a language; English where it has none yet."""

    def __init__(self, prompts_dir: Path, language: str) -> None:
        """MisconfiguredError when a sentence is missing, unknown, or uses what it may not."""
        own = prompts_dir / language / "staff.yaml"
        file = own if own.is_file() else prompts_dir / "en" / "staff.yaml"
        if not file.is_file():
            raise MisconfiguredError(f"{file} is missing")
        self._sentences: dict[str, str] = parse(file.read_text(encoding="utf-8"))
        problems = [f"{key} is missing" for key in VARIABLES.keys() - self._sentences.keys()]
        problems += [f"{key} is not known" for key in self._sentences.keys() - VARIABLES.keys()]
        for key in VARIABLES.keys() & self._sentences.keys():
            used = {name for _, name, _, _ in string.Formatter().parse(self._sentences[key]) if name}
            problems += [f"{key} may not use {{{name}}}" for name in used - VARIABLES[key]]
        if problems:
            raise MisconfiguredError(f"{file}: " + "; ".join(sorted(problems)))

    def but(self, own: Mapping[str, Mapping[str, Iterable[str]]]) -> StaffWords:
        """The same with a practice's own words in place; what does not keep the rules is passed over."""
        new = copy.copy(self)
        new._sentences = merged(self._sentences, own, VARIABLES)
        return new

    def say(self, key: str, *, name: str = "", practice: str = "") -> str:
        return self._sentences[key].format(name=name, practice=practice)
