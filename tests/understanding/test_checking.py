"""The model's slots, put right by what has a fixed form or a name of the practice's own (ring: unit)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from reception.clock import Clock
from reception.dialogue.meaning import Intent, Slot
from reception.practice_file import read_practice_file
from reception.understanding.checking import check
from reception.understanding.interpret import Setting

NOW = datetime(2026, 6, 12, 10)


@pytest.fixture(scope="module")
def setting() -> Setting:
    practice = read_practice_file(
        Path(__file__).parents[2] / "reception" / "demo_practice.yaml", NOW.date()
    ).to_practice()
    return Setting(Clock(NOW).now(practice.time_zone), practice)


@pytest.mark.parametrize(
    ("intent", "patient", "slots", "checked"),
    [
        (
            "inform",
            "no, it's 202-555-0103 now",
            {"date": "202-555-0103"},
            {"phone": "202-555-0103"},
        ),
        (
            "inform",
            "kofi@example.org, and my plan is Aetna",
            {"insurance": "kofi@example.org", "email": "my plan"},
            {"email": "kofi@example.org", "insurance": "Aetna"},
        ),
        (
            "book_appointment",
            "Is Dr. Marchetti in?",
            {"practitioner": "Marchetti"},
            {"practitioner": "Dr. Marchetti"},
        ),
        (
            "book_appointment",
            "blood work please any day but friday",
            {"date": "friday"},
            {"appointment_type": "blood work", "date": "any day but friday"},
        ),
        ("inform", "Anything but Friday.", {"date": "Friday"}, {"date": "Anything but Friday"}),
        ("ask_alternatives", "you have other day?", {"date": "other day"}, {}),
        (
            "book_appointment",
            "can grace kimani draw my blood",
            {"patient_name": "grace kimani"},
            {"practitioner": "grace kimani"},
        ),
        (
            "reschedule_appointment",
            "can u move 6/16 3pm to 6/18",
            {"old_date": "6/16", "date": "6/18", "time": "3pm"},
            {"date": "6/18", "old_date": "6/16", "old_time": "3pm"},
        ),
        (
            "reschedule_appointment",
            "my Tuesday appointment has to be at 3pm",
            {"old_date": "Tuesday", "time": "3pm"},
            {"old_date": "Tuesday", "time": "3pm"},
        ),
        (
            "book_appointment",
            "a flu shot on Tuesday at twenty to eleven",
            {"date": "Tuesday", "time": "twenty to eleven", "appointment_type": "flu shot"},
            {"date": "Tuesday", "time": "twenty to eleven", "appointment_type": "flu shot"},
        ),
        (
            "reschedule_appointment",
            "I need to move my appointment on the 22nd to the next morning",
            {"date": "22nd", "time": "next morning"},
            {"old_date": "22nd", "time": "next morning"},
        ),
        (
            "reschedule_appointment",
            "I need to postpone my physical that's on the ninth",
            {"date": "ninth"},
            {"appointment_type": "physical", "old_date": "ninth"},
        ),
        (
            "reschedule_appointment",
            "can we shift it from Tuesday? I have a meeting",
            {"date": "Tuesday"},
            {"old_date": "Tuesday"},
        ),
        (
            "reschedule_appointment",
            "I can't make Friday at three any more",
            {"date": "Friday", "time": "three"},
            {"old_date": "Friday", "old_time": "three"},
        ),
        (
            "reschedule_appointment",
            "Wednesday no longer works, I need another day",
            {"date": "Wednesday"},
            {"old_date": "Wednesday"},
        ),
        (
            "reschedule_appointment",
            "something later, I'm free from Monday",
            {"date": "Monday"},
            {"date": "Monday"},
        ),
        *(
            ("reschedule_appointment", said, {"date": day}, {"date": day})
            for said, day in (
                ("later, please, I'm for Tuesday", "Tuesday"),
                ("put it on my day off", "day off"),
            )
        ),
        (
            "cancel_appointment",
            "it's for Mrs. Chinwe Eze",
            {"patient_name": "Mrs. Chinwe Eze"},
            {"patient_name": "Chinwe Eze"},
        ),
        (
            "inform",
            "Oh, and make that Dr. Weber instead.",
            {"patient_name": "Weber"},
            {"practitioner": "Dr. Weber"},
        ),
        (
            "book_appointment",
            "I need a dressing change on Monday",
            {"appointment_type": "dressing change", "date": "Monday"},
            {"reason": "dressing change", "date": "Monday"},
        ),
        (
            "cancel_appointment",
            "my dressing change on Monday is off",
            {"appointment_type": "dressing change", "date": "Monday"},
            {"appointment_type": "dressing change", "date": "Monday"},
        ),
        ("inform", "It's Mrs. Weber.", {"patient_name": "Weber"}, {"patient_name": "Weber"}),
        (
            "inform",
            "From Monday to Wednesday.",
            {"date": "Wednesday"},
            {"date": "From Monday to Wednesday"},
        ),
        *(
            (intent, said, slots, slots)
            for intent, said, slots in (
                ("deny", "Opposite! To Thursday, from Tuesday", {"date": "Thursday", "old_date": "Tuesday"}),
                (
                    "cancel_appointment",
                    "the wednesday quarter to nine",
                    {"date": "wednesday", "time": "quarter to nine"},
                ),
                ("book_appointment", "sick since Monday, want to come in Tuesday", {"date": "Tuesday"}),
                (
                    "ask_alternatives",
                    "any day next week but Wednesday",
                    {"date": "any day next week but Wednesday"},
                ),
                (
                    "ask_alternatives",
                    "I work Thursdays; any day but Thursday",
                    {"date": "any day but Thursday"},
                ),
                (
                    "reschedule_appointment",
                    "could you bump that till next Thursday",
                    {"date": "next Thursday"},
                ),
                ("deny", "I said Thursday, no, hang on, I said Tuesday", {"date": "Tuesday"}),
                ("affirm", "yes, born in the war", {}),
                ("book_appointment", "before the end of the year", {"date": "before the end of the year"}),
                ("reschedule_appointment", "move it to after Friday", {"date": "after Friday"}),
                ("ask_alternatives", "could it be ten past instead", {"time": "ten past"}),
                ("book_appointment", "the lady doctor Dr. Weber, please", {"practitioner": "Dr. Weber"}),
                ("inform", "cigna open access plus", {"insurance": "cigna open access plus"}),
                ("inform", "friday health plans", {"insurance": "friday health plans"}),
            )
        ),
        (
            "request_sick_note",
            "I was off the 3rd of June through the 5th",
            {"date": "3rd of June"},
            {"date": "3rd of June through the 5th"},
        ),
        (
            "inform",
            "I have to be there Tuesday",
            {"date": "Tuesday"},
            {"date": "Tuesday"},
        ),
        (
            "reschedule_appointment",
            "from Monday to Wednesday",
            {"old_date": "Monday", "date": "Wednesday"},
            {"old_date": "Monday", "date": "Wednesday"},
        ),
        (
            "reschedule_appointment",
            "move my 8:15 to noon",
            {"old_date": "8:15", "time": "noon"},
            {"old_time": "8:15", "time": "noon"},
        ),
        (
            "ask_alternatives",
            "Tuesday, or rather Wednesday",
            {"date": "Tuesday", "time": "Wednesday"},
            {"date": "Wednesday"},
        ),
        (
            "book_appointment",
            "come in on Monday at half past nine",
            {"date": "Monday", "old_date": "Monday", "old_time": "half past nine"},
            {"date": "Monday", "time": "half past nine"},
        ),
        ("inform", "I'm Harold Finch", {"email": "Harold Finch"}, {}),
        ("inform", "write to Maya.Chen@example.org", {}, {"email": "Maya.Chen@example.org"}),
        ("inform", "you can call (202) 555-0147", {}, {"phone": "(202) 555-0147"}),
        (
            "inform",
            "he was born on May 23, 1971, thanks",
            {},
            {"date_of_birth": "May 23, 1971"},
        ),
        (
            "book_appointment",
            "My name is Tomasz Wilk and I'd like to see Dr. Anna Weber on Monday at 1:30 pm",
            {"date": "Monday"},
            {
                "patient_name": "Tomasz Wilk",
                "practitioner": "Dr. Anna Weber",
                "date": "Monday",
                "time": "1:30 pm",
            },
        ),
        ("deny", "No, not Tuesday, I said Thursday", {"date": "Thursday"}, {"date": "Thursday"}),
        ("deny", "No, not Tuesday, I said Thursday", {"date": "Tuesday"}, {"date": "Thursday"}),
        ("deny", "no i said thursday not tuesday", {"date": "thursday"}, {"date": "thursday"}),
        (
            "book_appointment",
            "my physical on Thursday stays, but can somebody look at my knee",
            {"appointment_type": "physical", "reason": "knee", "date": "Thursday"},
            {"reason": "knee"},
        ),
        (
            "book_appointment",
            "Find me somebody in Santa Clara, please",
            {"date": "Santa Clara"},
            {},
        ),
        (
            "book_appointment",
            "Have you anything in early July?",
            {"date": "early July"},
            {"date": "early July"},
        ),
        ("book_appointment", "Anything in August", {"date": "August"}, {"date": "August"}),
        (
            "book_appointment",
            "keep my physical on friday, I need a second appointment for my knee",
            {"appointment_type": "physical", "reason": "knee", "date": "friday"},
            {"reason": "knee"},
        ),
    ],
)
def test_slots_are_put_right(
    intent: str, patient: str, slots: dict[str, str], checked: dict[str, str], setting: Setting
) -> None:
    given = {Slot(name): span for name, span in slots.items()}
    assert check(Intent(intent), given, patient, "", setting) == checked


@pytest.mark.parametrize(
    ("intent", "patient"),
    [
        ("emergency", "call me at 202-555-0147, he can't breathe"),
        ("book_appointment", "not at 9:00 but at 10:00"),  # which one is meant, a form can't tell
        ("reschedule_appointment", "my 9 o'clock can't be"),  # the old time or the new one
        ("request_test_results", "my blood test results"),  # a test's name, but no appointment
    ],
)
def test_what_is_not_sure_is_left_alone(intent: str, patient: str, setting: Setting) -> None:
    assert check(Intent(intent), {}, patient, "", setting) == {}
