"""What is wrong with a setting, in words for whoever fills in a form and never saw a practice file."""

from __future__ import annotations

from dataclasses import replace

from reception.practice_checks import Wrong
from reception.practice_values import DAY_AS, HOURS_AS, START_AS

_PLAIN = {
    HOURS_AS: "hours like 8-12:30 or 1:30pm-6pm, each ending after it begins and several parted by commas",
    START_AS: "a day and time like 2026-06-15 09:30",
    DAY_AS: "a day like 2026-06-15: year, month, day",
}


def plainly(wrong: Wrong) -> Wrong:
    """The same, with an example instead of a pattern where the practice file's refusal gives one."""
    for pattern, words in _PLAIN.items():
        if wrong.words.startswith(f"expected {pattern}"):
            rest = wrong.words.removeprefix(f"expected {pattern}").replace(
                ", got ", "; this can't be read: ", 1
            )
            return replace(wrong, words=f"please write {words}{rest}")
    return wrong
