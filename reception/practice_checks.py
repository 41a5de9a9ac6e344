"""Finds what is wrong with a practice file: each value in words, and what concerns more than one entry.

Everything is found in one go: the valid entries are checked against each other even when others are wrong.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar, get_args
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from reception.catalogue import objections
from reception.practice_entries import (
    AppointmentEntry,
    Entry,
    OwnWords,
    PatientEntry,
    PracticeSettings,
    PractitionerEntry,
    TypeEntry,
)
from reception.practice_values import context
from reception.practice_yaml import Document, Path, Problem
from reception.scheduling.calendar import local_instant

AnyEntry = TypeVar("AnyEntry", bound=Entry)
_OWN_WORDS: TypeAdapter[Any] = TypeAdapter(OwnWords)

#: Sections about patients, whose values are not repeated in messages.
PERSONAL = ("patients", "appointments")

_ONE_VALUE = "expected one value, not a list or mapping"
_WORDS = {
    "expected": "{what}",
    "missing": "required, but missing",
    "literal_error": "expected {expected}",
    "tuple_type": "expected a list",
    "dict_type": "expected a mapping",
    "model_type": "expected a mapping",
    "model_attributes_type": "expected a mapping",
    "int_parsing": "expected a whole number",
    "int_parsing_size": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_parsing": "expected a number",
    "finite_number": "expected a number",
    "bool_parsing": "expected true or false",
    "greater_than": "expected more than {gt:g}",
    "greater_than_equal": "expected at least {ge}",
    "less_than_equal": "expected at most {le}",
}


class Diary:
    """Who has an appointment when, to find the first two that overlap."""

    def __init__(self) -> None:
        self._taken: defaultdict[str, list[tuple[datetime, datetime, int]]] = defaultdict(list)

    def take(self, who: str, start: datetime, minutes: int, line: int) -> int | None:
        """Enters an aware `start`; or, when it overlaps an entry, leaves it and gives that entry's line."""
        start = start.astimezone(UTC)
        end = start + timedelta(minutes=minutes)
        taken = self._taken[who]
        place = bisect_left(taken, start, key=lambda one: one[0])
        for other_start, other_end, other_line in taken[max(place - 1, 0) : place + 1]:
            if other_start < end and start < other_end:
                return other_line
        taken.insert(place, (start, end, line))
        return None


def in_words(error: ErrorDetails, repeat: bool) -> str:
    """What was expected instead; with `repeat`, also what was there."""
    words = _WORDS.get(error["type"], _ONE_VALUE).format(**error.get("ctx", {}))
    found = error["input"]
    if not repeat or not isinstance(found, str) or error["type"] in ("missing", "extra_forbidden"):
        return words
    return f'{words}, got "{found if len(found) <= 40 else found[:39] + "…"}"'


def structure_problems(document: Document, model: type[Entry], error: ValidationError) -> Iterator[Problem]:
    """One problem for each value that `model` did not take."""
    for details in error.errors(include_url=False):
        path = tuple(part for part in details["loc"] if part != "[key]")
        if details["type"] == "extra_forbidden":
            words = f"unknown key, expected one of {', '.join(_keys(model, path[:-1]))}"
        else:
            words = in_words(details, repeat=path[:1] not in [(one,) for one in PERSONAL])
        yield Problem(document.line(path), f"{_spelled(path)}: {words}")


@dataclass(frozen=True)
class Wrong:
    """One setting that can't be right: where it stands ("practitioners", 0, "name") and what was expected."""

    path: Path
    words: str


def setting_problems(settings: Mapping[str, Any]) -> list[Wrong]:
    """All that is wrong with settings as JSON data, in the words of a practice file's refusal."""
    practice = settings.get("practice")
    known = context(practice.get("phone") if isinstance(practice, Mapping) else None)
    wrong: list[Wrong] = []
    try:
        PracticeSettings.model_validate(settings, context=dict(known))
    except ValidationError as error:
        for details in error.errors(include_url=False):
            path = tuple(part for part in details["loc"] if part != "[key]")
            wrong.append(Wrong(path, in_words(details, repeat=True)))
    for path, words in _Relations(Document(dict(settings)), known).check():
        wrong.append(Wrong(path, words.partition(", first on line")[0]))  # there are no lines here
    return wrong


def relation_problems(document: Document, context: Mapping[str, Any]) -> Iterator[Problem]:
    """One problem for each contradiction between entries."""
    for path, words in _Relations(document, context).check():
        yield Problem(document.line(path), f"{_spelled(path)}: {words}")


class _Relations:
    """The valid entries of a file by their places, and checks across them; paths and words come out."""

    def __init__(self, document: Document, context: Mapping[str, Any]) -> None:
        self.document, self.data, self.context = document, document.data, context
        self.practitioners = self._valid("practitioners", PractitionerEntry)
        self.types = self._valid("appointment_types", TypeEntry)
        self.patients = self._valid("patients", PatientEntry)
        self.appointments = self._valid("appointments", AppointmentEntry)
        self.names = {one: self._names(one) for one in ("practitioners", "appointment_types", "patients")}
        self.minutes = {one.name: one.minutes for one in self.types.values()}
        self.born: defaultdict[str, set[date | None]] = defaultdict(set)
        for patient in self.patients.values():
            self.born[patient.name].add(patient.date_of_birth)
        self.zone = self._zone()

    def check(self) -> Iterator[tuple[Path, str]]:
        yield from self._twice("practitioners", {at: one.name for at, one in self.practitioners.items()})
        yield from self._twice("appointment_types", {at: one.name for at, one in self.types.items()})
        yield from self._once("practitioners", self.practitioners)
        yield from self._once("appointment_types", self.types)
        who = {at: (one.name, one.date_of_birth) for at, one in self.patients.items()}
        yield from self._twice("patients", who)
        for at, practitioner in self.practitioners.items():
            yield from self._times(("practitioners", at), practitioner)
        for at, one in self.types.items():
            for place, name in enumerate(one.practitioners or ()):
                path = ("appointment_types", at, "practitioners", place)
                yield from self._known(path, name, "practitioners", "a practitioner's name")
        for at, patient in self.patients.items():
            for place, name in enumerate(patient.guardians):
                yield from self._guardian(("patients", at, "guardians", place), patient, name)
        yield from self._words()
        diary = Diary()
        for at, appointment in self.appointments.items():
            yield from self._appointment(("appointments", at), appointment, diary)

    def _times(self, path: Path, one: PractitionerEntry) -> Iterator[tuple[Path, str]]:
        if one.working_hours is None and one.slots is None and "opening_hours" not in self.data:
            yield path, "expected working_hours or slots, as the practice has no opening_hours"
        for place, wall in enumerate(one.slots or ()):
            if local_instant(wall, self.zone) is None:
                yield (*path, "slots", place), f"no such time in {self.zone}: the clocks skip it that day"

    def _appointment(self, path: Path, one: AppointmentEntry, diary: Diary) -> Iterator[tuple[Path, str]]:
        yield from self._known(
            (*path, "practitioner"), one.practitioner, "practitioners", "a practitioner's name"
        )
        yield from self._known(
            (*path, "appointment_type"),
            one.appointment_type,
            "appointment_types",
            "an appointment type's name",
        )
        yield from self._patient(path, one)
        start = local_instant(one.start, self.zone)
        if start is None:
            yield (*path, "start"), f"no such time in {self.zone}: the clocks skip it that day"
        minutes = self.minutes.get(one.appointment_type)
        if start is not None and minutes is not None:
            other = diary.take(one.practitioner, start, minutes, self.document.line(path))
            if other is not None:
                yield path, f"overlaps the appointment on line {other}, of the same practitioner"

    def _guardian(self, path: Path, patient: PatientEntry, name: str) -> Iterator[tuple[Path, str]]:
        if name == patient.name or len(self.born.get(name, ())) != 1:
            yield path, "expected the name of exactly one other patient in this file"

    def _patient(self, path: Path, one: AppointmentEntry) -> Iterator[tuple[Path, str]]:
        if one.patient not in self.names["patients"]:
            yield (*path, "patient"), "expected the name of one of the patients in this file"
            return
        born = self.born[one.patient]
        if one.date_of_birth is None and len(born) > 1:
            yield path, "expected date_of_birth too, as patients share this name"
        if one.date_of_birth is not None and born and one.date_of_birth not in born:
            yield (*path, "date_of_birth"), "expected the patient's date of birth as listed under patients"

    def _twice(self, section: str, keys: Mapping[int, object]) -> Iterator[tuple[Path, str]]:
        first: dict[object, int] = {}
        for at, key in keys.items():
            spelled = key.casefold() if isinstance(key, str) else key
            if spelled in first:
                line = self.document.line((section, first[spelled], "name"))
                yield (section, at, "name"), f"is here twice, first on line {line}"
            first.setdefault(spelled, at)

    def _words(self) -> Iterator[tuple[Path, str]]:
        """Own words keep the variables of the standard sentence, and use no others."""
        words = self.data.get("words")
        with suppress(ValidationError):
            for language, files in _OWN_WORDS.validate_python(words or {}).items():
                for (file, key, channel), objection in objections(files):
                    path = ("words", language, file, key)
                    yield ((*path, channel) if channel else path), objection

    def _once(
        self, section: str, members: Mapping[int, PractitionerEntry] | Mapping[int, TypeEntry]
    ) -> Iterator[tuple[Path, str]]:
        """Nobody may have the name that somebody else was first known by: appointments hang on it."""
        renamed = {one.formerly.casefold(): one for one in members.values() if one.formerly}
        for at, one in members.items():
            other = renamed.get((one.formerly or one.name).casefold())
            if other is not None and other is not one:
                yield (section, at, "name"), f"was the name of {other.name} before, expected another one"

    def _known(self, path: Path, name: str, section: str, what: str) -> Iterator[tuple[Path, str]]:
        names = self.names[section]
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            got = "" if path[0] in PERSONAL else f', got "{name}"'
            yield path, f"expected {what}{got}{f' (did you mean {near[0]}?)' if near else ''}"

    def _names(self, section: str) -> Collection[str]:
        """The names as written, those of entries that are wrong elsewhere included."""
        items = self.data.get(section)
        named = (
            [item.get("name") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        )
        return {" ".join(name.split()) for name in named if isinstance(name, str)}

    def _valid(self, section: str, model: type[AnyEntry]) -> dict[int, AnyEntry]:
        items = self.data.get(section)
        found: dict[int, AnyEntry] = {}
        for at, item in enumerate(items if isinstance(items, list) else ()):
            with suppress(ValidationError):
                found[at] = model.model_validate(item, context=dict(self.context))
        return found

    def _zone(self) -> ZoneInfo:
        practice = self.data.get("practice")
        with suppress(KeyError, ValueError, OSError, TypeError, AttributeError):
            return ZoneInfo(practice["time_zone"])
        return ZoneInfo("UTC")


def _keys(model: type[Entry], path: Path) -> list[str]:
    """The keys that may stand in the mapping at `path`."""
    for part in path:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if part in fields:
            model = _entry_in(fields[str(part)].annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _entry_in(annotation: Any) -> type[Entry] | None:
    if isinstance(annotation, type) and issubclass(annotation, Entry):
        return annotation
    return next((found for found in map(_entry_in, get_args(annotation)) if found), None)


def _spelled(path: Path) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")
