"""Unit ring: the windows in which the big model must be awake, and the cron triggers made of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from reception.cli import main
from reception.opening import Fleet, triggers, windows
from reception.practice import Practice
from reception.practice_file import parse_practice


def practice(hours: str, name: str = "A", zone: str = "Europe/London", answering: str = "on") -> Practice:
    text = f"""
practice: {{name: {name}, time_zone: {zone}, answering: {answering}}}
opening_hours: {hours}
practitioners: [{{name: Dr. Weber}}]
appointment_types: [{{name: Check-up, minutes: 30}}]
"""
    return parse_practice(text, "practice.yaml").to_practice()


def crons(*practices: Practice, fleet: Fleet | None = None) -> list[tuple[str, str, str]]:
    found = triggers(windows(practices), fleet or Fleet())
    return [
        (one["metadata"]["start"], one["metadata"]["end"], one["metadata"]["desiredReplicas"])
        for one in found
    ]


def test_the_model_is_warm_a_quarter_of_an_hour_before_opening() -> None:
    week = practice('{mon: ["08:00-18:00"], tue: ["08:00-18:00"], sat: ["09:00-12:00"]}')
    assert crons(week) == [("45 7 * * 1,2", "0 18 * * 1,2", "1"), ("45 8 * * 6", "0 12 * * 6", "1")]


def test_a_long_lunch_is_slept_through_and_a_short_one_is_not() -> None:
    long = practice('{mon: ["08:00-12:00", "13:00-18:00"]}')
    assert crons(long) == [("45 7 * * 1", "0 12 * * 1", "1"), ("45 12 * * 1", "0 18 * * 1", "1")]
    short = practice('{mon: ["08:00-12:00", "12:40-18:00"]}')
    assert crons(short) == [("45 7 * * 1", "0 18 * * 1", "1")]


def test_practices_of_one_zone_are_laid_over_each_other_and_zones_stay_apart() -> None:
    early, late = practice('{mon: ["07:00-12:00"]}'), practice('{mon: ["10:00-20:00"]}', "B")
    west = practice('{mon: ["08:00-12:00"]}', "C", "America/Chicago")
    found = windows([early, late, west])
    assert [(one.time_zone, one.start, one.end, one.practices) for one in found] == [
        ("America/Chicago", 465, 720, 1),
        ("Europe/London", 405, 1200, 2),
    ]


def test_opening_at_midnight_begins_the_day_before_and_a_week_without_end_still_ends() -> None:
    night = practice('{mon: ["00:00-06:00"]}')
    assert crons(night) == [("45 23 * * 0", "0 6 * * 1", "1")]
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    always = practice("{" + ", ".join(f'{day}: ["00:00-23:59"]' for day in days) + "}")
    [(start, end, _)] = crons(always)
    assert (start, end) == ("45 23 * * 0", "44 23 * * 0")


def test_many_practices_get_more_replicas_in_the_morning() -> None:
    many = [practice('{mon: ["08:00-18:00"]}', f"P{number}") for number in range(100)]
    assert crons(*many, fleet=Fleet(morning_practices=25, practices=50)) == [
        ("45 7 * * 1", "0 18 * * 1", "2"),
        ("45 7 * * 1", "45 8 * * 1", "4"),
    ]


def test_where_the_desk_does_not_answer_in_the_day_nothing_is_kept_awake() -> None:
    assert not windows([practice('{mon: ["08:00-18:00"]}', answering="after_hours")])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "practice.yaml"
    path.write_text(
        "practice: {name: A, time_zone: Europe/London}\nopening_hours: {mon: ['08:00-18:00']}\n"
        "practitioners: [{name: Dr. Weber}]\nappointment_types: [{name: Check-up, minutes: 30}]\n"
    )
    return path


def test_the_command_prints_triggers_and_checks_a_manifest(file: Path, tmp_path: Path) -> None:
    printed = CliRunner().invoke(main, ["hours", "--file", str(file), "--keda"]).output
    manifest = tmp_path / "scaledobject.yaml"

    def checked(found: object) -> tuple[int, str]:
        manifest.write_text(yaml.safe_dump({"kind": "ScaledObject", "spec": {"triggers": found}}))
        result = CliRunner().invoke(main, ["hours", "--file", str(file), "--check", str(manifest)])
        return result.exit_code, result.output

    assert checked(yaml.safe_load(printed))[0] == 0
    code, said = checked([])
    assert code == 1 and "reception hours --keda" in said and "45 7 * * 1" in said
