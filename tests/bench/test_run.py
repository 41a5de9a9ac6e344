"""A whole small run. Ring: unit (tiny model); the last test, with the real ones, is of ring model."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner

from reception.bench import growth
from reception.bench.plan import QUICK, ROWS, Plan, plan
from reception.bench.run import measure
from reception.cli import main
from reception.errors import Invalid
from reception.settings import Settings

TINY = Plan(
    turns=2,
    warm_up=1,
    blocks=1,
    block_turns=16,
    rows=frozenset({"completion", "server", "chat-api", "floor", "throughput", "server-throughput"}),
    llama_server="/no/such/llama-server",
)


async def test_every_row_has_its_contenders_and_missing_ones_are_notes(settings: Settings) -> None:
    report = await measure(settings, TINY)
    found = [(one.name, one.what.rpartition(" ")[2], one.peer) for one in report.rows]
    modes = ("cold", "chat", "phone")
    completion = ("llama-cpp-python, JSON schema", "llama-cpp-python, same frame")
    assert found == [
        *(("completion", mode, peer) for peer in completion for mode in modes),
        *(("floor", mode, kind) for kind in ("floor", "floor, frame read") for mode in modes),
        ("throughput", "once", "raw batches"),
    ]
    assert all(figure.ours > 0 and figure.ratio > 0 for one in report.rows for figure in one.figures)
    assert any("/no/such/llama-server" in note for note in report.notes)
    assert any("base model" in note for note in report.notes)
    assert len(report.samples["reception, cold"]) == len(report.samples[completion[0]]) == 2


def test_conversations_that_are_compared_lie_side_by_side() -> None:
    turns = growth.order(4)
    assert len(turns) == growth.lines_needed(4) == len(set(turns))
    for talk in range(1, 5):
        numbers = [turn.number for turn in turns if turn.conversation == talk]
        assert numbers == list(range(1, growth.LENGTH + 1))
    for talk in range(1, 4):
        late = turns.index(growth.Turn(talk, growth.LATE))
        early = turns.index(growth.Turn(talk + 1, growth.EARLY))
        assert abs(late - early) == 1


def test_a_plan_takes_the_command_s_options() -> None:
    assert plan(7, quick=False, rows="", llama_server="") == Plan(turns=7)
    assert plan(7, quick=True, rows="floor, memory", llama_server="x") == replace(
        QUICK, rows=frozenset({"floor", "memory"}), llama_server="x"
    )
    with pytest.raises(Invalid, match="flor"):
        plan(7, quick=False, rows="flor", llama_server="")


def test_the_command_explains_itself_and_refuses_rows_that_there_are_not() -> None:
    result = CliRunner().invoke(main, ["bench", "--help"])
    assert result.exit_code == 0
    assert "Example: reception bench" in result.output
    assert all(name in result.output for name in ROWS)
    wrong = CliRunner().invoke(main, ["bench", "--rows", "flor"])
    assert wrong.exit_code == 1
    assert "flor" in wrong.output


@pytest.mark.model
async def test_a_quick_run_measures_the_real_models() -> None:
    report = await measure(Settings(), QUICK)
    assert {one.name for one in report.rows} >= set(ROWS) - {"server", "server-throughput", "loads"}
    assert [load.clients for load in report.loads] == list(QUICK.clients)
