"""What the database says afterwards: every change of an appointment in order, every message, every text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from reception.database.connection import Database
from reception.database.records import Message
from tests.history.world import TYPES

#: PostgreSQL remembers when each transaction committed.
COMMIT_TIMES = {"track_commit_timestamp": "on"}
_LOG = """
CREATE TABLE IF NOT EXISTS history_of_texts (tx xid8 NOT NULL DEFAULT pg_current_xact_id(), key text);
CREATE TABLE IF NOT EXISTS history_of_requests (
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(), id text, conversation_id text, status text, changed boolean
);
CREATE OR REPLACE FUNCTION note_text() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO history_of_texts (key) VALUES (OLD.key);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION note_request() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO history_of_requests (id, conversation_id, status, changed)
        VALUES (NEW.id::text, NEW.conversation_id::text, NEW.status, NEW.details <> OLD.details);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER note_text AFTER DELETE ON outbox
    FOR EACH ROW EXECUTE FUNCTION note_text();
CREATE OR REPLACE TRIGGER note_request AFTER UPDATE ON requests
    FOR EACH ROW WHEN (NEW.kind = 'waitlist') EXECUTE FUNCTION note_request();
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
#: Who was identified in a conversation, and whose number an offer went to that is answered in one.
_ABOUT = """
SELECT conversation_id::text AS conversation, patient_id::text AS patient FROM conversation_patients
UNION
SELECT conversation_id::text, about->>'patient' FROM outbox
    WHERE kind = 'waitlist' AND conversation_id IS NOT NULL
"""


def note_all_changes(url: str) -> None:
    """From now on each change of an appointment, a text or a waiting patient's request leaves a row.

    Who takes a time waits for who has it, so that the rows about one time are in the order in which they were
    committed.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_LOG)


@dataclass(frozen=True)
class Change:
    """One change of one row, made at a moment and committed at another; in seconds since 1970."""

    at: float
    tx: str
    was: Mapping[str, Any] | None
    now: Mapping[str, Any] | None
    committed: float = 0.0


@dataclass
class Books:
    """All that is in the database in the end."""

    changes: list[Change]
    conversations: dict[str, list[Message]]
    calls: dict[str, str]  # call → conversation
    requests: Counter[str]  # conversation → how many
    texts: Sequence[Mapping[str, Any]]
    doctors: dict[str, str]
    minutes: dict[str, int]  # by appointment type
    expired: int
    committed: dict[str, float] = field(default_factory=dict)  # message → when it was kept
    by_client: dict[str, str] = field(default_factory=dict)  # a client's identifier → its conversation
    client_of: dict[str, str] = field(default_factory=dict)  # message → its client's identifier
    unsaid: dict[str, str] = field(default_factory=dict)  # key of a text that never left → who removed it
    offers: dict[str, set[str]] = field(default_factory=dict)  # transaction → conversations offered a time
    waited: dict[str, tuple[str, str]] = field(default_factory=dict)  # request → conversation and status
    patients: dict[str, set[str]] = field(default_factory=dict)  # conversation → whom it was about
    answered: dict[str, set[str]] = field(default_factory=dict)  # conversation → holds offered by its text


async def read_books(database: Database, url: str) -> Books:
    """Reads everything; messages as the service reads them."""
    async with database.transaction(snapshot=True) as store:
        kept = {str(one.id): messages for one, messages in await store.all_conversations()}
    with psycopg.connect(url, row_factory=dict_row) as connection:

        def every(query: str) -> list[dict[str, Any]]:
            return connection.execute(query).fetchall()

        when = "pg_xact_commit_timestamp"
        rows = every(f"SELECT *, {when}(tx::xid) AS committed FROM history_of_appointments ORDER BY seq")
        messages = every(
            f"SELECT id::text, conversation_id::text, client_id, {when}(xmin) AS committed FROM messages"
        )
        late = every(
            "SELECT count(*) AS n FROM appointments WHERE status = 'held'"
            " AND hold_expires_at < clock_timestamp() - interval '20 seconds'"
        )
        return Books(
            [
                Change(
                    row["at"].timestamp(), str(row["tx"]), row["was"], row["is_now"],
                    row["committed"].timestamp(),
                )
                for row in rows
            ],
            kept,
            {
                row["call_sid"]: row["id"]
                for row in every("SELECT call_sid, id::text FROM conversations WHERE call_sid IS NOT NULL")
            },
            Counter(row["id"] for row in every("SELECT conversation_id::text AS id FROM requests")),
            every("SELECT id::text, kind, key, status, appointment_id::text, due_at, about FROM outbox"),
            {row["id"]: row["name"] for row in every("SELECT id::text, name FROM practitioners")},
            {row["id"]: TYPES[row["name"]] for row in every("SELECT id::text, name FROM appointment_types")},
            late[0]["n"],
            {row["id"]: row["committed"].timestamp() for row in messages},
            {row["client_id"]: row["conversation_id"] for row in messages if row["client_id"]},
            {row["id"]: row["client_id"] for row in messages if row["client_id"]},
            {row["key"]: str(row["tx"]) for row in every("SELECT * FROM history_of_texts")},
            {
                str(row["tx"]): set(row["conversations"])
                for row in every(
                    "SELECT tx, array_agg(conversation_id) AS conversations FROM history_of_requests"
                    " WHERE changed GROUP BY tx"
                )
            },
            {
                row["id"]: (row["conversation_id"], row["status"])
                for row in every(
                    "SELECT id::text, conversation_id::text, status FROM requests WHERE kind = 'waitlist'"
                )
            },
            {
                row["conversation"]: set(row["patients"])
                for row in every(
                    f"SELECT conversation, array_agg(patient) AS patients FROM ({_ABOUT}) AS each GROUP BY 1"
                )
            },
            {
                row["conversation"]: set(row["holds"])
                for row in every(
                    "SELECT conversation_id::text AS conversation, array_agg(about->>'held') AS holds"
                    " FROM outbox WHERE kind = 'waitlist' AND conversation_id IS NOT NULL GROUP BY 1"
                )
            },
        )  # fmt: skip


def deed(change: Change) -> str | None:
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
