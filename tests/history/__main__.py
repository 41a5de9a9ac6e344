"""`python -m tests.history`: plays a history of many operations, tells how it goes, and writes a report."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from reception.database.fence import everywhere
from tests.history.plan import Plan
from tests.history.report import write
from tests.history.run import play
from tests.history.world import AUTUMN, SPRING


def main() -> int:
    """0 when the history is a possible one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--season", choices=["autumn", "spring"], help="else by the seed")
    parser.add_argument("--out", type=Path, default=Path("runs/history"))
    given = parser.parse_args()

    def say(what: str) -> None:
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} {what}\n")
        sys.stdout.flush()

    season = {"autumn": AUTUMN, "spring": SPRING}.get(given.season) or (AUTUMN, SPRING)[given.seed % 2]
    plan = Plan(given.operations, seed=given.seed, season=season.crowded)
    say(f"seed {plan.seed}, {season.name}")
    with tempfile.TemporaryDirectory(prefix="reception-history-", ignore_cleanup_errors=True) as temporary:
        Path(temporary).chmod(0o711)
        with everywhere():
            findings = asyncio.run(play(plan, Path(temporary), say))
        given.out.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(temporary) / "history.jsonl", given.out)
        for log in Path(temporary).glob("*.log"):
            shutil.copy(log, given.out)
    text = write(findings, plan, given.out)
    sys.stdout.write(text)
    return 1 if findings.problems else 0


if __name__ == "__main__":
    sys.exit(main())
