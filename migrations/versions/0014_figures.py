"""What figures are made of: how long an answer took, what was understood, why staff were needed.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = {
    "conversations_practice_id_created_at": "conversations (practice_id, created_at)",
    "requests_practice_id_created_at": "requests (practice_id, created_at)",
    "outbox_practice_id_created_at": "outbox (practice_id, created_at)",
    "appointments_practice_id_start": "appointments (practice_id, lower(during))",
}


def upgrade() -> None:
    op.execute("ALTER TABLE messages ADD COLUMN intent text, ADD COLUMN took_ms integer")
    op.execute("ALTER TABLE conversations ADD COLUMN handed_over_for text")
    op.execute("ALTER TABLE messages DISABLE TRIGGER messages_announced")
    op.execute("UPDATE messages SET intent = frame ->> 'intent' WHERE frame ? 'intent'")
    op.execute("ALTER TABLE messages ENABLE TRIGGER messages_announced")
    op.execute("ALTER TABLE conversations DISABLE TRIGGER conversations_announced")
    op.execute("""
        UPDATE conversations
        SET handed_over_for = CASE outcome WHEN 'emergency' THEN 'emergency' ELSE 'asked' END
        WHERE outcome IN ('emergency', 'handed_over')
    """)
    op.execute("ALTER TABLE conversations ENABLE TRIGGER conversations_announced")
    for name, on in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {on}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    op.execute("ALTER TABLE conversations DROP COLUMN handed_over_for")
    op.execute("ALTER TABLE messages DROP COLUMN intent, DROP COLUMN took_ms")
