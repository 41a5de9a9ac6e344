"""Takes over a practice's patients or calendar from CSV, for good or only to see what would become of it."""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Literal

from reception.csv_import import read_appointments_csv, read_patients_csv
from reception.database.connection import Database
from reception.database.load import ImportReport, import_appointments, import_patients
from reception.database.store import Store
from reception.errors import Invalid
from reception.practice import Practice

Kind = Literal["patients", "appointments"]
Encoding = Literal["utf-8", "windows-1252", "utf-16"]

#: Bytes of a file: some 200,000 patients.
MOST = 16_000_000
_SPREADSHEET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class TakeOver:
    """One CSV file for one practice; `today` is the day against which birth dates are checked."""

    database: Database
    practice: Practice
    kind: Kind
    today: date | None = None

    async def run(self, text: str, *, dry: bool) -> ImportReport:
        """What became of each line; when `dry`, all of it is done and taken back."""
        read = read_patients_csv if self.kind == "patients" else read_appointments_csv
        taken, refused = await asyncio.to_thread(read, text, self.practice, self.today)

        async def work(store: Store) -> ImportReport:
            async with store.savepoint() as part:
                bring = import_patients if self.kind == "patients" else import_appointments
                report = await bring(store, self.practice.id, taken)  # type: ignore[arg-type]
                if dry:
                    await part.rollback()
            for one in refused:
                report = report.refusing(one.line, one.reason)
            return report

        return await self.database.run(work)


def decoded(content: bytes, encoding: Encoding) -> str:
    """The text of a CSV file. Invalid says what the file is instead, and what to choose."""
    if content.startswith(_SPREADSHEET):
        raise Invalid("This is a spreadsheet, not CSV: open it, save it as “CSV UTF-8”, and choose that.")
    if encoding != "utf-16" and content.startswith(_WIDE):
        raise Invalid("This file is in UTF-16: choose that below, or save it as “CSV UTF-8”.")
    if encoding == "windows-1252" and not content.isascii() and _is_utf8(content):
        raise Invalid("This file is in UTF-8: choose that below, or names with accents come out wrong.")
    try:
        text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Invalid(
            f"Line {line} can't be read as {encoding.upper()}. Save the file as “CSV UTF-8”, or choose below "
            "how it was written: older spreadsheets use Windows-1252."
        ) from None
    if "\0" in text:
        raise Invalid("This is no text file. Save what you have as “CSV UTF-8”, and choose that file.")
    return text


def cut_off(text: str) -> int | None:
    """The number of the last line, where it looks as if the file ended in the middle of it."""
    lines = text.splitlines()
    if len(lines) < 3 or text.endswith(("\n", "\r")):
        return None
    delimiter = max(",;\t", key=lines[0].count)
    columns = [len(next(csv.reader(io.StringIO(one), delimiter=delimiter), [])) for one in lines[-2:]]
    return len(lines) if columns[1] < columns[0] else None


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
