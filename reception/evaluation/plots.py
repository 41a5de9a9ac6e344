"""The report's plots as inline SVG; the only importer of matplotlib, which is an optional dependency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any, TypeVar

from markupsafe import Markup

from reception.dialogue.meaning import Intent
from reception.errors import MisconfiguredError
from reception.evaluation.understanding import Scores

if TYPE_CHECKING:
    from reception.evaluation.studies import Condition

try:
    import matplotlib
    from matplotlib.figure import Figure
except ImportError as error:
    raise MisconfiguredError(
        "the report's plots need matplotlib, which is not installed: pip install 'reception[report]'"
    ) from error

#: What a painter paints: scores of one kind or another.
Painted = TypeVar("Painted")

BLUE, AMBER, GREY = "#2b6cb0", "#c05621", "#a0aec0"


@dataclass(frozen=True)
class Plot:
    """A drawing with the sentence that explains it."""

    title: str
    explanation: str
    svg: Markup


def all_of(scores: Scores, conditions: Sequence[Condition] = ()) -> list[Plot]:
    """Every plot that understanding has."""
    return [
        *([_of_conditions(conditions)] if conditions else []),
        Plot(
            "By kind of speech",
            "How often the intent, and the whole frame, is right in each group of utterances.",
            draw(groups, scores, 4.5),
        ),
        Plot(
            "By slot",
            "F1 of exact spans, and how often a right span gets the right value (if it has one at all).",
            draw(slots, scores, 5.5),
        ),
        Plot(
            "Intents taken for one another",
            "Rows are what was meant, columns what was understood; right answers lie on the diagonal.",
            draw(confusion, scores, 8.5),
        ),
        Plot(
            "Calibration",
            "On the diagonal the desk is right as often as it believes. Dots grow with the number of cases.",
            draw(calibration, scores, 5.0),
        ),
        Plot("Speed", "Milliseconds that understanding one utterance takes.", draw(speed, scores, 3.5)),
    ]


def draw(painter: Callable[[Any, Painted], None], scores: Painted, height: float) -> Markup:
    """Paints on fresh axes, 9 inches wide and `height` high, and returns the SVG element without a prolog."""
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": painter.__name__, "font.size": 9}):
        figure = Figure(figsize=(9, height), layout="constrained")
        painter(figure.add_subplot(), scores)
        paper = StringIO()
        figure.savefig(paper, format="svg", metadata={"Date": None})
    text = paper.getvalue()
    return Markup(text[text.index("<svg") :])


def _of_conditions(conditions: Sequence[Condition]) -> Plot:
    def paint(axes: Any, _: Scores) -> None:
        pairs(
            axes,
            [one.name for one in conditions],
            ("intent", [one.scores.intent_accuracy for one in conditions]),
            ("whole frame", [one.scores.frame_accuracy for one in conditions]),
        )

    about = "Without the grammar, with misheard words, and stored in each way that can be built."
    return Plot("Under other conditions", about, draw(paint, conditions[0].scores, 5.0))


def groups(axes: Any, scores: Scores) -> None:
    """Two bars a group: intent and whole frame."""
    parts = scores.groups
    labels = [f"{name} ({len(part.outcomes)})" for name, part in parts.items()]
    pairs(
        axes,
        labels,
        ("intent", [part.intent_accuracy for part in parts.values()]),
        ("whole frame", [part.frame_accuracy for part in parts.values()]),
    )


def slots(axes: Any, scores: Scores) -> None:
    """Two bars a slot: span F1 and value accuracy (none for slots kept verbatim)."""
    counts = scores.by_slot
    values = scores.values_by_slot
    pairs(
        axes,
        [f"{slot} ({one.wanted})" for slot, one in counts.items()],
        ("span F1", [one.f1 for one in counts.values()]),
        ("value", [values.get(slot, 0.0) for slot in counts]),
    )


def confusion(axes: Any, scores: Scores) -> None:
    """A heat map of shares in each row, with the counts written in."""
    counts = scores.confusion
    intents = [intent for intent in Intent if any(intent in pair for pair in counts)]
    rows = [[counts.get((wanted, found), 0) for found in intents] for wanted in intents]
    shares = [[cell / max(1, sum(row)) for cell in row] for row in rows]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            if cell:
                ink = "white" if shares[down][across] > 0.5 else "black"
                axes.text(across, down, str(cell), ha="center", va="center", color=ink)
    names = [intent.value for intent in intents]
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("understood")
    axes.set_ylabel("meant")


def calibration(axes: Any, scores: Scores) -> None:
    """Confidence against accuracy, beside the diagonal of perfect calibration."""
    bins = scores.calibration()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--")
    sizes = [15 + 400 * one.cases / max(1, len(scores.outcomes)) for one in bins]
    axes.scatter([one.confidence for one in bins], [one.accuracy for one in bins], s=sizes, color=BLUE)
    axes.set_xlim(0, 1.03)
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share of right intents")


def speed(axes: Any, scores: Scores) -> None:
    """A histogram of times with the median and the 95th percentile marked."""
    axes.hist([one.ms for one in scores.outcomes], bins=30, color=BLUE)
    for quantile, colour in ((0.5, GREY), (0.95, AMBER)):
        label = f"{quantile:.0%}: {scores.latency(quantile):.0f} ms"
        axes.axvline(scores.latency(quantile), color=colour, label=label)
    axes.set_xlabel("milliseconds")
    axes.set_ylabel("utterances")
    axes.legend()


def pairs(axes: Any, labels: list[str], *series: tuple[str, list[float]]) -> None:
    """Horizontal bars in pairs, the first label on top, on a scale from 0 to 1."""
    thickness = 0.38
    for number, (name, lengths) in enumerate(series):
        places = [place + number * thickness for place in range(len(labels))]
        axes.barh(places, lengths, thickness, label=name, color=(BLUE, AMBER)[number])
    axes.set_yticks([place + thickness / 2 for place in range(len(labels))], labels)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
