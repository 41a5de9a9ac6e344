"""Unit: the phrase format, its labels' edges, and its errors by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fine_tune.phrasebook import Phrase, PhraseError, Piece, parse, read_phrases
from reception.dialogue.meaning import Intent, Slot


def one(line: str) -> Phrase:
    return next(parse(f"[inform | desk: date, time]\n{line}", "x.txt"))


def test_a_header_names_the_intent_and_the_desk_questions_of_the_lines_below() -> None:
    phrases = list(parse("# comment\n\n[deny | desk: confirm_booking, any]\nno\nnot that\n", "x.txt"))
    assert [(phrase.intent, phrase.desks, phrase.place) for phrase in phrases] == [
        (Intent.DENY, ("confirm_booking", "any"), "x.txt:4"),
        (Intent.DENY, ("confirm_booking", "any"), "x.txt:5"),
    ]


def test_labels_and_placeholders_become_pieces() -> None:
    assert one("{date} then, [time: after two]!").pieces == (
        Piece(slot=Slot.DATE, draw="date"),
        Piece(" then, "),
        Piece("after two", Slot.TIME),
        Piece("!"),
    )


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("[date: the day after tomorrow]", "day after tomorrow"),
        ("[date: on Monday]", "Monday"),
        ("[reason: my sore knee]", "sore knee"),
        ("[date: a week from Monday]", "a week from Monday"),
        ("[time: after two.]", "after two"),
        ("[time: 9 a.m.]", "9 a.m."),
        ("[date: before the 9th]", "before the 9th"),
    ],
)
def test_a_label_keeps_what_counts_and_nothing_else(line: str, label: str) -> None:
    assert [piece.text for piece in one(line).pieces if piece.slot] == [label]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello", r"x\.txt:1: an utterance before the first"),
        ("[shout | desk: any]\nhello", r"x\.txt:1: unknown intent 'shout'"),
        ("[inform | desk: dinner]\nhello", r"x\.txt:1: unknown desk key dinner"),
        ("[inform | desk: any]\n\n[colour: red]", r"x\.txt:3: unknown slot 'colour'"),
        ("[inform | desk: any]\n{colour}", r"x\.txt:2: unknown placeholder {colour}"),
        ("[inform | desk: any]\n[date: Monday", r"x\.txt:2: a stray '\['"),
        ("[inform | desk: any]\n{date} or [date: Monday]", r"x\.txt:2: the slot date is labelled twice"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(PhraseError, match=message):
        list(parse(text, "x.txt"))


def test_a_folder_without_phrases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PhraseError, match="no phrase files"):
        read_phrases(tmp_path)
