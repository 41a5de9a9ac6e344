"""Reads a practice's existing patients and appointments from CSV text, line by line, refusing the bad ones.

Patients: `name` (required), `date_of_birth` (YYYY-MM-DD; also 3/14/1979 or 14.3.1979 where the file's dates
tell which is the month), `phone`, `email`, `insurance`.
Appointments: `patient`, `practitioner`, `appointment_type`, `start` (YYYY-MM-DDTHH:MM, the practice's local
time; all required), `date_of_birth` (when two patients share a name), `reason`.

The first line names the columns, in any order and case. UTF-8 with or without a byte order mark; commas,
semicolons or tabs between the columns. What needs the database (is this patient on file, is the time still
free) is not checked here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from reception.errors import Invalid
from reception.practice import Practice
from reception.practice_checks import Diary, in_words
from reception.practice_entries import AppointmentEntry, Entry, PatientEntry
from reception.practice_values import context
from reception.scheduling.calendar import local_instant

#: Lines that one row may go over, within quotation marks.
MOST_LINES = 4

_SPREADSHEET_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")

_BORN = "date_of_birth"

AnyEntry = TypeVar("AnyEntry", bound=Entry)


@dataclass(frozen=True)
class Refused:
    """A line that was not taken, and why: columns and expectations, never what a patient's line says."""

    line: int
    reason: str


def read_csv_text(path: Path) -> str:
    """The text of a CSV file in UTF-8; Invalid when it can't be read."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            f"{path}: not UTF-8; save it as CSV in UTF-8 (spreadsheets offer that when saving) and try again"
        ) from error
    except OSError as error:
        raise Invalid(f"{path}: can't be read: {error.strerror}") from error


def read_patients_csv(
    text: str, practice: Practice | None = None, today: date | None = None
) -> tuple[list[PatientEntry], list[Refused]]:
    """The patients, each with its `line`, and the lines refused.

    Phone numbers without a country code are read as in the country of the practice's own number.
    """
    known = context(practice.phone if practice else "", today)
    taken: list[PatientEntry] = []
    refused: list[Refused] = []
    first: dict[tuple[str, date | None], int] = {}
    for patient in _entries(text, PatientEntry, known, refused):
        who = (patient.name.casefold(), patient.date_of_birth)
        if who in first:
            reason = f"the same name and date of birth as line {first[who]}"
            refused.append(Refused(patient.line, reason))
        else:
            first[who] = patient.line
            taken.append(patient)
    return taken, sorted(refused, key=lambda one: one.line)


def read_appointments_csv(
    text: str, practice: Practice, today: date | None = None
) -> tuple[list[AppointmentEntry], list[Refused]]:
    """The appointments, each with its `line`, and the lines refused.

    They may lie in the past and break the rules of booking, but not overlap for one practitioner: then the
    later line is refused.
    """
    taken: list[AppointmentEntry] = []
    refused: list[Refused] = []
    diary = Diary()
    for appointment in _entries(text, AppointmentEntry, context(practice.phone, today), refused):
        reason = _objection(appointment, practice, diary)
        if reason is None:
            taken.append(appointment)
        else:
            refused.append(Refused(appointment.line, reason))
    return taken, sorted(refused, key=lambda one: one.line)


def _objection(one: AppointmentEntry, practice: Practice, diary: Diary) -> str | None:
    kind = practice.type_by_name.get(one.appointment_type)
    start = local_instant(one.start, practice.time_zone)
    if one.practitioner not in practice.practitioner_by_name:
        return "practitioner: expected a practitioner's name as in the practice file"
    if kind is None:
        return "appointment_type: expected an appointment type's name as in the practice file"
    if start is None:
        return f"start: no such time in {practice.time_zone}: the clocks skip it that day"
    other = diary.take(one.practitioner, start, kind.minutes, one.line)
    return None if other is None else f"overlaps the appointment on line {other}, of the same practitioner"


def _entries(
    text: str, model: type[AnyEntry], known: Mapping[str, Any], refused: list[Refused]
) -> Iterator[AnyEntry]:
    """The rows that are well-formed; the others go to `refused`."""
    rows = _rows(text, refused)
    line, header = next(rows, (1, []))
    columns = [cell.lower().replace(" ", "_") for cell in header]
    reason = _header_objection(columns, model)
    if reason is not None:
        refused.append(Refused(line, reason))
        return
    body = list(rows)
    born = columns.index(_BORN) if _BORN in columns else None
    day_first = None if born is None else _day_first(cells[born] for _, cells in body if len(cells) > born)
    for line, cells in body:
        if len(cells) > len(columns):
            refused.append(Refused(line, f"expected at most {len(columns)} columns, got {len(cells)}"))
            continue
        filled = {column: cell for column, cell in zip(columns, cells, strict=False) if cell}
        if day_first is not None and _BORN in filled:
            filled[_BORN] = _iso(filled[_BORN], day_first)
        try:
            entry = model.model_validate(filled, context=dict(known))
        except ValidationError as error:
            refused.append(Refused(line, "; ".join(_reasons(error))))
            continue
        entry.stands_at(line)
        yield entry


def _day_first(dates: Iterable[str]) -> bool | None:
    """Whether dates as spreadsheets write them begin with the day; None when they don't tell, or disagree."""
    found = [one for date in dates if (one := _SPREADSHEET_DATE.fullmatch(date))]
    day_first, month_first = (any(int(one[place]) > 12 for one in found) for place in (1, 2))
    return None if day_first == month_first else day_first


def _iso(date: str, day_first: bool) -> str:
    found = _SPREADSHEET_DATE.fullmatch(date)
    if found is None:
        return date
    day, month = (found[1], found[2]) if day_first else (found[2], found[1])
    return f"{found[3]}-{month:0>2}-{day:0>2}"


def _reasons(error: ValidationError) -> Iterable[str]:
    for details in error.errors(include_url=False):
        yield f"{'.'.join(map(str, details['loc']))}: {in_words(details, repeat=False)}"


def _header_objection(columns: list[str], model: type[Entry]) -> str | None:
    """Columns are told by their place, not their text: without a header that text may be a patient's."""
    # A cell is one value: what holds several is for the practice file alone.
    fields = {name: field for name, field in model.model_fields.items() if field.default != ()}
    needed = [name for name, field in fields.items() if field.is_required()]
    wrong = [place for place, column in enumerate(columns, 1) if column not in fields]
    expectation = f"expected a header of {', '.join(fields)} (required: {', '.join(needed)})"
    if wrong:
        return f"{expectation}, got something else in column {', '.join(map(str, wrong))}"
    if len(set(columns)) < len(columns):
        return f"{expectation}, each once"
    return None if set(needed) <= set(columns) else expectation


def _rows(text: str, refused: list[Refused]) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank with the line on which it starts; misquoted ones go to `refused`."""
    text = text.removeprefix("\ufeff")
    lines = list(io.StringIO(text, newline=""))
    header = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=header.count)
    at = 0
    while at < len(lines):
        # A quotation mark that is not closed must not swallow the lines after it.
        window = iter(lines[at : at + MOST_LINES])
        reader = csv.reader(window, delimiter=delimiter, strict=True, skipinitialspace=True)
        line = at + 1
        try:
            cells = next(reader)
        except csv.Error:
            refused.append(Refused(line, "expected quotation marks in pairs, and doubled within quoted text"))
            at += 1
            continue
        at += reader.line_num
        cells = [cell.strip() for cell in cells]
        while cells and not cells[-1]:  # spreadsheets pad their lines
            cells.pop()
        if cells:
            yield line, cells
