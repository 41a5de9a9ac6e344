"""No contender is given the same words twice, and all runs have the same ones. Ring: unit."""

from __future__ import annotations

import pytest

from reception.bench.plan import Deck, Plan
from reception.bench.utterances import HAND_WRITTEN, MOST, utterances
from reception.evaluation.cases import load_cases


def test_thousands_of_utterances_are_all_different() -> None:
    lines = utterances(MOST)
    assert len({said.patient for said in lines}) == MOST
    assert all(said.patient.strip() for said in lines)


def test_they_are_the_same_each_time_and_a_longer_list_begins_with_the_shorter() -> None:
    assert utterances(600) == utterances(700)[:600]
    assert utterances(600, seed=2) != utterances(600)


def test_the_hand_written_ones_come_first() -> None:
    cases = load_cases(HAND_WRITTEN)
    lines = utterances(len(cases) + 1)
    assert [said.patient for said in lines[:-1]] == [case.patient for case in cases]
    assert lines[-1].patient not in {case.patient for case in cases}


def test_variations_swap_names_and_days_and_keep_the_rest() -> None:
    varied = [said.patient for said in utterances(3000)[485:]]
    assert any(words.startswith("I need a flu shot for my daughter ") for words in varied)
    assert not any("Emma Hale" in words for words in varied)


def test_more_than_there_can_be_is_refused() -> None:
    with pytest.raises(ValueError, match="there are only"):
        utterances(MOST + 1)


def test_a_plan_deals_no_utterance_twice_and_has_enough() -> None:
    deck = Deck.of(Plan(turns=5, warm_up=0, blocks=0, talks=2, load_turns=0, remembered=0))
    dealt = deck.deal(5) + deck.deal(78)
    assert len({said.patient for said in dealt}) == 83
    with pytest.raises(ValueError, match="more utterances"):
        deck.deal(1)
