"""An appointment as an iCalendar file (RFC 5545), for the patient's own calendar. Pure.

It says where and when, with whom and what to bring; never why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from reception.database.records import Appointment
from reception.practice import Practice

#: Octets in a line, its end not counted.
_LONGEST = 75
_STAMP = "%Y%m%dT%H%M%SZ"


def calendar_file(
    practice: Practice,
    appointments: Sequence[Appointment],
    summary: str,
    written: datetime,
    *,
    private: bool = False,
) -> str:
    """The file's text. The id is the appointment's, so that a moved one replaces itself in a calendar.

    A `private` one, for whoever has a link, does not tell the kind of the appointment either.

    Times are UTC: the reader's calendar shows them in its own zone, with no zone table to carry along.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//reception//appointments//EN", "METHOD:PUBLISH"]
    for one in appointments:
        lines += _event(practice, one, summary, written, private)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(
    practice: Practice, one: Appointment, summary: str, written: datetime, private: bool
) -> Iterator[str]:
    kind = practice.type_by_name.get(one.appointment_type)
    told = [f"{one.appointment_type}, {one.practitioner}", kind.bring if kind else "", practice.phone]
    if private:
        told = [one.practitioner, practice.phone]
    yield "BEGIN:VEVENT"
    yield f"UID:{one.id}@{practice.slug}"
    yield f"DTSTAMP:{written.astimezone(UTC).strftime(_STAMP)}"
    yield f"DTSTART:{one.start.astimezone(UTC).strftime(_STAMP)}"
    yield f"DTEND:{one.end.astimezone(UTC).strftime(_STAMP)}"
    yield f"SUMMARY:{_escaped(summary)}"
    yield f"DESCRIPTION:{_escaped(chr(10).join(line for line in told if line))}"
    if practice.address:
        yield f"LOCATION:{_escaped(practice.address)}"
    yield "STATUS:CANCELLED" if one.status == "cancelled" else "STATUS:CONFIRMED"
    yield "TRANSP:OPAQUE"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets; a character is never cut in two."""
    piece, room = "", _LONGEST
    for character in line:
        size = len(character.encode())
        if size > room:
            yield piece
            piece, room = " ", _LONGEST - 1
        piece += character
        room -= size
    yield piece
