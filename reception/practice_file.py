"""The practice file: reads the YAML, refuses it as a whole or turns it into a `Practice`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import yaml
from pydantic import ValidationError

from reception.errors import PracticeFileError
from reception.practice import (
    Answer,
    AppointmentType,
    BookingRules,
    Closure,
    Hours,
    Practice,
    Practitioner,
    Words,
)
from reception.practice_checks import relation_problems, structure_problems
from reception.practice_entries import (
    WEEKDAYS,
    AppointmentEntry,
    PatientEntry,
    PracticeSettings,
    PractitionerEntry,
    TypeEntry,
    WeekEntry,
)
from reception.practice_values import block_of, context
from reception.practice_yaml import Problem, read_yaml

_NAMESPACE = UUID("7a1c5c0e-3d0b-5b52-9a55-6f1f0f0d2c11")
_SECTIONS = "practice, practitioners and appointment_types"


class PracticeFile(PracticeSettings):
    """A whole practice file, checked: names in it refer to something, times exist, nothing overlaps."""

    patients: tuple[PatientEntry, ...] = ()
    appointments: tuple[AppointmentEntry, ...] = ()

    def to_practice(self) -> Practice:
        """The practice as the desk knows it."""
        return _practice_of(self)

    def settings(self) -> dict[str, Any]:
        """All but patients and appointments as JSON data; `practice_from_json` reads it back."""
        return self.model_dump(mode="json", by_alias=True, exclude={"patients", "appointments"})

    def patient_of(self, appointment: AppointmentEntry) -> PatientEntry:
        """The patient whose appointment it is."""
        return next(
            patient
            for patient in self._patients_by_name[appointment.patient]
            if appointment.date_of_birth in (None, patient.date_of_birth)
        )

    def patient_id(self, patient: PatientEntry) -> UUID:
        """The same for the same slug, name and date of birth, whatever else the file says."""
        born = patient.date_of_birth.isoformat() if patient.date_of_birth else ""
        return entity_id(self.practice.slug, "patient", patient.name, born)

    def guardians_of(self, patient: PatientEntry) -> list[PatientEntry]:
        """Who may speak for the patient; each name is one patient's."""
        return [self._patients_by_name[name][0] for name in patient.guardians]

    def appointment_id(self, appointment: AppointmentEntry) -> UUID:
        """The same for the same patient, practitioner and start."""
        patient = self.patient_id(self.patient_of(appointment))
        start = f"{appointment.start:%Y-%m-%dT%H:%M}"
        return entity_id(self.practice.slug, "appointment", str(patient), appointment.practitioner, start)

    @cached_property
    def _patients_by_name(self) -> Mapping[str, list[PatientEntry]]:
        by_name: dict[str, list[PatientEntry]] = {}
        for patient in self.patients:
            by_name.setdefault(patient.name, []).append(patient)
        return by_name


def read_practice_file(path: Path, today: date | None = None) -> PracticeFile:
    """Reads and checks a file in UTF-8; PracticeFileError when it is missing or anything in it is wrong."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise _refusal(str(path), [Problem(line, "not UTF-8, expected a text file in UTF-8")]) from error
    except OSError as error:
        raise _refusal(str(path), [Problem(0, f"can't be read: {error.strerror}")]) from error
    return parse_practice(text, str(path), today)


def parse_practice(text: str, source: str, today: date | None = None) -> PracticeFile:
    """Checks a practice file's text; `source` names it in errors.

    Birth dates are checked against `today`, or the real day. PracticeFileError lists every problem with its
    line; values in patients and appointments are not repeated in it.
    """
    document = read_yaml(text.removeprefix("\ufeff"))
    if document.problems:
        raise _refusal(source, document.problems)
    if not isinstance(document.data, dict):
        raise _refusal(source, [Problem(1, f"expected a mapping with {_SECTIONS}")])
    practice = document.data.get("practice")
    known = context(practice.get("phone") if isinstance(practice, dict) else None, today)
    problems: list[Problem] = []
    file = None
    try:
        file = PracticeFile.model_validate(document.data, context=dict(known))
    except ValidationError as error:
        problems += structure_problems(document, PracticeFile, error)
    problems += relation_problems(document, known)
    if file is None or problems:
        raise _refusal(source, problems)
    for section, entries in (("patients", file.patients), ("appointments", file.appointments)):
        for at, entry in enumerate(entries):
            entry.stands_at(document.line((section, at)))
    return file


def practice_from_json(data: Mapping[str, Any]) -> Practice:
    """The practice from what `PracticeFile.settings` gave; ValidationError when that was tampered with."""
    return _practice_of(PracticeSettings.model_validate(data))


def whole_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with every key said, and every value in its normal form. ValidationError when one is wrong."""
    practice = settings.get("practice")
    known = context(practice.get("phone") if isinstance(practice, Mapping) else None)
    read = PracticeSettings.model_validate(settings, context=dict(known))
    return read.model_dump(mode="json", by_alias=True)


def whole_if_right(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same where they can be read; else as they are."""
    try:
        return whole_settings(settings)
    except ValidationError:
        return settings


def settings_yaml(settings: Mapping[str, Any]) -> str:
    """What `PracticeFile.settings` gave as a practice file's text, without what is left to its default."""
    short = PracticeSettings.model_validate(settings).model_dump(
        mode="json", by_alias=True, exclude_defaults=True
    )
    return yaml.safe_dump(short, allow_unicode=True, sort_keys=False, width=110)


def entity_id(slug: str, kind: str, *names: str) -> UUID:
    """The id of something that a practice's file names; the same for the same names, in any case."""
    return uuid5(_NAMESPACE, "\n".join((slug, kind, *names)).casefold())


def member_id(slug: str, kind: str, name: str, formerly: str = "") -> UUID:
    """The id of a "practitioner" or "appointment_type": the one of the name they were first known by."""
    return entity_id(slug, kind, formerly or name)


def _refusal(source: str, problems: list[Problem]) -> PracticeFileError:
    lines = [
        f"  line {problem.line}: {problem.text}" if problem.line else f"  {problem.text}"
        for problem in sorted(dict.fromkeys(problems), key=lambda problem: problem.line)
    ]
    return PracticeFileError("\n".join([f"{source}: refused, nothing was changed", *lines]))


def _practice_of(file: PracticeSettings) -> Practice:
    own = file.practice
    opening = None if file.opening_hours is None else _hours(file.opening_hours)
    return Practice(
        id=entity_id(own.slug, "practice"),
        name=own.name,
        slug=own.slug,
        time_zone=ZoneInfo(own.time_zone),
        address=own.address,
        phone=own.phone,
        languages=own.languages,
        emergency_number=own.emergency_number,
        transfer_number=own.transfer_number,
        urgent_care=own.urgent_care,
        origins=own.origins,
        answering=own.answering,
        opening_hours=opening,
        closures=tuple(Closure(one.first, one.last or one.first, one.reason) for one in file.closures),
        practitioners=tuple(_practitioner(own.slug, one, opening) for one in file.practitioners),
        appointment_types=tuple(_appointment_type(file, one) for one in file.appointment_types),
        booking=BookingRules(**file.booking.model_dump()),
        reminders_hours_before=file.reminders.hours_before,
        notice_url=file.privacy.notice_url,
        record_calls=file.privacy.record_calls,
        announce_transcripts=file.privacy.announce_transcripts,
        retention_days=dict(file.privacy.retention_days),
        staff_minutes={str(kind): each for kind, each in file.figures.minutes.items()},
        answers=tuple(Answer(**one.model_dump()) for one in file.answers),
        words=cast("Words", file.words),
    )


def _practitioner(slug: str, one: PractitionerEntry, opening: Hours | None) -> Practitioner:
    """Without hours or slots of their own, someone works whenever the practice is open."""
    working = opening if one.slots is None else None
    return Practitioner(
        id=member_id(slug, "practitioner", one.name, one.formerly),
        name=one.name,
        spoken_as=one.spoken_as,
        specialty=one.specialty,
        languages=one.languages,
        working_hours=working if one.working_hours is None else _hours(one.working_hours),
        slots=None if one.slots is None else tuple(sorted(set(one.slots))),
        accepts_new_patients=one.accepts_new_patients,
        insurances=one.insurances,
    )


def _appointment_type(file: PracticeSettings, one: TypeEntry) -> AppointmentType:
    slug = file.practice.slug
    known = {
        each.name: member_id(slug, "practitioner", each.name, each.formerly) for each in file.practitioners
    }
    offered_by = [known[name] for name in one.practitioners or () if name in known] or known.values()
    return AppointmentType(
        id=member_id(slug, "appointment_type", one.name, one.formerly),
        name=one.name,
        minutes=one.minutes,
        spoken_as=one.spoken_as,
        practitioners=tuple(dict.fromkeys(offered_by)),
        new_patients=one.new_patients,
        bring=one.bring,
    )


def _hours(week: WeekEntry) -> Hours:
    days = {day: getattr(week, name) for day, name in enumerate(WEEKDAYS)}
    return {day: tuple(map(block_of, blocks)) for day, blocks in days.items() if blocks}
