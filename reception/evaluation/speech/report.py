"""Writes what became of spoken sentences as one HTML page with its plot inside, and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reception.evaluation.report import templates
from reception.evaluation.speech.scores import Pass

if TYPE_CHECKING:
    from reception.evaluation.plots import Plot

TITLE = "How well the desk understands what it hears"


def write_report(folder: Path, passes: Sequence[Pass], made_at: datetime | None = None) -> tuple[Path, Path]:
    """Writes `report.html` and `report.json` into `folder` (made if missing) and returns both paths.

    Raises `MisconfiguredError` when the plots' library is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page, numbers = folder / "report.html", folder / "report.json"
    voices = {one.name: figures(one) for one in passes}
    template = templates(Path(__file__).parent).get_template("spoken.html.jinja")
    html = template.render(title=TITLE, made_at=made_at, voices=voices, plots=[by_voice(passes)])
    page.write_text(html, encoding="utf-8")
    numbers.write_text(json.dumps({"spoken": voices}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return page, numbers


def by_voice(passes: Sequence[Pass]) -> Plot:
    """What is left of the clean text's figures with each voice."""
    from reception.evaluation.plots import Plot, draw, pairs  # needs matplotlib, which only a report does

    def paint(axes: Any, passes: Sequence[Pass]) -> None:
        pairs(
            axes,
            [f"{one.name} ({one.word_error_rate:.0%} wrong)" for one in passes],
            ("intent", [one.intent_accuracy for one in passes]),
            ("whole frame", [one.frame_accuracy for one in passes]),
        )

    about = "Intent and whole frame with each voice; in brackets the share of words that were misheard."
    return Plot("By voice", about, draw(paint, passes, 1.0 + 0.5 * len(passes)))


def figures(one: Pass) -> dict[str, Any]:
    """The figures of one voice, and every slot and sentence that came out as other words."""
    return {
        "sentences": len(one.heard),
        "seconds": round(one.seconds, 1),
        "word_error_rate": one.word_error_rate,
        "intent_accuracy": one.intent_accuracy,
        "slot_accuracy": one.slot_accuracy,
        "frame_accuracy": one.frame_accuracy,
        "slots": {
            slot.value: {"known": known, "wanted": wanted} for slot, (known, wanted) in one.by_slot.items()
        },
        "groups": one.by_group,
        "misheard": [
            {
                "slot": wrong.slot.value if wrong.slot else "",
                "said": wrong.said,
                "heard": wrong.heard,
                "understood": heard.slots[wrong.slot] if wrong.slot else heard.intent_right,
            }
            for heard in one.heard
            for wrong in heard.misheard
        ],
        "wrong_intents": [
            {
                "said": heard.case.patient,
                "heard": heard.words,
                "wanted": heard.case.intent.value,
                "found": heard.frame.intent.value,
            }
            for heard in one.heard
            if not heard.intent_right
        ],
    }
