"""What two versions of settings differ in, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reception.dashboard.settings.changing import Settings, entries, fields_of, group_entry
from reception.dashboard.settings.fields import Field
from reception.dashboard.settings.sections import SECTIONS, Listed, Section
from reception.practice_file import whole_if_right

ADDED, REMOVED = "added", "removed"
STANDARD = "the standard"
_MODES = {"on": "on", "off": "off", "after_hours": "only after hours"}


@dataclass(frozen=True)
class Difference:
    """One setting that differs: the section's title, what it is, and its words before and after."""

    section: str
    what: str
    before: str
    after: str


def differences(before: Settings, after: Settings) -> list[Difference]:
    """All that differs, in the order of the pages."""
    before, after = whole_if_right(before), whole_if_right(after)
    found = list(_answering(before, after))
    for section in SECTIONS:
        for group in section.groups:
            old, new = group_entry(before, group), group_entry(after, group)
            found += _fields(section, "", group.fields, old, new)
        for listed in section.lists:
            found += _lists(section, listed, before, after)
    return [*found, *_words(before, after)]


def _answering(before: Settings, after: Settings) -> Iterator[Difference]:
    old, new = (str((one.get("practice") or {}).get("answering", "on")) for one in (before, after))
    if old != new:
        yield Difference("The desk", "Answers", _MODES.get(old, old), _MODES.get(new, new))


def _words(before: Settings, after: Settings) -> Iterator[Difference]:
    old, new = _sentences(before), _sentences(after)
    for place in sorted({*old, *new}):
        if old.get(place) != new.get(place):
            said = [" / ".join(each.get(place, ())) or STANDARD for each in (old, new)]
            yield Difference("Words", " › ".join(place).replace("_", " "), *said)


def _sentences(settings: Settings) -> dict[tuple[str, ...], list[str]]:
    """Language, file, key and channel → own words."""
    return {
        (language, file, key, channel): list(wordings)
        for language, files in (settings.get("words") or {}).items()
        for file, sentences in files.items()
        for key, by_channel in sentences.items()
        for channel, wordings in by_channel.items()
    }


def _fields(
    section: Section, named: str, fields: Iterable[Field], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Difference]:
    for field in fields:
        words = field.words(old), field.words(new)
        if words[0] != words[1]:
            yield Difference(section.title, f"{named}: {field.label}" if named else field.label, *words)


def _lists(section: Section, listed: Listed, before: Settings, after: Settings) -> Iterator[Difference]:
    old, new = _by_identity(listed, before), _by_identity(listed, after)
    for key, entry in new.items():
        if key in old:
            fields = fields_of(after, listed.fields)
            yield from _fields(section, listed.named(old[key]), fields, old[key], entry)
        else:
            yield Difference(section.title, listed.named(entry), "", ADDED)
    for key, entry in old.items():
        if key not in new:
            yield Difference(section.title, listed.named(entry), "", REMOVED)


def _by_identity(listed: Listed, settings: Settings) -> dict[tuple[str, int], Mapping[str, Any]]:
    """The entries by what they are known by; of several of the same, the first with the first."""
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    for entry in entries(settings, listed.key):
        first = entry.get("formerly") if listed.renames else None
        name = str(first or entry.get(listed.title.split()[0]) or "").casefold()
        number = sum(1 for other, _ in found if other == name)
        found[name, number] = entry
    return found
