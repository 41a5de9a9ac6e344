"""Weeks of a practice that never were: conversations, appointments, texts and corrections to count."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from reception.database.connection import Database

#: What is done to tables as a whole is for their owner.
OWNER = "RESET ROLE"
#: Each statement fills one table; `:last` is the end of the time, which goes back `:days` days from there.
_CONVERSATIONS = """
    INSERT INTO conversations (id, practice_id, channel, language, status, outcome, caller, state, version,
                               message_count, token_hash, created_at, updated_at, handed_over_for)
    SELECT gen_random_uuid(), :practice, channel, 'en', 'closed',
           CASE WHEN n % 11 = 0 THEN 'handed_over' ELSE outcome END, '', '{}', 1, 6, '', at, at,
           CASE WHEN n % 55 = 0 THEN 'emergency' WHEN n % 33 = 0 THEN 'identity'
                WHEN n % 22 = 0 THEN 'misunderstood' WHEN n % 11 = 0 THEN 'asked' END
    FROM (
        SELECT n, (ARRAY['phone', 'phone', 'phone', 'chat', 'chat', 'sms'])[1 + (n * 7) % 6] AS channel,
               (ARRAY['booked', 'booked', 'moved', 'cancelled', 'checked', NULL, NULL])[1 + (n * 5) % 7]
                   AS outcome,
               day + make_interval(mins => (480 + (n * 137) % 300 + (n * 61) % 240)) AS at
        FROM (
            SELECT n, date_trunc('day', CAST(:last AS timestamptz), 'America/New_York')
                      - make_interval(days => n % :days) AS day
            FROM generate_series(1, :many) AS n
        ) AS days
        WHERE extract(isodow FROM day AT TIME ZONE 'America/New_York') < 6 OR n % 9 = 0
    ) AS made
    WHERE at < :last
"""
_MESSAGES = """
    INSERT INTO messages (id, practice_id, conversation_id, sequence, role, text, at, options,
                          intent, took_ms)
    SELECT gen_random_uuid(), practice_id, id, turn,
           CASE turn % 2 WHEN 0 THEN 'patient' ELSE 'desk' END, 'words',
           created_at, '[]',
           CASE WHEN turn % 2 = 0 THEN
               CASE WHEN turn > 2 THEN 'inform' ELSE (ARRAY[
                   'book_appointment', 'book_appointment', 'book_appointment', 'reschedule_appointment',
                   'cancel_appointment', 'request_prescription', 'request_prescription', 'practice_question',
                   'medical_question', 'request_test_results', 'speak_to_staff'
               ])[1 + abs(hashtext(id::text)) % 11] END
           END,
           CASE WHEN turn % 2 = 1 AND turn > 1 THEN
               CASE channel WHEN 'phone' THEN 140 ELSE 210 END + abs(hashtext(id::text || turn)) % 260
               + CASE WHEN abs(hashtext(turn || id::text)) % 25 = 0 THEN 900 ELSE 0 END
           END
    FROM conversations, generate_series(1, 6) AS turn
    WHERE practice_id = :practice
"""
_CORRECTIONS = """
    INSERT INTO corrections (message_id, practice_id, intent, slots)
    SELECT m.id, c.practice_id,
           CASE m.intent WHEN 'medical_question' THEN 'book_appointment' ELSE 'leave_message' END, '{}'
    FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE c.practice_id = :practice AND m.intent IS NOT NULL AND abs(hashtext(m.id::text)) % 23 = 0
"""
_REQUESTS = """
    INSERT INTO requests (id, practice_id, kind, details, priority, status, conversation_id, created_at,
                          done_at)
    SELECT gen_random_uuid(), :practice,
           (ARRAY['prescription', 'message', 'waitlist'])[1 + abs(hashtext(id::text)) % 3], '{}', 'routine',
           'done', id, created_at, created_at + interval '2 hours'
    FROM conversations
    WHERE practice_id = :practice AND abs(hashtext('r' || id)) % 5 = 0
"""
_APPOINTMENTS = """
    INSERT INTO appointments (id, practice_id, practitioner_id, appointment_type_id, patient_id, during,
                              status, reason, created_at)
    SELECT gen_random_uuid(), :practice, d.id,
           (SELECT id FROM appointment_types WHERE practice_id = :practice LIMIT 1),
           (SELECT id FROM patients WHERE practice_id = :practice LIMIT 1),
           tstzrange(at, at + interval '15 minutes'),
           CASE WHEN at > :last THEN 'booked' WHEN n % 17 = 0 THEN 'no_show' WHEN n % 13 = 0 THEN 'cancelled'
                ELSE 'completed' END,
           '', at
    FROM practitioners d, generate_series(0, :days + 6) AS day, generate_series(0, 39) AS n,
         LATERAL (SELECT date_trunc('day', CAST(:last AS timestamptz), 'America/New_York')
                  + interval '7 days' - make_interval(days => day)
                  + make_interval(mins => 480 + 15 * n) AS at) AS placed
    WHERE d.practice_id = :practice AND extract(isodow FROM at AT TIME ZONE 'America/New_York') < 6
    ON CONFLICT DO NOTHING
"""
_TEXTS = """
    INSERT INTO outbox (id, practice_id, recipient, body, kind, key, conversation_id, status, created_at)
    SELECT gen_random_uuid(), :practice, '+12125550111', 'words',
           (ARRAY['booked', 'reminder', 'reminder', 'moved', 'waitlist'])[1 + abs(hashtext(id::text)) % 5],
           id::text, CASE WHEN abs(hashtext('a' || id)) % 2 = 0 THEN id END,
           CASE WHEN abs(hashtext('f' || id)) % 19 = 0 THEN 'failed' ELSE 'delivered' END, created_at
    FROM conversations
    WHERE practice_id = :practice AND abs(hashtext('t' || id)) % 2 = 0
"""


async def fill(database: Database, practice_id: UUID, last: datetime, *, days: int, many: int) -> None:
    """About `many` conversations of six messages over `days` days, and what goes with them."""
    given = {"practice": practice_id, "last": last, "days": days, "many": many}
    async with database.transaction() as store:
        await store._connection.execute(text(OWNER))
        await store._connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in (_CONVERSATIONS, _MESSAGES, _CORRECTIONS, _REQUESTS, _APPOINTMENTS, _TEXTS):
            names = {name: given[name] for name in given if f":{name}" in statement}
            await store._connection.execute(text(statement), names)
