"""Scores an understander on labelled cases: intents, spans, values, emergencies, calibration, speed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from reception.dialogue.meaning import Frame, Intent, Slot, value_to_json
from reception.evaluation.cases import VALUED, Case, load_cases

if TYPE_CHECKING:
    from reception.understanding.interpret import Setting

__all__ = ["Case", "Counts", "Outcome", "Scores", "evaluate_understanding", "load_cases"]

#: The group of harmless utterances with dangerous words; a false alarm is counted here.
NEAR_MISS = "near_miss"


class Understands(Protocol):
    """Anything that turns the desk's last words and an utterance into a frame."""

    async def understand(self, desk: str, patient: str, setting: Setting) -> Frame: ...


@dataclass(frozen=True)
class Counts:
    """Spans found right, found at all, and wanted."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    @property
    def precision(self) -> float:
        return share(self.right, self.found)

    @property
    def recall(self) -> float:
        return share(self.right, self.wanted)

    @property
    def f1(self) -> float:
        return share(2 * self.right, self.found + self.wanted)


@dataclass(frozen=True)
class Outcome:
    """A case, the frame that came back, and how long it took in milliseconds."""

    case: Case
    frame: Frame
    ms: float = 0.0

    @property
    def intent_right(self) -> bool:
        return self.frame.intent == self.case.intent

    @property
    def slots_right(self) -> bool:
        return dict(self.frame.slots) == dict(self.case.slots)

    @cached_property
    def values(self) -> dict[Slot, Any]:
        """The frame's values in public form; those that stand for nothing are left out."""
        public = {slot: value_to_json(value) for slot, value in self.frame.values.items() if slot in VALUED}
        return {slot: value for slot, value in public.items() if value is not None}

    @property
    def exact(self) -> bool:
        """The whole frame as wanted: intent, every span, every value."""
        return self.intent_right and self.slots_right and self.values == dict(self.case.values)

    def value_checks(self) -> list[tuple[Slot, bool]]:
        """For each slot with a value form whose span was found right: whether the value is right too."""
        shared = [
            slot
            for slot, words in self.case.slots.items()
            if slot in VALUED and self.frame.slots.get(slot) == words
        ]
        return [(slot, self.values.get(slot) == self.case.values.get(slot)) for slot in shared]


@dataclass(frozen=True)
class Bin:
    """Frames of about the same confidence: how many, how sure on average, how often the intent was right."""

    cases: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Scores:
    """All measures over a list of outcomes; shares lie between 0 and 1, times in milliseconds."""

    outcomes: Sequence[Outcome]

    @property
    def intent_accuracy(self) -> float:
        return mean(one.intent_right for one in self.outcomes)

    @property
    def frame_accuracy(self) -> float:
        """The share of frames with the right intent and exactly the right slots."""
        return mean(one.intent_right and one.slots_right for one in self.outcomes)

    @property
    def exact(self) -> float:
        """The share of frames whose values are right too."""
        return mean(one.exact for one in self.outcomes)

    @property
    def scope_caught(self) -> float:
        """Of what the desk has no business with, the share it saw as such."""
        outside = [one for one in self.outcomes if one.case.intent == Intent.OUT_OF_SCOPE]
        return mean(one.frame.intent == Intent.OUT_OF_SCOPE for one in outside)

    @property
    def scope_refused(self) -> float:
        """Of all that it has to do with, the share it refused."""
        inside = [one for one in self.outcomes if one.case.intent != Intent.OUT_OF_SCOPE]
        return mean(one.frame.intent == Intent.OUT_OF_SCOPE for one in inside) if inside else 0.0

    @property
    def slots(self) -> Counts:
        return count_slots(self.outcomes, Slot)

    @property
    def by_slot(self) -> dict[Slot, Counts]:
        """Counts of each slot that is wanted or found anywhere."""
        counts = {slot: count_slots(self.outcomes, [slot]) for slot in Slot}
        return {slot: one for slot, one in counts.items() if one.wanted or one.found}

    @property
    def value_accuracy(self) -> float:
        return mean(right for one in self.outcomes for _, right in one.value_checks())

    @property
    def values_by_slot(self) -> dict[Slot, float]:
        checks = [check for one in self.outcomes for check in one.value_checks()]
        present = {slot for slot, _ in checks}
        return {
            slot: mean(right for where, right in checks if where == slot) for slot in Slot if slot in present
        }

    @property
    def groups(self) -> dict[str, Scores]:
        names = sorted({one.case.group for one in self.outcomes})
        return {name: Scores([one for one in self.outcomes if one.case.group == name]) for name in names}

    @property
    def confusion(self) -> dict[tuple[Intent, Intent], int]:
        """(wanted, found) → how often."""
        return dict(Counter((one.case.intent, one.frame.intent) for one in self.outcomes))

    @property
    def missed_emergencies(self) -> list[Outcome]:
        return [one for one in self.emergencies if one.frame.intent != Intent.EMERGENCY]

    @property
    def emergency_recall(self) -> float:
        return mean(one.frame.intent == Intent.EMERGENCY for one in self.emergencies)

    @property
    def false_alarms(self) -> list[Outcome]:
        """Harmless utterances taken for emergencies, wherever they are."""
        return [
            one
            for one in self.outcomes
            if one.frame.intent == Intent.EMERGENCY and one.case.intent != Intent.EMERGENCY
        ]

    @property
    def near_miss_alarms(self) -> float:
        """The share of near misses that raised a false alarm."""
        return mean(one.frame.intent == Intent.EMERGENCY for one in self.near_misses)

    @property
    def near_misses(self) -> list[Outcome]:
        """What sounds like danger and is none."""
        return [one for one in self.outcomes if one.case.group == NEAR_MISS]

    @property
    def mistakes(self) -> list[Outcome]:
        return [one for one in self.outcomes if not one.exact]

    def calibration(self, bins: int = 10) -> list[Bin]:
        """Confidence against accuracy in `bins` equal steps; empty steps are left out."""
        rows: dict[int, list[Outcome]] = {}
        for one in self.outcomes:
            rows.setdefault(min(int(one.frame.confidence * bins), bins - 1), []).append(one)
        return [
            Bin(len(row), mean(one.frame.confidence for one in row), mean(one.intent_right for one in row))
            for _, row in sorted(rows.items())
        ]

    def calibration_error(self, bins: int = 10) -> float:
        """Expected calibration error of the intent: the mean gap between confidence and accuracy."""
        gaps = (one.cases * abs(one.confidence - one.accuracy) for one in self.calibration(bins))
        return sum(gaps) / max(1, len(self.outcomes))

    def latency(self, quantile: float) -> float:
        """The time that a share `quantile` of the utterances stay within (nearest rank)."""
        times = sorted(one.ms for one in self.outcomes)
        return times[min(len(times) - 1, int(quantile * len(times)))] if times else 0.0

    @property
    def emergencies(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.case.intent == Intent.EMERGENCY]


async def evaluate_understanding(
    understander: Understands, cases: Sequence[Case], setting: Setting
) -> Scores:
    """Asks the understander for every case, one after the other, and scores what it answers."""
    outcomes = []
    for case in cases:
        began = time.perf_counter()
        frame = await understander.understand(case.desk, case.patient, setting)
        outcomes.append(Outcome(case, frame, (time.perf_counter() - began) * 1000))
    return Scores(outcomes)


def count_slots(outcomes: Iterable[Outcome], slots: Iterable[Slot]) -> Counts:
    """Counts exact spans of `slots` over all outcomes; a span in the wrong slot is found but not right."""
    right = found = wanted = 0
    chosen = set(slots)
    for one in outcomes:
        gold = {slot: words for slot, words in one.case.slots.items() if slot in chosen}
        given = {slot: words for slot, words in one.frame.slots.items() if slot in chosen}
        right += len(gold.items() & given.items())
        found += len(given)
        wanted += len(gold)
    return Counts(right, found, wanted)


def share(part: float, whole: float) -> float:
    """A part of a whole; of nothing, all of it is right."""
    return part / whole if whole else 1.0


def mean(numbers: Iterable[float]) -> float:
    """The average; of nothing, 1 (no mistake was made)."""
    listed = list(numbers)
    return sum(listed) / len(listed) if listed else 1.0
