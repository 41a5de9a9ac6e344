"""Sentences that the desk hears on the phone. Ring: postgres (scripted), model (with voice, recogniser)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from reception.dialogue.meaning import Intent, Slot
from reception.evaluation.cases import Case, load_cases
from reception.evaluation.run import CASES_NOW
from reception.evaluation.speech.calls import calls
from reception.evaluation.speech.files import folder_of, missing
from reception.evaluation.speech.recogniser import Recogniser
from reception.evaluation.speech.study import hints_of, listen
from reception.evaluation.speech.voices import joe
from reception.inference.factory import build_language_model
from reception.inference.language_model import Completion, Listener, Request
from reception.practice_file import parse_practice, read_practice_file
from reception.settings import Settings
from tests.channels.fakes import ScriptedModel
from tests.conftest import PRACTICE_YAML

HELD_OUT = Path(__file__).parents[1] / "understanding"
CASES = load_cases(HELD_OUT / "spoken.jsonl")
ASKED = Case("And the date of birth?", "…", Intent.INFORM, {}, {}, expects="date_of_birth")
#: A birth date, a doctor with a day, an emergency.
SLICE = ("The third of March, nineteen eighty.", "I have to move my", "My husband has crushing")


class Reading(ScriptedModel):
    """Keeps what it was asked."""

    prompts: Sequence[str] = ()

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        self.prompts = [*self.prompts, str(request.prompt)]
        return await super().complete(request, listener)


@pytest.mark.postgres
async def test_words_reach_understanding_as_frames_of_a_call(tmp_path: Path) -> None:
    practice = tmp_path / "practice.yaml"
    practice.write_text(PRACTICE_YAML, encoding="utf-8")
    model = Reading({"March 3, 1980": "inform; date_of_birth: March 3, 1980"})
    async with calls(model, practice, datetime(2026, 6, 15, 9), Settings(data_dir=tmp_path)) as line:
        frame = await line.understand(ASKED, "March 3, 1980")
        assert frame.intent == Intent.INFORM
        assert frame.slots == {Slot.DATE_OF_BIRTH: "March 3, 1980"}
        silence = await line.understand(ASKED, "")
        assert (silence.intent, silence.confidence) == (Intent.OUT_OF_SCOPE, 0.0)
    assert "desk: And the date of birth?\npatient: March 3, 1980\nframe:" in model.prompts


def test_the_sentences_are_many_and_of_every_kind() -> None:
    assert len(CASES) == 60
    groups = "names births doctors medicines times emergencies corrections contact requests"
    assert {one.group for one in CASES} == set(groups.split())


def test_hints_are_the_practices_names_and_medicines() -> None:
    practice = parse_practice(PRACTICE_YAML, "practice.yaml").to_practice()
    hints = hints_of(practice, Settings())
    assert hints[:4] == ["Dr. Anna Weber", "Dr. Luis Ortega", "Check-up", "Long visit"]
    assert "metformin" in hints


@pytest.mark.model
@pytest.mark.postgres
async def test_spoken_sentences_are_understood() -> None:
    pytest.importorskip("faster_whisper", reason="pip install 'reception[speech]'")
    pytest.importorskip("piper", reason="pip install 'reception[speech]'")
    settings = Settings()
    folder = folder_of(settings)
    if missing(folder):
        pytest.skip("the voice and the recogniser are not here: run `reception evaluate --spoken` once")
    cases = [one for one in CASES if one.patient.startswith(SLICE)]
    practice = HELD_OUT / "practice.yaml"
    hints = hints_of(read_practice_file(practice, CASES_NOW.date()).to_practice(), settings)
    voice, *_ = joe(folder)
    model = build_language_model(settings)
    async with calls(model, practice, CASES_NOW, settings) as line:
        ear = Recogniser(folder)
        clean, spoken = await listen(cases, line, [voice], ear, hints, compare=False)
    await model.close()
    assert len(cases) == len(SLICE)
    assert clean.frame_accuracy == spoken.frame_accuracy == 1.0
    assert spoken.word_error_rate < 0.2
