"""Unit ring: patients and appointments from CSV text, with a reason for each line refused."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from reception.csv_import import Refused, read_appointments_csv, read_csv_text, read_patients_csv
from reception.errors import Invalid
from reception.practice_file import parse_practice

TODAY = date(2026, 6, 15)
PRACTICE = parse_practice(
    """\
practice: { name: Hill Practice, time_zone: America/New_York, phone: "+12025550100" }
practitioners: [ { name: Dr. Ada Moss, slots: [] }, { name: Dr. Ben Roth, slots: [] } ]
appointment_types: [ { name: Consultation, minutes: 15 } ]
""",
    "practice.yaml",
).to_practice()


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_patients(mark: str, delimiter: str, newline: str) -> None:
    lines = [
        "Name,Date of birth,Phone,Email,Insurance,,",
        '"Lane, Jo",1980-01-02,(202) 555-0123,Jo@Example.com,Aetna,,',
        "",
        "Sam Poe,,,,",
    ]
    text = mark + newline.join(lines)
    if delimiter != ",":
        text = text.replace("Lane, Jo", "Lane: Jo").replace(",", delimiter).replace("Lane: Jo", "Lane, Jo")
    (jo, sam), refused = read_patients_csv(text, PRACTICE, TODAY)
    assert refused == []
    assert (jo.name, jo.date_of_birth, jo.phone) == ("Lane, Jo", date(1980, 1, 2), "+12025550123")
    assert (jo.email, jo.insurance, jo.line) == ("jo@example.com", "Aetna", 2)
    assert (sam.name, sam.date_of_birth, sam.phone, sam.line) == ("Sam Poe", None, "", 4)


def test_bad_patients_are_refused_one_by_one_and_never_quoted() -> None:
    text = """\
name,date_of_birth,phone
Jo Lane,1980-01-02,
Zed Quark,02.01.1980,4711
,1980-01-02,
jo lane,1980-01-02,+12025550123
Zed Quark,1980-01-02,,,extra
Zed "Q" Quark,"unclosed "x,
Sam Poe,2030-01-01,
Ann Lee,1970-01-01,
"""
    taken, refused = read_patients_csv(text, PRACTICE, TODAY)
    assert [(one.name, one.line) for one in taken] == [("Jo Lane", 2), ("Ann Lee", 9)]
    assert refused == [
        Refused(
            3,
            "date_of_birth: expected a date as YYYY-MM-DD; "
            "phone: expected a phone number with its country code, like +12025550100",
        ),
        Refused(4, "name: required, but missing"),
        Refused(5, "the same name and date of birth as line 2"),
        Refused(6, "expected at most 3 columns, got 5"),
        Refused(7, "expected quotation marks in pairs, and doubled within quoted text"),
        Refused(8, "date_of_birth: expected a date of birth since 1900 and not in the future"),
    ]


@pytest.mark.parametrize(
    ("dates", "born"),
    [
        (["3/14/1979", "03/04/1980"], [date(1979, 3, 14), date(1980, 3, 4)]),
        (["14.3.1979", "3.4.1980"], [date(1979, 3, 14), date(1980, 4, 3)]),
        (["3/4/1979", "5/6/1980"], []),  # nothing tells which is the month
        (["3/14/1979", "14/3/1979"], []),  # both orders in one file
    ],
)
def test_dates_of_spreadsheets_are_read_where_the_file_tells_their_order(
    dates: list[str], born: list[date]
) -> None:
    text = "name,date_of_birth\n" + "".join(f"Patient {one},{one}\n" for one in dates)
    patients, refused = read_patients_csv(text)
    assert [one.date_of_birth for one in patients] == born
    assert len(refused) == len(dates) - len(born)


def test_a_file_without_the_right_header_is_refused_as_a_whole() -> None:
    expectation = "expected a header of name, date_of_birth, phone, email, insurance (required: name)"
    for text, reason in [
        ("Jo Lane,1980-01-02\n", f"{expectation}, got something else in column 1, 2"),
        ("name,name\nJo,Lane\n", f"{expectation}, each once"),
        ("phone\n+12025550123\n", expectation),
        ("", expectation),
    ]:
        assert read_patients_csv(text) == ([], [Refused(1, reason)])


def test_appointments() -> None:
    text = """\
patient;practitioner;appointment_type;start;date_of_birth;reason
Jo Lane;Dr. Ada Moss;Consultation;2026-06-16T09:00;1980-01-02;"knee;
both sides"
Jo Lane;Dr. Ada Moss;Consultation;2026-06-16 09:15:00
Sam Poe;Dr. Ada Moss;Consultation;2026-06-16T09:20
Sam Poe;Dr. Ben Roth;Consultation;2026-06-16T09:10
Sam Poe;Dr. Nobody;Consultation;2026-06-16T11:00
Sam Poe;Dr. Ben Roth;Surgery;2026-06-16T11:00
Sam Poe;Dr. Ben Roth;Consultation;2026-03-08T02:30
Sam Poe;Dr. Ben Roth;Consultation;tomorrow
"""
    taken, refused = read_appointments_csv(text, PRACTICE, TODAY)
    assert [(one.line, one.practitioner, one.start) for one in taken] == [
        (2, "Dr. Ada Moss", datetime(2026, 6, 16, 9)),
        (4, "Dr. Ada Moss", datetime(2026, 6, 16, 9, 15)),
        (6, "Dr. Ben Roth", datetime(2026, 6, 16, 9, 10)),
    ]
    assert taken[0].reason == "knee; both sides"
    assert refused == [
        Refused(5, "overlaps the appointment on line 4, of the same practitioner"),
        Refused(7, "practitioner: expected a practitioner's name as in the practice file"),
        Refused(8, "appointment_type: expected an appointment type's name as in the practice file"),
        Refused(9, "start: no such time in America/New_York: the clocks skip it that day"),
        Refused(10, "start: expected a local time as YYYY-MM-DDTHH:MM"),
    ]


def test_a_file_is_read_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_bytes("\ufeffname\nZoë Ö\n".encode())
    assert read_patients_csv(read_csv_text(path))[0][0].name == "Zoë Ö"
    path.write_bytes("name\nZoë\n".encode("latin-1"))
    with pytest.raises(Invalid, match="not UTF-8"):
        read_csv_text(path)
    with pytest.raises(Invalid, match="can't be read"):
        read_csv_text(tmp_path / "none.csv")
