"""What the database says afterwards: every change of an appointment in order, every message, every text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from reception.database.connection import Database
from reception.database.records import Message
from tests.history.world import TYPES, Reader, Slot

_OCCUPYING = ("held", "booked", "blocked")
_LOG = """
CREATE TABLE IF NOT EXISTS history_of_appointments (
    seq bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(), was jsonb, is_now jsonb
);
CREATE OR REPLACE FUNCTION note_appointment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO history_of_appointments (was, is_now) VALUES (
        CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END, CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END
    );
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER note_appointment AFTER INSERT OR UPDATE OR DELETE ON appointments
    FOR EACH ROW EXECUTE FUNCTION note_appointment();
"""


def note_all_changes(url: str) -> None:
    """From now on each change of an appointment leaves a row: who takes a time waits for who has it, so that
    the rows about one time are in the order in which they were committed."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_LOG)


@dataclass(frozen=True)
class Change:
    """One change of one row; times are in seconds since 1970."""

    at: float
    tx: str
    was: Mapping[str, Any] | None
    now: Mapping[str, Any] | None


@dataclass
class Books:
    """All that is in the database in the end."""

    changes: list[Change]
    conversations: dict[str, list[Message]]
    calls: dict[str, str]  # call → conversation
    requests: Counter[str]  # conversation → how many
    texts: list[Mapping[str, Any]]
    doctors: dict[str, str]
    minutes: dict[str, int]  # by appointment type
    expired: int


async def read_books(database: Database, url: str) -> Books:
    """Reads everything; messages as the service reads them."""
    async with database.transaction(snapshot=True) as store:
        kept = {str(one.id): messages for one, messages in await store.all_conversations()}
    with psycopg.connect(url, row_factory=dict_row) as connection:
        rows = connection.execute("SELECT * FROM history_of_appointments ORDER BY seq").fetchall()
        texts = connection.execute(
            "SELECT id::text, kind, key, status, appointment_id::text FROM outbox"
        ).fetchall()
        calls = connection.execute("SELECT call_sid, id::text FROM conversations WHERE call_sid IS NOT NULL")
        by_call = {row["call_sid"]: row["id"] for row in calls}
        filed = connection.execute("SELECT conversation_id::text FROM requests").fetchall()
        kinds = connection.execute("SELECT id::text, name FROM appointment_types").fetchall()
        doctors = connection.execute("SELECT id::text, name FROM practitioners").fetchall()
        late = connection.execute(
            "SELECT count(*) AS n FROM appointments WHERE status = 'held'"
            " AND hold_expires_at < clock_timestamp() - interval '20 seconds'"
        ).fetchone()
    changes = [Change(row["at"].timestamp(), str(row["tx"]), row["was"], row["is_now"]) for row in rows]
    requests = Counter(row["conversation_id"] for row in filed)
    names = {row["id"]: row["name"] for row in doctors}
    lengths = {row["id"]: TYPES[row["name"]] for row in kinds}
    return Books(changes, kept, by_call, requests, texts, names, lengths, late["n"] if late else 0)


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


def stolen_holds(changes: Sequence[Change]) -> Iterator[str]:
    """A hold that somebody else removed for a new row of their own before it had expired."""
    taken: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for change in changes:
        if change.was is None and change.now is not None:
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
    """Sentences without their row, and rows without their sentence, conversation by conversation."""
    done: dict[str, Counter[tuple[str, Slot]]] = defaultdict(Counter)
    for change in books.changes:
        key = _deed(change)
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
        )
        for what, count in (told - done[conversation]).items():
            yield f"{conversation}: told {count} times, and no row: {what}"
        for what, count in (done[conversation] - told).items():
            yield f"{conversation}: {count} rows, and nobody was told: {what}"


def told_of_changes(books: Books, reader: Reader) -> Iterator[str]:
    """Every "moved" and "cancelled" has its change, of some row of that time, no later than the sentence."""
    changed: dict[tuple[str, Slot], list[float]] = defaultdict(list)
    for change in books.changes:
        key = _deed(change)
        if key in ("moved", "cancelled") and change.now is not None:
            slot = Slot(books.doctors[change.now["practitioner_id"]], times(change.now)[0])
            changed[key, slot].append(change.at)
    for conversation, messages in books.conversations.items():
        for message in messages:
            for one in reader.told(message.text) if message.role == "desk" else ():
                if one.key not in ("moved", "cancelled") or one.slot is None:
                    continue
                if not any(at <= message.at.timestamp() + 1 for at in changed[one.key, one.slot]):
                    yield f"{conversation}: told, and it was not so: {one}"


def lost_requests(books: Books, reader: Reader) -> Iterator[str]:
    """Each "I've passed that on" has its request, and each request of a message its sentence."""
    for conversation, messages in books.conversations.items():
        told = sum(
            one.key == "request_filed"
            for message in messages if message.role == "desk"
            for one in reader.told(message.text)
        )  # fmt: skip
        filed = books.requests[conversation]
        if told != filed:
            yield f"{conversation}: told of {told} requests, {filed} are there"


def lost_texts(books: Books, sent: Sequence[str]) -> Iterator[str]:
    """Each booking by a patient that stood has its one text; each text that left, left once."""
    keys = {row["key"] for row in books.texts}
    changed = Counter((change.now or change.was or {})["id"] for change in books.changes if _deed(change))
    for change in books.changes:
        now = change.now if _deed(change) == "booked" else None
        if now is not None and changed[now["id"]] > 1:
            continue  # a text that had not left yet gave way to the next one
        if now is not None and now["conversation_id"] and f"booked:{now['id']}" not in keys:
            yield f"appointment {now['id']} was booked without a text"
    for text, count in Counter(sent).items():
        if count > 1:
            yield f"text {text} left {count} times"
    left = set(sent)
    for row in books.texts:
        if row["status"] in ("sent", "delivered") and row["id"] not in left:
            yield f"text {row['id']} counts as {row['status']} and never left"
        if row["status"] in ("queued", "sending", "unknown"):
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
                made = _deed(change) == "booked" and row["conversation_id"] is None
                found = made and there and row["patient_id"] == ids[given["owner"]]
            case "block":
                found = change.was is None and row["status"] == "blocked" and there
            case "unblock":
                found = change.now is None and row["id"] == given["row"]
            case _:
                wanted = {"cancel": "cancelled", "move": "moved"}[kind]
                found = row["id"] == given["row"] and _deed(change) == wanted and there
        if found:
            return place
    return None


def _deed(change: Change) -> str | None:
    """What a change of a row was: booked, moved, cancelled; None for holds, blocks and lesser changes."""
    was, now = change.was, change.now
    if now is None:
        return None
    before = was["status"] if was is not None else ""
    if now["status"] == "booked" and before in ("", "held"):
        return "booked"
    if now["status"] == before == "booked" and was is not None and was["during"] != now["during"]:
        return "moved"
    if now["status"] == before == "booked" and was is not None:
        return "moved" if was["practitioner_id"] != now["practitioner_id"] else None
    return "cancelled" if now["status"] == "cancelled" and before == "booked" else None


def times(row: Mapping[str, Any]) -> tuple[float, float]:
    """Start and end of a row's time."""
    start, end = row["during"].strip("[)").replace('"', "").split(",")
    return datetime.fromisoformat(start).timestamp(), datetime.fromisoformat(end).timestamp()


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment).isoformat()
