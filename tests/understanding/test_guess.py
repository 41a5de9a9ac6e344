"""A guess at a frame: quick, often right, never more than a guess. Ring: unit (the classifiers that ship)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fine_tune.guess import tags, train
from reception.dialogue.meaning import Intent, Slot
from reception.understanding.guess import TAGS, Guesser, spans_of, split
from reception.understanding.prompt import build_frame

HELD_OUT = Path(__file__).with_name("heldout.jsonl")
DESK = "What can I do for you?"


@pytest.fixture(scope="module")
def guesser() -> Guesser:
    return Guesser.load()


def test_about_half_of_the_hand_written_utterances_are_guessed_whole(guesser: Guesser) -> None:
    rows = [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    frames = [
        build_frame(Intent(row["intent"]), {Slot(s): w for s, w in row["slots"].items()}) for row in rows
    ]
    right = sum(
        guesser.guess(row["desk"], row["patient"]) == frame for row, frame in zip(rows, frames, strict=True)
    )
    assert right > 0.5 * len(rows)


def test_a_guess_is_a_frame_or_its_beginning(guesser: Guesser) -> None:
    said = "can i move my appointment with dr weber from monday to next friday at ten"
    guess = guesser.guess(DESK, said)
    assert guess.startswith(" reschedule_appointment; practitioner: dr weber")


@pytest.mark.parametrize("said", ["", "…", "?!", "\N{PILE OF POO} " * 30, "a" * 3000, "\ud800 hm"])
def test_whatever_is_said_a_guess_is_a_text(guesser: Guesser, said: str) -> None:
    assert isinstance(guesser.guess(DESK, said), str)


def test_tags_spell_the_spans_they_were_made_from() -> None:
    text, slots = "Dr. Weber at 3 p.m. or nine", {Slot.PRACTITIONER: "Dr. Weber", Slot.TIME: "3 p.m."}
    pieces = split(text)
    found = {
        span.slot: text[pieces[span.first].start() : pieces[span.last].end()]
        for span in spans_of([(tag, 1.0) for tag in tags(text, slots)])
    }
    assert found == slots


def test_two_neighbouring_slots_of_a_kind_are_two_spans() -> None:
    first = TAGS.index("first date")
    assert len(list(spans_of([(first, 1.0), (first + 1, 1.0), (first, 1.0), (0, 1.0)]))) == 2


def test_what_was_learnt_survives_saving(tmp_path: Path) -> None:
    rows = [
        {"desk": DESK, "patient": f"{wish} {day}", "intent": intent, "slots": {"date": day}}
        for wish, intent in (("book me in on", Intent.BOOK), ("please cancel", Intent.CANCEL))
        for day in ("monday", "tuesday", "friday", "the ninth of june")
    ]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows * 20))
    learnt = train(tmp_path / "train.jsonl", 1)
    learnt.save(tmp_path / "guess.npz")
    for one in (learnt, Guesser.load(tmp_path / "guess.npz")):
        assert (
            one.guess(DESK, "please cancel the ninth of june")
            == " cancel_appointment; date: the ninth of june\n"
        )
    again = train(tmp_path / "train.jsonl", 1)
    assert all(np.array_equal(again.tables[name], table) for name, table in learnt.tables.items())
