"""What the floor counts, and what our engine says it had to do. Ring: unit (tiny model)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from reception.bench.contenders import Work
from reception.bench.floor import BATCH, Bare
from reception.bench.ours import Mode, running
from reception.bench.utterances import utterances
from reception.settings import Settings


class Counting(Bare):
    """Notes each batch: how many tokens, from which position, with how many scores."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, threads=1)
        self.batches: list[tuple[int, int, int]] = []

    def _decode(self, tokens: Sequence[int], position: int, marks: Sequence[bool]) -> None:
        self.batches.append((len(tokens), position, sum(marks)))
        super()._decode(tokens, position, marks)


@pytest.fixture
def bare(tiny: Path) -> Iterator[Counting]:
    with closing(Counting(tiny)) as bare:
        yield bare


def work(prompt: str, evaluated: int, *, choices: int, answer: str = "xyz") -> Work:
    steps = choices + 1
    return Work(prompt, len(prompt), evaluated, steps, choices, answer, len(answer))


def test_a_turn_is_its_new_tokens_at_once_and_one_batch_a_choice(bare: Counting) -> None:
    assert bare.turn(work("0123456789", 4, choices=2)) > 0
    # The six tokens that were known are read too, before the clock starts.
    assert bare.batches == [(6, 0, 0), (4, 6, 1), (1, 10, 1), (1, 11, 1)]


def test_a_frame_that_is_read_too_is_in_the_first_batch_but_for_what_is_chosen(bare: Counting) -> None:
    bare.turn(work("0123456789", 4, choices=2, answer="abcdefgh"), frame_read=True)
    # Eight tokens, of which the last is read by nobody and two by the later steps.
    assert bare.batches == [(6, 0, 0), (9, 6, 1), (1, 15, 1), (1, 16, 1)]


def test_nothing_known_and_nothing_chosen_is_one_batch(bare: Counting) -> None:
    bare.turn(work("0123456789", 10, choices=0))
    assert bare.batches == [(10, 0, 1)]


def test_many_turns_fill_their_batches(bare: Counting) -> None:
    works = [work("0123456789", 8, choices=1, answer="abcd")] * 60
    assert bare.together(works) > 0
    tokens = 60 * (8 + 3)  # nobody reads an answer's last token
    assert [count for count, _, _ in bare.batches] == [BATCH, tokens - BATCH]
    assert sum(scores for _, _, scores in bare.batches) == 60 * 2


async def test_our_engine_tells_what_it_evaluated(settings: Settings, bare: Counting) -> None:
    finished = 0
    for mode in Mode:
        async with running(settings, mode) as ours:
            for said in utterances(6):
                taken = await ours.turn(said)
                if taken.work is None:
                    continue
                finished += 1
                told = taken.work
                assert told.prompt_tokens == len(bare.tokenize(told.prompt))
                assert 0 < told.evaluated <= told.prompt_tokens
                assert 0 <= told.choices < told.steps
                if mode == Mode.COLD:
                    assert sum(ours.batches[-told.steps :]) >= told.evaluated + told.choices
                bare.turn(told)
    assert finished


async def test_reading_ahead_leaves_less_to_do(settings: Settings) -> None:
    said = utterances(1)[0]
    left = {}
    for mode in Mode:
        async with running(settings, mode) as ours:
            request = await ours.turn(said)
            left[mode] = request.work.evaluated if request.work else None
    known = {mode: count for mode, count in left.items() if count is not None}
    assert sorted(known, key=lambda mode: -known[mode]) == [mode for mode in Mode if mode in known]
    assert len(set(known.values())) == len(known)
