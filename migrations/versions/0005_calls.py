"""Phone calls: how far each has come, what was heard of the desk's words, and transfers that staff want.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE conversations ADD COLUMN transfer_requested_at timestamptz")
    op.execute("ALTER TABLE messages ADD COLUMN heard text")
    op.execute("""
        CREATE TABLE calls (
            call_sid text NOT NULL,
            practice_id uuid NOT NULL,
            conversation_id uuid,
            recording text,
            relay_session text NOT NULL DEFAULT '',
            dialled_at timestamptz,
            answered_at timestamptz,
            ended_at timestamptz,
            request_id uuid,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT calls_key PRIMARY KEY (call_sid),
            CONSTRAINT calls_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id),
            CONSTRAINT calls_conversation_id_refers FOREIGN KEY (conversation_id)
                REFERENCES conversations (id) ON DELETE CASCADE,
            CONSTRAINT calls_request_id_refers FOREIGN KEY (request_id)
                REFERENCES requests (id) ON DELETE SET NULL,
            CONSTRAINT calls_recording_known CHECK (recording IN ('agreed', 'refused'))
        )
    """)
    op.execute("CREATE INDEX calls_conversation_id ON calls (conversation_id)")
    op.execute("CREATE INDEX calls_request_id ON calls (request_id)")


def downgrade() -> None:
    op.execute("DROP TABLE calls")
    op.execute("ALTER TABLE messages DROP COLUMN heard")
    op.execute("ALTER TABLE conversations DROP COLUMN transfer_requested_at")
