"""A history's report, for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.history.plan import Findings, Plan


def write(findings: Findings, plan: Plan, folder: Path) -> str:
    """Writes report.md and returns it."""
    lines = [
        "# A history", "",
        f"{findings.operations} operations"
        f" in {findings.seconds:.0f} s (seed {plan.seed}, {plan.season.name}),"
        f" judged in {findings.judging:.0f} s.", "",
        f"- kinds: {_counts(findings.kinds)}",
        f"- outcomes, before the books were looked at: {_counts(findings.outcomes)}",
        f"- misfortunes: {_counts(findings.misfortunes)}",
        f"- conversations: {findings.conversations}; bookings told of: {findings.booked};"
        f" messages sent again: {findings.again}",
        f"- changes of appointment rows: {findings.changes}; texts: {_counts(findings.texts)}",
        f"- waiting list: {_counts(findings.waiting)}",
        f"- operations on each calendar: {_counts(findings.register)}", "",
    ]  # fmt: skip
    if findings.problems:
        lines += [f"**{len(findings.problems)} problems:**", "", *(f"- {one}" for one in findings.problems)]
    else:
        lines.append(
            "Linearizable for every practitioner; no overlap at any moment; every sentence has its row and"
            " every row its sentence; nothing lost, nothing twice."
        )
    text = "\n".join(lines) + "\n"
    (folder / "report.md").write_text(text, encoding="utf-8")
    return text


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
