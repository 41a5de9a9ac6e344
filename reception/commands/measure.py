"""Commands that understand single utterances and measure how well and how fast."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import structlog

from reception.commands import read_settings
from reception.errors import Invalid, ReceptionError
from reception.logging import where
from reception.settings import ROOT, Settings

if TYPE_CHECKING:
    from reception.understanding.interpret import Setting
    from reception.understanding.understander import Understander

log = structlog.get_logger()

DEMO_PRACTICE = ROOT / "reception" / "demo_practice.yaml"
HELD_OUT = ROOT / "tests" / "understanding"
SPOKEN = HELD_OUT / "spoken.jsonl"
SCENARIOS = ROOT / "tests" / "conversations"
PATIENTS = ROOT / "tests" / "patients"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    epilog="""\b
Example: echo '{"desk": "", "patient": "a flu shot next Tuesday"}' | reception understand"""
)
@click.option("--practice", type=_FILE, default=DEMO_PRACTICE, help="A practice file [default: the demo's].")
def understand(practice: Path) -> None:
    """Reads JSON lines {"desk", "patient"} on stdin and writes the meaning of each as one JSON line.

    The lines come in order, each as soon as it is understood. A line that can't be read is answered with
    {"error": …}. Needs no database; relative days are those of RECEPTION_NOW.
    """
    settings = read_settings()
    from reception.understanding.understander import Understander

    setting = _setting(settings, practice)
    asyncio.run(_each_line(settings, setting, Understander))


async def _each_line(settings: Settings, setting: Setting, understander: type[Understander]) -> None:
    from reception.inference.factory import build_language_model

    model = build_language_model(settings)
    await model.ready()
    reader = understander(model)
    try:
        while line := await asyncio.to_thread(sys.stdin.buffer.readline):
            answer = await understand_line(reader, line, setting)
            click.echo(json.dumps(answer, ensure_ascii=False))
            sys.stdout.flush()
    finally:
        await model.close()


async def understand_line(understander: Understander, line: bytes, setting: Setting) -> dict[str, Any]:
    """One JSON line's meaning in its public form, with the milliseconds it took; or its error."""
    from reception.dialogue.meaning import value_to_json

    try:
        desk, patient = read_line(line)
        start = time.perf_counter()
        frame = await understander.understand(desk, patient, setting)
    except ReceptionError as error:
        return {"error": str(error)}
    except Exception as error:  # one line that trips us must not cost the others theirs
        log.error("line_failed", error=type(error).__name__, where=where(error))
        return {"error": f"The line could not be understood ({type(error).__name__})."}
    public = {slot.value: value_to_json(value) for slot, value in frame.values.items()}
    return {
        "intent": frame.intent.value,
        "slots": {slot.value: words for slot, words in frame.slots.items()},
        "values": {name: value for name, value in public.items() if value is not None},
        "confidence": round(frame.confidence, 4),
        "ms": round((time.perf_counter() - start) * 1000, 1),
    }


def read_line(line: bytes) -> tuple[str, str]:
    """The desk's words and the patient's. Invalid when the line is something else."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise Invalid("The line is not JSON.") from None
    if not isinstance(row, dict) or not isinstance(row.get("patient"), str):
        raise Invalid('Expected {"desk": "...", "patient": "..."}.')
    desk = "" if row.get("desk") is None else row["desk"]
    if not isinstance(desk, str):
        raise Invalid("`desk` must be a text.")
    return _whole(desk), _whole(row["patient"])


def _whole(text: str) -> str:
    """Without halves of surrogate pairs, which JSON can spell but UTF-8 can't."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _setting(settings: Settings, file: Path) -> Setting:
    from reception.clock import Clock
    from reception.practice_file import read_practice_file
    from reception.understanding.interpret import Setting

    practice = read_practice_file(file, settings.now.date() if settings.now else None).to_practice()
    now = Clock(settings.now).now(practice.time_zone)
    return Setting(now, practice, practice.languages[0])


@click.command(
    epilog="""\b
Example: reception evaluate --report runs/report
         reception evaluate --dialogues --seeds 4
         reception evaluate --dialogues --match waiting
         reception evaluate --spoken --report runs/spoken
         reception evaluate --only understanding --studies
         reception evaluate --only understanding --cases tests/understanding/blind.jsonl
         reception evaluate --only understanding --against runs/taught/adapter.gguf"""
)
@click.option("--cases", type=_FILE, default=HELD_OUT / "heldout.jsonl", help="Utterances and their frames.")
@click.option(
    "--practice", type=_FILE, default=HELD_OUT / "practice.yaml", help="The practice they are about."
)
@click.option(
    "--scenarios",
    type=click.Path(exists=True, path_type=Path),
    default=SCENARIOS,
    help="A file or folder of conversations.",
)
@click.option("--dialogues", is_flag=True, help="The simulated patients alone, each once a seed.")
@click.option(
    "--seeds", default=1, show_default=True, type=click.IntRange(1, 100), help="Plays of each conversation."
)
@click.option("--match", default="", metavar="TEXT", help="Only conversations with this in their name.")
@click.option("--report", type=click.Path(file_okay=False, path_type=Path), default=Path("runs/report"))
@click.option("--only", type=click.Choice(["understanding", "conversations"]), help="One part alone.")
@click.option("--against", type=_FILE, help="Another model or adapter: what it reads better and worse.")
@click.option("--spoken", is_flag=True, help="Only sentences that are spoken and recognised [extra: speech].")
@click.option("--studies", is_flag=True, help="Also without grammar, with misheard words, in each storage.")
def evaluate(
    cases: Path,
    practice: Path,
    scenarios: Path,
    dialogues: bool,
    seeds: int,
    match: str,
    report: Path,
    only: str | None,
    against: Path | None,
    spoken: bool,
    studies: bool,
) -> None:
    """Scores understanding and whole conversations, and writes a report with plots."""
    settings = read_settings()
    if spoken:
        from reception.evaluation.speech.study import evaluate_spoken

        cases = SPOKEN if cases == HELD_OUT / "heldout.jsonl" else cases
        click.echo(asyncio.run(evaluate_spoken(settings, cases=cases, practice=practice, report=report)))
        return
    from reception.evaluation.run import evaluate as run

    click.echo(
        asyncio.run(
            run(
                settings,
                cases=cases,
                practice=practice,
                scenarios=PATIENTS if dialogues and scenarios == SCENARIOS else scenarios,
                report=report,
                only="conversations" if dialogues else only,
                seeds=seeds,
                match=match,
                studies=studies,
                against=against,
            )
        )
    )


@click.command(
    epilog="""\b
Example: reception bench --out runs/bench
         reception bench --rows completion,floor --turns 20
         reception bench --calls 50 --minutes 5 --out runs/calls
         reception bench --shape 7b --bandwidth 3350"""
)
@click.option(
    "--turns", default=60, show_default=True, type=click.IntRange(1, 1000), help="Utterances to time singly."
)
@click.option("--quick", is_flag=True, help="A small slice of every row, within a minute.")
@click.option("--rows", default="", help="Only these rows, separated by commas.", metavar="NAME,NAME")
@click.option(
    "--llama-server",
    default="",
    envvar="RECEPTION_LLAMA_SERVER",
    metavar="PATH",
    help="The llama-server to compare with [default: the one on the PATH].",
)
@click.option(
    "--shape",
    type=click.Choice(["7b", "tiny"]),
    help="Instead: concurrent turns on random weights of this shape.",
)
@click.option(
    "--bandwidth", type=click.FloatRange(min=0.1), metavar="GB/S", help="The memory's, for --shape on a GPU."
)
@click.option("--calls", type=click.IntRange(1, 500), help="Instead: so many phone calls at once.")
@click.option("--minutes", default=5.0, type=click.FloatRange(0.05, 120), help="How long, for --calls.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write the figures and a plot there."
)
def bench(
    turns: int,
    quick: bool,
    rows: str,
    llama_server: str,
    shape: str | None,
    bandwidth: float | None,
    calls: int | None,
    minutes: float,
    out: Path | None,
) -> None:
    """Measures speed and memory against llama-cpp-python, llama-server and the floor, in one run.

    All contenders get the same utterances, none of them twice. The rows: completion, server, chat-api,
    floor, throughput, server-throughput, growth, memory, loads. With --calls, simulated patients phone a
    service that this starts, and what they were told is compared with the books.
    """
    settings = read_settings()
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 140)
    if shape is not None:
        from reception.bench import scaling

        found = asyncio.run(scaling.measure(settings, shape, bandwidth, quick=quick))
        if out is not None:
            scaling.save(found, out)
        console.print(scaling.show(found))
        return
    if calls is not None:
        from reception.carrier.load.rush import rush

        raise SystemExit(rush(settings, calls, minutes, out, console))
    from reception.bench.plan import plan
    from reception.bench.report import save, show
    from reception.bench.run import measure

    wanted = plan(turns, quick=quick, rows=rows, llama_server=llama_server)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # servers started for this are stopped too
    report = asyncio.run(measure(settings, wanted))
    if out is not None:
        save(report, out)
    console.print(show(report))
