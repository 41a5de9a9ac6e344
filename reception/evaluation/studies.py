"""The model under other conditions: without its grammar, stored in other ways, hearing badly."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reception.evaluation.cases import Case
from reception.evaluation.mishearing import Recogniser
from reception.evaluation.understanding import Scores, evaluate_understanding
from reception.inference.factory import build_language_model
from reception.inference.language_model import Completion, LanguageModel, Listener, Request
from reception.inference.models import chosen, sidecar, stored
from reception.inference.pull import pull_showing
from reception.inference.storages import STORAGES
from reception.settings import Settings
from reception.understanding.interpret import Setting
from reception.understanding.understander import Understander

#: Word error rates of the recogniser: a good line, a usual one, a bad one.
RATES = (0.05, 0.1, 0.2)
#: How often every case is heard: which words are misheard is chance, and counts for a point or two.
HEARINGS = 3


@dataclass(frozen=True)
class Condition:
    """One condition, and the scores under it."""

    name: str
    scores: Scores


class Ungrammatical:
    """A model that writes what it likes, line by line."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self.ready = model.ready
        self.close = model.close

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        """The answer without the grammar, and without the guess that was made for it."""
        free = replace(request, grammar=None, guess="", stop=("\n",))
        done = await self._model.complete(free, listener)
        return replace(done, text=done.text + "\n")


async def conditions(
    model: LanguageModel, settings: Settings, cases: Sequence[Case], setting: Setting
) -> AsyncIterator[Condition]:
    """The model alone as it is served, then under each other condition; the noisy ones with all rules."""
    alone = Understander(model, rules=False)
    yield Condition("model alone", await evaluate_understanding(alone, cases, setting))
    free = Understander(Ungrammatical(model), rules=False)
    yield Condition("model alone, no grammar", await evaluate_understanding(free, cases, setting))
    recognisers = [Recogniser((case.patient for case in cases), seed=1 + n) for n in range(HEARINGS)]
    for rate in RATES:
        heard = [recogniser.hear(case, rate) for recogniser in recognisers for case in cases]
        scores = await evaluate_understanding(Understander(model), heard, setting)
        yield Condition(f"{rate:.0%} of the words misheard", scores)
    for name in storages(settings):
        yield Condition(f"model alone, {name}", await _stored_as(name, settings, cases, setting))


def storages(settings: Settings) -> Sequence[str]:
    """The ways to store the chosen model that can be built here."""
    return tuple(STORAGES) if not settings.inference_url and chosen(settings).adapter is not None else ()


async def _stored_as(name: str, settings: Settings, cases: Sequence[Case], setting: Setting) -> Scores:
    """Scores the model in another storage; a file that had to be built for it is removed again."""
    own = settings.model_copy(update={"quantisation": name})
    file = stored(chosen(own), own, name)
    there = file.is_file()
    pull_showing(own)
    model = build_language_model(own)
    try:
        return await evaluate_understanding(Understander(model, rules=False), cases, setting)
    finally:
        await model.close()
        if not there:
            _remove(file)


def _remove(file: Path) -> None:
    sidecar(file).unlink(missing_ok=True)
    file.unlink()
