"""`reception evaluate --spoken`: sentences said by each voice, down a telephone line, into the desk's ear."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from reception.channels.hints import hints
from reception.channels.phone_words import phone_words
from reception.evaluation.cases import Case, load_cases
from reception.evaluation.run import CASES_NOW
from reception.evaluation.speech.calls import Calls, calls
from reception.evaluation.speech.files import folder_of, pull_speech
from reception.evaluation.speech.misheard import words
from reception.evaluation.speech.recogniser import Recogniser
from reception.evaluation.speech.report import write_report
from reception.evaluation.speech.scores import Heard, Pass
from reception.evaluation.speech.sound import telephone
from reception.evaluation.speech.voices import Voice, all_voices
from reception.inference.factory import build_language_model
from reception.inference.wheels import showing
from reception.practice import Practice
from reception.practice_file import read_practice_file
from reception.settings import Settings


async def evaluate_spoken(settings: Settings, *, cases: Path, practice: Path, report: Path) -> str:
    """Says and scores all cases with each voice; returns a summary in a few lines and where the report lies.

    Raises MisconfiguredError or ModelMissing with what to install.
    """
    folder = folder_of(settings)
    with showing() as progress:
        pull_speech(folder, progress)
    voices, recogniser = all_voices(folder), Recogniser(folder, settings.threads or 1)
    where = read_practice_file(practice, CASES_NOW.date()).to_practice()
    expected = hints_of(where, settings)
    model = build_language_model(settings)
    try:
        await model.ready()
        async with calls(model, practice, CASES_NOW, settings) as line:
            passes = await listen(load_cases(cases), line, voices, recogniser, expected)
    finally:
        await model.close()
    html, _ = write_report(report, passes, made_at=datetime.now())
    return "\n".join([*summary_lines(passes), f"Report: {html}"])


async def listen(
    cases: Sequence[Case],
    line: Calls,
    voices: Sequence[Voice],
    recogniser: Recogniser,
    expected: Sequence[str],
    *,
    compare: bool = True,
) -> list[Pass]:
    """The clean text; each voice with the names `expected`; to `compare`, the first without."""
    clean = [Heard(one, one.patient, await line.understand(one, one.patient)) for one in cases]
    passes = [Pass("", False, clean)]
    rounds = [(voice, expected) for voice in voices] + [(voice, ()) for voice in voices[:1] if compare]
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("sentences", total=len(rounds) * len(cases))
        for voice, given in rounds:
            heard, seconds = [], 0.0
            for case in cases:
                sound = telephone(voice.say(case.patient), seed_of(case, voice.name))
                text = recogniser.hear(sound, given)
                heard.append(Heard(case, text, await line.understand(case, text)))
                seconds += sound.seconds
                bar.advance(task)
            passes.append(Pass(voice.name, bool(given), heard, seconds))
    return passes


def seed_of(case: Case, voice: str) -> int:
    """The noise on the line is another one for each sentence and voice, and the same in each run."""
    return zlib.crc32(f"{voice}: {case.patient}".encode())


def hints_of(practice: Practice, settings: Settings) -> list[str]:
    """The names that Twilio's recogniser is told to expect, without those that only repeat others' words."""
    medicines = phone_words(settings.prompts_dir, practice.languages[0]).medicines
    kept: list[str] = []
    for phrase in hints(practice, medicines).split(","):
        if not any(set(words(phrase)) <= set(words(other)) for other in kept):
            kept.append(phrase)
    return kept


def summary_lines(passes: Sequence[Pass]) -> list[str]:
    """One line a pass: word errors, intents, slots, whole frames."""
    head = f"{'spoken on the phone':28}{'word errors':>12}{'intent':>8}{'slots':>8}{'frame':>8}"
    rows = [
        f"  {one.name:26}{one.word_error_rate:12.1%}{one.intent_accuracy:8.1%}"
        f"{one.slot_accuracy:8.1%}{one.frame_accuracy:8.1%}"
        for one in passes
    ]
    return [head, *rows]
