"""Unit ring: the simulator follows KEDA's rules, reads the manifests, and the manifests reach their goals."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from deploy.simulate.__main__ import main
from deploy.simulate.arrivals import DAY, STEP, WEEK, rate, read_profile
from deploy.simulate.capacity import ESTIMATE, from_bench, measured_small
from deploy.simulate.manifest import MANIFEST, Rules, opening, read_rules, schedule
from deploy.simulate.policies import Row, World, compare
from deploy.simulate.scaler import Scaler
from deploy.simulate.week import Machines
from reception.opening import Fleet
from reception.practice_file import read_practice_file
from reception.service import DEMO_PRACTICE

NOTHING = (0.0, 0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return read_rules()


@pytest.fixture(scope="module")
def world() -> World:
    practice = read_practice_file(DEMO_PRACTICE).to_practice()
    return World(read_profile(), practice, read_rules(), Machines(ESTIMATE), Fleet())


def at(hour: float, weekday: int = 0) -> int:
    return weekday * DAY + int(hour * 3600 / STEP)


def test_a_week_has_the_profiles_calls_and_monday_most_of_them() -> None:
    profile = read_profile()
    week = rate(profile)
    days = week.reshape(7, DAY).sum(axis=1)
    assert days[:5].sum() == pytest.approx(5 * profile.calls_a_weekday)
    assert days.argmax() == 0 and days[1] / days[0] == pytest.approx(0.82)
    rush, later = week[at(8) : at(8.25)].sum(), week[at(8.5) : at(8.75)].sum()
    assert rush == pytest.approx(2 * later)


def test_the_windows_are_those_of_the_manifest(rules: Rules) -> None:
    assert rules.cron[at(7.7)] == 0 and rules.cron[at(7.76)] == rules.cron[at(12.4)] == 1
    assert rules.cron[at(12.6)] == 0 and rules.cron[at(12, weekday=6)] == 0


def test_a_window_may_begin_on_the_day_before() -> None:
    night = {
        "timezone": "Europe/London",
        "start": "45 23 * * 0",
        "end": "0 6 * * 1",
        "desiredReplicas": "2",
    }
    week = schedule([{"type": "cron", "metadata": night}])
    assert week[-1] == week[at(5.9)] == 2 and week[at(6.1)] == 0 and week.sum() * STEP == 2 * 6.25 * 3600


def test_a_scaler_wakes_by_load_and_sleeps_after_the_cool_down(rules: Rules) -> None:
    scaler = Scaler(rules)
    few, many = rules.calls.activation, rules.calls.activation + 1
    assert scaler.step(0, few, 0, 0, 0) == 0
    assert scaler.step(1, many, 0, 0, 0) == 1
    steps = int(rules.cooldown / STEP)
    awake = [scaler.step(2 + number, *NOTHING) for number in range(steps)]
    assert awake[:-1] == [1] * (steps - 1) and awake[-1] == 0


def test_it_rises_at_once_and_falls_slowly(rules: Rules) -> None:
    scaler = Scaler(rules)
    load = 6 * rules.turns.per_replica
    scaler.step(0, 0, load, 0, 0)
    assert scaler.step(1, 0, load, 0, 0) == 6
    window = int(rules.down_window / STEP)
    falling = [scaler.step(2 + number, 0, 2 * rules.turns.per_replica, 0, 0) for number in range(window + 60)]
    assert falling[: window - 2] == [6] * (window - 2) and falling[-1] == 2
    assert max(before - after for before, after in pairwise(falling)) <= 2


def test_the_highest_trigger_wins(rules: Rules) -> None:
    scaler = Scaler(rules)
    scaler.step(0, 0, 0, 0, 4)
    assert scaler.step(1, rules.calls.per_replica, 2 * rules.turns.per_replica, 0, 4) == 4


def test_other_thresholds_in_the_manifest_are_other_rules(tmp_path: Path) -> None:
    changed = yaml.safe_load(MANIFEST.read_text("utf-8"))
    for trigger in changed["spec"]["triggers"]:
        if trigger.get("name") == "turns":
            trigger["metadata"]["threshold"] = "1.5"
    file = tmp_path / "scaledobject.yaml"
    file.write_text(yaml.safe_dump(changed))
    assert read_rules(file).turns.per_replica == 1.5


def by_policy(rows: list[Row]) -> dict[str, Row]:
    return {row.policy: row for row in rows}


def test_with_many_practices_the_manifests_reach_their_goals(world: World) -> None:
    rows = by_policy(compare(world, 1000, 1.0))
    both = rows["both"].outcome
    assert both.big >= 0.99
    assert both.gpu_hours <= 0.75 * rows["opening hours"].outcome.gpu_hours
    assert both.gpu_hours <= 0.20 * rows["always on"].outcome.gpu_hours
    assert rows["load"].outcome.big < 0.99  # which is why there are windows too


def test_one_practice_alone_saves_by_its_hours_and_no_more(world: World) -> None:
    rows = by_policy(compare(world, 1, 1.0))
    both, hours = rows["both"].outcome, rows["opening hours"].outcome
    assert both.big >= 0.99 and both.most == 1
    assert hours.gpu_hours <= both.gpu_hours <= 0.3 * rows["always on"].outcome.gpu_hours


def test_while_the_gpus_sleep_nothing_is_paid_and_the_small_model_answers(world: World) -> None:
    quiet = replace(
        world, rules=world.rules.without_cron(), practice=replace(world.practice, opening_hours={})
    )
    outcome = by_policy(compare(quiet, 1, 1.0))["load"].outcome
    assert (outcome.gpu_hours, outcome.big_at_all) == (0, 0) and outcome.small_turns.sum() > 1000


def test_the_practices_hours_count_as_opening_hours(world: World) -> None:
    opened = opening(world.practice)
    assert opened.shape == (WEEK,) and opened.sum() * STEP == 40 * 3600
    assert np.all(opened <= world.rules.cron)


def test_the_capacity_comes_from_measurements_where_there_are_any(tmp_path: Path) -> None:
    assert measured_small() > 1
    report = tmp_path / "report.json"
    loads = [
        {"clients": 1, "per_second": 7.0, "p50": 100, "p95": 200},
        {"clients": 16, "per_second": 20.0, "p50": 400, "p95": 700},
        {"clients": 64, "per_second": 25.0, "p50": 2000, "p95": 4000},
    ]
    report.write_text(json.dumps({"rows": [], "loads": loads}))
    assert from_bench(report) == 20.0
    report.write_text(json.dumps({"loads": loads[2:]}))
    with pytest.raises(ValueError, match="no load"):
        from_bench(report)


def test_the_command_prints_a_table_a_verdict_and_plots(tmp_path: Path) -> None:
    arguments = ["--practices", "10", "--load", "1", "--plot", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "| 10 | 1 | both |" in result.output and "99 % by the big model: yes" in result.output
    assert {path.name for path in tmp_path.iterdir()} == {"week.png", "hours.png"}
