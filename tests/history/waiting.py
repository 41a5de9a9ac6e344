"""The waiting list in the books: what was kept for whom, as operations on calendars, and its own rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.history.books import Books, Change, deed, times
from tests.history.register import Kind, Op


def kept_times(books: Books) -> dict[str, list[Op]]:
    """Doctor → how times were kept for those who wait, handed to another conversation of theirs, given back.

    A kept time is a hold of the conversation in which somebody joined the list, later of the one in which
    they were told of it; its rows tell exactly when it began and ended.
    """
    found: dict[str, list[Op]] = defaultdict(list)
    kept: set[str] = set()
    called = {conversation: call for call, conversation in books.calls.items()}
    for change in _steps(books.changes):
        was, now = change.was, change.now
        row = now or was
        assert row is not None
        if _offered(books, change):
            kept.add(row["id"])
        if row["id"] not in kept:
            continue
        doctor, gone = books.doctors[row["practitioner_id"]], now is None or now["status"] != "held"
        handed = was is not None and now is not None and was["conversation_id"] != now["conversation_id"]
        if was is not None and (handed or gone) and deed(change) != "booked":
            found[doctor].append(_op("release", change, was, called))
        if now is not None and not gone:
            found[doctor].append(_op("take", change, now, called))
        if gone:
            kept.discard(row["id"])
    return found


def broken_waiting(books: Books) -> Iterator[str]:
    """Who no longer waits has an appointment, and nobody is kept two times at once."""
    booked = {
        change.now["conversation_id"] for change in books.changes if deed(change) == "booked" and change.now
    }
    handed = _handed(books)
    for request, (conversation, status) in books.waited.items():
        if status == "done" and not handed[conversation] & booked:
            yield f"request {request} counts as done, and nothing was booked"
    holding: dict[str, dict[str, float]] = defaultdict(dict)
    for change in _steps(books.changes):
        was, now = change.was, change.now
        if was is not None:
            holding[was["conversation_id"] or ""].pop(was["id"], None)
        if now is None or now["status"] != "held" or not now["conversation_id"]:
            continue
        theirs = holding[now["conversation_id"]]
        if _offered(books, change):
            for other in [one for one, until in theirs.items() if until > change.at]:
                yield f"{now['conversation_id']} is kept {now['id']} besides {other}"
        theirs[now["id"]] = _until(now)


def _steps(changes: Sequence[Change]) -> list[Change]:
    """The changes with those that one transaction made to one row as one."""
    found: dict[tuple[str, str], Change] = {}
    for change in changes:
        row = change.now or change.was
        assert row is not None
        first = found.get((row["id"], change.tx), change)
        found[row["id"], change.tx] = Change(first.at, change.tx, first.was, change.now, change.committed)
    return [one for one in found.values() if one.was is not None or one.now is not None]


def _offered(books: Books, change: Change) -> bool:
    """Whether a time began to be kept for somebody who waits."""
    now = change.now
    new = change.was is None and now is not None and now["status"] == "held"
    return new and now is not None and now["conversation_id"] in books.offers.get(change.tx, ())


def _handed(books: Books) -> dict[str, set[str]]:
    """Conversation in which somebody joined the list → those in which they were told of a time."""
    found: dict[str, set[str]] = defaultdict(set)
    first: dict[str, str] = {}
    for change in books.changes:
        if change.now is None:
            continue
        if _offered(books, change):
            first[change.now["id"]] = change.now["conversation_id"]
        if change.now["id"] in first and change.now["conversation_id"]:
            found[first[change.now["id"]]].add(change.now["conversation_id"])
    return found


def _op(kind: Kind, change: Change, row: Mapping[str, Any], called: Mapping[str, str]) -> Op:
    whose = row["conversation_id"] or ""
    who, (start, end) = called.get(whose, whose), times(row)
    return Op(
        kind, change.at, change.committed, who, start, end, owner=who,
        hold_seconds=_until(row) - change.committed, about=f"row {row['id']}",
    )  # fmt: skip


def _until(row: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(row["hold_expires_at"]).timestamp()
