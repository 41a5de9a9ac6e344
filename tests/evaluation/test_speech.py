"""Sentences on a telephone line, and what became of their words. Ring: unit (pip installs from a folder)."""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from reception.dialogue.meaning import Frame, Intent, Slot
from reception.errors import MisconfiguredError, ModelMissing
from reception.evaluation.cases import Case
from reception.evaluation.speech import files
from reception.evaluation.speech.files import SpeechFile, missing, pull_speech
from reception.evaluation.speech.misheard import Misheard, counterpart, errors, misheard, words
from reception.evaluation.speech.recogniser import Recogniser
from reception.evaluation.speech.report import write_report
from reception.evaluation.speech.scores import Heard, Pass
from reception.evaluation.speech.sound import Sound, active_power, band, mu_law, telephone
from reception.evaluation.speech.voices import espeak, joe

REFILL = Case(
    "", "I need a refill of lisinopril from Doctor Weber.", Intent.PRESCRIPTION,
    {Slot.MEDICATION: "lisinopril", Slot.PRACTITIONER: "Doctor Weber"}, {Slot.PRACTITIONER: "Dr. Anna Weber"},
)  # fmt: skip
BORN = Case(
    "", "The third of March, nineteen eighty.", Intent.INFORM,
    {Slot.DATE_OF_BIRTH: "third of March, nineteen eighty"}, {Slot.DATE_OF_BIRTH: "1980-03-03"},
)  # fmt: skip


def tone(hertz: float, rate: int = 22_050, seconds: float = 1.0) -> Sound:
    return Sound(0.5 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate), rate)


def power(samples: np.ndarray) -> float:
    return float(np.mean(samples**2))


def test_another_rate_keeps_the_tone() -> None:
    assert np.abs(tone(440).at(8000).samples - tone(440, rate=8000).samples).max() < 0.01
    assert tone(440).at(16_000).seconds == pytest.approx(1.0)


@pytest.mark.parametrize(("hertz", "passes"), [(100, False), (440, True), (3000, True), (3900, False)])
def test_a_line_lets_a_band_through(hertz: float, passes: bool) -> None:
    assert (power(band(tone(hertz, rate=8000).samples)) > 0.1) == passes


def test_mu_law_is_finer_where_it_is_quiet() -> None:
    quiet, loud = np.linspace(0.001, 0.01, 100), np.linspace(0.5, 1.0, 100)
    assert np.abs(mu_law(quiet) - quiet).max() < 0.0003 < np.abs(mu_law(loud) - loud).max() < 0.03


def test_the_noise_lies_as_far_below_the_speech_as_wanted() -> None:
    line = telephone(tone(1000), seed=1, signal_to_noise=15.0).samples
    noise, both = power(line[:4000]), active_power(line[4000:-4000])
    assert 10 * np.log10((both - noise) / noise) == pytest.approx(15.0, abs=1.0)


def test_pauses_do_not_count_as_speech() -> None:
    spoken = tone(1000, rate=8000).samples
    assert active_power(np.concatenate([spoken, np.zeros(80_000)])) == pytest.approx(power(spoken), rel=0.01)


def test_the_same_seed_is_the_same_line() -> None:
    one, again, other = (telephone(tone(500), seed).samples for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("the third of March, nineteen eighty", "the 3rd of March 1980."),
        ("five hundred milligrams", "500mg"),
        ("O K A F O R", "O-K-A-F-O-R"),
        ("two oh two, five five five, oh one seven three", "202-555-0173"),
        ("Anna dot reed at example dot com", "anna.reed@example.com"),
        ("at ten thirty", "at 10:30"),
        ("Doctor Weber", "Dr. Weber"),
    ],
)
def test_what_sounds_the_same_is_no_error(said: str, written: str) -> None:
    assert words(said) == words(written)
    assert errors(said, written)[0] == 0


def test_errors_are_counted_in_words() -> None:
    assert errors("I need a refill", "I knead refill now") == (3, 4)
    assert errors("Tuesday", "") == (1, 1)


def test_a_slot_is_followed_to_where_it_was_heard() -> None:
    said, heard = REFILL.patient, "I need a refill of listen a pill from Dr. Weber."
    assert counterpart("lisinopril", said, heard) == "listen a pill"
    assert counterpart("Doctor Weber", said, heard) == "Dr. Weber"
    assert misheard(REFILL, heard) == [Misheard(Slot.MEDICATION, "lisinopril", "listen a pill")]
    assert counterpart("lisinopril", said, "") == ""


def test_other_words_are_told_when_no_slot_was_hit() -> None:
    heard = "I read a refill of lisinopril from Doctor Weber."
    assert misheard(REFILL, heard) == [Misheard(None, REFILL.patient, heard)]
    assert misheard(REFILL, REFILL.patient.lower()) == []


def test_a_slot_is_known_by_its_value_or_its_words() -> None:
    frame = Frame(Intent.PRESCRIPTION, {Slot.MEDICATION: "listen a pill", Slot.PRACTITIONER: "Dr. Webber"},
                  {Slot.PRACTITIONER: "Dr. Anna Weber"})  # fmt: skip
    one = Heard(REFILL, "…", frame)
    assert one.slots == {Slot.MEDICATION: False, Slot.PRACTITIONER: True}
    assert one.intent_right and not one.right


def test_a_letter_makes_no_other_word() -> None:
    case = Case("", "It's my migraines.", Intent.INFORM, {Slot.REASON: "migraines"}, {})
    for heard, known in (("migraine", True), ("my Migraines", True), ("my grains", False), ("", False)):
        assert Heard(case, heard, Frame(Intent.INFORM, {Slot.REASON: heard})).slots == {Slot.REASON: known}


def test_a_name_is_known_when_it_leads_to_the_patient() -> None:
    case = Case(
        "", "My name is Margaret Foreman.", Intent.INFORM, {Slot.PATIENT_NAME: "Margaret Foreman"}, {}
    )
    for heard, known in (("Margaret Forman", True), ("margaret foreman", True), ("Mark Bourbon", False)):
        assert Heard(case, heard, Frame(Intent.INFORM, {Slot.PATIENT_NAME: heard})).slots == {
            Slot.PATIENT_NAME: known
        }


def test_figures_and_the_table_are_in_the_report(tmp_path: Path) -> None:
    born = {Slot.DATE_OF_BIRTH: date(1980, 3, 3)}
    frame = Frame(Intent.INFORM, {Slot.DATE_OF_BIRTH: "3rd of March 1980"}, born)
    good = Heard(BORN, "The 3rd of March 1980.", frame)
    bad = Heard(REFILL, "A result of <listen> a pill.", Frame(Intent.TEST_RESULTS))
    page, numbers = write_report(tmp_path, [Pass("joe", True, [good, bad])])
    found = json.loads(numbers.read_text())["spoken"]["joe"]
    assert (found["intent_accuracy"], found["slot_accuracy"]) == (0.5, pytest.approx(1 / 3))
    assert found["slots"]["date_of_birth"] == {"known": 1, "wanted": 1}
    assert {row["said"] for row in found["misheard"]} == {"lisinopril", "Doctor Weber"}
    assert "&lt;listen&gt; a pill" in page.read_text()


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two packages in a folder, which is all that pip sees of the world, with one file in two parts."""
    for number, part in (("1", b"spoken "), ("2", b"words")):
        with ZipFile(tmp_path / f"parts_{number}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"parts_{number}/part", part)
            head = f"Metadata-Version: 2.1\nName: parts-{number}\nVersion: 1.0\n"
            wheel.writestr(f"parts_{number}-1.0.dist-info/METADATA", head)
            wheel.writestr(f"parts_{number}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr(f"parts_{number}-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    file = SpeechFile(
        "voice/whole", hashlib.sha256(b"spoken words").hexdigest(),
        (("parts-1==1.0", "parts_1/part"), ("parts-2==1.0", "parts_2/part")),
    )  # fmt: skip
    monkeypatch.setattr(files, "FILES", (file,))
    monkeypatch.setattr(files, "_PACKAGES", {"parts-1==1.0": 500, "parts-2==1.0": 500})


def silent(label: str, done: int, total: int) -> None:
    assert 0 <= done <= total, label


@pytest.mark.usefixtures("shelf")
def test_files_are_fetched_whole_and_once(tmp_path: Path) -> None:
    folder = tmp_path / "speech"
    pull_speech(folder, silent)
    assert (folder / "voice" / "whole").read_bytes() == b"spoken words"
    assert missing(folder) == []
    assert [one.name for one in folder.iterdir()] == ["voice"]
    (folder / "voice" / "whole").write_bytes(b"spoken work")
    assert [one.path for one in missing(folder)] == ["voice/whole"]


@pytest.mark.usefixtures("shelf")
def test_files_with_another_sum_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (right,) = files.FILES
    monkeypatch.setattr(files, "FILES", (SpeechFile(right.path, "0" * 64, right.parts),))
    with pytest.raises(ModelMissing, match="wrong SHA-256"):
        pull_speech(tmp_path / "speech", silent)
    assert not (tmp_path / "speech" / "voice").exists()


def test_what_is_not_installed_is_named_with_its_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    monkeypatch.setitem(sys.modules, "piper", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MisconfiguredError, match=r"pip install 'reception\[speech\]'"):
        Recogniser(tmp_path)
    with pytest.raises(MisconfiguredError, match=r"pip install 'reception\[speech\]'"):
        joe(tmp_path)
    with pytest.raises(MisconfiguredError, match="apt install espeak-ng"):
        espeak()
