"""`reception evaluate`: scores utterances and plays conversations, then writes the report."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.progress import Progress

from reception.app import in_process
from reception.clock import Clock
from reception.database.connection import Database
from reception.database.export import export
from reception.database.scratch import scratch_server
from reception.errors import Invalid
from reception.evaluation.cases import Case, load_cases
from reception.evaluation.comparing import Comparison, other_model
from reception.evaluation.comparing import summary as compared_lines
from reception.evaluation.dialogues import Verdict, grade, play
from reception.evaluation.lent import Lent
from reception.evaluation.report import write_report
from reception.evaluation.scenarios import Scenario, load_scenarios
from reception.evaluation.studies import Condition, conditions
from reception.evaluation.tally import tallies
from reception.evaluation.understanding import Scores, evaluate_understanding
from reception.inference.factory import build_language_model
from reception.inference.language_model import LanguageModel
from reception.practice_file import read_practice_file
from reception.settings import Settings
from reception.understanding.interpret import Setting
from reception.understanding.understander import Understander

#: The day on which the held-out utterances are said.
CASES_NOW = datetime(2026, 6, 12, 10)
#: Conversations that go on at the same time.
TOGETHER = 4


async def evaluate(
    settings: Settings,
    *,
    cases: Path,
    practice: Path,
    scenarios: Path,
    report: Path,
    only: str | None = None,
    studies: bool = False,
    seeds: int = 1,
    match: str = "",
    against: Path | None = None,
) -> str:
    """Scores and plays what `only` leaves in; returns a summary in a few lines and where the report lies.

    `studies` adds the model under other conditions. Each scenario whose name contains `match` is played once
    a seed. `against` is the file of another model or adapter, which reads the same utterances.
    """
    model = build_language_model(settings)
    lines: list[str] = []
    scores: Scores | None = None
    verdicts: Sequence[Verdict] = ()
    others: list[Condition] = []
    compared: Comparison | None = None
    try:
        await model.ready()
        if only != "conversations":
            scores = await score(model, load_cases(cases), practice)
            alone = await score(model, load_cases(cases), practice, rules=False)
            lines += _score_lines(scores, alone)
            if against is not None:
                async with other_model(against, settings) as other:
                    compared = Comparison(scores, await score(other, load_cases(cases), practice))
                lines += compared_lines(compared, against.name)
            if studies:
                others = [
                    one async for one in conditions(model, settings, load_cases(cases), setting_of(practice))
                ]
                lines += _condition_lines(others)
        if only != "understanding":
            chosen = [one for one in load_scenarios(scenarios) if match in one.name]
            if not chosen:
                raise Invalid(f"No scenario in {scenarios} has {match!r} in its name")
            verdicts = await play_all(model, chosen, folder_of(scenarios), settings, seeds)
            lines += _verdict_lines(verdicts, seeds)
            write_transcripts(report / "transcripts", verdicts)
    finally:
        await model.close()
    html, _ = write_report(
        report,
        scores,
        verdicts,
        others,
        compared,
        title="How well the desk understands",
        made_at=datetime.now(),
    )
    return "\n".join([*lines, f"Report: {html}"])


def folder_of(scenarios: Path) -> Path:
    """Where the practice files of these scenarios lie."""
    return scenarios if scenarios.is_dir() else scenarios.parent


async def score(model: LanguageModel, cases: Sequence[Case], practice: Path, *, rules: bool = True) -> Scores:
    """The scores of the model, with the red flags ahead of it or alone."""
    return await evaluate_understanding(Understander(model, rules=rules), cases, setting_of(practice))


def setting_of(practice: Path) -> Setting:
    """Where and when the held-out utterances are said."""
    where = read_practice_file(practice, CASES_NOW.date()).to_practice()
    return Setting(Clock(CASES_NOW).now(where.time_zone), where, where.languages[0])


async def play_all(
    model: LanguageModel, scenarios: Sequence[Scenario], folder: Path, settings: Settings, seeds: int = 1
) -> list[Verdict]:
    """Plays each scenario once a seed, a few at a time, each on a fresh database of its own."""
    together = asyncio.Semaphore(TOGETHER)
    async with scratch_server() as scratch:
        template = await scratch.migrated()
        with Progress() as bar:
            task = bar.add_task("conversations", total=len(scenarios) * seeds)

            async def one(scenario: Scenario, seed: int) -> Verdict:
                async with together:
                    url = await scratch.fresh(template)
                    verdict = await play_one(model, scenario, folder, settings, url, seed)
                    await scratch.drop(url)
                bar.advance(task)
                return verdict

            return await asyncio.gather(*(one(each, seed) for each in scenarios for seed in range(seeds)))


async def play_one(
    model: LanguageModel, scenario: Scenario, folder: Path, settings: Settings, url: str, seed: int = 0
) -> Verdict:
    """Plays one scenario through the public chat API, on the database at `url`, and grades its end.

    `folder` is where the scenario's practice file lies.
    """
    own = settings.model_copy(
        update={
            "env": "development",
            "now": scenario.now,
            "practice_file": folder / scenario.practice,
            "database_url": url,
            "rate_limit": 0,
            "worker": False,
        }
    )
    async with in_process(own, Lent(model)) as client:
        transcript = await play(scenario, client, seed=seed)
    database = await Database.of(own)
    async with database.look_up() as store:
        rows = await export(store)
    await database.close()
    return grade(scenario, transcript, rows, seed)


def _score_lines(scores: Scores, alone: Scores) -> list[str]:
    by_model = f"(the model alone: {alone.intent_accuracy:.1%})"
    by_slot = ", ".join(f"{slot} {one.f1:.0%}" for slot, one in scores.by_slot.items())
    caught = f"{scores.emergency_recall:.1%}  (the model alone: {alone.emergency_recall:.1%})"
    near = f", {scores.near_miss_alarms:.1%} of the near misses" if scores.near_misses else ""
    return [
        f"utterances            {len(scores.outcomes)}",
        f"intent accuracy       {scores.intent_accuracy:.1%}  {by_model}",
        f"slot F1, exact spans  {scores.slots.f1:.1%}  (the model alone: {alone.slots.f1:.1%})",
        f"  by slot             {by_slot}",
        f"whole frame exact     {scores.frame_accuracy:.1%}  (the model alone: {alone.frame_accuracy:.1%})",
        f"with all values       {scores.exact:.1%}",
        f"values, right spans   {scores.value_accuracy:.1%}",
        f"emergencies caught    {caught if scores.emergencies else 'none among them'}",
        f"false alarms          {len(scores.false_alarms)}{near}",
        f"out of scope          {scores.scope_caught:.1%} caught, {scores.scope_refused:.1%} wrongly refused",
    ]


def _condition_lines(others: Sequence[Condition]) -> list[str]:
    head = f"{'under other conditions':32}{'intent':>8}{'slot F1':>9}{'frame':>8}"
    rows = [
        f"  {one.name:30}{one.scores.intent_accuracy:8.1%}{one.scores.slots.f1:9.1%}"
        f"{one.scores.frame_accuracy:8.1%}"
        for one in others
    ]
    return [head, *rows]


def _verdict_lines(verdicts: Sequence[Verdict], seeds: int) -> list[str]:
    head = f"{'conversations':32}{'scenarios':>10}{'pass^1':>9}{f'pass^{seeds}':>9}{'turns':>7}{'ms':>7}"
    rows = [
        f"  {one.name:30}{one.scenarios:10}{one.pass_1:9.1%}{one.pass_k:9.1%}"
        f"{one.turns:7.1f}{one.turn_ms:7.0f}"
        for one in tallies(verdicts)
    ]
    failed = [
        f"  {one.name} (seed {one.seed}): {'; '.join(one.problems)}" for one in verdicts if not one.passed
    ]
    return [head, *rows, *(["failed:", *failed] if failed else [])]


def write_transcripts(folder: Path, verdicts: Sequence[Verdict]) -> None:
    """Writes what was said in each conversation, and what was wrong with it, as one text file."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in verdicts:
        said = [f"{role:8}{text}" for role, text in one.transcript.lines]
        wrong = [f"WRONG   {problem}" for problem in one.problems]
        name = re.sub(r"\W+", "-", one.name.casefold()).strip("-")
        (folder / f"{name}.{one.seed}.txt").write_text("\n".join([*said, *wrong]) + "\n", "utf-8")
