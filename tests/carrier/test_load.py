"""Unit ring, the last test model ring: simulated patients, what they are told, and what is in the books."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import pytest
from rich.console import Console

from reception.carrier.load.checks import Said, compare
from reception.carrier.load.crowd import NOW, Person, crowd, practice_file
from reception.carrier.load.patient import FAREWELL, Patient, draw_wish, wishes
from reception.carrier.load.report import Report, Timed, save, show, summary
from reception.carrier.load.run import Calls, measure
from reception.carrier.session import Turn
from reception.carrier.speech import Spoken
from reception.database.records import Message
from reception.dialogue.state import Expects
from reception.practice_file import parse_practice
from reception.settings import Settings
from tests.conftest import NOW as MOMENT

CONVERSATION = "00000000-0000-0000-0000-000000000007"
ALICE = Person("Alice Adams", date(1950, 5, 1), "+13125561000", NOW)


def message(expects: str | None, about: str | None = None) -> Message:
    return Message(UUID(int=1), "desk", "…", MOMENT, expects, about, [], None)


def test_the_crowd_is_in_the_practice_and_nobody_is_there_twice() -> None:
    people = crowd(700)
    assert len({one.name for one in people}) == len({one.phone for one in people}) == 700
    file = parse_practice(practice_file(people), "practice.yaml")
    assert len(file.patients) == 700 and len(file.appointments) == 234


def test_a_patient_says_the_wish_first_and_then_what_the_desk_asks_for() -> None:
    rng = Random(1)
    patient = Patient(ALICE, next(one for one in wishes().wishes if one.name == "book and ask"), rng)
    assert "flu shot" in patient.answer(message("request"))
    assert "Alice Adams" in patient.answer(message("patient_name"))
    assert any(part in patient.answer(message("date_of_birth")) for part in ("1950",))
    assert patient.answer(message("anything_else")) == "Where can I park?"
    assert patient.answer(message("anything_else")).startswith("No")
    assert patient.answer(message(None)) == FAREWELL


def test_every_question_of_the_desk_has_an_answer() -> None:
    known = {name.split(".")[0] for name in wishes().common}
    assert known == {expects.value for expects in Expects}


def test_only_who_has_an_appointment_wants_to_move_it() -> None:
    without = Person("Brian Ellis", date(1960, 1, 1), "+13125561001")
    rng = Random(3)
    assert {draw_wish(without, rng).has_appointment for _ in range(50)} == {False}
    assert {draw_wish(ALICE, rng).has_appointment for _ in range(50)} == {True}


def books(**changes: Any) -> dict[str, Any]:
    appointment = {
        "patient": {"name": "Alice Adams"}, "practitioner": "Dr. Weber", "status": "booked",
        "start": "2026-06-16T09:00:00-05:00", "end": "2026-06-16T09:30:00-05:00",
        "conversation_id": CONVERSATION,
    }  # fmt: skip
    said = [{"role": "desk", "text": "Hello."}, {"role": "patient", "text": "book me in"}]
    return {
        "appointments": [appointment],
        "requests": [],
        "conversations": [{"id": CONVERSATION, "messages": said}],
    } | changes


def told(*heard: str, words: tuple[str, ...] = ("book me in",)) -> list[Said]:
    pieces = [Spoken(text, float(place), place + 1.0) for place, text in enumerate(heard)]
    return [Said("CA1", "Alice Adams", "book", pieces, list(words))]


def found(said: list[Said], kept: dict[str, Any]) -> list[str]:
    return compare(said, {"CA1": CONVERSATION}, kept, {"Alice Adams": ALICE})


def test_what_was_told_and_kept_is_right() -> None:
    assert found(told("Your appointment is booked: Tuesday, June 16 at 9 AM."), books()) == []


def test_a_booking_that_is_not_in_the_books_is_a_problem() -> None:
    said = told("Your appointment is booked: Tuesday, June 16 at 9 AM.")
    assert "told of 1 bookings" in found(said, books(appointments=[]))[0]


def test_two_appointments_at_once_are_a_problem() -> None:
    both = books()["appointments"] * 2
    assert "two appointments" in found(told(), books(appointments=both))[0]


def test_a_turn_that_is_not_kept_is_a_problem() -> None:
    assert "2 turns were said, 1 are kept" in found(told(words=("book me in", "yes")), books())[0]
    assert "other words" in found(told(words=("good day",)), books())[0]
    assert found(told(words=("#1",)), books()) == []
    assert compare(told(), {}, books(), {"Alice Adams": ALICE}) == ["CA1: no conversation"]


def test_a_cancellation_a_move_and_a_request_are_compared_too() -> None:
    assert "cancelled" in found(told("Your appointment on Monday is cancelled."), books())[0]
    assert "more requests" in found(told("I've passed that on to the team."), books())[0]
    still = [{**books()["appointments"][0], "start": NOW.isoformat() + "-05:00"}]
    moved = told("Your appointment is moved. The new time is Friday.")
    assert "moved" in found(moved, books(appointments=still))[0]


def test_the_report_tells_waits_by_kind_and_whether_the_budget_is_kept(tmp_path: Path) -> None:
    turns = [Turn("a", 1.0, 1.2, 1.3), Turn("b", 2.0, 2.4, 2.4), Turn("c", 3.0)]
    calls = Calls(
        timed=[Timed(kind, turn) for kind, turn in zip(("slot", "date", "slot"), turns, strict=True)]
    )
    report = summary(0, 4, 1, calls, ["something"])
    assert [(one.kind, one.turns, round(one.p50)) for one in report.waits] == [
        ("all turns", 2, 300), ("date", 1, 400), ("slot", 1, 200),
    ]  # fmt: skip
    assert (report.lost, report.bridged, report.met) == (1, 1, True)
    save(report, tmp_path)
    assert (tmp_path / "calls.png").stat().st_size > 1000
    kept = msgspec.json.decode((tmp_path / "calls.json").read_bytes(), type=Report)
    assert kept == report
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(show(report))
    text = console.export_text()
    assert "Problem: something" in text and "kept" in text


@pytest.mark.model
async def test_some_calls_at_once_lose_nothing_and_book_nobody_twice() -> None:
    report = await measure(Settings(), 2, 0.05, lambda seconds, calls: None, speed=15.0)
    assert report.problems == [] and report.lost == 0
    assert report.turns > 5
