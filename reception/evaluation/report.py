"""Writes an evaluation as one HTML page with its plots inside, and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from reception.evaluation.tally import tallies
from reception.evaluation.understanding import Outcome, Scores

if TYPE_CHECKING:
    from reception.evaluation.comparing import Comparison
    from reception.evaluation.dialogues import Verdict
    from reception.evaluation.studies import Condition

TEMPLATE = "report.html.jinja"


def write_report(
    folder: Path,
    scores: Scores | None,
    verdicts: Sequence[Verdict] = (),
    conditions: Sequence[Condition] = (),
    compared: Comparison | None = None,
    *,
    title: str = "How well the desk understands",
    made_at: datetime | None = None,
) -> tuple[Path, Path]:
    """Writes `report.html` and `report.json` into `folder` (made if missing) and returns both paths.

    Either part may be left out. Raises `MisconfiguredError` when the plots' library is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page, numbers = folder / "report.html", folder / "report.json"
    page.write_text(render(scores, verdicts, conditions, compared, title, made_at), encoding="utf-8")
    numbers.write_text(
        json.dumps(summary(scores, verdicts, conditions), indent=2, ensure_ascii=False) + "\n", "utf-8"
    )
    return page, numbers


def render(
    scores: Scores | None,
    verdicts: Sequence[Verdict],
    conditions: Sequence[Condition],
    compared: Comparison | None,
    title: str,
    made_at: datetime | None,
) -> str:
    """The whole page as HTML; whatever was said is escaped."""
    from reception.evaluation import plots  # needs matplotlib, which only a report does

    return (
        templates()
        .get_template(TEMPLATE)
        .render(
            title=title,
            made_at=made_at,
            numbers=summary(scores, verdicts, conditions),
            plots=plots.all_of(scores, conditions) if scores else [],
            mistakes=[_mistake(one) for one in scores.mistakes] if scores else [],
            verdicts=verdicts,
            compared=compared,
        )
    )


def templates(*folders: Path) -> Environment:
    """The templates of reports, those of `folders` too; whatever is put into them is escaped."""
    environment = Environment(
        loader=FileSystemLoader([Path(__file__).parent, *folders]),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda part: f"{part * 100:.1f} %"
    return environment


def summary(
    scores: Scores | None, verdicts: Sequence[Verdict] = (), conditions: Sequence[Condition] = ()
) -> dict[str, Any]:
    """All figures in plain JSON types; a part that was not measured is missing."""
    numbers: dict[str, Any] = {}
    if scores is not None:
        numbers["understanding"] = understanding_summary(scores)
    if conditions:
        numbers["conditions"] = {one.name: _headline(one.scores) for one in conditions}
    if verdicts:
        failed = [one for one in verdicts if not one.passed]
        numbers["dialogues"] = {
            "figures": [asdict(one) for one in tallies(verdicts)],
            "failed": {f"{one.name} (seed {one.seed})": list(one.problems) for one in failed},
        }
    return numbers


def understanding_summary(scores: Scores) -> dict[str, Any]:
    """The figures of understanding, the whole and its groups."""
    return {
        **_headline(scores),
        "emergency_recall": scores.emergency_recall,
        "emergencies_missed": len(scores.missed_emergencies),
        "near_miss_alarms": scores.near_miss_alarms,
        "false_alarms": len(scores.false_alarms),
        "scope_caught": scores.scope_caught,
        "scope_refused": scores.scope_refused,
        "calibration_error": scores.calibration_error(),
        "calibration": [asdict(one) for one in scores.calibration()],
        "ms": {"p50": scores.latency(0.5), "p95": scores.latency(0.95)},
        "slots": {
            slot.value: {
                "precision": counts.precision,
                "recall": counts.recall,
                "f1": counts.f1,
                "wanted": counts.wanted,
                "value_accuracy": scores.values_by_slot.get(slot),
            }
            for slot, counts in scores.by_slot.items()
        },
        "groups": {name: _headline(group) for name, group in scores.groups.items()},
        "confusion": [
            {"wanted": wanted.value, "found": found.value, "cases": cases}
            for (wanted, found), cases in sorted(scores.confusion.items())
        ],
    }


def _headline(scores: Scores) -> dict[str, float | int]:
    return {
        "cases": len(scores.outcomes),
        "intent_accuracy": scores.intent_accuracy,
        "slot_precision": scores.slots.precision,
        "slot_recall": scores.slots.recall,
        "slot_f1": scores.slots.f1,
        "value_accuracy": scores.value_accuracy,
        "frame_accuracy": scores.frame_accuracy,
        "exact": scores.exact,
    }


def _mistake(one: Outcome) -> dict[str, Any]:
    """One row of the table of mistakes: what was wanted and found, only where they differ."""
    wanted: dict[str, Any] = {slot.value: words for slot, words in one.case.slots.items()}
    found: dict[str, Any] = {slot.value: words for slot, words in one.frame.slots.items()}
    wanted |= {f"{slot}, value": json.dumps(value) for slot, value in one.case.values.items()}
    found |= {f"{slot}, value": json.dumps(value) for slot, value in one.values.items()}
    wanted["intent"], found["intent"] = one.case.intent.value, one.frame.intent.value
    names = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    return {
        "desk": one.case.desk,
        "patient": one.case.patient,
        "group": one.case.group,
        "confidence": one.frame.confidence,
        "rows": [(name, wanted.get(name, "nothing"), found.get(name, "nothing")) for name in names],
    }
