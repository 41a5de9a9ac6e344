"""A table of figures, as it is shown, plotted and downloaded: pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Number = int | float | None
Plot = Literal["stacked", "lines", "bars", "heat"]
#: What a column's numbers are: a count, a share of 1, seconds, hours or minutes.
Unit = Literal["", "%", "s", "h", "min"]


@dataclass(frozen=True)
class Column:
    """A column of numbers; `dashed` ones are there for comparison. `colour` is one of the plot's, from 1; by
    its place where it is 0."""

    label: str
    unit: Unit = ""
    dashed: bool = False
    colour: int = 0


@dataclass(frozen=True)
class Row:
    """One line: what it is about, and its numbers, one a column; None where there is none."""

    label: str
    numbers: Sequence[Number]


@dataclass(frozen=True)
class Sheet:
    """`note` says what is counted, and `empty` what to say where nothing was."""

    key: str
    title: str
    note: str
    head: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    plot: Plot
    empty: str = "Nothing in this time."

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to look at, now or before."""
        return not any(number for row in self.rows for number in row.numbers)

    @property
    def most(self) -> float:
        """The largest number of the first column, or of the one it is compared to."""
        compared = [index for index, one in enumerate(self.columns) if index == 0 or one.dashed]
        found = (row.numbers[index] for row in self.rows for index in compared)
        return max((number for number in found if number), default=0)

    def width(self, number: Number) -> float:
        """The share of the longest bar, in percent."""
        return round(100 * (number or 0) / self.most, 2) if self.most else 0

    def step(self, number: Number) -> int:
        """How dark a field of a heat map is, from 0 (nothing) to 5 (the most there is)."""
        most = max((one or 0 for row in self.rows for one in row.numbers), default=0)
        return 0 if not number or not most else max(1, round(5 * number / most))

    def csv(self) -> str:
        """RFC 4180, with plain numbers: shares of 1, seconds, hours; empty where there is none."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([self.head, *(_named(one) for one in self.columns)])
        for row in self.rows:
            writer.writerow([_harmless(row.label), *("" if one is None else one for one in row.numbers)])
        return out.getvalue()


def shown(number: Number, unit: Unit) -> str:
    """A number as people read it."""
    if number is None:
        return "-"
    if unit == "%":
        return f"{100 * number:.0f} %" if number in (0, 1) or number >= 0.1 else f"{100 * number:.1f} %"
    if unit == "s":
        return f"{number:.2f} s" if number < 10 else f"{number:.0f} s"
    if unit == "h":
        return f"{number:.1f} h"
    return f"{number:,.0f}" + (" min" if unit == "min" else "")


def share(part: float, whole: float) -> float | None:
    """Part of the whole; None of nothing."""
    return part / whole if whole else None


def _named(column: Column) -> str:
    units = {"%": "share", "s": "seconds", "h": "hours", "min": "minutes", "": ""}
    return f"{column.label} ({units[column.unit]})" if column.unit else column.label


def _harmless(text: str) -> str:
    """A spreadsheet takes what begins like this for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t" else text
