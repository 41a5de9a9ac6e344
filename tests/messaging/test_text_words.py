"""The sentences of text messages: checked at start, short, and in plain letters. Ring: unit."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from reception.errors import MisconfiguredError
from reception.messaging.text_words import VARIABLES, TextWords
from reception.settings import ROOT
from tests.conftest import ZONE

ENGLISH = ROOT / "prompts" / "en"
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A language of its own, to be spoiled."""
    return Path(shutil.copytree(ENGLISH, tmp_path / "en"))


def change(folder: Path, key: str, sentence: str | None) -> None:
    file = folder / "texts.yaml"
    sentences = yaml.safe_load(file.read_text(encoding="utf-8"))
    if sentence is None:
        del sentences[key]
    else:
        sentences[key] = sentence
    file.write_text(yaml.safe_dump(sentences), encoding="utf-8")


@pytest.mark.parametrize(
    ("key", "sentence", "problem"),
    [
        ("reminder", None, "reminder is missing"),
        ("greeting", "Hello", "greeting is not known"),
        ("booked", "Your visit because of {reason}", "booked may not use {reason}"),
    ],
)
def test_a_sentence_that_is_off_is_refused(
    folder: Path, key: str, sentence: str | None, problem: str
) -> None:
    change(folder, key, sentence)
    with pytest.raises(MisconfiguredError, match=problem):
        TextWords(folder)


def test_no_sentence_may_speak_of_the_reason_or_the_kind_of_a_visit() -> None:
    assert not {"reason", "kind", "appointment_type"} & set().union(
        *(names for key, names in VARIABLES.items() if key not in ("failed", "unknown"))
    )


def test_what_patients_get_fits_into_one_message() -> None:
    words = TextWords(ENGLISH)
    practice, doctor = "Harbor Clinic", "Dr. Anna Weber"
    when = words.when(datetime(2026, 12, 16, 10, 30, tzinfo=ZONE))
    assert when == "Wed, Dec 16, 10:30 AM"
    told = {"practice": practice, "practitioner": doctor, "when": when}
    link = words.say("link", url=f"https://desk.example/appointments/{'x' * 22}.ics")
    for text in (
        words.say("booked", **told, where="", link=link),
        words.say("moved", **told, where="", link=""),
        words.say("cancelled", **told),
        words.say("reminder", **told),
        words.say("offer", **told, minutes="30"),
        words.say("stopped", practice=practice),
        words.say("started", practice=practice),
    ):
        assert len(text) <= 160, text
        assert set(text) <= GSM


def test_curly_signs_of_a_practices_name_do_not_double_the_length() -> None:
    words = TextWords(ENGLISH)
    assert words.say("started", practice="St. Mary’s – North").startswith("St. Mary's - North:")
