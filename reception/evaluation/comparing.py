"""What another model reads better and worse than the one that serves, utterance by utterance."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import gguf

from reception.errors import Invalid
from reception.evaluation.understanding import Outcome, Scores
from reception.inference.adapted import add_adapter
from reception.inference.factory import build_engine
from reception.inference.language_model import LanguageModel
from reception.settings import Settings

#: How many utterances of each kind the summary shows.
SHOWN = 10


@dataclass(frozen=True)
class Comparison:
    """The same utterances, read by the model that serves (`now`) and by the other (`then`)."""

    now: Scores
    then: Scores

    @cached_property
    def better(self) -> list[tuple[Outcome, Outcome]]:
        """What only the other reads right, intent and slots: (as it is read now, as the other reads it)."""
        return [(old, new) for old, new in self._pairs if not _right(old) and _right(new)]

    @cached_property
    def worse(self) -> list[tuple[Outcome, Outcome]]:
        """What only the model that serves reads right."""
        return [(old, new) for old, new in self._pairs if _right(old) and not _right(new)]

    @property
    def _pairs(self) -> list[tuple[Outcome, Outcome]]:
        return list(zip(self.now.outcomes, self.then.outcomes, strict=True))


@asynccontextmanager
async def other_model(file: Path, settings: Settings) -> AsyncIterator[LanguageModel]:
    """The model in `file`: a whole one, or an adapter, which is added to the base of the one that serves.

    Raises Invalid for an adapter where the settings' model has no base in the catalogue.
    """
    with tempfile.TemporaryDirectory(prefix="reception-") as folder:
        whole = file
        if _is_adapter(file):
            whole = Path(folder) / "other.gguf"
            add_adapter(file, settings, whole, lambda done, total: None)
        model = build_engine(settings.model_copy(update={"model": str(whole), "adapters": ""}))
        try:
            await model.ready()
            yield model
        finally:
            await model.close()


def summary(compared: Comparison, name: str) -> list[str]:
    """The comparison in lines: the figures side by side, then what changes."""
    now, then = compared.now, compared.then
    figures: Sequence[tuple[str, float, float]] = (
        ("intent accuracy", now.intent_accuracy, then.intent_accuracy),
        ("slot F1, exact spans", now.slots.f1, then.slots.f1),
        ("whole frame exact", now.frame_accuracy, then.frame_accuracy),
    )
    lines = [f"{f'with {name}':32}{'now':>9}{'then':>9}"]
    lines += [f"  {what:30}{before:9.1%}{after:9.1%}" for what, before, after in figures]
    if now.emergencies:  # a set without any would look as if all were caught
        missed = len(now.missed_emergencies), len(then.missed_emergencies)
        lines.append(f"  {f'emergencies missed, of {len(now.emergencies)}':30}{missed[0]:9}{missed[1]:9}")
    lines.append(f"  {'false alarms':30}{len(now.false_alarms):9}{len(then.false_alarms):9}")
    for title, changes in (("read better", compared.better), ("read worse", compared.worse)):
        lines.append(f"{title}: {len(changes)} of {len(compared.now.outcomes)}")
        lines += [f"  {old.case.patient}\n    {_told(old)} -> {_told(new)}" for old, new in changes[:SHOWN]]
        if len(changes) > SHOWN:
            lines.append(f"  and {len(changes) - SHOWN} more, all in the report")
    return lines


def _right(one: Outcome) -> bool:
    return one.intent_right and one.slots_right


def _told(one: Outcome) -> str:
    slots = ", ".join(f"{slot}: {words}" for slot, words in one.frame.slots.items())
    return one.frame.intent.value + (f" ({slots})" if slots else "")


def _is_adapter(file: Path) -> bool:
    try:
        field = gguf.GGUFReader(file).get_field("general.type")
    except ValueError as error:
        raise Invalid(
            f"{file.name} is no GGUF file: give an adapter or a model that `fine_tune` wrote."
        ) from error
    return field is not None and field.contents() == "adapter"
