"""Unit: labels stay verbatim, a seed repeats itself, and public turns are mapped with care."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from fine_tune import sgd
from fine_tune.lexicon import Lexicon
from fine_tune.noise import as_heard, disturb
from fine_tune.phrasebook import DESK_KEYS, Phrase, PhraseError, parse, read_phrases
from fine_tune.prepare import HERE, WEIGHTS, Example, Expander, expand, held_out, main, to_example
from reception.dialogue.meaning import Intent, Slot
from reception.evaluation.cases import load_cases
from reception.evaluation.mishearing import Recogniser
from reception.understanding.grammar import WITHOUT_SLOTS


@pytest.fixture(scope="module")
def phrases() -> list[Phrase]:
    return read_phrases(HERE / "phrases")


def phrase(line: str, intent: Intent = Intent.INFORM) -> Phrase:
    return next(parse(f"[{intent} | desk: date]\n{line}", "x.txt"))


def words_in(example: Example, slot: Slot) -> bool:
    return re.search(rf"(?<!\w){re.escape(example.slots[slot])}(?!\w)", example.patient) is not None


def test_no_sentence_of_a_hand_written_test_set_is_learned(phrases: list[Phrase]) -> None:
    def words(text: str) -> tuple[str, ...]:
        return tuple(re.findall(r"[a-z0-9]+", text.lower()))

    tested = {
        words(case.patient)
        for name in ("blind", "heldout")
        for case in load_cases(Path(__file__).parents[1] / "understanding" / f"{name}.jsonl")
    }
    same = [line.place for line in phrases if len(words(line.words)) >= 5 and words(line.words) in tested]
    assert not same  # shorter ones ("yes, please") everybody says


def test_every_phrase_expands_to_labels_that_are_whole_words_of_the_utterance(phrases: list[Phrase]) -> None:
    expander = Expander(phrases, seed=1)
    for line in phrases:
        example = expander.example(line)
        assert example.patient and all(words_in(example, slot) for slot in example.slots), line.place
        assert list(example.slots) == [slot for slot in Slot if slot in example.slots]
        assert not example.slots or example.intent not in WITHOUT_SLOTS


def test_the_same_seed_gives_the_same_examples(phrases: list[Phrase]) -> None:
    first, again, other = (list(Expander(phrases, seed=seed).draw(60)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_every_intent_and_every_desk_question_has_phrases(phrases: list[Phrase]) -> None:
    assert {line.intent for line in phrases} == set(Intent) == set(WEIGHTS)
    named = {key for line in phrases for key in line.desks}
    assert named >= set(DESK_KEYS)


def test_some_phrases_are_held_out_for_validation_and_always_the_same(phrases: list[Phrase]) -> None:
    kept = [line for line in phrases if held_out(line)]
    assert 0.02 < len(kept) / len(phrases) < 0.06
    assert kept == [line for line in phrases if held_out(line)]


def test_lines_of_some_files_come_more_often_but_not_those_that_are_held_out(tmp_path: Path) -> None:
    lines = [f"I'm in room {number}" for number in range(80)]
    for name in ("rare.txt", "frequent.txt"):
        words = (f"[inform | desk: any]\n{line} of {name[:-4]}" for line in lines)
        (tmp_path / name).write_text("\n".join(words), encoding="utf-8")
    how = ["--phrases", str(tmp_path), "--sgd-share", "0", "--count", "0", "--samples", "0"]
    main([*how, "--often", "frequent.txt", "--times", "2", "--out", str(tmp_path)])
    rows = [json.loads(row) for row in (tmp_path / "train.jsonl").read_text("utf-8").splitlines()]
    drawn = Counter(row["source"] for row in rows)
    used = [line for line in read_phrases(tmp_path) if "frequent" in line.place and not held_out(line)]
    assert drawn == {line.place: 2 for line in used}

    with pytest.raises(SystemExit, match=r"no often\.txt for --often"):
        main([*how, "--often", "often.txt", "--out", str(tmp_path)])


@pytest.mark.parametrize("seed", range(8))
def test_noise_moves_words_and_labels_together(seed: int) -> None:
    line = phrase("I would rather come [date: Tuesday the 16th], [time: around 9:15], if Dr. Weber is in.")
    parts = disturb(expand(line, Lexicon(), Random(seed)), Random(seed))
    example = to_example(line, "", parts)
    assert set(example.slots) == {Slot.DATE, Slot.TIME}
    assert all(words_in(example, slot) for slot in example.slots)


def test_the_desk_too_is_sometimes_written_as_a_recogniser_writes(phrases: list[Phrase]) -> None:
    assert as_heard("Dr. Lee, March 19 at 10:05?") == "doctor lee march nineteen at ten oh five"
    desks = [example.desk for example in Expander(phrases[:4000], seed=1).draw(2000) if example.desk]
    assert 0.06 < sum(desk == desk.lower() and desk[-1].isalnum() for desk in desks) / len(desks) < 0.2


def test_an_utterance_of_one_word_is_never_misheard_away() -> None:
    recogniser = Recogniser(["yep, that's it", "no, the other one"])
    heard = {
        "".join(words for words, _ in disturb([("yep", None)], Random(n), recogniser)) for n in range(900)
    }
    assert len(heard) > 2 and all(words.strip() for words in heard)


@pytest.mark.parametrize("seed", range(20))
def test_a_drawn_day_fits_the_preposition_before_it(seed: int) -> None:
    text = "".join(words for words, _ in expand(phrase("can I come on {date}"), Lexicon(), Random(seed)))
    assert not re.search(r"on (?:on|tomorrow|today|in|next week|as soon)\b", text)


def test_a_plural_ending_belongs_to_the_label() -> None:
    example = to_example(line := phrase("{weekday}s, maybe"), "", expand(line, Lexicon(), Random(0)))
    assert example.slots[Slot.DATE].endswith("days")


def test_a_label_inside_a_word_is_refused_with_its_place() -> None:
    with pytest.raises(PhraseError, match=r"x\.txt:2: date 'Mon' is no span"):
        to_example(phrase("[date: Mon]"), "", [("Mon", Slot.DATE), ("1day", None)])


def turn(desk: str, patient: str, actions: list[tuple[str, str, str]], **spans: str) -> str:
    return json.dumps(
        {
            "desk": desk,
            "patient": patient,
            "actions": [{"act": act, "slot": slot, "values": [value]} for act, slot, value in actions],
            "spans": [{"slot": slot, "text": text} for slot, text in spans.items()],
        }
    )


def test_public_turns_are_mapped_where_they_mean_the_same_and_left_out_where_not(tmp_path: Path) -> None:
    lines = [
        turn(
            "At what time?",
            "Let us do the 9th.",
            [("INFORM", "appointment_date", "9")],
            appointment_date="the 9th",
        ),
        turn("Which city?", "Find one in Gilroy", [("INFORM", "city", "Gilroy")], city="Gilroy"),
        turn(
            "A dermatologist or an ENT specialist, and where?",
            "An ENT specialist in Gilroy",
            [("INFORM", "city", "Gilroy"), ("INFORM", "type", "ENT Specialist")],
            city="Gilroy",
        ),
        turn("What kind of doctor?", "An ear doctor", [("INFORM", "type", "ENT Specialist")]),
        turn("Where?", "In Novato, a unisex one", [("INFORM", "is_unisex", "True")]),
        turn("A visit on Monday, correct?", "Yes.", [("AFFIRM", "", "")]),
        turn("How about Amy?", "Book the hair stylist.", [("INFORM_INTENT", "intent", "BookAppointment")]),
        turn("Shall I book?", "How is the weather?", [("NEGATE_INTENT", "", "")]),
    ]
    (tmp_path / sgd.TRAINING_FILE).write_text("\n".join(lines))
    assert [(found["patient"], found["intent"], found["slots"]) for found in sgd.read_turns(tmp_path)] == [
        ("Let us do the 9th.", Intent.INFORM, {Slot.DATE: "9th"}),
        ("Find one in Gilroy", Intent.INFORM, {}),
        ("An ENT specialist in Gilroy", Intent.INFORM, {Slot.SPECIALTY: "ENT specialist"}),
        ("Yes.", Intent.AFFIRM, {}),
        ("Book the doctor.", Intent.BOOK, {}),
    ]


def test_public_offers_are_taken_refused_and_answered_by_others(tmp_path: Path) -> None:
    book, pick = ("INFORM_INTENT", "intent", "BookAppointment"), ("SELECT", "", "")
    noon, town = ("INFORM", "appointment_time", "noon"), ("INFORM", "city", "Novato")
    lines = [
        turn("How about Amy in Gilroy?", "That works for me.", [pick]),
        turn("How about Amy?", "Great, at noon please.", [pick, book, noon], appointment_time="noon"),
        turn("How about Amy?", "I'll take her, book it.", [pick, book]),
        turn("How about Amy?", "Anyone in Novato?", [("REQUEST_ALTS", "", ""), town], city="Novato"),
        turn("Shall I book?", "Not today.", [("NEGATE_INTENT", "", "")]),
        turn("How about Amy?", "Fine. What about the weather?", [pick]),
    ]
    (tmp_path / sgd.TRAINING_FILE).write_text("\n".join(lines))
    assert [(found["patient"], found["intent"], found["slots"]) for found in sgd.read_turns(tmp_path)] == [
        ("That works for me.", Intent.AFFIRM, {}),
        ("Great, at noon please.", Intent.AFFIRM, {Slot.TIME: "noon"}),
        ("I'll take her, book it.", Intent.BOOK, {}),
        ("Anyone in Novato?", Intent.ALTERNATIVES, {}),
        ("Not today.", Intent.DENY, {}),
    ]
