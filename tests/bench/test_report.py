"""What a run's report shows and keeps. Ring: unit."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from rich.console import Console

from reception.bench import figures
from reception.bench.figures import load_of, percentile, row
from reception.bench.machine import Machine, ModelFile, copy_bandwidth
from reception.bench.report import Report, from_json, save, show, to_json


def report() -> Report:
    faster = figures.times_faster([10.0, 20.0, 30.0], [100.0, 40.0, 160.0])
    longer = figures.times_as_long([30.0, 20.0], [20.0, 20.0])
    return Report(
        date="2026-06-15T09:00:00+00:00",
        machine=Machine("A CPU", 2, 2, "A CPU", "Linux x86_64", "0.3.36"),
        model=ModelFile("tiny.gguf", "Q8_0", 1000, "ab" * 32),
        turns=3,
        rows=[
            row("completion", "one turn, cold", "a library", faster, unit="ms", at_least=2.5),
            row("floor", "one turn, cold", "the floor", longer, unit="ms", at_most=1.2),
            row("memory", "64 conversations", "", figures.alone("RSS", 799), unit="MB", at_most=800),
        ],
        loads=[load_of(1, [5.0, 7.0], 0.5)],
        notes=["llama-server is not installed here"],
        samples={"reception, cold": [10.0, 20.0, 30.0], "a library": [100.0, 40.0, 160.0]},
    )


def shown(found: Report) -> str:
    console = Console(width=120, record=True, file=sys.stderr)
    console.print(show(found))
    return console.export_text()


def line(text: str, *words: str) -> str:
    return next(one for one in text.splitlines() if all(word in one for word in words))


def test_ratios_are_of_medians_and_of_means() -> None:
    faster, longer, alone = report().rows
    assert [figure.ratio for figure in faster.figures] == [5.0, 5.0]
    assert [figure.ratio for figure in longer.figures] == [1.25, 1.25]
    assert [(figure.peer, figure.ratio) for figure in alone.figures] == [(None, 799)]


def test_a_missed_target_is_marked() -> None:
    text = shown(report())
    assert "MISSED" in line(text, "floor", "one turn")
    assert "yes" in line(text, "completion")
    assert "yes" in line(text, "memory")
    assert text.count("MISSED") == 1


def test_a_row_is_met_only_when_all_its_figures_are() -> None:
    mixed = [*figures.rates("p50", 3.0, 1.0), *figures.rates("mean", 2.0, 1.0)]
    assert not row("x", "", "", mixed, unit="", at_least=2.5).met
    with pytest.raises(ValueError, match="one target"):
        row("x", "", "", mixed, unit="")


def test_the_machine_the_file_and_the_notes_are_stated() -> None:
    text = shown(report())
    for fact in ("A CPU", "2 threads", "0.3.36", "tiny.gguf", "Q8_0", "abababababab", "2026-06-15"):
        assert fact in text
    assert "Note: llama-server is not installed here." in text


def test_json_gives_the_report_back() -> None:
    assert from_json(to_json(report())) == report()


def test_a_folder_gets_numbers_and_a_plot(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    save(report(), tmp_path / "new")
    assert from_json((tmp_path / "new" / "bench.json").read_bytes()) == report()
    assert (tmp_path / "new" / "bench.png").read_bytes().startswith(b"\x89PNG")


def test_without_the_plot_s_library_the_numbers_are_written_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "reception.bench.plot", raising=False)
    monkeypatch.delattr("reception.bench.plot", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    save(report(), tmp_path)
    kept = from_json((tmp_path / "bench.json").read_bytes())
    assert "matplotlib" in kept.notes[-1]
    assert not (tmp_path / "bench.png").exists()


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.95) == 4.0
    assert load_of(2, [5.0, 7.0], 0.5).per_second == 4.0


def test_memory_bandwidth_is_some_gigabytes_a_second() -> None:
    assert 1e8 < copy_bandwidth(1, megabytes=8) < 1e13
