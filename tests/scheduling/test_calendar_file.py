"""Unit ring: an appointment as a calendar file that calendars accept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from reception.database.records import Appointment, Patient
from reception.practice_file import parse_practice
from reception.scheduling.calendar_file import calendar_file
from tests.conftest import NOW, PRACTICE_YAML, ZONE

HARBOR = parse_practice(PRACTICE_YAML, "practice.yaml").to_practice()
APPOINTMENT = Appointment(
    id=UUID(int=7),
    patient=Patient(UUID(int=1), "Mary Jones"),
    practitioner="Dr. Anna Weber",
    practitioner_id=HARBOR.practitioners[0].id,
    appointment_type="Check-up",
    appointment_type_id=HARBOR.appointment_types[0].id,
    reason="knee",
    start=datetime(2026, 6, 16, 9, 0, tzinfo=ZONE),
    end=datetime(2026, 6, 16, 9, 30, tzinfo=ZONE),
    status="booked",
    booked_by=None,
    conversation_id=None,
)


def test_it_has_the_time_in_utc_and_an_id_that_stays_when_it_moves() -> None:
    lines = calendar_file(HARBOR, [APPOINTMENT], "At Harbor Clinic", NOW).split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20260616T130000Z" in lines and "DTEND:20260616T133000Z" in lines
    assert f"UID:{APPOINTMENT.id}@harbor-clinic" in lines and "SUMMARY:At Harbor Clinic" in lines


def test_it_says_neither_who_nor_why() -> None:
    text = calendar_file(HARBOR, [APPOINTMENT], "At Harbor Clinic", NOW)
    assert "Mary" not in text and "knee" not in text


def test_signs_with_a_meaning_are_escaped_and_long_lines_folded_between_characters() -> None:
    address = "Haus »Zur Brücke«; 2. Stock,\nAufgang B\\C, " + "ü" * 60
    text = calendar_file(replace(HARBOR, address=address), [APPOINTMENT], "x", NOW)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert "LOCATION:Haus »Zur Brücke«\\; 2. Stock\\,\\nAufgang B\\\\C\\, " + "ü" * 60 in unfolded
