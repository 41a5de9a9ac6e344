"""Unit: a detail is exchanged for what others say in the same place, and the rest stays as written."""

from __future__ import annotations

from random import Random

from fine_tune.exchange import Exchange
from fine_tune.phrasebook import Phrase, parse
from reception.dialogue.safety import is_emergency


def phrases(text: str) -> list[Phrase]:
    return list(parse(text, "x.txt"))


def drawn(lines: list[Phrase], which: int = 0) -> set[str]:
    exchange = Exchange(lines)
    return {exchange.draw(lines[which], Random(seed)).words for seed in range(200)}


def test_a_detail_becomes_what_others_say_after_the_same_word() -> None:
    lines = phrases(
        "[inform | desk: date]\nI can come on [date: Monday], I think\n"
        "[deny | desk: date]\nno, on [date: the 9th of May]\nnot before [date: June]\n"
    )
    # The 9th stands behind "the", June behind "before".
    assert drawn(lines) == {"I can come on Monday, I think"}
    lines += phrases("[deny | desk: date]\nrather on [date: Tuesday or Friday], if you have it\n")
    assert drawn(lines) == {"I can come on Monday, I think", "I can come on Tuesday or Friday, I think"}


def test_a_reason_comes_from_the_same_wish_and_the_same_two_words() -> None:
    lines = phrases(
        "[book_appointment | desk: request]\nSomebody should see my [reason: knee]\n"
        "I'd like her to see my [reason: rash]\nabout my [reason: hip]\n"
        "[medical_question | desk: request]\ncan you see my [reason: swollen eye] in a picture\n"
    )
    assert drawn(lines) == {"Somebody should see my knee", "Somebody should see my rash"}


def test_letters_and_figures_stay_and_so_does_what_is_much_shorter() -> None:
    lines = phrases(
        "[inform | desk: phone]\nit's [phone: 555 0134]\nit's [phone: 555 0199]\n"
        "[inform | desk: date]\nmake it [date: Monday]\nmake it [date: some day in the week before Easter]\n"
    )
    assert [len(drawn(lines, which)) for which in range(4)] == [1, 1, 1, 1]


def test_a_phrase_of_elsewhere_is_drawn_too() -> None:
    other, *known = phrases(
        "[inform | desk: date]\nfrom [date: May]\n[inform | desk: date]\non [date: Monday]\n"
    )
    assert Exchange(known).draw(other, Random(1)).words == "from May"


def test_no_danger_comes_in() -> None:
    lines = phrases(
        "[book_appointment | desk: request]\nI have a [reason: sore toe]\n"
        "years ago I have a [reason: crushing chest pain], and now my yearly check\n"
        "[book_appointment | desk: request]\nI have a [reason: runny nose]\n"
    )
    heard = drawn(lines)
    assert heard == {"I have a sore toe", "I have a runny nose"}
    assert not any(is_emergency(words) for words in heard)
