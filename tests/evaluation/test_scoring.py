"""Unit ring: how outcomes become scores, on frames made by hand."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reception.dialogue.meaning import Days, Frame, Hours, Intent, Slot, Value
from reception.errors import Invalid, MisconfiguredError
from reception.evaluation.cases import Case, load_cases, whole_words
from reception.evaluation.report import summary, write_report
from reception.evaluation.understanding import Counts, Outcome, Scores, evaluate_understanding

MONDAY = {"from": "2026-06-15", "to": "2026-06-15"}


def outcome(
    wanted: Intent,
    found: Intent,
    *,
    gold: dict[Slot, str] | None = None,
    given: dict[Slot, str] | None = None,
    values: dict[Slot, Any] | None = None,
    made: dict[Slot, Value] | None = None,
    confidence: float = 1.0,
    group: str = "plain",
    ms: float = 10.0,
) -> Outcome:
    case = Case("How can I help?", "on Monday at nine", wanted, gold or {}, values or {}, group)
    return Outcome(case, Frame(found, given or {}, made or {}, confidence), ms)


def test_intents_are_right_or_wrong() -> None:
    scores = Scores(
        [
            outcome(Intent.BOOK, Intent.BOOK),
            outcome(Intent.BOOK, Intent.CHECK),
            outcome(Intent.DENY, Intent.DENY),
        ]
    )
    assert scores.intent_accuracy == pytest.approx(2 / 3)
    assert scores.confusion == {
        (Intent.BOOK, Intent.BOOK): 1,
        (Intent.BOOK, Intent.CHECK): 1,
        (Intent.DENY, Intent.DENY): 1,
    }


def test_spans_count_only_when_exact_and_in_their_slot() -> None:
    scores = Scores(
        [
            outcome(
                Intent.INFORM,
                Intent.INFORM,
                gold={Slot.DATE: "Monday", Slot.TIME: "nine"},
                given={Slot.DATE: "on Monday", Slot.TIME: "nine", Slot.REASON: "Monday"},
            )
        ]
    )
    assert scores.slots == Counts(right=1, found=3, wanted=2)
    assert scores.slots.precision == pytest.approx(1 / 3)
    assert scores.slots.recall == pytest.approx(1 / 2)
    assert scores.slots.f1 == pytest.approx(2 / 5)
    assert scores.by_slot == {
        Slot.REASON: Counts(0, 1, 0),
        Slot.DATE: Counts(0, 1, 1),
        Slot.TIME: Counts(1, 1, 1),
    }


def test_values_are_judged_only_where_the_span_is_right() -> None:
    spans = {Slot.DATE: "Monday", Slot.TIME: "nine"}
    right: dict[Slot, Value] = {
        Slot.DATE: Days(date(2026, 6, 15), date(2026, 6, 15)),
        Slot.TIME: Hours(time(9), time(9)),
    }
    wanted = {Slot.DATE: MONDAY, Slot.TIME: {"from": "09:00", "to": "09:00"}}
    evening = right | {Slot.TIME: Hours(time(21), time(21))}
    good = outcome(Intent.INFORM, Intent.INFORM, gold=spans, given=spans, values=wanted, made=right)
    late = outcome(Intent.INFORM, Intent.INFORM, gold=spans, given=spans, values=wanted, made=evening)
    other = outcome(
        Intent.INFORM,
        Intent.INFORM,
        gold=spans,
        given={Slot.DATE: "on Monday"},
        values=wanted,
        made={Slot.DATE: Days(date(2026, 6, 15), date(2026, 6, 15))},
    )
    scores = Scores([good, late, other])
    assert scores.value_accuracy == pytest.approx(3 / 4)
    assert scores.values_by_slot == {Slot.DATE: 1.0, Slot.TIME: 0.5}
    assert [one.exact for one in scores.outcomes] == [True, False, False]


def test_a_wish_without_a_value_must_not_be_given_one() -> None:
    spans = {Slot.DATE: "as soon as possible"}
    soon = outcome(Intent.BOOK, Intent.BOOK, gold=spans, given=spans, made={Slot.DATE: Days(soonest=True)})
    invented = outcome(
        Intent.BOOK, Intent.BOOK, gold=spans, given=spans, made={Slot.DATE: Days(date(2026, 6, 12))}
    )
    assert soon.exact
    assert invented.value_checks() == [(Slot.DATE, False)]


def test_emergencies_missed_and_false_alarms() -> None:
    scores = Scores(
        [
            outcome(Intent.EMERGENCY, Intent.EMERGENCY, group="emergency"),
            outcome(Intent.EMERGENCY, Intent.MEDICAL_QUESTION, group="emergency"),
            outcome(Intent.BOOK, Intent.EMERGENCY, group="near_miss"),
            outcome(Intent.BOOK, Intent.BOOK, group="near_miss"),
            outcome(Intent.GREET, Intent.EMERGENCY),
        ]
    )
    assert scores.emergency_recall == 0.5
    assert len(scores.missed_emergencies) == 1
    assert scores.near_miss_alarms == 0.5
    assert len(scores.false_alarms) == 2
    assert scores.groups["near_miss"].intent_accuracy == 0.5


def test_calibration_weighs_each_step_by_its_cases() -> None:
    sure = [outcome(Intent.BOOK, Intent.BOOK, confidence=0.95) for _ in range(3)]
    wrong = [outcome(Intent.BOOK, Intent.CHECK, confidence=0.95)]
    unsure = [outcome(Intent.BOOK, Intent.BOOK, confidence=0.5)]
    scores = Scores([*sure, *wrong, *unsure])
    assert [(one.cases, one.accuracy) for one in scores.calibration()] == [(1, 1.0), (4, 0.75)]
    assert scores.calibration_error() == pytest.approx((4 * 0.2 + 1 * 0.5) / 5)


def test_full_confidence_falls_into_the_last_step() -> None:
    assert Scores([outcome(Intent.BOOK, Intent.BOOK)]).calibration_error() == 0.0


def test_latency_is_a_nearest_rank() -> None:
    scores = Scores([outcome(Intent.BOOK, Intent.BOOK, ms=float(ms)) for ms in range(1, 101)])
    assert (scores.latency(0.5), scores.latency(0.95)) == (51.0, 96.0)


def test_nothing_measured_means_nothing_wrong() -> None:
    scores = Scores([])
    assert (scores.intent_accuracy, scores.slots.f1, scores.latency(0.5)) == (1.0, 1.0, 0.0)


async def test_every_case_is_asked_in_order() -> None:
    class Parrot:
        def __init__(self) -> None:
            self.heard: list[tuple[str, str]] = []

        async def understand(self, desk: str, patient: str, setting: Any) -> Frame:
            self.heard.append((desk, patient))
            return Frame(Intent.GREET)

    cases = [Case("", "hi", Intent.GREET, {}, {}), Case("Hello", "bye", Intent.GOODBYE, {}, {})]
    parrot = Parrot()
    setting: Any = object()
    scores = await evaluate_understanding(parrot, cases, setting)
    assert parrot.heard == [("", "hi"), ("Hello", "bye")]
    assert scores.intent_accuracy == 0.5
    assert [one.case.patient for one in scores.mistakes] == ["bye"]


@pytest.mark.parametrize(
    ("span", "fits"),
    [("Dr. Weber", True), ("Webe", False), ("weber", False), ("sore", True), (" sore", False)],
)
def test_spans_are_whole_words(span: str, fits: bool) -> None:
    assert whole_words(span, "Dr. Weber's patient, sore throat") is fits


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    good = {"desk": "", "patient": "hi", "intent": "greet", "slots": {}}
    rows = [good, good | {"intent": "shout"}, good | {"slots": {"reason": "cough"}}, good | {"extra": 1}]
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(Invalid) as refused:
        load_cases(file)
    assert "line 1" not in str(refused.value)
    for part in ("line 2", "line 3: the reason is not whole words", "line 4: missing or unknown keys: extra"):
        assert part in str(refused.value)


def test_the_report_holds_figures_plots_and_escaped_words(tmp_path: Path) -> None:
    case = Case("Hello", "<script>alert(1)</script> cough", Intent.BOOK, {Slot.REASON: "cough"}, {})
    scores = Scores([Outcome(case, Frame(Intent.GREET), 12.0), outcome(Intent.BOOK, Intent.BOOK)])
    noon = datetime(2026, 6, 12, 12, tzinfo=ZoneInfo("America/New_York"))
    page, numbers = write_report(tmp_path / "out", scores, made_at=noon)
    html = page.read_text()
    assert html.count("<svg") == 5
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "Measured on 2026-06-12 at 12:00." in html
    assert json.loads(numbers.read_text()) == json.loads(json.dumps(summary(scores)))
    assert summary(scores)["understanding"]["intent_accuracy"] == 0.5


def test_without_matplotlib_the_report_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "reception.evaluation.plots", raising=False)
    monkeypatch.delattr("reception.evaluation.plots", raising=False)
    with pytest.raises(MisconfiguredError, match=r"pip install 'reception\[report\]'"):
        write_report(tmp_path, Scores([outcome(Intent.BOOK, Intent.BOOK)]))
