"""Whether a practice's audit log is as it was written: every line hashed together with the one before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from reception.database.records import ChainedLine
from reception.database.store import Store

#: Lines that are read at once.
BATCH = 2000


@dataclass(frozen=True)
class Checked:
    """How far the chain holds: up to the line at `position`, whose seal is `hash`.

    `broken` says in words what is wrong with the first line that does not hold; empty when all do.
    """

    position: int
    hash: str
    broken: str = ""


async def check_chain(store: Store, practice_id: UUID, after: int = 0) -> Checked:
    """Follows a practice's chain from the line behind the position `after` to its end."""
    before = await store.chained_lines(practice_id, after - 1, 1) if after else []
    held = Checked(after, before[0].hash if before else "")
    while lines := await store.chained_lines(practice_id, held.position, BATCH):
        for line in lines:
            wrong = _wrong(line, held)
            if wrong:
                return Checked(held.position, held.hash, wrong)
            held = Checked(line.position, line.hash)
    outside = None if after else await store.unchained_line(practice_id)
    if outside is not None:
        return Checked(held.position, held.hash, f"line {outside} of the log is in no chain")
    return held


async def noted_before(store: Store, practice_id: UUID, position: int, seal: str) -> bool:
    """Whether the line at this position still has the seal that somebody noted once."""
    found = await store.chained_lines(practice_id, position - 1, 1)
    return bool(found) and found[0].position == position and found[0].hash == seal


def hashed(before: str, line: tuple[str, ...]) -> str:
    """The seal of a line whose predecessor has the seal `before`; the database's `audit_hash` is the same."""
    return hashlib.sha256("\n".join((before, *line)).encode()).hexdigest()


def _wrong(line: ChainedLine, held: Checked) -> str:
    if line.position != held.position + 1:
        return f"entry {held.position + 1} is missing"
    if not line.line:
        return f"entry {line.position}: line {line.audit_id} of the log is gone"
    if hashed(held.hash, line.line) != line.hash:
        return f"entry {line.position}: line {line.audit_id} of the log, or one before it, was changed"
    return ""
