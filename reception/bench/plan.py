"""How much of what a run of the benchmark measures, and the utterances it deals out, none of them twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reception.bench import growth
from reception.bench.utterances import Said, utterances
from reception.errors import Invalid

#: What `--rows` may name.
ROWS = (
    "completion", "server", "chat-api", "floor", "throughput", "server-throughput", "growth", "memory",
    "loads",
)  # fmt: skip
#: Open conversations of the rows about throughput.
OPEN = 16


@dataclass(frozen=True)
class Plan:
    """Sizes of a run.

    `turns` are timed one by one after `warm_up`; throughput takes `blocks` of `block_turns`, contenders
    alternating; `talks` are the conversations of the row on growth; `remembered` those in memory, each with
    `remembered_turns`; the plot has a point for each of `clients`, which take `load_turns` each.
    """

    turns: int = 60
    warm_up: int = 2
    blocks: int = 3
    block_turns: int = 128
    talks: int = 8
    remembered: int = 64
    remembered_turns: int = 2
    clients: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    load_turns: int = 3
    rows: frozenset[str] = frozenset(ROWS)
    llama_server: str = ""

    def wants(self, *names: str) -> bool:
        """Whether any of these rows is to be measured."""
        return not self.rows.isdisjoint(names)

    @property
    def needed(self) -> int:
        """How many utterances all rows together take."""
        throughput = self.blocks * self.block_turns + OPEN
        loads = sum(self.clients) * self.load_turns
        remembered = self.remembered * self.remembered_turns
        return self.warm_up + self.turns + throughput + growth.lines_needed(self.talks) + loads + remembered


QUICK = Plan(
    turns=2,
    warm_up=1,
    blocks=1,
    block_turns=24,
    talks=2,
    remembered=16,
    remembered_turns=1,
    clients=(1, 4, 16),
    load_turns=1,
)


def plan(turns: int, *, quick: bool, rows: str, llama_server: str) -> Plan:
    """The plan for a command's options; Invalid for rows that there are not."""
    names = frozenset(name.strip() for name in rows.split(",") if name.strip()) or frozenset(ROWS)
    unknown = names - set(ROWS)
    if unknown:
        raise Invalid(f"There are no rows {', '.join(sorted(unknown))}: choose from {', '.join(ROWS)}.")
    if quick:
        return replace(QUICK, rows=names, llama_server=llama_server)
    return Plan(turns=turns, rows=names, llama_server=llama_server)


class Deck:
    """Deals utterances, each once."""

    def __init__(self, lines: Iterable[Said]) -> None:
        self._lines = iter(lines)

    @classmethod
    def of(cls, plan: Plan) -> Deck:
        """As many as the plan needs."""
        return cls(utterances(plan.needed))

    def deal(self, count: int) -> list[Said]:
        """The next ones; ValueError when there are no more."""
        dealt = [said for _, said in zip(range(count), self._lines, strict=False)]
        if len(dealt) < count:
            raise ValueError("the plan needs more utterances than it said")
        return dealt
