"""What holds of good books: no overlap, no hold taken away, each sentence its row, each booking its text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from math import inf
from typing import Any

from reception.database.records import Message
from tests.history.books import Books, Change, deed, times
from tests.history.world import Reader, Slot

_OCCUPYING = ("held", "booked", "blocked")


def overlaps(changes: Sequence[Change]) -> Iterator[str]:
    """Any moment at which two rows kept the same time from everybody else."""
    there: dict[str, tuple[str, float, float]] = {}
    for change in changes:
        row = change.now or change.was
        assert row is not None
        there.pop(row["id"], None)
        if change.now is None or change.now["status"] not in _OCCUPYING:
            continue
        start, end = times(change.now)
        doctor = change.now["practitioner_id"]
        for other, (whose, begins, ends) in there.items():
            if whose == doctor and begins < end and start < ends:
                yield f"rows {row['id']} and {other} lie over each other from {_clock(max(start, begins))} on"
        there[row["id"]] = (doctor, start, end)


def wrong_lengths(books: Books) -> Iterator[str]:
    """An appointment that is not as long as its kind, in real minutes."""
    for change in books.changes:
        now = change.now
        if now is not None and now["status"] == "booked":
            start, end = times(now)
            if (end - start) / 60 != books.minutes[now["appointment_type_id"]]:
                yield f"row {now['id']} takes {(end - start) / 60:g} minutes from {_clock(start)} on"


def stolen_holds(changes: Sequence[Change], offers: Collection[str] = ()) -> Iterator[str]:
    """A hold that somebody else removed for a new row of their own before it had expired.

    In the transactions `offers` a time was offered to one who waits: whoever had it said no.
    """
    taken: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for change in changes:
        if change.was is None and change.now is not None and change.tx not in offers:
            taken[change.tx].append(change.now)
    for change in changes:
        was = change.was
        if change.now is not None or was is None or was["status"] != "held":
            continue
        until = datetime.fromisoformat(was["hold_expires_at"]).timestamp()
        others = [one for one in taken[change.tx] if one["conversation_id"] != was["conversation_id"]]
        if change.at < until and others:
            yield f"hold {was['id']} was taken {until - change.at:.1f} s before it expired"


def broken_promises(books: Books, reader: Reader) -> Iterator[str]:
    """Sentences without their row, and rows without their sentence, conversation by conversation.

    Who says yes to a kept time that they took in another conversation a moment ago is told of it once more.
    """
    done: dict[str, Counter[tuple[str, Slot]]] = defaultdict(Counter)
    for change in books.changes:
        key = deed(change)
        now = change.now
        if key is None or now is None or now["conversation_id"] is None:
            continue
        slot = Slot(books.doctors[now["practitioner_id"]], times(now)[0])
        if key == "booked":
            done[now["conversation_id"]][key, slot] += 1
    for conversation, messages in books.conversations.items():
        told = Counter(
            (one.key, one.slot)
            for message in messages
            if message.role == "desk"
            for one in reader.told(message.text)
            if one.key == "booked" and one.slot is not None
            if not _is_theirs(books, conversation, one.slot, message)
        )
        for what, count in (told - done[conversation]).items():
            yield f"{conversation}: told {count} times, and no row: {what}"
        for what, count in (done[conversation] - told).items():
            yield f"{conversation}: {count} rows, and nobody was told: {what}"


def _is_theirs(books: Books, conversation: str, slot: Slot, message: Message) -> bool:
    """Whether another conversation had booked the time that was kept in this one, for the same patient."""
    kept, holds = books.committed.get(str(message.id), message.at.timestamp()), set()
    rows: dict[str, Mapping[str, Any] | None] = {}
    for change in books.changes:
        holds |= {row["id"] for row in (change.was, change.now) if row and _of(row, conversation)}
        if change.committed <= kept:
            rows[(change.now or change.was or {})["id"]] = change.now
    standing = [rows.get(one) for one in holds | books.answered.get(conversation, set())]
    return any(
        row["status"] == "booked"
        and not _of(row, conversation)
        and Slot(books.doctors[row["practitioner_id"]], times(row)[0]) == slot
        and row["patient_id"] in books.patients.get(conversation, ())
        for row in standing
        if row is not None
    )


def _of(row: Mapping[str, Any], conversation: str) -> bool:
    return bool(row["conversation_id"] == conversation)


def told_of_changes(books: Books, reader: Reader) -> Iterator[str]:
    """Every "moved" and "cancelled" has its change, of some row of that time, no later than the sentence."""
    changed: dict[tuple[str, Slot], list[float]] = defaultdict(list)
    for change in books.changes:
        key = deed(change)
        if key in ("moved", "cancelled") and change.now is not None:
            slot = Slot(books.doctors[change.now["practitioner_id"]], times(change.now)[0])
            changed[key, slot].append(change.committed)
    for conversation, messages in books.conversations.items():
        for message in messages:
            for one in reader.told(message.text) if message.role == "desk" else ():
                if one.key not in ("moved", "cancelled") or one.slot is None:
                    continue
                kept = books.committed.get(str(message.id), message.at.timestamp())
                if not any(at <= kept for at in changed[one.key, one.slot]):
                    yield f"{conversation}: told, and it was not so: {one}"


def lost_requests(books: Books, reader: Reader) -> Iterator[str]:
    """Each "I've passed that on" and "you are on the waiting list" has its request, and vice versa."""
    for conversation, messages in books.conversations.items():
        told = sum(
            one.key in ("request_filed", "on_waitlist")
            for message in messages if message.role == "desk"
            for one in reader.told(message.text)
        )  # fmt: skip
        filed = books.requests[conversation]
        if told != filed:
            yield f"{conversation}: told of {told} requests, {filed} are there"


def lost_texts(books: Books, sent: Sequence[str], now: float = inf) -> Iterator[str]:
    """Each booking by a patient has its one text, unless a later change took it back before it left.

    Each text that left, left once; and by `now`, on the desk's clock, all have left that were due.
    """
    keys = {row["key"] for row in books.texts}
    changed = {((change.now or {}).get("id"), change.tx) for change in books.changes if deed(change)}
    for change in books.changes:
        row = change.now if deed(change) == "booked" else None
        if row is None or not row["conversation_id"] or f"booked:{row['id']}" in keys:
            continue
        remover = books.unsaid.get(f"booked:{row['id']}")
        if remover is None or remover == change.tx or (row["id"], remover) not in changed:
            yield f"appointment {row['id']} was booked without a text"
    for text, count in Counter(sent).items():
        if count > 1:
            yield f"text {text} left {count} times"
    left = set(sent)
    for row in books.texts:
        if row["status"] in ("sent", "delivered") and row["id"] not in left:
            yield f"text {row['id']} counts as {row['status']} and never left"
        due = row.get("due_at")
        if row["status"] in ("queued", "sending", "unknown") and (due is None or due.timestamp() <= now):
            yield f"text {row['id']} is still {row['status']}"


def change_of(
    books: Books, kind: str, given: Mapping[str, Any], invoked: float, ids: Mapping[str, str],
    explained: Collection[int] = (),
) -> int | None:  # fmt: skip
    """The place of the change that this operation of staff, `invoked` then, asked for; None for none.

    `explained` changes are other operations'.
    """
    slot: Slot = given["slot"]
    for place, change in enumerate(books.changes):
        if not invoked <= change.at <= invoked + 60 or place in explained:
            continue
        row = change.now or change.was
        assert row is not None
        there = books.doctors[row["practitioner_id"]] == slot.doctor and times(row)[0] == slot.start
        match kind:
            case "book":
                made = deed(change) == "booked" and row["conversation_id"] is None
                found = made and there and row["patient_id"] == ids[given["owner"]]
            case "block":
                found = change.was is None and row["status"] == "blocked" and there
            case "unblock":
                found = change.now is None and row["id"] == given["row"]
            case _:
                wanted = {"cancel": "cancelled", "move": "moved"}[kind]
                found = row["id"] == given["row"] and deed(change) == wanted and there
        if found:
            return place
    return None


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment).isoformat()
