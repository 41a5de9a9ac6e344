"""The phone's own sentences in one language, read from `prompts/<language>/phone.yaml`."""

from __future__ import annotations

import copy
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from reception.errors import MisconfiguredError
from reception.own_words import in_own_words, merged
from reception.practice import Practice
from reception.yaml_text import parse

#: The variables each sentence may use.
VARIABLES: Mapping[str, frozenset[str]] = {
    key: frozenset(names.split())
    for key, names in {
        "language": "", "voice": "",
        "greeting_recorded": "practice number", "recorded": "", "not_recorded": "",
        "written_down": "",
        "unknown_number": "number",
        "cut_off": "", "not_heard": "", "still_there": "", "type_date_of_birth": "", "type_phone": "",
        "type_choice": "", "type_confirmation": "", "offer_callback": "", "callback_promised": "",
        "goodbye": "",
        "connecting": "", "nobody_there": "number", "voicemail": "number", "message_kept": "",
        "crowded": "number", "crowded_person": "",
        "away": "number", "away_connecting": "number",
        "whisper": "practice", "whisper_emergency": "", "whisper_patient": "name born",
        "whisper_claimed": "name", "whisper_words": "words", "whisper_accept": "", "whisper_done": "",
        "voicemail_unwritten": "seconds",
        "text_only": "", "away_text": "phone number",
        "key_yes": "", "key_no": "", "key_repeat": "", "key_person": "",
    }.items()
}  # fmt: skip
#: Lists, and how many entries each needs: the same filler is never said twice in a row.
_LISTS = {"filler": 2, "medicines": 0}
#: What a practice may put in its own words, and the variables: all but voices, keys and medicines.
OWN: Mapping[str, frozenset[str]] = {
    "filler": frozenset(),
    **{
        key: allowed
        for key, allowed in VARIABLES.items()
        if key not in ("language", "voice") and not key.startswith("key_")
    },
}
#: Where nothing is known of the practice: what may be said anyway.
_UNKNOWN = {"number": "911 or 112", "phone": "the practice", "practice": "the practice"}


@dataclass(frozen=True)
class Speaker:
    """How Twilio speaks and listens: a language tag, and the name of one of Amazon's voices."""

    language: str
    voice: str


class PhoneWords:
    """Sentences and the words that keys stand for; `language` is the desk's, as in `en`."""

    def __init__(self, folder: Path) -> None:
        """MisconfiguredError when a sentence is missing, unknown, or uses what it may not."""
        file = folder / "phone.yaml"
        if not file.is_file():
            raise MisconfiguredError(f"{file} is missing")
        self.language = folder.name
        self._read: dict[str, Any] = parse(file.read_text(encoding="utf-8"))
        problems = sorted(_problems(self._read))
        if problems:
            raise MisconfiguredError(f"{file}: " + "; ".join(problems))

    def but(self, own: Mapping[str, Mapping[str, Iterable[str]]]) -> PhoneWords:
        """The same with a practice's own words in place; what does not keep the rules is passed over."""
        new = copy.copy(self)
        new._read = merged(self._read, own, OWN)
        if len(set(new.fillers)) < _LISTS["filler"]:
            new._read["filler"] = self._read["filler"]
        return new

    @property
    def speaker(self) -> Speaker:
        return Speaker(self.say("language"), self.say("voice"))

    @property
    def fillers(self) -> tuple[str, ...]:
        """What is said while the desk thinks; two at least."""
        return tuple(self._read["filler"])

    @property
    def medicines(self) -> tuple[str, ...]:
        """Names of medicines that callers say."""
        return tuple(self._read["medicines"])

    def say(self, key: str, practice: Practice | None = None, **more: object) -> str:
        """One sentence, with the practice's name and numbers in it where they are known."""
        values: dict[str, object] = _UNKNOWN | more
        if practice is not None:
            values |= {"number": practice.emergency_number, "practice": practice.name}
            values["phone"] = practice.phone or _UNKNOWN["phone"]
        return str(self._read[key]).format(**values)


def _problems(read: Mapping[str, Any]) -> Iterator[str]:
    known = VARIABLES.keys() | _LISTS.keys()
    yield from (f"{key} is missing" for key in known - read.keys())
    yield from (f"{key} is not known" for key in read.keys() - known)
    for key in VARIABLES.keys() & read.keys():
        if not isinstance(read[key], str) or not read[key]:
            yield f"{key} must be a text"
            continue
        used = {name for _, name, _, _ in string.Formatter().parse(read[key]) if name is not None}
        yield from (f"{key} may not use {{{name}}}" for name in used - VARIABLES[key])
    for key in _LISTS.keys() & read.keys():
        if not isinstance(read[key], list) or len(set(read[key])) < _LISTS[key]:
            yield f"{key} must be a list of {_LISTS[key]} or more"


@lru_cache(maxsize=16)
def phone_words(prompts_dir: Path, language: str = "en") -> PhoneWords:
    """The sentences of a language; English where it has none on the phone yet."""
    folder = prompts_dir / language
    return PhoneWords(folder if (folder / "phone.yaml").is_file() else prompts_dir / "en")


def phone_words_of(prompts_dir: Path, practice: Practice) -> PhoneWords:
    """The sentences in the practice's first language, in its own words where it has some."""
    language = practice.languages[0]
    return in_own_words(phone_words(prompts_dir, language), practice, language, "phone")
