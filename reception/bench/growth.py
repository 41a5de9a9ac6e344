"""What a turn costs late in a conversation, against early in one, played on the same engine.

Conversations follow each other such that one is at its last turns while the next is at its first ones, and
both are asked in turn: what disturbs the machine disturbs both. The utterances that are compared are
neighbours in length, the longer one early as often as late.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reception.bench.contenders import Contender
from reception.bench.utterances import Said

#: The turns that are compared, each with the one before and the one after.
EARLY = 3
LATE = 30
LENGTH = LATE + 1
_APART = LATE - EARLY
_BESIDE = 1


@dataclass(frozen=True)
class Grown:
    """Milliseconds of turns around the 3rd, and of as many around the 30th."""

    early: list[float]
    late: list[float]


@dataclass(frozen=True)
class Turn:
    """One turn of one of the conversations, both counted from 1."""

    conversation: int
    number: int


def lines_needed(conversations: int) -> int:
    """How many utterances that many conversations (at least two) take."""
    return conversations * LENGTH


async def play(
    contender: Contender, lines: Sequence[Said], conversations: int, told: Callable[[], None] = lambda: None
) -> Grown:
    """Plays the conversations with `lines_needed` different utterances."""
    early: list[float] = []
    late: list[float] = []
    for turn, said in zip(order(conversations), _matched(lines, conversations), strict=True):
        taken = await contender.turn(said, f"talk-{turn.conversation}")
        if _is_early(turn):
            early.append(taken.ms)
        elif _is_late(turn, conversations):
            late.append(taken.ms)
        told()
    return Grown(early, late)


def order(conversations: int) -> list[Turn]:
    """All turns in the order they are played; early and late ones that are compared lie side by side."""
    turns = []
    for moment in range(_APART * (conversations - 1) + LENGTH):
        numbers = [(talk, moment - _APART * (talk - 1) + 1) for talk in range(1, conversations + 1)]
        now = [Turn(talk, number) for talk, number in numbers if 1 <= number <= LENGTH]
        turns += now if moment % 2 else now[::-1]
    return turns


def _matched(lines: Sequence[Said], conversations: int) -> list[Said]:
    """The utterances in the order of the turns, such that compared turns have neighbours in length."""
    turns = order(conversations)
    compared = [index for index, turn in enumerate(turns) if _is_early(turn) or _is_late(turn, conversations)]
    pool = sorted(lines[: len(compared)], key=lambda said: len(said.patient) + len(said.desk))
    rest = iter(lines[len(compared) :])
    # The compared turns come in pairs whose order alternates; so does which of both is the late one.
    chosen = dict(zip(compared, pool, strict=True))
    return [chosen[index] if index in chosen else next(rest) for index in range(len(turns))]


def _is_early(turn: Turn) -> bool:
    return turn.conversation > 1 and abs(turn.number - EARLY) <= _BESIDE


def _is_late(turn: Turn, conversations: int) -> bool:
    return turn.conversation < conversations and abs(turn.number - LATE) <= _BESIDE
